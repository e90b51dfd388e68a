"""Notebooks as inputs: what counts is the source of their cells, not what running them left there.

To save a notebook after it was run changes its outputs, execution counts and metadata, and none of
these is code. A file that is no notebook of format 4 counts by its bytes.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from modelcompose.errors import StoreError
from modelcompose.store.content import Content, Entry, Tree
from modelcompose.store.digests import digest_bytes
from modelcompose.store.states import FileStates, Skip, folder_content
from modelcompose.store.store import Store

SUFFIX = ".ipynb"
_FILE = "notebook:"
_FOLDER = "has notebooks:"


class _Cell(msgspec.Struct):
    cell_type: str
    source: str | list[str]


class _Notebook(msgspec.Struct):
    cells: list[_Cell]


_decoder = msgspec.json.Decoder(_Notebook)


def source_digest(data: bytes) -> str | None:
    """Give the digest of a notebook's cells, their types and sources in order.

    Returns:
        `sha256:…`; None when the bytes are no notebook.
    """
    try:
        notebook = _decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    cells: list[Any] = [[cell.cell_type, _text(cell.source)] for cell in notebook.cells]
    return digest_bytes(msgspec.json.encode(cells))


def _text(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)


class Notebooks:
    """What inputs count by: each notebook is parsed once for its content, and remembered."""

    def __init__(self, directory: Path, states: FileStates, store: Store) -> None:
        """Prepare.

        Args:
            directory: the project folder.
            states: remembers what was found.
            store: holds contents that are not in the project now.
        """
        self._directory = directory
        self._states = states
        self._store = store
        self._trees: dict[str, Tree] = {}
        self._counted: dict[str, str] = {}

    def counted(self, path: str, content: Content, skip: Skip | None = None) -> str:
        """Give the digest that an input of the project counts by.

        Args:
            path: relative to the project folder; external data counts as it is.
            content: what the path holds, or will hold.
            skip: what a folder does not show the step.
        """
        if path.startswith("/"):
            return content.digest
        if content.kind == "file":
            return self._file(path, content.digest)
        if content.digest not in self._counted:
            self._counted[content.digest] = self._folder(path, content, skip)
        return self._counted[content.digest]

    def tree(self, digest: str) -> Tree | None:
        """Give the listing, as it counts, of a folder with notebooks that counts by a digest."""
        return self._trees.get(digest)

    def tree_of(self, content: Content) -> Tree | None:
        """Give the listing, as it counts, of a folder with notebooks that was asked about."""
        return self._trees.get(self._counted.get(content.digest, ""))

    def _file(self, path: str, digest: str) -> str:
        if not path.endswith(SUFFIX):
            return digest
        known = self._states.get(_FILE + digest)
        if known is not None:
            return known.decode()
        data = self._read(path, digest)
        if data is None:
            return digest
        counted = source_digest(data) or digest
        self._states.set(_FILE + digest, counted.encode())
        return counted

    def _folder(self, path: str, content: Content, skip: Skip | None) -> str:
        if self._states.get(_FOLDER + content.digest) == b"no":
            return content.digest
        listing = self._listing(path, content.digest, skip)
        if listing is None:
            return content.digest
        has_any = any(_is_notebook(entry) for entry in listing.entries)
        self._states.set(_FOLDER + content.digest, b"yes" if has_any else b"no")
        if not has_any:
            return content.digest
        prefix = "" if path == "." else f"{path}/"
        tree = replace(listing, entries=tuple(self._entry(prefix, e) for e in listing.entries))
        digest = folder_content(tree).digest
        self._trees[digest] = tree
        return digest

    def _entry(self, prefix: str, entry: Entry) -> Entry:
        if not _is_notebook(entry):
            return entry
        counted = self._file(prefix + entry.path, entry.digest)
        return entry if counted == entry.digest else replace(entry, digest=counted, size_bytes=0)

    def _listing(self, path: str, digest: str, skip: Skip | None) -> Tree | None:
        """Give the listing of this very content, in the project or in the store."""
        with suppress(StoreError):
            tree = self._states.tree(self._directory / path, skip=skip)
            if folder_content(tree).digest == digest:
                return tree
        with suppress(StoreError):
            return self._store.tree(digest)
        return None

    def _read(self, path: str, digest: str) -> bytes | None:
        with suppress(OSError):
            data = (self._directory / path).read_bytes()
            if digest_bytes(data) == digest:
                return data
        with suppress(StoreError):
            return self._store.read(digest)
        return None


def _is_notebook(entry: Entry) -> bool:
    return entry.path.endswith(SUFFIX) and entry.link is None
