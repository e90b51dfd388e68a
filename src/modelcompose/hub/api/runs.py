"""Runs: listed, as a table of chosen columns, and one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from modelcompose.database.database import Connection
from modelcompose.hub.api.endpoint import Endpoint
from modelcompose.hub.api.visibility import run_clauses, run_number
from modelcompose.hub.hub import Hub
from modelcompose.tracking.query.columns import Column, read_columns
from modelcompose.tracking.query.dialects import Clause
from modelcompose.tracking.query.fields import ARCHIVED
from modelcompose.tracking.query.reading import read_run, read_samples, read_summaries
from modelcompose.tracking.query.search import Expression, Query, compose, count, find
from modelcompose.tracking.summary import Resources, resources
from modelcompose.tracking.views import RunDocument, RunSummary, document

Limit = Annotated[int, Meta(ge=1, le=1000)]
Many = Annotated[list[str], Meta(max_length=100)]


Archived = Literal["all", "hide", "only"]

_ARCHIVED: dict[str, list[Clause]] = {
    "all": [],
    "hide": [(f"NOT {ARCHIVED}", [])],
    "only": [(ARCHIVED, [])],
}


class Chosen(Struct, frozen=True):
    """Which runs are meant."""

    project: Many = []
    """Only those of these projects; by default of all."""
    filter: str = ""
    """Only those that it chooses; the language of `modelcompose runs --filter`, and MLflow's.

    What is wrong with it is said as `filter:POSITION: …`, counted in characters from 1.
    """
    archived: Archived = "all"
    """What to do with those that are archived: `hide` them, give them `only`, or give `all`."""


class Listing(Chosen, frozen=True):
    """A page of runs."""

    sort: Many = []
    """Names, `-` before one for the largest first; the newest come first of equal ones."""
    limit: Limit = 100
    page: str = ""
    """The `next_page` of the page before."""
    count: bool = False
    """Whether to count all that the filter chooses."""


class Runs(Struct, frozen=True):
    """A page of runs."""

    runs: list[RunSummary]
    next_page: str | None
    """What asks for the next page; null on the last."""
    count: int | None = None
    """How many the filter chooses, where that was asked."""


class TableOf(Listing, frozen=True, kw_only=True):
    """A page of a table."""

    columns: Many
    """Names such as `step`, `params.lr`, `metrics.loss.min`, `tags.team`."""


class Table(Struct, frozen=True):
    """Runs as rows of chosen columns."""

    columns: list[str]
    runs: list[str]
    """The runs' ids, a row each."""
    rows: list[list[Any]]
    next_page: str | None
    count: int | None = None


class ById(Struct, frozen=True):
    """One run."""

    run: str


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    return [
        Endpoint("/runs", _list, Listing, Runs),
        Endpoint("/runs/table", _table, TableOf, Table),
        Endpoint("/runs/{run}", _get, ById, RunDocument),
        Endpoint("/runs/{run}/resources", _resources, ById, Used),
    ]


class Used(Struct, frozen=True):
    """What a run used over time, as columns of equal length."""

    totals: Resources
    columns: dict[str, list[float | None]]
    """By the names of a sample's fields; null where nothing was measured."""


def search(  # noqa: PLR0913 - what is searched for, each by name
    connection: Connection,
    hub: Hub,
    asked: Chosen,
    sort: Sequence[str],
    *,
    conditions: Sequence[Expression] = (),
    selected: Sequence[Expression] = (),
) -> Query:
    """Put a search for runs together."""
    return compose(
        connection.dialect,
        hub.clock(),
        text=asked.filter,
        keys=sort,
        clauses=[*run_clauses(asked.project), *_ARCHIVED[asked.archived]],
        conditions=conditions,
        selected=selected,
    )


def _list(hub: Hub, asked: Listing) -> Runs:
    """List runs: filtered, sorted, page by page."""
    with hub.database.read() as connection:
        query = search(connection, hub, asked, asked.sort)
        found = find(connection, query, asked.limit, asked.page or None)
        runs = read_summaries(connection, found.numbers)
        counted = count(connection, query) if asked.count else None
    return Runs(runs, found.token, counted)


def _table(hub: Hub, asked: TableOf) -> Table:
    """Give chosen columns of runs."""
    columns = [Column.named(name) for name in asked.columns]
    with hub.database.read() as connection:
        query = search(connection, hub, asked, asked.sort)
        found = find(connection, query, asked.limit, asked.page or None)
        ids, rows = read_columns(connection, hub.clock(), found.numbers, columns)
        counted = count(connection, query) if asked.count else None
    return Table([column.title for column in columns], ids, rows, found.token, counted)


def _get(hub: Hub, asked: ById) -> RunDocument:
    """Give everything that is known about a run."""
    with hub.database.read() as connection:
        number = run_number(connection, asked.run)
        found = read_run(connection, asked.run)
        used = resources(read_samples(connection, number))
    return document(found.run, used, name=found.name or None, user=found.user, tags=found.tags)


def _resources(hub: Hub, asked: ById) -> Used:
    """Give what a run used of the machine, over time."""
    with hub.database.read() as connection:
        samples = read_samples(connection, run_number(connection, asked.run))
    names = samples[0].__struct_fields__ if samples else ()
    rows = [msgspec.structs.astuple(sample) for sample in samples]
    columns = {name: [row[i] for row in rows] for i, name in enumerate(names)}
    return Used(resources(samples), columns)
