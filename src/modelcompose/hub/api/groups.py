"""Runs in groups: those with the same parameters, and how their metrics spread."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from modelcompose.errors import UsageError
from modelcompose.hub.api.endpoint import Endpoint
from modelcompose.hub.api.runs import Chosen, Limit, search
from modelcompose.hub.hub import Hub
from modelcompose.tracking.query.columns import Column, read_columns
from modelcompose.tracking.query.search import find

MOST_RUNS = 100_000
"""Runs that are put into groups by one call."""

_Numbers = Annotated[tuple[str, ...], Meta(max_length=20)]
_Few = Annotated[list[str], Meta(min_length=1, max_length=20)]


class Grouping(Chosen, frozen=True, kw_only=True):
    """How to put runs into groups."""

    by: _Few
    """Names whose values a group's runs share, such as `params.lr`, `step`."""
    of: _Numbers = ()
    """Numbers to sum up, such as `metrics.auc`, `metrics.loss.min`, `duration`."""
    limit: Limit = 100


class Spread(Struct, frozen=True):
    """A number over the runs of a group; null where no run has it."""

    count: int
    """How many runs have it."""
    mean: float | None
    deviation: float | None
    """The standard deviation of a sample; null for fewer than two."""
    min: float | None
    max: float | None


class Group(Struct, frozen=True):
    """Runs that share values."""

    values: list[Any]
    """In the order of `by`."""
    count: int
    runs: list[str]
    """Ids of the newest, 100 at most."""
    numbers: list[Spread]
    """In the order of `of`."""


class Groups(Struct, frozen=True):
    """Groups, the largest first."""

    by: list[str]
    of: list[str]
    groups: list[Group]
    count: int
    """How many groups there are."""
    is_cut: bool
    """Whether more runs were chosen than are put into groups."""


_SHOWN_RUNS = 100


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    return [Endpoint("/runs/groups", _group, Grouping, Groups)]


def spread(values: list[float]) -> Spread:
    """Sum numbers up; two passes, so that near ones keep their digits."""
    if not values:
        return Spread(0, None, None, None, None)
    mean = sum(values) / len(values)
    squares = sum((value - mean) ** 2 for value in values)
    deviation = (squares / (len(values) - 1)) ** 0.5 if len(values) > 1 else None
    return Spread(len(values), mean, deviation, min(values), max(values))


def _group(hub: Hub, asked: Grouping) -> Groups:
    """Put runs into groups, and sum numbers up over each."""
    by = [Column.named(name) for name in asked.by]
    of = [_number_column(name) for name in asked.of]
    with hub.database.read() as connection:
        found = find(connection, search(connection, hub, asked, []), MOST_RUNS)
        ids, rows = read_columns(connection, hub.clock(), found.numbers, [*by, *of])
    members: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        members.setdefault(repr(row[: len(by)]), []).append(place)
    largest = sorted(members.values(), key=len, reverse=True)
    groups = [
        Group(
            rows[places[0]][: len(by)],
            len(places),
            [ids[place] for place in places[:_SHOWN_RUNS]],
            [
                spread([float(row[i]) for row in (rows[p] for p in places) if _is_number(row[i])])
                for i in range(len(by), len(by) + len(of))
            ],
        )
        for places in largest[: asked.limit]
    ]
    return Groups(asked.by, list(asked.of), groups, len(members), found.token is not None)


def _number_column(text: str) -> Column:
    column = Column.named(text)
    if column.name.kind == "tags":
        raise UsageError(f"of: {text!r} is no number")
    return column


def _is_number(value: Any) -> bool:
    if isinstance(value, str):
        try:
            return abs(float(value)) != float("inf") and value.lower() != "nan"
        except ValueError:
            return False
    return isinstance(value, int | float)
