"""What a folder is made of: kinds of files, and how large they are. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from modelcompose.store.content import Entry, Tree
from modelcompose.versioning.tables import kind_of

MOST_KINDS = 20
MOST_TABLES = 500
_PACKED = frozenset({"gz", "bz2", "xz", "zst"})


class KindOfFile(Struct, frozen=True):
    """The files of one ending."""

    ending: str
    """With its dot, in small letters; empty for files without one."""
    files: int
    size_bytes: int


class SizeBin(Struct, frozen=True):
    """Files between two sizes."""

    from_bytes: int
    to_bytes: int
    """Not included."""
    files: int


class TableFile(Struct, frozen=True):
    """A table among the files."""

    path: str
    size_bytes: int


class FolderProfile(Struct, frozen=True):
    """What a folder is made of."""

    files: int
    links: int
    folders: int
    size_bytes: int
    kinds: list[KindOfFile]
    """The largest together first."""
    other_kinds: int
    """How many more endings there are."""
    sizes: list[SizeBin]
    """By powers of four."""
    tables: list[TableFile]
    """The largest first."""
    tables_count: int


def folder_profile(tree: Tree) -> FolderProfile:
    """Tell what a listing is made of."""
    files = [entry for entry in tree.entries if entry.link is None]
    kinds = _kinds(files)
    tables = [TableFile(one.path, one.size_bytes) for one in files if kind_of(one.path)]
    tables.sort(key=lambda one: (-one.size_bytes, one.path))
    parents = {entry.path.rpartition("/")[0] for entry in tree.entries}
    return FolderProfile(
        len(files),
        len(tree.entries) - len(files),
        len({*parents, *tree.empty_folders} - {""}),
        sum(one.size_bytes for one in files),
        kinds[:MOST_KINDS],
        max(0, len(kinds) - MOST_KINDS),
        _sizes(files),
        tables[:MOST_TABLES],
        len(tables),
    )


def ending(path: str) -> str:
    """Give the ending of a file's name with its dot, in small letters: `.csv`, `.csv.gz`."""
    name = path.rpartition("/")[2].lower()
    stem, dot, last = name.rpartition(".")
    if not dot or not stem:
        return ""
    inner = (
        f".{stem.rpartition('.')[2]}" if last in ("gz", "bz2", "xz", "zst") and "." in stem else ""
    )
    return f"{inner}.{last}"


def _kinds(files: Sequence[Entry]) -> list[KindOfFile]:
    counts: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for entry in files:
        end = ending(entry.path)
        counts[end] += 1
        sizes[end] += entry.size_bytes
    found = [KindOfFile(end, many, sizes[end]) for end, many in counts.items()]
    return sorted(found, key=lambda one: (-one.size_bytes, -one.files, one.ending))


def _sizes(files: Sequence[Entry]) -> list[SizeBin]:
    if not files:
        return []
    counts = Counter(_power(entry.size_bytes) for entry in files)
    return [
        SizeBin(4**power if power else 0, 4 ** (power + 1), counts[power])
        for power in range(min(counts), max(counts) + 1)
    ]


def _power(size_bytes: int) -> int:
    return max(0, (size_bytes.bit_length() - 1) // 2)
