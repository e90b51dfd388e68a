"""How versions of data are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from modelcompose.diagnosis.sizes import count, in_words

if TYPE_CHECKING:
    from modelcompose.cli.runs_page import Cell
    from modelcompose.store.content import Content
    from modelcompose.versioning.changes import Change
    from modelcompose.versioning.table_changes import TableReader
    from modelcompose.versioning.tables import TableChange
    from modelcompose.versioning.workspace import Standing

_SIGNS = {"added": "+", "changed": "~", "removed": "-", "renamed": ">"}
_STYLES = {"added": "green", "changed": "yellow", "removed": "red", "renamed": "cyan"}
_SHOWN = 20
_COLUMNS_SHOWN = 8


def short(digest: str) -> str:
    """Give as much of a digest as people compare."""
    return digest.removeprefix("sha256:").removeprefix("md5:")[:12]


def described(content: Content) -> str:
    """Say what a content is: how many files, how large."""
    size = in_words(content.size_bytes)
    return f"{count(content.files, 'file')}, {size}" if content.kind == "folder" else size


def summary(changes: Sequence[Change]) -> str:
    """Say how much changed, such as `2 added, 1 changed`."""
    kinds = ("added", "changed", "removed", "renamed")
    counts = {kind: sum(change.kind == kind for change in changes) for kind in kinds}
    return ", ".join(f"{many:,} {kind}" for kind, many in counts.items() if many)


def state_words(standing: Standing) -> str:
    """Give the state of a path, and who says what it ought to be where that is not ml.lock."""
    return standing.state if standing.tracker is None else f"{standing.state} ({standing.tracker})"


def standing_line(standing: Standing) -> str:
    """Say how a path stands, in one line."""
    found = standing.present or standing.locked
    size = f"  {described(found)}" if found is not None else ""
    told = summary(standing.changes)
    if standing.state == "partial":
        told = f"{len(standing.changes):,} not pulled"
    if standing.is_stored:
        told = "in the store alone" if standing.present is not None else "to be fetched"
    return f"{size}{f'  ({told})' if told else ''}"


def change_rows(changes: Sequence[Change], most: int = _SHOWN) -> list[list[Cell]]:
    """Give a row for each change, and one for those that are left out."""
    from modelcompose.cli.runs_page import Cell

    rows = [
        [
            Cell(f"{_SIGNS[change.kind]} {_name(change)}", _STYLES[change.kind]),
            Cell(_sizes(change)),
            Cell(_table(change.table)),
        ]
        for change in changes[:most]
    ]
    if len(changes) > most:
        rows.append([Cell(f"  and {len(changes) - most:,} more", "dim"), Cell(""), Cell("")])
    if not any(row[-1].text for row in rows):
        return [row[:-1] for row in rows]
    return rows


def left_out(tables: TableReader) -> list[str]:
    """Say which tables were not looked into, and why."""
    found = []
    if tables.lacks_pyarrow:
        found.append("rows and columns of Parquet files: pip install 'docker-ml[parquet]'")
    if tables.uncounted:
        found.append(
            f"{count(tables.uncounted, 'large table')} not looked into: rows are counted by reading"
        )
    return found


def difference_json(found: Mapping[str, list[Change] | None]) -> list[dict[str, object]]:
    """Give differences for machines."""
    return [{"path": path, "changes": changes} for path, changes in found.items()]


def _name(change: Change) -> str:
    return change.path if change.old_path is None else f"{change.old_path} -> {change.path}"


def _sizes(change: Change) -> str:
    old, new = change.old_size_bytes, change.new_size_bytes
    if old is not None and new is not None and old != new:
        return f"{in_words(old)} -> {in_words(new)}"
    size = new if new is not None else old
    return "" if size is None else in_words(size)


def _table(change: TableChange | None) -> str:
    """Say what became of a table's rows and columns."""
    if change is None:
        return ""
    old, new = change.old_rows, change.new_rows
    if old is None or new is None or old == new:
        rows = count((new if old is None else old) or 0, "row")
    else:
        rows = f"{old:,} -> {count(new, 'row')}"
    columns = [
        *(f"+{name}" for name in change.columns_added),
        *(f"-{name}" for name in change.columns_removed),
        *(f"{each.name}: {each.old} -> {each.new}" for each in change.types_changed),
    ]
    shown = columns[:_COLUMNS_SHOWN]
    if len(columns) > len(shown):
        shown.append(f"{len(columns) - len(shown)} more")
    return rows if not shown else f"{rows}; columns: {', '.join(shown)}"
