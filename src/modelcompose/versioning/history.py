"""`ml.lock` as git remembers it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from modelcompose.pipeline.lock import FILE_NAME
from modelcompose.pipeline.lock_of_revision import git, lock_at
from modelcompose.store.content import Content

__all__ = ["FORMAT", "Commit", "Version", "commits", "lock_at", "versions"]

FORMAT = "%H%x1f%at%x1f%an%x1f%s"
"""What git's log is asked for: id, time, author and subject, `\\x1f` between them."""


_ASKED = 20
"""Commits of which `names_lately` looks at the lock, of each kind."""


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


def commits(project: Path) -> list[Commit]:
    """Give the commits that changed the lock, the newest first; none without git."""
    text = git(project, "log", f"--format={FORMAT}", "--", FILE_NAME) or ""
    rows = (line.split("\x1f", 3) for line in text.split("\n") if line)
    return [Commit(row[0], float(row[1]), row[2], row[3]) for row in rows]


def names_lately(project: Path, digest: str) -> bool:
    """Whether the lock of a branch, or of what was checked out lately, names a content.

    A few commits are asked, so that it takes no longer in a long history.
    """
    tips = git(project, "for-each-ref", f"--count={_ASKED}", "--format=%(objectname)", "refs/heads")
    lately = git(project, "rev-list", "--walk-reflogs", f"--max-count={_ASKED}", "HEAD")
    asked = {*(tips or "").split(), *(lately or "").split()}
    named = ["grep", "--quiet", "--fixed-strings", "-e", digest, *sorted(asked), "--", FILE_NAME]
    return bool(asked) and git(project, *named) is not None


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
