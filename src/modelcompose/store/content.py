"""What a path holds, as a value: a file by its bytes, a folder by its listing."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class Content(Struct, frozen=True):
    """The content of a file or a folder.

    Two contents are the same when their `kind`, `digest` and `executable` are. Where the content
    lay, its times and its owner are no part of it.
    """

    kind: Literal["file", "folder"]
    digest: str
    """`sha256:<64 hex>`: of the file's bytes, or of the folder's listing."""
    size_bytes: int
    files: int = 1
    executable: bool = False


class Entry(Struct, frozen=True, omit_defaults=True, gc=False):
    """One file of a folder."""

    path: str
    """Relative to the folder, POSIX separators, never `..`."""
    digest: str
    size_bytes: int
    executable: bool = False
    link: str | None = None
    """The target, for a symbolic link; `digest` is then that of the target's text."""
    mode: int | None = None
    """The permissions, in versions of data alone, and only where no open umask gives them."""


class Tree(Struct, frozen=True):
    """A folder's listing: entries sorted by path, empty folders by name with a trailing slash."""

    entries: tuple[Entry, ...]
    empty_folders: tuple[str, ...] = ()
