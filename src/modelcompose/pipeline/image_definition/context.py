"""The files of a build context that the sources of a Dockerfile name."""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from modelcompose.pipeline.image_definition.ignore import Flags, Patterns
from modelcompose.pipeline.image_definition.stage import Source
from modelcompose.pipeline.image_definition.wildcards import compile_name, has_wildcard

MISSING = "missing"
"""Stands for the content of a source that is not there."""

_MOST_LINKS = 40


class _Entry(NamedTuple):
    """Something found in a context."""

    path: str
    """Relative to the context; empty for the context itself."""
    mode: int
    flags: Flags
    """What `.dockerignore` says of what is inside."""
    is_ignored: bool

    @property
    def is_folder(self) -> bool:
        return stat.S_ISDIR(self.mode)


class _Filter(NamedTuple):
    """Patterns of `--parents` or `--exclude`, which count from the copied folder."""

    patterns: Patterns
    keeps: bool
    """Whether what matches stays, or goes."""


class Context:
    """One folder that a build reads, and what was taken from it so far."""

    def __init__(
        self,
        root: Path,
        ignore: Patterns,
        *,
        excluded: Callable[[Path], bool],
        digest: Callable[[Path], str],
    ) -> None:
        self._root = root
        self._ignore = ignore
        self._excluded = excluded
        self._digest = digest
        self._entries: dict[str, dict[str, _Entry]] = {}
        self.files: dict[str, str] = {}
        self.own_outputs: set[str] = set()

    def take_all(self) -> None:
        """Take every file that the build sees."""
        self._walk(self._top(), [], is_named=self._excluded(self._root))

    def take(self, source: Source) -> None:
        """Take the files that one source names."""
        path = source.path
        filters = [_Filter(Patterns(source.exclude), keeps=False)] if source.exclude else []
        if source.parents:
            path, inner = _pivot(path)
            filters.append(_Filter(Patterns([inner]), keeps=True))
        if source.is_literal or not has_wildcard(path):
            self._take_path(path, filters)
            return
        for match in self._expand(path):
            self._take_path(match, filters, is_named=self._names_output(_literal_part(path)))

    def _take_path(
        self, path: str, filters: list[_Filter], *, is_named: bool | None = None
    ) -> None:
        entry = self._resolve(path)
        if entry is None:
            self.files[_normal(path)] = MISSING
            return
        if is_named is None:
            is_named = self._names_output(entry.path)
        if entry.is_folder:
            self._walk(entry, filters, is_named=is_named)
        elif not entry.is_ignored:
            self._take_entry(entry, is_named=is_named)
        else:
            self.files[_normal(path)] = MISSING

    def _names_output(self, path: str) -> bool:
        """Tell whether a source is an output, or inside one: then it is meant."""
        names = path.split("/") if path else []
        above = [self._root.joinpath(*names[:count]) for count in range(len(names) + 1)]
        return any(self._excluded(folder) for folder in above)

    def _walk(self, top: _Entry, filters: list[_Filter], *, is_named: bool) -> None:
        waiting: list[tuple[_Entry, tuple[Flags, ...]]] = [(top, tuple(() for _ in filters))]
        start = len(top.path) + 1 if top.path else 0
        while waiting:
            folder, above = waiting.pop()
            for entry in self._inside(folder).values():
                keeps, flags = _judge(filters, entry.path[start:], above)
                if entry.is_folder:
                    if not self._is_swept_output(entry, is_named=is_named, counts=keeps):
                        waiting.append((entry, flags))
                elif keeps and not entry.is_ignored:
                    self._take_entry(entry, is_named=is_named)

    def _is_swept_output(self, folder: _Entry, *, is_named: bool, counts: bool) -> bool:
        if is_named or not self._excluded(self._root / folder.path):
            return False
        if counts and not folder.is_ignored:
            self.own_outputs.add(folder.path)
        return True

    def _take_entry(self, entry: _Entry, *, is_named: bool) -> None:
        path = self._root / entry.path
        if not is_named and self._excluded(path):
            self.own_outputs.add(entry.path)
        elif stat.S_ISLNK(entry.mode):
            self.files[entry.path] = f"link:{path.readlink()}"
        elif stat.S_ISREG(entry.mode):
            executable = " executable" if entry.mode & stat.S_IXUSR else ""
            self.files[entry.path] = self._digest(path) + executable

    # Looking

    def _top(self) -> _Entry:
        return _Entry("", stat.S_IFDIR, (), is_ignored=False)

    def _inside(self, folder: _Entry) -> dict[str, _Entry]:
        """Give what a folder holds that the build sees, or may see something inside of."""
        if folder.path not in self._entries:
            found = (self._entry(folder, item) for item in self._scan(folder.path))
            self._entries[folder.path] = {
                posixpath.basename(entry.path): entry
                for entry in found
                if not entry.is_ignored
                or (entry.is_folder and self._ignore.may_spare_below(entry.path, entry.flags))
            }
        return self._entries[folder.path]

    def _scan(self, path: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self._root / path) as items:
                return sorted(items, key=lambda item: item.name)
        except NotADirectoryError:
            return []

    def _entry(self, folder: _Entry, item: os.DirEntry[str]) -> _Entry:
        path = f"{folder.path}/{item.name}" if folder.path else item.name
        is_ignored, flags = self._ignore.match(path, folder.flags)
        if item.is_dir(follow_symlinks=False):
            mode = stat.S_IFDIR
        else:
            mode = 0 if is_ignored else item.stat(follow_symlinks=False).st_mode
        return _Entry(path, mode, flags, is_ignored=is_ignored)

    def _resolve(self, path: str) -> _Entry | None:
        """Follow a path, and the links on it, without leaving the context."""
        todo = path.split("/")[::-1]
        trail = [self._top()]
        links = 0
        while todo:
            name = todo.pop()
            if name == "..":
                trail = trail[:-1] or trail
            if name in ("", ".", ".."):
                continue
            entry = self._inside(trail[-1]).get(name) if trail[-1].is_folder else None
            if entry is None:
                return None
            if not stat.S_ISLNK(entry.mode):
                trail.append(entry)
                continue
            links += 1
            if links > _MOST_LINKS:
                return None
            target = os.fspath((self._root / entry.path).readlink())
            todo += target.split("/")[::-1]
            trail = trail[:1] if target.startswith("/") else trail
        return trail[-1]

    def _expand(self, pattern: str) -> Iterator[str]:
        """Give the paths that match a pattern; a folder that matches stands for all inside."""
        start = self._resolve(_literal_part(pattern))
        rest = [part for part in _normal(pattern).split("/") if part]
        rest = rest[_normal(_literal_part(pattern)).count("/") + bool(_literal_part(pattern)) :]
        if start is not None and start.is_folder:
            yield from self._matches(start, [compile_name(part) for part in rest])

    def _matches(self, folder: _Entry, tests: list[Callable[[str], bool]]) -> Iterator[str]:
        for name, entry in self._inside(folder).items():
            if not tests[0](name):
                continue
            if len(tests) == 1:
                yield entry.path
            elif entry.is_folder:
                yield from self._matches(entry, tests[1:])


def _judge(
    filters: list[_Filter], path: str, above: tuple[Flags, ...]
) -> tuple[bool, tuple[Flags, ...]]:
    keeps = True
    flags: list[Flags] = []
    for one, inherited in zip(filters, above, strict=True):
        matched, inside = one.patterns.match(path, inherited)
        keeps = keeps and matched == one.keeps
        flags.append(inside)
    return keeps, tuple(flags)


def _pivot(path: str) -> tuple[str, str]:
    """Split a `--parents` source at `/./`: what is left out of the copy, and what is kept."""
    before, found, after = path.partition("/./")
    inner = after if found else path
    return (before if found else ""), _normal(inner) or "**"


def _normal(path: str) -> str:
    return posixpath.normpath(f"/{path}").lstrip("/")


def _literal_part(pattern: str) -> str:
    """Give the folders of a pattern before the first that holds a wildcard."""
    literal: list[str] = []
    for part in _normal(pattern).split("/"):
        if has_wildcard(part):
            break
        literal.append(part)
    return "/".join(literal)
