"""Every `ml.lock` that git's history holds, as text."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from modelcompose.errors import NotFound, UsageError
from modelcompose.pipeline.lock import FILE_NAME
from modelcompose.pipeline.lock_of_revision import git

ALL = "--all"
"""In place of revisions: every branch, tag and stash, of remotes too."""
_LOG = (
    *("-c", "log.showRoot=true", "log", "--full-history", "-m"),
    *("--raw", "--no-abbrev", "--no-renames", "--format="),
)
"""Asks for the blobs that each commit changed."""


def check_revisions(project: Path, revisions: Sequence[str]) -> None:
    """Make sure that git knows revisions: a mistyped one would keep nothing.

    Raises:
        UsageError: one is no revision.
        NotFound: git does not know one, or the project is no git repository.
    """
    for revision in revisions:
        if revision.startswith("-") and revision != ALL:
            raise UsageError(f"{revision}: is no git revision")
        if not knows(project, revision):
            raise NotFound(
                f"{revision}: git knows no such revision in {project}"
                if revision != ALL
                else f"{project}: is no git repository, so there are no revisions to keep",
                hint="see them: git log --oneline --all -- ml.lock",
            )


def knows(project: Path, revision: str) -> bool:
    """Whether git knows a revision of a project."""
    if revision == ALL:
        return git(project, "rev-parse", "--git-dir") is not None
    name = f"{revision}^{{commit}}"
    return git(project, "rev-parse", "--verify", "--quiet", "--end-of-options", name) is not None


def old_locks(project: Path, revisions: Sequence[str]) -> list[str]:
    """Give the text of each lock in the history of revisions; none where git knows none of them.

    The history is not simplified: also what a merge left aside is in it.
    """
    known = [revision for revision in revisions if knows(project, revision)]
    if not known:
        return []
    listed = git(project, *_LOG, *known, "--", FILE_NAME)
    # A line such as `:100644 100644 OLD NEW M ml.lock`.
    lines = [line.split() for line in (listed or "").splitlines() if line.startswith(":")]
    blobs = {blob for line in lines for blob in line[2:4] if blob.strip("0")}
    return _texts(project, sorted(blobs))


def _texts(project: Path, blobs: Sequence[str]) -> list[str]:
    if not blobs:
        return []
    done = subprocess.run(
        ["git", "-C", str(project), "cat-file", "--batch"],
        input="".join(f"{blob}\n" for blob in blobs).encode(),
        capture_output=True,
        check=True,
    )
    # A header with each blob's size stands between the texts, and is no lock: it does not matter.
    return [done.stdout.decode(errors="replace")]
