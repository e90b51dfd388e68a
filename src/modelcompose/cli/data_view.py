"""How versions of data are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from modelcompose.diagnosis.sizes import count, in_words

if TYPE_CHECKING:
    from modelcompose.cli.runs_page import Cell
    from modelcompose.store.content import Content
    from modelcompose.versioning.changes import Change
    from modelcompose.versioning.workspace import Standing

_SIGNS = {"added": "+", "changed": "~", "removed": "-", "renamed": ">"}
_STYLES = {"added": "green", "changed": "yellow", "removed": "red", "renamed": "cyan"}
STATES = {"fresh": "green", "modified": "yellow", "missing": "red", "new": "cyan"}
_SHOWN = 20


def short(digest: str) -> str:
    """Give as much of a digest as people compare."""
    return digest.removeprefix("sha256:")[:12]


def described(content: Content) -> str:
    """Say what a content is: how many files, how large."""
    size = in_words(content.size_bytes)
    return f"{count(content.files, 'file')}, {size}" if content.kind == "folder" else size


def summary(changes: Sequence[Change]) -> str:
    """Say how much changed, such as `2 added, 1 changed`."""
    kinds = ("added", "changed", "removed", "renamed")
    counts = {kind: sum(change.kind == kind for change in changes) for kind in kinds}
    return ", ".join(f"{many:,} {kind}" for kind, many in counts.items() if many)


def standing_line(standing: Standing) -> str:
    """Say how a path stands, in one line."""
    found = standing.present or standing.locked
    size = f"  {described(found)}" if found is not None else ""
    told = summary(standing.changes)
    return f"{size}{f'  ({told})' if told else ''}"


def change_rows(changes: Sequence[Change], most: int = _SHOWN) -> list[list[Cell]]:
    """Give a row for each change, and one for those that are left out."""
    from modelcompose.cli.runs_page import Cell

    rows = [
        [
            Cell(f"{_SIGNS[change.kind]} {_name(change)}", _STYLES[change.kind]),
            Cell(_sizes(change)),
        ]
        for change in changes[:most]
    ]
    if len(changes) > most:
        rows.append([Cell(f"  and {len(changes) - most:,} more", "dim"), Cell("")])
    return rows


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
