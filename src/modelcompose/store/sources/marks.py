"""Marks: what tells cheaply whether a source is still the same. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from modelcompose.store.sources.protocol import Item


def file_mark(
    etag: str | None, modified: str | None, size_bytes: int | None, version: str | None = None
) -> str | None:
    """Give the mark of one file: its version, else its ETag, else its time and size."""
    if version:
        return f"version {version}"
    if etag:
        return f"etag {etag}"
    if modified:
        return f"modified {modified}{'' if size_bytes is None else f', {size_bytes} bytes'}"
    return None


def web_mark(headers: Mapping[str, str], size_bytes: int | None) -> str | None:
    """Give the mark that a web server's headers hold."""
    return file_mark(headers.get("etag"), headers.get("last-modified"), size_bytes)


def folder_mark(items: Iterable[Item]) -> str | None:
    """Give the mark of a folder: of all names, sizes and marks in it; None where one has none."""
    hashed = hashlib.sha256()
    count = 0
    for item in sorted(items, key=lambda item: item.path):
        is_file = item.link is None and not item.is_folder
        if is_file and not item.mark:
            return None
        line = f"{item.path}\0{item.size_bytes}\0{item.mark}\0{item.executable}\0{item.link}\n"
        hashed.update(line.encode("utf-8", "surrogateescape"))
        count += is_file
    return f"files {count} {hashed.hexdigest()[:32]}"
