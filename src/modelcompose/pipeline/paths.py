"""How paths of inputs and outputs relate; pure, on POSIX paths relative to the project."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

_GLOB_CHARACTERS = frozenset("*?[")


def is_glob(path: str) -> bool:
    """Tell whether the path stands for the files that match it."""
    return not _GLOB_CHARACTERS.isdisjoint(path)


def covers(outer: str, inner: str) -> bool:
    """Tell whether `inner` is `outer` or lies in it."""
    return outer in (inner, ".") or inner.startswith(outer + "/")


def overlap(one: str, other: str) -> bool:
    """Tell whether one of two paths lies in the other, or both are the same."""
    return covers(one, other) or covers(other, one)


def may_read(declared: str, written: str) -> bool:
    """Tell whether an input, which may be a glob, reads something of a written path."""
    if not is_glob(declared):
        return overlap(declared, written)
    return _segments_meet(declared.split("/"), written.split("/"))


def _segments_meet(pattern: list[str], path: list[str]) -> bool:
    """Match from the left until one side ends: the longer one then lies in the shorter."""
    if not pattern or not path:
        return True
    if pattern[0] == "**":
        return True
    return fnmatchcase(path[0], pattern[0]) and _segments_meet(pattern[1:], path[1:])


def outermost(paths: Iterable[str]) -> tuple[str, ...]:
    """Leave out every path that lies in another one; sorted folder by folder."""
    kept: list[str] = []
    for path in sorted(set(paths), key=by_folder):
        if not kept or not covers(kept[-1], path):
            kept.append(path)
    return tuple(kept)


def by_folder(path: str) -> list[str]:
    """Give a sort key that puts everything in a folder right behind the folder."""
    return path.split("/")


def place_of(path: str, workspace: Path, places: Mapping[str, Path]) -> Path:
    """Give where an output lies: in one of these places, else in the workspace."""
    for outer, place in places.items():
        if covers(outer, path):
            return place / path[len(outer) + 1 :] if path != outer else place
    return workspace / path
