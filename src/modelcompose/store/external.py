"""The identity of external data: names, sizes and times, never bytes."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import msgspec

from modelcompose.errors import StoreError
from modelcompose.store.content import Content
from modelcompose.store.digests import digest_bytes
from modelcompose.store.failures import printable, translated

Fact = tuple[str, int, int, str]
"""Path in the folder, size in bytes, modification time in ns, a link's target."""


def stat_content(path: Path) -> Content:
    """Identify a file or folder by names, sizes and modification times.

    A symbolic link at `path` is followed; one inside counts by its target's text.

    Raises:
        StoreError: nothing is there, or a folder cannot be listed.
    """
    with translated(path, "cannot be looked at"):
        try:
            status = os.stat(path)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise StoreError(
                f"{printable(path)}: no such file or folder",
                hint="external data is named by its absolute path on this machine",
            ) from error
        if not stat.S_ISDIR(status.st_mode):
            fact: Fact = ("", status.st_size, status.st_mtime_ns, "")
            return Content("file", _digest([fact]), status.st_size)
        facts = _facts(os.fspath(path))
    facts.sort()
    return Content("folder", _digest(facts), sum(fact[1] for fact in facts), files=len(facts))


def _facts(folder: str) -> list[Fact]:
    facts: list[Fact] = []
    waiting = [(folder, "")]
    while waiting:
        here, prefix = waiting.pop()
        with os.scandir(here) as scan:
            for item in scan:
                if item.is_dir(follow_symlinks=False):
                    waiting.append((item.path, f"{prefix}{item.name}/"))
                    continue
                status = item.stat(follow_symlinks=False)
                target = os.readlink(item.path) if item.is_symlink() else ""
                facts.append((prefix + item.name, status.st_size, status.st_mtime_ns, target))
    return facts


def _digest(facts: list[Fact]) -> str:
    text = [(os.fsencode(name), size, time, os.fsencode(to)) for name, size, time, to in facts]
    return digest_bytes(msgspec.msgpack.encode(text))
