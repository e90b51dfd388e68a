"""How two runs differ, in words. Pure: folders' listings are asked of the caller."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from modelcompose.store.content import Content, Entry, Tree
from modelcompose.tracking.run import Code, Run

Kind = Literal[
    "image",
    "command",
    "entrypoint",
    "working_dir",
    "mounts",
    "environment",
    "param",
    "input",
    "output",
    "code",
]

Listing = Callable[[str], Tree | None]
"""Gives the listing of the folder that a digest stands for; None where it is not at hand."""

_NAMED_FILES = 5
_LONGEST_VALUE = 60
_DIGEST_DIGITS = 12


class Difference(Struct, frozen=True):
    """One thing that is not the same.

    `old` and `new` are None where the thing was added or removed, and for what has no value of
    its own to show.
    """

    kind: Kind
    name: str
    """The file, the parameter or the variable; else the kind again."""
    old: Any
    new: Any
    text: str
    """All of it in words, such as `LR: 0.1 → 0.2`."""


class MetricPair(Struct, frozen=True):
    """A metric's last value in two runs; None where a run lacks it."""

    name: str
    old: float | None
    new: float | None

    @property
    def difference(self) -> float | None:
        """Give new less old, where both are there."""
        return None if self.old is None or self.new is None else self.new - self.old


class Comparison(Struct, frozen=True):
    """Two runs side by side."""

    old: str
    """The first run's id."""
    new: str
    params: tuple[Difference, ...]
    metrics: tuple[MetricPair, ...]
    """Every metric of either run, also those that are equal."""
    code: tuple[Difference, ...]
    definition: tuple[Difference, ...]
    """Image, command, environment and the rest of the identity."""
    inputs: tuple[Difference, ...]
    outputs: tuple[Difference, ...]


def _no_listing(_digest: str) -> Tree | None:
    return None


def compare_runs(a: Run, b: Run, *, listing: Listing = _no_listing) -> Comparison:
    """Tell how run `b` differs from run `a`."""
    parts = differences(
        {**a.parts, "params": {}, "inputs": {}, "outputs": []},
        {**b.parts, "params": {}, "inputs": {}, "outputs": []},
        listing=listing,
    )
    return Comparison(
        old=a.id,
        new=b.id,
        params=tuple(_params(a.params, b.params)),
        metrics=tuple(
            MetricPair(name, _last(a, name), _last(b, name))
            for name in sorted({*a.metrics, *b.metrics})
        ),
        code=tuple(_code(a.code, b.code, listing)),
        definition=tuple(each for each in parts if each.kind != "input"),
        inputs=(
            *_paths("input", _digests(a.inputs), _digests(b.inputs), listing),
            *(each for each in parts if each.kind == "input"),
        ),
        outputs=tuple(_paths("output", _digests(a.outputs), _digests(b.outputs), listing)),
    )


def differences(
    old_parts: Mapping[str, Any], new_parts: Mapping[str, Any], *, listing: Listing
) -> list[Difference]:
    """Tell how two identities differ, what matters most first.

    Args:
        old_parts: the parts of an identity, as `pipeline.identity` puts them together.
        new_parts: the same of the other one.
        listing: gives the listings of folders, to name the files in them that changed.
    """
    old = {**_NOTHING, **old_parts}
    new = {**_NOTHING, **new_parts}
    return [
        *_paths("input", old["inputs"], new["inputs"], listing),
        *_pairs("input", old["probes"], new["probes"], "probe "),
        *_pairs("input", old["urls"], new["urls"], ""),
        *_params(old["params"], new["params"]),
        *_words("command", old["command"], new["command"]),
        *_words("entrypoint", old["entrypoint"], new["entrypoint"]),
        *_words("working_dir", old["working_dir"], new["working_dir"]),
        *_pairs("environment", old["environment"], new["environment"], "environment "),
        *_image(old["image"], new["image"]),
        *_pairs("mounts", old["mounts"], new["mounts"], "mount "),
        *_outputs(old["outputs"], new["outputs"]),
    ]


