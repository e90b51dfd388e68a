"""What a column of a table holds, gathered value by value. Pure."""

from __future__ import annotations

import math
import re
from array import array
from collections import Counter
from collections.abc import Iterable
from typing import Any, Literal

from msgspec import Struct

from modelcompose.versioning.profiles.numbers import Spread, spread

ColumnType = Literal["integer", "number", "boolean", "time", "text", "empty"]

MOST_DISTINCT = 10_000
"""More different values of a column are not told apart."""
MOST_NAMED = 8
LONGEST = 120

_NOTHING = frozenset({"", "na", "n/a", "nan", "null", "none"})
_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?")
_BOOLEANS = frozenset({"true", "false"})


class ValueCount(Struct, frozen=True):
    """A value, and how often it is there."""

    value: str
    count: int


class ColumnProfile(Struct, frozen=True):
    """What a column holds, of the rows that were read."""

    name: str
    type: ColumnType
    """Told by the values."""
    declared: str
    """The type that the file itself declares; empty where it declares none."""
    count: int
    missing: int
    """Empty cells, null, and NA, NaN, None."""
    distinct: int
    is_distinct_exact: bool
    """Whether there are no more different values than were told apart."""
    spread: Spread | None
    """Of numbers."""
    frequent: list[ValueCount]
    """The most frequent values, for what is no number, or has few of them."""
    shortest: int | None
    """Characters of the shortest text."""
    longest: int | None
    earliest: str | None = None
    """Of dates and times as ISO 8601 writes them."""
    latest: str | None = None


class ColumnGatherer:
    """Gathers the values of one column."""

    def __init__(self, name: str, declared: str = "") -> None:
        """Begin a column."""
        self._name = name
        self._declared = declared
        self._count = self._missing = 0
        self._numbers = array("d")
        self._values: Counter[str] = Counter()
        self._is_full = False
        self._kinds: set[ColumnType] = set()
        self._lengths: tuple[int, int] | None = None
        self._times: tuple[str, str] | None = None

    def add(self, values: Iterable[Any]) -> None:
        """Take values: texts of a file, or what a library made of them."""
        for value in values:
            self._count += 1
            if isinstance(value, str):
                self._text(value)
            else:
                self._value(value)

    def profile(self) -> ColumnProfile:
        """Say what the column holds."""
        kind = self._kind()
        is_number = kind in ("integer", "number")
        found = spread(self._numbers) if is_number else None
        few = not is_number or len(self._values) <= MOST_NAMED
        named = self._values.most_common(MOST_NAMED) if few and not self._is_unique() else []
        low, high = self._lengths or (None, None)
        return ColumnProfile(
            self._name,
            kind,
            self._declared,
            self._count,
            self._missing,
            len(self._values),
            not self._is_full,
            found,
            [ValueCount(_short(value), count) for value, count in named],
            low if kind == "text" else None,
            high if kind == "text" else None,
            *(self._times or (None, None)) if kind == "time" else (None, None),
        )

    def _text(self, value: str) -> None:
        plain = value.strip()
        if plain.lower() in _NOTHING:
            self._missing += 1
            return
        self._count_value(plain)
        try:
            number = float(plain)
        except ValueError:
            self._word(plain)
            return
        if "_" in plain:  # Python takes 1_000 for a number, tables do not
            self._kinds.add("text")
            return
        self._numbers.append(number)
        self._kinds.add("integer" if plain.lstrip("+-").isdigit() else "number")

    def _value(self, value: Any) -> None:
        if value is None or (isinstance(value, float) and math.isnan(value)):
            self._missing += 1
        elif isinstance(value, bool):
            self._kinds.add("boolean")
            self._count_value(str(value).lower())
        elif isinstance(value, int | float):
            self._kinds.add("integer" if isinstance(value, int) else "number")
            self._count_value(str(value))
            self._numbers.append(_as_float(value))
        else:
            text = str(value)
            self._count_value(text)
            self._word(text)

    def _word(self, text: str) -> None:
        """Take what is no number."""
        if text.lower() in _BOOLEANS:
            self._kinds.add("boolean")
        elif _TIME.fullmatch(text):
            self._kinds.add("time")
            first, last = self._times or (text, text)
            self._times = (min(first, text), max(last, text))
        else:
            self._kinds.add("text")
        length = len(text)
        low, high = self._lengths or (length, length)
        self._lengths = (min(low, length), max(high, length))

    def _count_value(self, text: str) -> None:
        if text in self._values or len(self._values) < MOST_DISTINCT:
            self._values[text] += 1
        else:
            self._is_full = True

    def _kind(self) -> ColumnType:
        if not self._kinds:
            return "empty"
        if self._kinds <= {"integer"}:
            return "integer"
        if self._kinds <= {"integer", "number"}:
            return "number"
        return next(iter(self._kinds)) if self._kinds in ({"boolean"}, {"time"}) else "text"

    def _is_unique(self) -> bool:
        """Whether no value comes twice, so that none is more frequent than another."""
        return self._is_full or all(count == 1 for count in self._values.values())


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
