"""Merging two versions of `ml.lock`, entry by entry."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from modelcompose.errors import LockFileError
from modelcompose.pipeline.lock import Lock, LockedStep

_Value = TypeVar("_Value")


def merge_locks(base: Lock, ours: Lock, theirs: Lock) -> tuple[Lock, list[str]]:
    """Merge two locks that grew from a common one. Pure.

    Returns:
        The merged lock, and the names of steps, images and data that both sides changed. Steps and
        images are left out of it: what they were is found again, or made again, by the next run.
        Of data, which nothing makes again, ours stays, and theirs where ours is none.
    """
    steps, conflicts = _merged(base.steps, ours.steps, theirs.steps, choose=_later)
    images, more = _merged(base.images, ours.images, theirs.images)
    data, others = _merged(base.data, ours.data, theirs.data)
    data |= {name: kept for name in others if (kept := ours.data.get(name, theirs.data.get(name)))}
    sources, _ = _merged(base.sources, ours.sources, theirs.sources)
    # Where both sides asked a source, the next update asks again: nothing is lost by that.
    known = {path: source for path, source in sources.items() if path in data}
    return Lock(images, steps, data, known), [*conflicts, *more, *others]


def _later(mine: LockedStep, yours: LockedStep) -> LockedStep | None:
    """Choose what was made last of a step with a period, which both sides made of the same."""
    if mine.identity != yours.identity or mine.made is None or yours.made is None:
        return None
    return max(mine, yours, key=lambda step: step.made or "")


def _undecided(_mine: object, _yours: object) -> None:
    """Choose neither."""


def _merged(
    base: Mapping[str, _Value],
    ours: Mapping[str, _Value],
    theirs: Mapping[str, _Value],
    *,
    choose: Callable[[_Value, _Value], _Value | None] = _undecided,
) -> tuple[dict[str, _Value], list[str]]:
    merged: dict[str, _Value] = {}
    conflicts: list[str] = []
    for name in sorted({*base, *ours, *theirs}):
        old, mine, yours = base.get(name), ours.get(name), theirs.get(name)
        kept = yours if mine == old else mine
        if mine != yours and old not in (mine, yours):
            kept = choose(mine, yours) if mine is not None and yours is not None else None
            if kept is None:
                conflicts.append(name)
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


def their_revision(folder: Path) -> str:
    """Give what git calls the other side while its conflicts are being resolved."""
    for name in ("MERGE_HEAD", "REBASE_HEAD", "CHERRY_PICK_HEAD"):
        try:
            _git(folder / name, "rev-parse", "--verify", "--quiet", name)
        except LockFileError:
            continue
        return name
    return "REV"


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
