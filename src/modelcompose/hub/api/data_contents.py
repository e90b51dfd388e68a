"""What is in versions of data: how two differ, quick profiles, rows of tables."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from modelcompose.errors import NotFound, StoreError, UsageError
from modelcompose.hub.api.data import Text
from modelcompose.hub.api.endpoint import Endpoint
from modelcompose.hub.api.visibility import check
from modelcompose.hub.datasets.contents import DatasetAbsent, absent, content_of, listing_of
from modelcompose.hub.datasets.profiling import place_in, profile_table
from modelcompose.hub.hub import Hub
from modelcompose.hub.previews.cells import TablePart
from modelcompose.hub.previews.tables import read_table
from modelcompose.store.content import Content, Tree
from modelcompose.store.store import Store
from modelcompose.versioning.changes import Change, as_tree, tree_changes
from modelcompose.versioning.profiles.folders import FolderProfile, folder_profile
from modelcompose.versioning.profiles.tables import TableProfile
from modelcompose.versioning.table_changes import TableReader

Digest = Annotated[str, Meta(min_length=1, max_length=100)]
MOST_CHANGES = 1_000
READ_BYTES = 256 << 20
"""So much of text tables is read to count the rows of one comparison."""


class DataBetween(Struct, frozen=True):
    """Two versions of a dataset."""

    project: Text
    path: Text
    old: Digest
    new: Digest


class ChangeCounts(Struct, frozen=True):
    """How many files changed, by what became of them."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    renamed: int = 0


class DataChanges(Struct, frozen=True):
    """What changed between two versions."""

    counts: ChangeCounts
    changes: list[Change]
    """The first thousand, by path."""
    old_size_bytes: int
    new_size_bytes: int
    old_files: int
    new_files: int
    notes: list[str]
    """Which tables were not looked into, and why."""
    absent: DatasetAbsent | None
    """Set where one version is not on this hub: then there are no changes to see."""


class ProfileOf(Struct, frozen=True):
    """A version of a dataset, or a table in it."""

    project: Text
    path: Text
    digest: Digest
    file: Annotated[str, Meta(max_length=4096)] = ""
    """The table of a folder; by default the largest one."""


class DataProfile(Struct, frozen=True):
    """What a version is made of."""

    content: Content
    folder: FolderProfile | None
    """Of a folder."""
    file: str
    """The table that was looked at; empty where there is none."""
    table: TableProfile | None
    note: str
    """Why no table was looked at, where there is one."""
    absent: DatasetAbsent | None
    """Set where the version is not on this hub."""


class RowsOf(Struct, frozen=True):
    """Rows of a table in a version."""

    project: Text
    path: Text
    digest: Digest
    file: Annotated[str, Meta(max_length=4096)] = ""
    offset: Annotated[int, Meta(ge=0, le=2**53)] = 0
    limit: Annotated[int, Meta(ge=1, le=1000)] = 50


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    return [
        Endpoint("/data/diff", _diff, DataBetween, DataChanges),
        Endpoint("/data/profile", _profile, ProfileOf, DataProfile),
        Endpoint("/data/rows", _rows, RowsOf, TablePart),
    ]


def _diff(hub: Hub, asked: DataBetween) -> DataChanges:
    """Tell what changed between two versions: files, bytes, rows and columns of tables."""
    check(asked.project)
    old, new = (content_of(hub, asked.project, asked.path, one) for one in (asked.old, asked.new))
    store = Store(hub.home / "store")
    before, after = (_tree(store, asked.path, content) for content in (old, new))
    if before is None or after is None:
        missing = old.digest if before is None else new.digest
        return _changes(old, new, [], [], absent(hub, asked.project, asked.path, missing))
    found = tree_changes(before, after)
    tables = TableReader(store, None, READ_BYTES)
    shown = tables.look_into(found[:MOST_CHANGES], before, after, Path())
    return _changes(old, new, [*shown, *found[MOST_CHANGES:]], _left_out(tables), None)


def _tree(store: Store, path: str, content: Content) -> Tree | None:
    try:
        return as_tree(path, content, listing_of(store, content))
    except StoreError:
        return None


def _changes(
    old: Content,
    new: Content,
    found: list[Change],
    notes: list[str],
    gone: DatasetAbsent | None,
) -> DataChanges:
    counts = Counter[str](change.kind for change in found)
    return DataChanges(
        ChangeCounts(**counts),
        found[:MOST_CHANGES],
        old.size_bytes,
        new.size_bytes,
        old.files,
        new.files,
        notes,
        gone,
    )


def _left_out(tables: TableReader) -> list[str]:
    notes = []
    if tables.lacks_pyarrow:
        notes.append(
            "Rows and columns of Parquet files are told where pyarrow is installed beside the "
            "hub: pip install 'docker-ml[parquet]'"
        )
    if tables.uncounted:
        notes.append(f"Rows of {tables.uncounted:,} large tables were not counted.")
    return notes


def _profile(hub: Hub, asked: ProfileOf) -> DataProfile:
    """Look at a version: kinds and sizes of its files, and the columns of a table in it."""
    check(asked.project)
    content = content_of(hub, asked.project, asked.path, asked.digest)
    try:
        tree = listing_of(Store(hub.home / "store"), content)
        folder = None if tree is None else folder_profile(tree)
        return _with_table(hub, asked, content, folder)
    except (StoreError, NotFound):
        gone = absent(hub, asked.project, asked.path, content.digest)
        return DataProfile(content, None, "", None, "", gone)


def _with_table(
    hub: Hub, asked: ProfileOf, content: Content, folder: FolderProfile | None
) -> DataProfile:
    file = asked.file or (folder.tables[0].path if folder and folder.tables else "")
    if folder is not None and not file:
        return DataProfile(content, folder, "", None, "", None)
    place = place_in(content, asked.path, file)
    name = file or place[-1]
    try:
        return DataProfile(content, folder, name, profile_table(hub.artifacts, place), "", None)
    except UsageError as error:
        note = error.message if error.hint is None else f"{error.message}; {error.hint}"
        return DataProfile(content, folder, name, None, note, None)


def _rows(hub: Hub, asked: RowsOf) -> TablePart:
    """Read rows of a table in a version."""
    check(asked.project)
    content = content_of(hub, asked.project, asked.path, asked.digest)
    place = place_in(content, asked.path, asked.file)
    with closing(hub.artifacts.open(place)) as reading:
        return read_table(reading, place[-1], "/".join(place), (asked.offset, asked.limit))
