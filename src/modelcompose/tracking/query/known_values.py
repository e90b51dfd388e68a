"""Values that runs have for a name, for completion: those of the newest runs first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from modelcompose.database.database import Connection, one_of
from modelcompose.tracking.query.dialects import Clause
from modelcompose.tracking.query.fields import RUNS
from modelcompose.tracking.query.names import TABLES, newest
from modelcompose.tracking.query.tree import Name
from modelcompose.tracking.query.values import MLFLOW_STATUS
from modelcompose.tracking.rows import encoded, param_value

MOST = 50
_NEWEST = 2000
_PROBES = 200
"""Values that are looked for beyond the newest runs, each by an index."""
_INDEXED = 64
"""So many characters of a value the index has."""
_LONGEST = 200
_TEXTS = ("text", "status")


def known_values(
    connection: Connection, name: Name, prefix: str, clauses: Sequence[Clause]
) -> list[str]:
    """Give values that begin with some signs, whatever their case; the most frequent first.

    Args:
        connection: of any block.
        name: a text field, a parameter or a tag; of others there are no values.
        prefix: what they begin with.
        clauses: which runs.

    Returns:
        At most 50 of them; none is longer than 200 characters.
    """
    if name.kind == "field":
        found = _of_field(connection, name.name, clauses)
    elif name.kind in ("params", "tags"):
        found = _of_pairs(connection, name, prefix, clauses)
    else:
        return []
    wanted = prefix.lower()
    fitting: dict[str, None] = {}
    for value in found:
        if value.lower().startswith(wanted) and 0 < len(value) <= _LONGEST:
            fitting[value] = None
            if len(fitting) == MOST:
                break
    return list(fitting)


def _of_field(connection: Connection, name: str, clauses: Sequence[Clause]) -> Iterator[str]:
    field = RUNS.fields[name]
    if field.kind == "claim":
        yield from ("true", "false")
    elif field.kind == "status":
        yield from MLFLOW_STATUS
    elif field.kind in _TEXTS:
        these, parameter = one_of(connection, "runs.number", newest(connection, clauses, _NEWEST))
        rows = connection.rows(
            f"SELECT {field.sql}, count(*) FROM runs WHERE {these} "  # noqa: S608
            "GROUP BY 1 ORDER BY 2 DESC, 1",
            (parameter,),
        )
        yield from (str(value) for value, _ in rows if value is not None)


def _of_pairs(
    connection: Connection, name: Name, prefix: str, clauses: Sequence[Clause]
) -> Iterator[str]:
    table = TABLES[name.kind]
    these, parameter = one_of(connection, "run", newest(connection, clauses, _NEWEST))
    rows = connection.rows(
        f"SELECT value, count(*) FROM {table} WHERE {these} AND name = ? "  # noqa: S608
        "GROUP BY value ORDER BY 2 DESC, 1",
        (parameter, name.name),
    )
    is_json = name.kind == "params"
    yield from (_text(value, is_json=is_json) for value, _ in rows)
    for begin in {prefix, encoded(prefix)[:-1]} if is_json else {prefix}:
        for value in _further(connection, table, name.name, begin, clauses):
            yield _text(value, is_json=is_json)


def _further(
    connection: Connection, table: str, name: str, begin: str, clauses: Sequence[Clause]
) -> Iterator[str]:
    """Give values by the index, each looked for after the one before it."""
    where = " AND ".join(f"({sql})" for sql, _ in clauses) or "TRUE"
    values = [value for _, given in clauses for value in given]
    key = f"substr({table}.value, 1, {_INDEXED})"
    sign, at = ">=", begin[:_INDEXED]
    for _ in range(_PROBES):
        row = connection.row(
            f"SELECT min({key}) FROM {table} WHERE name = ? AND {key} {sign} ?",  # noqa: S608
            (name, at),
        )
        if row is None or row[0] is None or not row[0].startswith(begin[:_INDEXED]):
            return
        sign, at = ">", row[0]
        found = connection.row(
            f"SELECT {table}.value FROM {table} JOIN runs ON runs.number = {table}.run "  # noqa: S608
            f"WHERE {table}.name = ? AND {key} = ? AND {where} LIMIT 1",
            [name, at, *values],
        )
        if found is not None:
            yield found[0]


def _text(cell: str, *, is_json: bool) -> str:
    value: Any = param_value(cell) if is_json else cell
    return value if isinstance(value, str) else encoded(value)
