"""Keeping versioned data out of git: one line each in the project's `.gitignore`."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from modelcompose.errors import UsageError
from modelcompose.store.failures import translated

NAME = ".gitignore"


def ignore(project: Path, path: str) -> bool:
    """Have git ignore a path, even where there is no git yet; whether a line was written for it.

    Raises:
        UsageError: git tracks it, or something in it.
        StoreError: the file cannot be written.
    """
    if _git(project, "rev-parse", "--git-dir") is None:
        return _add_line(project, path)  # for the `git add` after a `git init` that is to come
    tracked = _git(project, "ls-files", "-z", "--", path) or ""
    if tracked:
        first = tracked.split("\0")[0]
        raise UsageError(
            f"{path}: git tracks {first}: data is in git or in the store, not in both",
            hint=f"take it out of git, and leave it on the disk: git rm -r --cached {path}",
        )
    if _git(project, "check-ignore", "--quiet", path) is not None:
        return False
    return _add_line(project, path)


def unignore(project: Path, path: str) -> None:
    """Take our line for a path away again.

    Raises:
        StoreError: the file cannot be written.
    """
    lines = _lines(project)
    kept = [line for line in lines if line != f"/{_escaped(path)}"]
    if kept != lines:
        _write(project, kept)


def _add_line(project: Path, path: str) -> bool:
    """Write a path's line at the end; whether it was not there."""
    lines, line = _lines(project), f"/{_escaped(path)}"
    if line in lines:
        return False
    _write(project, [*lines, line])
    return True


def _escaped(path: str) -> str:
    """Give a path as git's patterns take it literally."""
    text = "".join(f"\\{char}" if char in "\\*?[" else char for char in path)
    return f"{text[:-1]}\\ " if text.endswith(" ") else text


def _lines(project: Path) -> list[str]:
    with translated(project / NAME, "cannot be read"):
        try:
            return (project / NAME).read_text("utf-8", "surrogateescape").splitlines()
        except FileNotFoundError:
            return []


def _write(project: Path, lines: Sequence[str]) -> None:
    path = project / NAME
    with translated(path, "cannot be written"):
        new = path.with_name(f"{NAME}.new")
        new.write_text("".join(f"{line}\n" for line in lines), "utf-8", "surrogateescape")
        new.replace(path)


def _git(project: Path, *arguments: str) -> str | None:
    """Give what git prints; None where it says no, or is not there."""
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=project,
            env={**os.environ, "LC_ALL": "C"},
            capture_output=True,
            text=True,
            errors="surrogateescape",
            check=False,
        )
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
