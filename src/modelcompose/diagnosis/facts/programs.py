"""Asking another program, for a bounded time."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

_LIMIT_S = 10.0
_OF_ANOTHER_REPOSITORY = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
"""Set while a git hook runs, and then wrong for any other folder."""


class Answer(Struct, frozen=True):
    """What a program said."""

    code: int | None
    """Its exit code; None where it could not be started, or did not end in time."""
    output: str = ""
    told: str = ""
    """What it wrote to its standard error, or why it has no exit code."""

    @property
    def is_good(self) -> bool:
        """Whether it succeeded."""
        return self.code == 0

    @property
    def complaint(self) -> str:
        """The last line that it told."""
        return (self.told.splitlines() or [""])[-1]


def ask(
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    folder: Path | None = None,
    typed: str | None = None,
    limit_s: float = _LIMIT_S,
) -> Answer:
    """Run a program and give what it said; it is ended when it takes too long."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=dict(environment),
            input=(typed or "").encode(errors="surrogateescape"),
            capture_output=True,
            timeout=limit_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Answer(None, told=f"no answer within {limit_s:g} s")
    except OSError as error:
        return Answer(None, told=error.strerror or str(error))
    return Answer(
        done.returncode,
        output=done.stdout.decode(errors="surrogateescape"),
        told=done.stderr.decode(errors="replace").strip(),
    )


def ask_git(
    folder: Path, environment: Mapping[str, str], *arguments: str, typed: str | None = None
) -> Answer:
    """Ask git about a folder, without taking locks that the user's own commands would wait for."""
    kept = {n: value for n, value in environment.items() if n not in _OF_ANOTHER_REPOSITORY}
    quiet = {**kept, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    return ask(["git", *arguments], quiet, folder=folder, typed=typed)
