"""What a filter is once it has been read: a tree of comparisons."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Kind = Literal["field", "metrics", "params", "tags", "datasets"]
Part = Literal["last", "min", "max", "mean", "best", "count"]
Operator = Literal[
    "=", "!=", "<", "<=", ">", ">=", "in", "not in", "like", "not like", "ilike", "not ilike",
    "matches", "not matches", "is null", "is not null",
]  # fmt: skip


class Name(Struct, frozen=True):
    """What is compared: a field, or one of the metrics, parameters, tags or datasets."""

    kind: Kind
    name: str
    position: int = 1
    part: Part | None = None
    """Which number of a metric's summary; None is the last value."""
    is_exact: bool = False
    """Whether the metric's name stood in quotes: then `name` is all of it. Else a metric that is
    really called `loss.min` goes before the smallest value of `loss`."""

    def same_as(self, other: Name) -> bool:
        """Tell whether another name means the same, wherever the two stand."""
        return self.at(0) == other.at(0)

    def at(self, position: int) -> Name:
        """Give the name as if it stood elsewhere."""
        return Name(self.kind, self.name, position, self.part, self.is_exact)


class Value(Struct, frozen=True):
    """What a name is compared with, as it was written."""

    text: str
    position: int = 1
    is_quoted: bool = False


class Comparison(Struct, frozen=True):
    """`name operator value`: as many values as the operator takes."""

    name: Name
    operator: Operator
    values: tuple[Value, ...] = ()


class Not(Struct, frozen=True):
    """Those that the operand does not choose."""

    operand: Node


class Both(Struct, frozen=True):
    """Those that all operands choose (`and`), or any of them (`or`)."""

    word: Literal["and", "or"]
    operands: tuple[Node, ...]


Node = Comparison | Not | Both
