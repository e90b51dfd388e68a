"""Secrets in environment files that git holds, or would take in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from modelcompose.compose.embedded.dotenv import read_dotenv
from modelcompose.compose.grammar import DEFAULT_MASKS
from modelcompose.diagnosis.finding import Finding, problem, warning
from modelcompose.diagnosis.repair import AddLine
from modelcompose.diagnosis.sizes import listed
from modelcompose.diagnosis.subject import Subject
from modelcompose.diagnosis.waiting import Unknown
from modelcompose.errors import ModelComposeError
from modelcompose.pipeline.mounts import relative_path
from modelcompose.pipeline.secrets import secret_files
from modelcompose.tracking.masking import is_secret

_ENV_FILE = re.compile(r"(?:.*/)?(?:\.env(?:\..+)?|[^/]+\.env)")
_TEMPLATE = re.compile(r"\.(?:example|sample|template|dist|tmpl)\b", re.IGNORECASE)
_STAND_IN = re.compile(
    r"(?:<.*>|x+|\*+|\.+|changeme|change[-_ ]me|todo|none|null|example|your[-_ ].*)",
    re.IGNORECASE,
)
"""What people write where a secret is to come."""


def look_at_secrets(subject: Subject) -> Iterator[Finding]:
    """Look into the environment files, and for the files of Compose's `secrets`."""
    repository = subject.repository.known()
    if not repository.is_there:
        return
    paths = _env_files(subject, repository.tracked)
    found = {path: secret_lines(subject.folder / path, _masks(subject)) for path in paths}
    found = {path: lines for path, lines in found.items() if lines}
    found |= {path: [] for path in _secret_files(subject)}
    ignored = repository.ignored(found)
    for path, lines in found.items():
        if repository.tracks(path):
            yield _committed(path, lines)
        elif path not in ignored:
            yield _about_to_be(subject, path, lines)


def secret_lines(path: Path, masks: Sequence[str]) -> list[tuple[str, int]]:
    """Give the names of the secrets in an environment file, with their lines from 1."""
    try:
        values = read_dotenv(path, {})
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except (ModelComposeError, OSError):
        return []
    names = [name for name, value in values.items() if is_secret(name, masks) and _is_real(value)]
    return [(name, _line_of(name, lines)) for name in names]


def _is_real(value: str) -> bool:
    return bool(value.strip()) and not _STAND_IN.fullmatch(value.strip())


def _line_of(name: str, lines: Sequence[str]) -> int:
    pattern = re.compile(rf"\s*(?:export\s+)?{re.escape(name)}\s*[=:]")
    return next((number for number, line in enumerate(lines, 1) if pattern.match(line)), 1)


def _env_files(subject: Subject, tracked: frozenset[str]) -> list[str]:
    """Give the environment files that Compose reads, and others of such a name in git."""
    named = {path for path in tracked if _ENV_FILE.fullmatch(path)}
    named |= {
        relative
        for file in subject.discovery.known().env_files
        if (relative := relative_path(subject.folder, str(file))) is not None
    }
    try:
        of_services = [relative_path(subject.folder, str(f)) for f in subject.project.env_files]
    except Unknown:
        of_services = []
    named |= {path for path in of_services if path is not None}
    return sorted(path for path in named if not _TEMPLATE.search(path))


def _secret_files(subject: Subject) -> list[str]:
    try:
        files = [file for file in secret_files(subject.project) if file.is_file()]
    except Unknown:
        return []
    found = (relative_path(subject.folder, str(file)) for file in files)
    return sorted(path for path in found if path is not None)


def _masks(subject: Subject) -> Sequence[str]:
    try:
        return subject.project.masked_variables
    except Unknown:
        return DEFAULT_MASKS


def _committed(path: str, lines: Sequence[tuple[str, int]]) -> Finding:
    return problem(
        f"git holds {_what(lines)}: everybody with a clone knows it, now and from the history",
        where=_place(path, lines),
        fix="take the file out of git, and change the secret where it is given out:\n"
        f"git rm --cached {path} && echo /{path} >> .gitignore",
    )


def _about_to_be(subject: Subject, path: str, lines: Sequence[tuple[str, int]]) -> Finding:
    ignore = subject.folder / ".gitignore"
    return warning(
        f"git does not ignore {_what(lines)}: the next `git add` takes it in",
        where=_place(path, lines),
        fix=f"add the line `/{path}` to {subject.shown(ignore)}",
        repair=AddLine(ignore, f"/{path}"),
    )


def _what(lines: Sequence[tuple[str, int]]) -> str:
    if not lines:
        return "a file that Compose hands out as a secret"
    return f"the value of {listed([name for name, _ in lines])}"


def _place(path: str, lines: Sequence[tuple[str, int]]) -> str:
    return f"{path}:{lines[0][1]}:1" if lines else path
