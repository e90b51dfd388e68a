"""Merging two versions of `ml.lock`, entry by entry."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from modelcompose.errors import LockFileError
from modelcompose.pipeline.lock import Lock

_Value = TypeVar("_Value")


def merge_locks(base: Lock, ours: Lock, theirs: Lock) -> tuple[Lock, list[str]]:
    """Merge two locks that grew from a common one. Pure.

    Returns:
        The merged lock, and the names of steps, images and data that both sides changed, which are
        left out of it: what they were is found again, or made again, by the next run.
    """
    steps, conflicts = _merged(base.steps, ours.steps, theirs.steps)
    images, more = _merged(base.images, ours.images, theirs.images)
    data, others = _merged(base.data, ours.data, theirs.data)
    return Lock(images, steps, data), [*conflicts, *more, *others]


def _merged(
    base: Mapping[str, _Value], ours: Mapping[str, _Value], theirs: Mapping[str, _Value]
) -> tuple[dict[str, _Value], list[str]]:
    merged: dict[str, _Value] = {}
    conflicts: list[str] = []
    for name in sorted({*base, *ours, *theirs}):
        old, mine, yours = base.get(name), ours.get(name), theirs.get(name)
        if mine != yours and old not in (mine, yours):
            conflicts.append(name)
            continue
        kept = yours if mine == old else mine
        if kept is not None:
            merged[name] = kept
    return merged, conflicts


def conflict_sides(path: Path) -> tuple[str, str, str]:
    """Ask git for the three versions of a file that is in conflict: base, ours, theirs.

    Raises:
        LockFileError: git knows of no conflict in it.
    """
    listed = _git(path, "ls-files", "--unmerged", "--", path.name)
    stages = {line.split()[2] for line in listed.splitlines() if line}
    if not stages:
        raise LockFileError(
            f"{path.name}: git knows of no conflict in it",
            hint=f"if it is broken, take the last good one: git checkout -- {path.name}",
        )
    one, two, three = (
        _git(path, "show", f":{stage}:./{path.name}") if stage in stages else "version: 1\n"
        for stage in ("1", "2", "3")
    )
    return one, two, three


def _git(path: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(path.parent), *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise LockFileError(f"{path.name}: git is needed to see the conflict") from error
    if done.returncode != 0:
        raise LockFileError(f"{path.name}: git: {done.stderr.strip()}")
    return done.stdout
