"""Git tags that name versions: `NAME@v1.2.0` one version, `NAME#prod` or `NAME#prod#3` a stage.

A tag names a commit; which version that is, `registry.git_versions` finds out. The last number of
a stage counts, and `!` after a version or a stage takes it back.

Source: the tags of GTO, https://github.com/iterative/gto
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from modelcompose.errors import UsageError
from modelcompose.tracking.git import ask_git

CONTENT_LINE = "content: "
"""In the text of a tag that we write: then the digest of the version's content."""

_SEMANTIC = r"v\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?"
_VERSION = re.compile(rf"(?P<model>[^@#]+)@(?P<name>{_SEMANTIC})(?P<end>!)?(?:#\d+)?")
_STAGE = re.compile(
    r"(?P<model>[^@#]+)#(?P<name>[A-Za-z][\w-]*)(?P<end>!)?(?:#(?P<number>\d{1,9}))?"
)
_REFERENCE = re.compile(rf"{_SEMANTIC}|#[A-Za-z][\w-]*")
_FORMAT = "%(refname:strip=2)%00%(objectname)%00%(*objectname)%00%(contents)%00%1e"


class GitTag(Struct, frozen=True):
    """A tag that names a version, or a stage."""

    text: str
    """The whole tag."""
    model: str
    reference: str
    """What stands for the version in `NAME@v1.2.0` and `NAME#prod`: `v1.2.0`, `#prod`."""
    commit: str
    number: int = 0
    """Of a stage: how often it was assigned, as the tag counts."""
    is_end: bool = False
    """Whether it takes back what others of its reference name."""
    content: str | None = None
    """Digest of the version's content, where the tag's text tells it."""

    @property
    def label(self) -> str:
        """Give the version as users write it: `NAME@v1.2.0` or `NAME#prod`."""
        return labelled(self.model, self.reference)


def is_git_reference(reference: str) -> bool:
    """Tell whether a git tag may stand behind a reference, such as `v1.2.0` or `#prod`."""
    return _REFERENCE.fullmatch(reference) is not None


def labelled(model: str, reference: str) -> str:
    """Give a version as users write it: `NAME@v1.2.0` or `NAME#prod`."""
    return f"{model}{reference}" if reference.startswith("#") else f"{model}@{reference}"


def parse_git_tag(text: str, commit: str, message: str = "") -> GitTag | None:
    """Read a tag; None for one of another form."""
    match = _VERSION.fullmatch(text)
    stage = _STAGE.fullmatch(text)
    found = match or stage
    if found is None:
        return None
    return GitTag(
        text,
        found["model"],
        found["name"] if match else f"#{found['name']}",
        commit,
        int(stage["number"] or 0) if stage else 0,
        found["end"] is not None,
        _content(message),
    )


def read_git_tags(folder: Path) -> list[GitTag]:
    """Give the tags of the git repository that a folder lies in; none where it lies in none."""
    answer = ask_git(folder, "for-each-ref", "refs/tags", f"--format={_FORMAT}")
    found = []
    for record in (answer or "").split("\0\x1e\n"):
        text, _, rest = record.partition("\0")
        if "@" not in text and "#" not in text:
            continue
        own, peeled, message = rest.split("\0", 2)
        # The text of a tag that has none of its own is its commit's.
        found.append(parse_git_tag(text, peeled or own, message if peeled else ""))
    return [tag for tag in found if tag is not None]


def in_force(tags: Sequence[GitTag], model: str) -> Mapping[str, GitTag]:
    """Give those of a model's tags that count, by their references."""
    found: dict[str, GitTag] = {}
    # What takes back comes after what it takes back.
    for tag in sorted(tags, key=lambda tag: (tag.number, tag.is_end)):
        if tag.model == model:
            found[tag.reference] = tag
    return {reference: tag for reference, tag in found.items() if not tag.is_end}


def write_git_tag(  # noqa: PLR0913 - what a tag is, each by name
    folder: Path, model: str, reference: str, commit: str, *, message: str, content: str | None
) -> str:
    """Write a tag into the git repository that a folder lies in; give its name.

    Raises:
        UsageError: the reference is no version or stage, or git does not take the tag.
    """
    if not is_git_reference(reference):
        raise UsageError(
            f"--git {reference}: a git tag names a version such as v1.2.0, or a stage such as #prod"
        )
    text = labelled(model, reference)
    if reference.startswith("#"):
        before = (tag.number for tag in read_git_tags(folder) if tag.label == text)
        text = f"{text}#{max(before, default=0) + 1}"
    told = f"{message}\n\n{CONTENT_LINE}{content}" if content else message
    if ask_git(folder, "cat-file", "-e", f"{commit}^{{commit}}") is None:
        raise UsageError(
            f"{text}: the commit {commit[:12]} of the version's run is not in this git repository",
            hint="fetch it, or go to the project that made the version",
        )
    # Its text has no line that begins with # but a stage's: git must not take it for a comment.
    words = ("tag", "--annotate", "--cleanup=whitespace", "-m", told, text, commit)
    if ask_git(folder, *words) is None:
        raise UsageError(
            f"{text}: git does not take this tag",
            hint=f"see whether it is there already: git tag --list '{text}'",
        )
    return text


def _content(message: str) -> str | None:
    lines = (line for line in message.splitlines() if line.startswith(CONTENT_LINE))
    return next((line.removeprefix(CONTENT_LINE).strip() for line in lines), None)
