"""Which metrics, parameters and tags runs have, and which values: what can be named at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from modelcompose.database.database import Connection, one_of
from modelcompose.tracking.query.dialects import Clause
from modelcompose.tracking.query.tree import Kind

NEWEST = 300
"""Runs that tell how usual a name is."""

TABLES: dict[Kind, str] = {"metrics": "metrics", "params": "params", "tags": "run_tags"}

_PLAIN = re.compile(r"[^\s()=!<>~,\"'`]+")
_PARTS = ("last", "min", "max", "mean", "best", "count")
_SAMPLE = 20
"""Values that tell whether a parameter is a number."""

_SKIPPING = """
    WITH RECURSIVE names (name) AS (
        SELECT min(name) FROM {table}
        UNION ALL
        SELECT (SELECT min(name) FROM {table} WHERE name > names.name)
        FROM names WHERE names.name IS NOT NULL
    )
    SELECT name, {selected} FROM names WHERE name IS NOT NULL ORDER BY name
"""
_PROBE = 200
"""Rows of a name that are looked at for one of the runs that are meant."""
_ROWS = f"(SELECT run FROM {{table}} AS own WHERE own.name = names.name LIMIT {_PROBE}) AS sampled"  # noqa: S608
_PROBED = f"""
    (SELECT count(*) FROM {_ROWS}),
    EXISTS (SELECT 1 FROM {_ROWS} JOIN runs ON runs.number = sampled.run WHERE {{where}})
"""  # noqa: S608
_SAMPLED = f"""
    (SELECT count(number) FROM (
        SELECT number FROM params WHERE params.name = names.name LIMIT {_SAMPLE}
    ) AS sampled)
"""  # noqa: S608 - made of constants
_NUMBERS: dict[Kind, str] = {"metrics": "1", "params": _SAMPLED, "tags": "0"}


class UsedName(Struct, frozen=True):
    """A metric, parameter or tag that runs have."""

    kind: Kind
    name: str
    is_number: bool
    share: float = 0.0
    """Of the newest runs, how many have it: from 0 to 1."""

    @property
    def written(self) -> str:
        """Give it as the language names it, in quotes where it needs them."""
        return written(self.kind, self.name)


def written(kind: Kind, name: str) -> str:
    """Give a name as a filter, a sort key or a column names it."""
    is_part = kind == "metrics" and name.rpartition(".")[2] in _PARTS and "." in name
    if _PLAIN.fullmatch(name) and not is_part:
        return f"{kind}.{name}"
    quoted = f"`{name}`" if "`" not in name else '"{}"'.format(name.replace('"', '""'))
    return f"{kind}.{quoted}"


def all_names(connection: Connection) -> list[UsedName]:
    """Give the names of all runs, each looked for after the one before it."""
    found: list[UsedName] = []
    for kind, table in TABLES.items():
        sql = _SKIPPING.format(table=table, selected=_NUMBERS[kind])
        found += [UsedName(kind, name, bool(count)) for name, count in connection.rows(sql)]
    return found


def probed_names(connection: Connection, clauses: Sequence[Clause]) -> tuple[list[UsedName], bool]:
    """Give names of some runs, as far as few rows of each name tell, and whether they tell all.

    Args:
        connection: of any block.
        clauses: which runs.
    """
    where, values = _where(clauses)
    found: list[UsedName] = []
    is_whole = True
    for kind, table in TABLES.items():
        selected = f"{_NUMBERS[kind]}, {_PROBED.format(table=table, where=where)}"
        sql = _SKIPPING.format(table=table, selected=selected)
        for name, numbers, rows, is_there in connection.rows(sql, values):
            if is_there:
                found.append(UsedName(kind, name, bool(numbers)))
            else:
                is_whole = is_whole and rows < _PROBE
    return found, is_whole


def names_of(connection: Connection, clauses: Sequence[Clause]) -> list[UsedName]:
    """Give the names of some runs; takes as long as those have rows.

    Args:
        connection: of any block.
        clauses: which runs.
    """
    where, values = _where(clauses)
    runs = f"run IN (SELECT runs.number FROM runs WHERE {where})"  # noqa: S608
    return _counted(connection, runs, values, of=0)


def usual_names(connection: Connection, clauses: Sequence[Clause]) -> list[UsedName]:
    """Give the names of the newest of some runs, with their shares."""
    runs = newest(connection, clauses, NEWEST)
    these, parameter = one_of(connection, "run", runs)
    return _counted(connection, these, [parameter], of=len(runs)) if runs else []


def newest(connection: Connection, clauses: Sequence[Clause], limit: int) -> list[int]:
    """Give the numbers of the newest of some runs."""
    where, values = _where(clauses)
    rows = connection.rows(
        f"SELECT runs.number FROM runs WHERE {where} "  # noqa: S608
        "ORDER BY runs.created_at DESC, runs.number DESC LIMIT ?",
        [*values, limit],
    )
    return [number for (number,) in rows]


def _counted(
    connection: Connection, runs: str, values: Sequence[Any], *, of: int
) -> list[UsedName]:
    found: list[UsedName] = []
    for kind, table in TABLES.items():
        numbers = {"metrics": "1", "params": "count(number)", "tags": "0"}[kind]
        rows = connection.rows(
            f"SELECT name, count(*), {numbers} FROM {table} WHERE {runs} "  # noqa: S608
            "GROUP BY name ORDER BY name",
            values,
        )
        found += [
            UsedName(kind, name, bool(many), count / of if of else 0.0)
            for name, count, many in rows
        ]
    return found


def _where(clauses: Sequence[Clause]) -> Clause:
    sql = " AND ".join(f"({sql})" for sql, _ in clauses) or "TRUE"
    return sql, [value for _, given in clauses for value in given]
