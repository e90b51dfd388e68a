"""`ml.lock` as git remembers it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from modelcompose.errors import NotFound, UsageError
from modelcompose.pipeline.lock import FILE_NAME, Lock, parse_lock
from modelcompose.store.content import Content

_FORMAT = "%H%x1f%at%x1f%an%x1f%s"
_OPTION = re.compile(r"-")


class Commit(Struct, frozen=True):
    """A commit that changed the lock."""

    id: str
    at: float
    """Seconds since the epoch."""
    author: str
    subject: str


class Version(Struct, frozen=True):
    """What a path held from one commit on; None where it was no longer versioned."""

    commit: Commit
    content: Content | None


def lock_at(project: Path, revision: str) -> Lock:
    """Give the lock of a git revision; an empty one where that has none.

    Raises:
        NotFound: git knows no such revision.
        LockFileError: the lock of that revision cannot be read.
    """
    if _OPTION.match(revision):
        raise UsageError(f"{revision}: is no git revision")
    found = _git(project, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if found is None:
        raise NotFound(
            f"{revision}: git knows no such revision, and no data is versioned under that path",
            hint="see the versions: modelcompose data log",
        )
    text = _git(project, "show", f"{found.strip()}:./{FILE_NAME}")
    return Lock() if text is None else parse_lock(text, f"{FILE_NAME} of {revision}")


def commits(project: Path) -> list[Commit]:
    """Give the commits that changed the lock, the newest first; none without git."""
    text = _git(project, "log", f"--format={_FORMAT}", "--", FILE_NAME) or ""
    rows = (line.split("\x1f", 3) for line in text.splitlines())
    return [Commit(row[0], float(row[1]), row[2], row[3]) for row in rows]


def versions(project: Path, path: str) -> Iterator[Version]:
    """Give what a path held, the newest first: one for each commit that changed it."""
    newer: Version | None = None
    for commit in commits(project):
        here = Version(commit, lock_at(project, commit.id).data.get(path))
        if newer is not None and newer.content != here.content:
            yield newer
        newer = here
    if newer is not None and newer.content is not None:
        yield newer


def all_locks(project: Path, revisions: tuple[str, ...]) -> list[Lock]:
    """Give the locks of every commit that git's log reaches from these revisions."""
    text = _git(project, "log", "--format=%H", *revisions, "--", FILE_NAME) or ""
    return [lock_at(project, commit) for commit in text.split()]


def _git(project: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(project), *arguments],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
