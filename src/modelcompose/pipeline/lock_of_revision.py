"""`ml.lock` as a git revision has it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from modelcompose.errors import NotFound, UsageError
from modelcompose.pipeline.lock import FILE_NAME, Lock, parse_lock


def lock_at(project: Path, revision: str) -> Lock:
    """Give the lock of a git revision; an empty one where that has none.

    Raises:
        NotFound: git knows no such revision.
        LockFileError: the lock of that revision cannot be read.
    """
    if revision.startswith("-"):
        raise UsageError(f"{revision}: is no git revision")
    found = git(project, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if found is None:
        raise NotFound(
            f"{revision}: git knows no such revision, and no data is versioned under that path",
            hint="see the revisions that have data: git log --oneline --all -- ml.lock",
        )
    text = git(project, "show", f"{found.strip()}:./{FILE_NAME}")
    return Lock() if text is None else parse_lock(text, f"{FILE_NAME} of {revision}")


def git(project: Path, *arguments: str) -> str | None:
    """Give what git prints; None where it says no, or is not there."""
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
