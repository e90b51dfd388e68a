"""The table of runs: their order as numbers, and the cells of those that are looked at."""

from __future__ import annotations

import re
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from modelcompose.errors import UsageError
from modelcompose.hub.api.endpoint import Endpoint
from modelcompose.hub.api.runs import Archived, Chosen, search
from modelcompose.hub.api.visibility import run_clauses
from modelcompose.hub.hub import Hub
from modelcompose.tracking.query.cells import read_cells
from modelcompose.tracking.query.columns import Column
from modelcompose.tracking.query.grouping import in_group
from modelcompose.tracking.query.search import compose, count, select
from modelcompose.tracking.query.tokens import tokens

MOST_RUNS = 200_000
"""Runs of one order."""

_MOST_CELLS = 200_000
_Rows = Annotated[list[Annotated[int, Meta(ge=0, le=2**31 - 1)]], Meta(max_length=1000)]
_Columns = Annotated[list[str], Meta(max_length=1000)]
_Names = Annotated[tuple[str, ...], Meta(max_length=100)]
_PLACE = re.compile(r"(?P<place>filter|sort):(?P<position>\d+): (?P<message>.*)", re.DOTALL)


class Ordering(Chosen, frozen=True):
    """Which runs, and in which order."""

    archived: Archived = "hide"
    """What to do with those that are archived: `hide` them, give them `only`, or give `all`."""
    sort: _Names = ()
    """Names, `-` before one for the largest first; the newest come first of equal ones.

    What is wrong with one is said as `sort:POSITION: …`.
    """
    by: _Names = ()
    """With `group`: what the runs are grouped by."""
    group: str = ""
    """Only the runs of this group: its `key`, as `GET /runs/groups` gives it."""


class Order(Struct, frozen=True):
    """Runs in order."""

    rows: list[int]
    """Their numbers, which `POST /runs/cells` takes; 200,000 at most."""
    count: int
    """How many there are."""
    is_cut: bool
    """Whether there are more than `rows` has."""


class Wanted(Struct, frozen=True):
    """Which cells to give."""

    rows: _Rows
    """Numbers of runs."""
    columns: _Columns
    """Names such as `step`, `note`, `params.lr`, `metrics.loss.min`, `tags.team`."""


class CellsOf(Struct, frozen=True):
    """Cells to give."""

    body: Wanted


class Cells(Struct, frozen=True):
    """Cells of a table, in the order asked for; runs that are gone are left out."""

    columns: list[str]
    numbers: list[int]
    """The runs' numbers, a row each."""
    runs: list[str]
    """The runs' ids."""
    rows: list[list[Any]]
    """Null where a run lacks a value; `NaN`, `Infinity` and `-Infinity` are texts."""


class Checked(Struct, frozen=True):
    """What to check."""

    filter: str = ""
    sort: _Names = ()


class Verdict(Struct, frozen=True):
    """Whether a filter and sort keys can be read, and where not."""

    ok: bool
    place: str | None = None
    """`filter` or `sort`; null where the error is of the whole."""
    position: int | None = None
    """Where in it, in characters from 1."""
    length: int | None = None
    """How many characters are wrong; 1 at the end, where something is missing."""
    message: str | None = None
    hint: str | None = None


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    return [
        Endpoint("/runs/order", _order, Ordering, Order),
        Endpoint("/runs/cells", _cells, CellsOf, Cells, method="POST"),
        Endpoint("/runs/check", _check, Checked, Verdict),
    ]


def _order(hub: Hub, asked: Ordering) -> bytes:
    """Give the numbers of all runs that are chosen, in order.

    `POST /runs/cells` gives what to show of them. The message of an error in the filter begins
    with `filter:POSITION: `, of one in a sort key with `sort:POSITION: `, counted in characters
    from 1; `GET /runs/check` tells it in parts.
    """
    by = [Column.named(name) for name in asked.by]
    conditions = [in_group(by, asked.group)] if asked.group else []
    with hub.database.read() as connection:
        query = search(connection, hub, asked, asked.sort, conditions=conditions)
        rows = select(connection, query, MOST_RUNS + 1)
        is_cut = len(rows) > MOST_RUNS
        counted = count(connection, query) if is_cut else len(rows)
    numbers = [number for (number,) in rows[:MOST_RUNS]]
    return msgspec.json.encode(Order(numbers, counted, is_cut))


def _cells(hub: Hub, asked: CellsOf) -> bytes:
    """Give chosen columns of chosen runs, in the order asked for.

    Runs that are gone, or may not be seen, are left out. A number that is NaN or infinite is one
    of the texts `NaN`, `Infinity`, `-Infinity`.
    """
    wanted = asked.body
    if len(wanted.rows) * len(wanted.columns) > _MOST_CELLS:
        raise UsageError(
            f"cells: {len(wanted.rows)} rows of {len(wanted.columns)} columns are more than "
            f"{_MOST_CELLS:,} cells",
            hint="ask for fewer rows at once",
        )
    columns = [Column.named(name) for name in wanted.columns]
    with hub.database.read() as connection:
        numbers, ids, rows = read_cells(connection, wanted.rows, columns, run_clauses([]))
    return msgspec.json.encode(Cells(wanted.columns, numbers, ids, rows))


def _check(hub: Hub, asked: Checked) -> Verdict:
    """Tell whether a filter and sort keys can be read, and where not."""
    try:
        compose(hub.database.dialect, hub.clock(), text=asked.filter, keys=asked.sort)
    except UsageError as error:
        found = _PLACE.fullmatch(error.message)
        if found is None:
            return Verdict(ok=False, message=error.message, hint=error.hint)
        position = int(found["position"])
        length = _length_at(asked.filter, position) if found["place"] == "filter" else None
        return Verdict(
            ok=False,
            place=found["place"],
            position=position,
            length=length,
            message=found["message"],
            hint=error.hint,
        )
    return Verdict(ok=True)


def _length_at(text: str, position: int) -> int:
    """Give how many characters the word has that begins at a position."""
    try:
        found = next(one for one in tokens(text) if one.position == position)
    except (UsageError, StopIteration):  # such as a quote that is not closed
        return max(1, len(text.rstrip()) - position + 1)
    return 1 if found.kind == "end" else len(found.text)
