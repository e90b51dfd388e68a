"""Runs in groups: those with the same parameters, and how their metrics spread."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from modelcompose.database.database import Connection, one_of
from modelcompose.errors import UsageError
from modelcompose.hub.api.endpoint import Endpoint
from modelcompose.hub.api.runs import Archived, Chosen, Limit, search
from modelcompose.hub.hub import Hub
from modelcompose.tracking.query.columns import Column, expression
from modelcompose.tracking.query.fields import RUNS
from modelcompose.tracking.query.grouping import as_number, group_key, shown
from modelcompose.tracking.query.search import Expression, select
from modelcompose.tracking.query.tree import Name

MOST_RUNS = 200_000
"""Runs that are put into groups by one call."""

_SHOWN_RUNS = 100
_Numbers = Annotated[tuple[str, ...], Meta(max_length=20)]
_Few = Annotated[list[str], Meta(min_length=1, max_length=20)]


class Grouping(Chosen, frozen=True, kw_only=True):
    """How to put runs into groups."""

    archived: Archived = "hide"
    """What to do with those that are archived: `hide` them, give them `only`, or give `all`."""
    by: _Few
    """Names whose values a group's runs share, such as `params.lr`, `step`."""
    of: _Numbers = ()
    """Numbers to sum up, such as `metrics.auc`, `metrics.loss.min`, `duration`."""
    sort: str = "-count"
    """`count`, or one of `by` or `of`; `-` before it for the largest first."""
    statistic: Literal["mean", "deviation", "min", "max", "count"] = "mean"
    """By what of a number of `of` groups are sorted."""
    offset: Annotated[int, Meta(ge=0, le=MOST_RUNS)] = 0
    """How many groups to pass over."""
    limit: Limit = 100


class Spread(Struct, frozen=True):
    """A number over the runs of a group; null where no run has it."""

    count: int
    """How many runs have it; NaN and infinities do not count."""
    mean: float | None
    deviation: float | None
    """The standard deviation of a sample; null for fewer than two."""
    min: float | None
    max: float | None


class Group(Struct, frozen=True):
    """Runs that share values."""

    values: list[Any]
    """In the order of `by`."""
    key: str
    """What gives the group's runs: `GET /runs/order?by=…&group=KEY`."""
    count: int
    runs: list[str]
    """Ids of the newest, 100 at most."""
    numbers: list[Spread]
    """In the order of `of`."""


class Groups(Struct, frozen=True):
    """Groups, in order."""

    by: list[str]
    of: list[str]
    groups: list[Group]
    count: int
    """How many groups there are."""
    is_cut: bool
    """Whether more runs were chosen than are put into groups."""


class _Members(Struct):
    """The runs of a group while they are collected."""

    cells: tuple[Any, ...]
    runs: list[int]
    numbers: list[list[float]]


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    return [Endpoint("/runs/groups", _group, Grouping, Groups)]


def spread(values: list[float]) -> Spread:
    """Sum numbers up; two passes, so that near ones keep their digits."""
    if not values:
        return Spread(0, None, None, None, None)
    mean = sum(values) / len(values)
    if not math.isfinite(mean):  # of numbers near the largest that there is
        mean = sum(value / len(values) for value in values)
    deviation = None
    if len(values) > 1:
        squares = sum([(value - mean) * (value - mean) for value in values])
        deviation = math.sqrt(squares / (len(values) - 1))
    return Spread(len(values), mean, deviation, min(values), max(values))


def _group(hub: Hub, asked: Grouping) -> Groups:
    """Put runs into groups, and sum numbers up over each."""
    by = [Column.named(name) for name in asked.by]
    of = [_number_column(name) for name in asked.of]
    order = _order_of(asked)
    selected: list[Expression] = [partial(expression, column.name) for column in by]
    selected += [partial(as_number, column.name) for column in of]
    with hub.database.read() as connection:
        query = search(connection, hub, asked, [], selected=selected)
        rows = select(connection, query, MOST_RUNS + 1)
        members = order(_collected(rows[:MOST_RUNS], len(by), len(of)))
        page = members[asked.offset : asked.offset + asked.limit]
        ids = _ids(connection, page)
    groups = [
        Group(
            shown(by, one.cells),
            group_key(one.cells),
            len(one.runs),
            [ids[number] for number in one.runs[:_SHOWN_RUNS] if number in ids],
            [spread(values) for values in one.numbers],
        )
        for one in page
    ]
    return Groups(asked.by, list(asked.of), groups, len(members), len(rows) > MOST_RUNS)


def _collected(rows: Sequence[tuple[Any, ...]], by: int, of: int) -> list[_Members]:
    found: dict[tuple[Any, ...], _Members] = {}
    finite = math.isfinite
    for row in rows:
        cells = row[1 : 1 + by]
        members = found.get(cells)
        if members is None:
            members = found[cells] = _Members(cells, [], [[] for _ in range(of)])
        members.runs.append(row[0])
        for values, value in zip(members.numbers, row[1 + by :], strict=True):
            if value is not None and finite(value):
                values.append(value)
    return list(found.values())


def _ids(connection: Connection, page: Sequence[_Members]) -> dict[int, str]:
    numbers = [number for one in page for number in one.runs[:_SHOWN_RUNS]]
    these, parameter = one_of(connection, "number", numbers)
    rows = connection.rows(f"SELECT number, id FROM runs WHERE {these}", (parameter,))  # noqa: S608
    return dict(rows)


def _order_of(asked: Grouping) -> Callable[[list[_Members]], list[_Members]]:
    """Give what puts groups in order; those that lack what they are sorted by come last.

    Raises:
        UsageError: there is no such thing to sort by.
    """
    name, is_descending = asked.sort.removeprefix("-"), asked.sort.startswith("-")
    if name == "count":
        return partial(_sorted, key=lambda one: len(one.runs), is_descending=is_descending)
    if name in asked.of:
        place = asked.of.index(name)
        return partial(
            _sorted,
            key=lambda one: getattr(spread(one.numbers[place]), asked.statistic),
            is_descending=is_descending,
        )
    if name in asked.by:
        place = asked.by.index(name)
        column = Column.named(name)
        return partial(
            _sorted,
            key=lambda one: shown([column], [one.cells[place]])[0],
            is_descending=is_descending,
        )
    raise UsageError(f"sort:1: expected count, or one of by or of, found {asked.sort!r}")


def _sorted(
    members: list[_Members], key: Callable[[_Members], Any], *, is_descending: bool
) -> list[_Members]:
    keyed = [(key(one), one) for one in members]
    there = [(_comparable(value), one) for value, one in keyed if value is not None]
    there.sort(key=lambda pair: pair[0], reverse=is_descending)
    return [one for _, one in there] + [one for value, one in keyed if value is None]


def _comparable(value: Any) -> tuple[int, float, str]:
    """Numbers by their size, then texts."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return 1, 0.0, str(value)
    return (0, number, "") if number == number else (1, 0.0, str(value))  # noqa: PLR0124 - NaN


def _number_column(text: str) -> Column:
    column = Column.named(text)
    if not _is_number(column.name):
        raise UsageError(f"of: {text!r} is no number")
    return column


def _is_number(name: Name) -> bool:
    if name.kind == "field":
        return RUNS.fields[name.name].kind in ("number", "duration", "time")
    return name.kind in ("metrics", "params")
