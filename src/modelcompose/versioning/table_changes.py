"""Rows and columns of the tables among what changed."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from msgspec.structs import replace

from modelcompose.errors import ContentMissing, StoreError
from modelcompose.store.content import Entry, Tree
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store
from modelcompose.versioning.changes import Change
from modelcompose.versioning.tables import Table, compare, kind_of, read_table

READ_BYTES = 4 << 30
"""How much of text tables one command reads through; those beyond are not counted."""


class TableReader:
    """Looks into the tables of changes, out of the store or where they lie. For one command."""

    def __init__(
        self, store: Store, states: FileStates | None, read_bytes: int = READ_BYTES
    ) -> None:
        """Prepare.

        Args:
            store: holds versions, in packs or alone.
            states: tells whether a file of the project still is what a listing says; None where
                there is no project's folder to look into.
            read_bytes: how much of text tables may be read.
        """
        self._store = store
        self._states = states
        self._left = read_bytes
        self.lacks_pyarrow = False
        """Whether Parquet was met, and nothing that reads it is installed."""
        self.uncounted = 0
        """How many tables were left out, since too much had been read."""

    def look_into(
        self, changes: Sequence[Change], old: Tree, new: Tree, folder: Path
    ) -> list[Change]:
        """Give changes with what became of the rows and columns of tables.

        Args:
            changes: how the listings differ.
            old: the one listing.
            new: the other one.
            folder: where the project has its files, should the store not have one.
        """
        if not any(kind_of(change.path) for change in changes):
            return list(changes)
        before = {entry.path: entry for entry in old.entries}
        after = {entry.path: entry for entry in new.entries}
        return [self._told(change, before, after, folder) for change in changes]

    def _told(
        self, change: Change, old: Mapping[str, Entry], new: Mapping[str, Entry], folder: Path
    ) -> Change:
        if kind_of(change.path) is None or change.kind == "renamed":
            return change
        before, after = old.get(change.path), new.get(change.path)
        sides = [entry for entry in (before, after) if entry is not None]
        if any(entry.link is not None for entry in sides) or not self._may_read(sides):
            return change
        tables = {entry.digest: self._table(entry, folder) for entry in sides}
        if any(table is None for table in tables.values()):
            return change
        return replace(
            change,
            table=compare(
                None if before is None else tables[before.digest],
                None if after is None else tables[after.digest],
            ),
        )

    def _may_read(self, entries: Sequence[Entry]) -> bool:
        size = sum(entry.size_bytes for entry in entries)
        if any(kind_of(entry.path) == "parquet" for entry in entries):
            return not self.lacks_pyarrow
        if size > self._left:
            self.uncounted += 1
            return False
        self._left -= size
        return True

    def _table(self, entry: Entry, folder: Path) -> Table | None:
        stream = self._open(entry, folder)
        if stream is None:
            return None
        with stream:
            try:
                return read_table(entry.path, stream)
            except ImportError:
                self.lacks_pyarrow = True
                return None

    def _open(self, entry: Entry, folder: Path) -> IO[bytes] | None:
        place = self._store.packed(entry.digest)
        try:
            if place is not None:
                return io.BytesIO(self._store.packs.read(place))
            return self._store.blob_path(entry.digest).open("rb")
        except (OSError, ContentMissing):
            return self._open_here(entry, folder)

    def _open_here(self, entry: Entry, folder: Path) -> IO[bytes] | None:
        if self._states is None:
            return None
        path = folder / entry.path if folder.is_dir() else folder
        try:
            return path.open("rb") if self._states.digest(path) == entry.digest else None
        except (OSError, StoreError):
            return None
