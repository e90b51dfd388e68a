"""Cells of a table as JSON has them, short enough to be shown, and the types of columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct

CellType = Literal["integer", "number", "boolean", "text", "other"]

MOST_COLUMNS = 1000
LONGEST_CELL = 1000
_LARGEST_INTEGER = 2**53
"""Larger ones are not exact in a browser."""

_INTEGER = re.compile(r"[+-]?\d{1,18}")
_NUMBER = re.compile(
    r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?(inf|infinity|nan)", re.IGNORECASE
)
_BOOLEAN = frozenset({"true", "false"})
_NOTHING = frozenset({"", "na", "null", "none"})


class TableColumn(Struct, frozen=True):
    """A column of a table."""

    name: str
    type: CellType
    """Told by the first rows."""


class TablePart(Struct, frozen=True):
    """Rows of a table."""

    columns: list[TableColumn]
    rows: list[list[Any]]
    """A cell is a text, a number, true, false or null; long ones are cut and end with `…`."""
    offset: int
    """The number of the first of these rows, from 0."""
    seen: int
    """So many rows there are at least."""
    count: int | None
    """How many there are; null where counting them would take long."""
    columns_count: int
    """How many columns there are, also those beyond the first thousand that are left out."""


def cell(value: object) -> Any:
    """Give a value as it stands in a cell."""
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _LARGEST_INTEGER else str(value)
    if isinstance(value, dict | list | tuple):
        value = msgspec.json.encode(value, enc_hook=str).decode()
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]}…"


def columns_of(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[TableColumn]:
    """Tell the types of columns by some of their cells."""
    return [
        TableColumn(name, _type([row[at] for row in rows if at < len(row)]))
        for at, name in enumerate(names)
    ]


def _type(values: Sequence[Any]) -> CellType:
    kinds = {kind for value in values if (kind := _kind(value)) is not None}
    if not kinds:
        return "text"
    if kinds == {"integer", "number"}:
        return "number"
    return kinds.pop() if len(kinds) == 1 else "text"


def _kind(value: Any) -> CellType | None:
    if isinstance(value, str):
        return _kind_of_text(value.strip())
    if value is None:
        return None
    kinds: tuple[tuple[type, CellType], ...] = (
        (bool, "boolean"),
        (int, "integer"),
        (float, "number"),
    )
    return next((kind for of, kind in kinds if isinstance(value, of)), "other")


def _kind_of_text(text: str) -> CellType | None:
    if text.lower() in _NOTHING:
        return None
    if text.lower() in _BOOLEAN:
        return "boolean"
    if _INTEGER.fullmatch(text):
        return "integer"
    return "number" if _NUMBER.fullmatch(text) else "text"
