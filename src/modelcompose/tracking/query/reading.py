"""The runs of a page: read in one query a table, whatever their number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from modelcompose.database.database import Connection, one_of
from modelcompose.engine.protocol import Sample
from modelcompose.errors import NotFound
from modelcompose.tracking.columns import unpack_samples
from modelcompose.tracking.rows import (
    CHILDREN,
    COLUMNS,
    DOCUMENTS,
    content_from_row,
    metric_from_row,
    param_value,
    run_from_row,
)
from modelcompose.tracking.run import Run
from modelcompose.tracking.views import RunSummary, summary

_LISTED = frozenset({"overrides", "recording"})
"""Documents that a list shows."""

Children = dict[int, dict[str, dict[str, Any]]]


class ReadRun(Struct, frozen=True):
    """A run with what only the hub knows of it."""

    number: int
    run: Run
    name: str
    user: str
    tags: Mapping[str, str]
    deleted_at: float | None


def read_summaries(connection: Connection, numbers: Sequence[int]) -> list[RunSummary]:
    """Read runs as they stand in a list, in the order of their numbers given."""
    return [
        summary(one.run, name=one.name or None, user=one.user, tags=one.tags)
        for one in read_runs(connection, numbers, is_listed=True)
    ]


def read_runs(
    connection: Connection, numbers: Sequence[int], *, is_listed: bool = False
) -> list[ReadRun]:
    """Read runs in the order of their numbers given; those that are gone are left out.

    Args:
        connection: of any block.
        numbers: of the runs.
        is_listed: whether to leave out what a list does not show.
    """
    names = (
        "NULL" if is_listed and name in DOCUMENTS and name not in _LISTED else name
        for name in COLUMNS
    )
    these, parameter = one_of(connection, "number", list(numbers))
    rows = connection.rows(
        f"SELECT number, name, user_name, deleted_at, {', '.join(names)} "  # noqa: S608
        f"FROM runs WHERE {these}",
        (parameter,),
    )
    below = _children(connection, [row[0] for row in rows], is_listed=is_listed)
    tags = _tags(connection, [row[0] for row in rows])
    found = {}
    for number, name, user, deleted_at, *cells in rows:
        run = run_from_row(tuple(cells), below[number])
        found[number] = ReadRun(number, run, name, user, tags[number], deleted_at)
    return [found[number] for number in numbers if number in found]


def read_run(connection: Connection, run_id: str) -> ReadRun:
    """Read a run by its id.

    Raises:
        NotFound: there is none.
    """
    row = connection.row("SELECT number FROM runs WHERE id = ?", (run_id,))
    found = read_runs(connection, [row[0]]) if row else []
    if not found:
        raise NotFound(f"no run {run_id}")
    return found[0]


def read_samples(connection: Connection, number: int) -> list[Sample]:
    """Read a run's samples of resources, oldest first."""
    import msgspec

    rows = connection.rows(
        "SELECT fields, count, columns FROM samples WHERE run = ? ORDER BY part", (number,)
    )
    return [
        sample
        for fields, count, columns in rows
        for sample in unpack_samples(msgspec.json.decode(fields), count, bytes(columns))
    ]


def _children(connection: Connection, numbers: list[int], *, is_listed: bool) -> Children:
    found: Children = {number: {name: {} for name in CHILDREN} for number in numbers}
    these, parameter = one_of(connection, "run", numbers)
    for number, name, value in connection.rows(
        f"SELECT run, name, value FROM params WHERE {these} ORDER BY run, name",  # noqa: S608
        (parameter,),
    ):
        found[number]["params"][name] = param_value(value)
    for number, name, *cells in connection.rows(
        "SELECT run, name, last, min, max, count, best_step FROM metrics "  # noqa: S608
        f"WHERE {these} ORDER BY run, name",
        (parameter,),
    ):
        found[number]["metrics"][name] = metric_from_row(tuple(cells))
    if is_listed:
        return found
    for number, role, path, *cells in connection.rows(
        "SELECT run, role, path, kind, digest, size_bytes, files, executable "  # noqa: S608
        f"FROM contents WHERE {these} ORDER BY run, path",
        (parameter,),
    ):
        found[number][f"{role}s"][path] = content_from_row(tuple(cells))
    return found


def _tags(connection: Connection, numbers: list[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {number: {} for number in numbers}
    these, parameter = one_of(connection, "run", numbers)
    for number, name, value in connection.rows(
        f"SELECT run, name, value FROM run_tags WHERE {these} ORDER BY run, name",  # noqa: S608
        (parameter,),
    ):
        found[number][name] = value
    return found