_NOTHING: Mapping[str, Any] = {
    "image": {},
    "command": None,
    "entrypoint": None,
    "working_dir": None,
    "environment": {},
    "params": {},
    "inputs": {},
    "outputs": (),
    "mounts": {},
    "probes": {},
    "urls": {},
}


def shown(value: object) -> str:
    """Give a value as people read it, on one line and not too long."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        text = command_text(value)
    elif isinstance(value, str):
        text = value if value.strip() == value and value else repr(value)
    else:
        text = str(value)
    text = text.replace("\n", "\\n")
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"


def command_text(words: Sequence[object]) -> str:
    """Give a command as one types it in a shell, with as few quotes as can be."""
    return " ".join(map(_quoted, map(str, words)))


def _quoted(word: str) -> str:
    if "'" not in word:
        return shlex.quote(word)
    return '"' + re.sub(r'(["\\$`])', r"\\\1", word) + '"'


def short_digest(digest: object) -> str:
    """Give a digest's first digits, `sha256:ab12…`; other values as they are read."""
    if isinstance(digest, str) and digest.startswith("sha256:"):
        return f"{digest[: len('sha256:') + _DIGEST_DIGITS]}…"
    return shown(digest)


def _params(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    yield from _pairs("param", old, new, "")


def _pairs(
    kind: Kind, old: Mapping[str, Any], new: Mapping[str, Any], prefix: str
) -> Iterator[Difference]:
    for name in sorted({*old, *new}):
        before, after = old.get(name), new.get(name)
        if name not in old:
            yield Difference(kind, name, None, after, f"{prefix}{name} added: {shown(after)}")
        elif name not in new:
            yield Difference(kind, name, before, None, f"{prefix}{name} removed")
        elif before != after or isinstance(before, bool) != isinstance(after, bool):
            text = f"{prefix}{name}: {_from_to(before, after)}"
            yield Difference(kind, name, before, after, text)


def _from_to(before: object, after: object) -> str:
    old, new = shown(before), shown(after)
    if old == new:  # the text 1 and the number 1, or two that differ far behind
        old, new = _clearly(before), _clearly(after)
    return f"{old} → {new}" if old != new else "changed"


def _clearly(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_VALUE else f"…{text[-_LONGEST_VALUE:]}"


def _words(kind: Kind, old: object, new: object) -> Iterator[Difference]:
    if old != new:
        name = kind.replace("_", " ")
        yield Difference(kind, kind, old, new, f"{name}: {_from_to(old, new)}")


def _outputs(old: Sequence[str], new: Sequence[str]) -> Iterator[Difference]:
    for path in sorted({*old} ^ {*new}):
        if path in old:
            yield Difference("output", path, path, None, f"output {path} removed")
        else:
            yield Difference("output", path, None, path, f"output {path} added")


def _image(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    if old == new:
        return
    if "build" in old and "build" in new:
        yield from _build(old["build"], new["build"])
    elif "interpreter" in old and "interpreter" in new:
        yield from _interpreter(old, new)
    elif "reference" in old and old.get("reference") == new.get("reference"):
        yield _base(old["reference"], old.get("digest"), new.get("digest"), "image")
    else:
        before, after = _source(old), _source(new)
        yield Difference("image", "image", before, after, f"image: {before} → {after}")


def _source(image: Mapping[str, Any]) -> str:
    if "build" in image:
        return "built here"
    if "interpreter" in image:
        return f"no image (Python {shown(image['interpreter'])})"
    return shown(image.get("reference"))


def _base(reference: str, old: object, new: object, word: str) -> Difference:
    text = f"{word} {reference}: {short_digest(old)} → {short_digest(new)}"
    return Difference("image", reference, old, new, text)


def _build(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    if old.get("dockerfile") != new.get("dockerfile"):
        before, after = old.get("dockerfile"), new.get("dockerfile")
        yield Difference("image", "Dockerfile", before, after, "Dockerfile changed")
    yield from _pairs("image", old.get("args") or {}, new.get("args") or {}, "build argument ")
    for name in ("target", "platforms"):
        if old.get(name) != new.get(name):
            text = f"build {name}: {_from_to(old.get(name), new.get(name))}"
            yield Difference("image", name, old.get(name), new.get(name), text)
    files = _changes("", old.get("files") or {}, new.get("files") or {})
    yield from _at_most(
        _NAMED_FILES,
        [
            Difference("image", path, before, after, f"{path} (in the image) {word}")
            for path, before, after, word in files
        ],
        "image",
        "the image",
    )
    yield from _bases(old.get("bases") or {}, new.get("bases") or {})


def _bases(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    for reference in sorted({*old, *new}):
        before, after = old.get(reference), new.get(reference)
        if reference not in old:
            text = f"base image {reference} added"
            yield Difference("image", reference, None, after, text)
        elif reference not in new:
            text = f"base image {reference} removed"
            yield Difference("image", reference, before, None, text)
        elif before != after:
            yield _base(reference, before, after, "base image")


def _interpreter(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    for name in sorted({*old, *new} - {"distributions"}):
        if old.get(name) != new.get(name):
            text = f"{name}: {_from_to(old.get(name), new.get(name))}"
            yield Difference("image", name, old.get(name), new.get(name), text)
    before, after = old.get("distributions"), new.get("distributions")
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        pairs = list(_pairs("image", before, after, "package "))
        yield from _at_most(_NAMED_FILES, pairs, "image", "the installed packages")
    elif before != after:
        yield Difference("image", "distributions", before, after, "installed packages changed")


def _paths(
    kind: Literal["input", "output"],
    old: Mapping[str, str],
    new: Mapping[str, str],
    listing: Listing,
) -> Iterator[Difference]:
    found: list[Difference] = []
    for path, before, after, word in _changes("", old, new):
        inside = _inside(kind, path, before, after, listing)
        found += inside or [Difference(kind, path, before, after, f"{path} {word}")]
    yield from _at_most(2 * _NAMED_FILES, found, kind, f"the {kind}s")


def _inside(
    kind: Kind, path: str, before: str | None, after: str | None, listing: Listing
) -> list[Difference]:
    """Name what changed in a folder; nothing where a listing is missing or it is no folder."""
    if before is None or after is None:
        return []
    old, new = listing(before), listing(after)
    if old is None or new is None:
        return []
    changes = _changes(f"{path}/" if path else "", _entries(old), _entries(new))
    found = [Difference(kind, name, a, b, f"{name} {word}") for name, a, b, word in changes]
    return list(_at_most(_NAMED_FILES, found, kind, path or f"the {kind}"))


def _entries(tree: Tree) -> dict[str, str]:
    return {**{e.path: _entry(e) for e in tree.entries}, **dict.fromkeys(tree.empty_folders, "")}


def _entry(entry: Entry) -> str:
    return f"{entry.digest}{'+x' if entry.executable else ''}{'@' if entry.link else ''}"


def _changes(
    prefix: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[tuple[str, Any, Any, str]]:
    """Give name, both values, and a word for each key that is not the same."""
    for name in sorted({*old, *new}):
        before, after = old.get(name), new.get(name)
        if name not in old:
            yield f"{prefix}{name}", None, after, "added"
        elif name not in new:
            yield f"{prefix}{name}", before, None, "removed"
        elif before != after:
            yield f"{prefix}{name}", before, after, "changed"


def _at_most(
    limit: int, found: Sequence[Difference], kind: Kind, place: str
) -> Iterable[Difference]:
    yield from found[:limit]
    more = len(found) - limit
    if more > 0:
        yield Difference(kind, place, None, None, f"and {more} more in {place}")


def _code(old: Code, new: Code, listing: Listing) -> Iterator[Difference]:
    for name in ("commit", "branch"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            text = f"{name}: {_from_to(before, after)}"
            yield Difference("code", name, before, after, text)
    if old.tree == new.tree:
        return
    inside = _inside("code", "", old.tree, new.tree, listing)
    yield from inside or [Difference("code", "tree", old.tree, new.tree, "the code changed")]


def _digests(contents: Mapping[str, Content]) -> dict[str, str]:
    return {path: f"{c.digest}{'+x' if c.executable else ''}" for path, c in contents.items()}


def _last(run: Run, name: str) -> float | None:
    metric = run.metrics.get(name)
    return None if metric is None else metric.last
