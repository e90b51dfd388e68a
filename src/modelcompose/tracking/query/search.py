"""Searches: a filter, an order and a page of it, as one SQL query."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from modelcompose.tracking.query.compiler import Compiler
from modelcompose.tracking.query.cursor import after, token
from modelcompose.tracking.query.dialects import MATCHES, Clause, Dialect
from modelcompose.tracking.query.fields import RUNS, Subject, read_name
from modelcompose.tracking.query.leading import Lead, helps, lead_of
from modelcompose.tracking.query.ordering import Term, order_by, parse_key, terms
from modelcompose.tracking.query.parser import parse
from modelcompose.tracking.query.tree import Both, Comparison, Name, Node

if TYPE_CHECKING:
    from modelcompose.database.database import Connection

Expression = Callable[[Compiler], Clause]
"""Gives SQL, whose joins it asks the compiler for."""

View = Literal["active", "deleted", "all"]

_VIEWS = {"active": "runs.deleted_at IS NULL", "deleted": "runs.deleted_at IS NOT NULL"}
_IMPLYING = frozenset({"=", "<", "<=", ">", ">=", "in"})
"""What holds of no number that is NaN or missing."""


class Query(Struct, frozen=True):
    """The parts of a query over a subject's table."""

    joins: Clause
    where: Clause
    terms: list[Term]
    lead: Lead | None = None
    selected: Sequence[Clause] = ()

    @property
    def order(self) -> Clause:
        """Give what stands after ORDER BY."""
        return order_by(self.terms)


class Found(Struct, frozen=True):
    """A page of a search."""

    numbers: list[int]
    """The rows' numbers, in order."""
    token: str | None
    """What gives the next page; None after the last."""


def compose(  # noqa: PLR0913 - what is searched for, each by name
    dialect: Dialect,
    now: float,
    *,
    text: str | None = None,
    keys: Sequence[str] = (),
    clauses: Sequence[Clause] = (),
    conditions: Sequence[Expression] = (),
    selected: Sequence[Expression] = (),
    subject: Subject = RUNS,
    place: str = "sort",
) -> Query:
    """Put a search together.

    Args:
        dialect: whose SQL it is to be.
        now: seconds since the epoch, what ages count from.
        text: a filter; None or blank for all.
        keys: sort keys; of equal rows the newest come first.
        clauses: further conditions, all of which must hold.
        conditions: more of them, which need joins.
        selected: what `select` reads of each row.
        subject: what is searched.
        place: what errors about sort keys begin with.

    Raises:
        UsageError: the filter or a sort key is wrong; names the position.
    """
    sort = [parse_key(key, subject, place) for key in keys]
    compiler = Compiler(dialect, now, subject, first=sort[0].name if sort else None)
    held = [*clauses, *(condition(compiler) for condition in conditions)]
    surely: frozenset[Name] = frozenset()
    if text is not None and text.strip():
        node = parse(text, _names_of(subject))
        surely = frozenset(_surely(node))
        held.append(compiler.condition(node))
    order = terms(sort, compiler, surely=surely)
    where = " AND ".join(f"({sql})" for sql, _ in held) or "TRUE"
    values = [value for _, given in held for value in given]
    lead = lead_of(sort, order) if subject is RUNS else None
    chosen = [expression(compiler) for expression in selected]
    return Query(compiler.joins.sql(), (where, values), order, lead, chosen)


def in_experiments(numbers: Sequence[int], view: View = "active") -> list[Clause]:
    """Give the conditions that runs are of some experiments, in the trash or not."""
    marks = ", ".join("?" * len(numbers))
    found: list[Clause] = [(f"runs.experiment IN ({marks})", list(numbers))]
    return found if view == "all" else [*found, (_VIEWS[view], [])]


def find(
    connection: Connection,
    query: Query,
    limit: int,
    page: str | None = None,
    subject: Subject = RUNS,
) -> Found:
    """Find a page of rows.

    Args:
        connection: of any block.
        query: of `compose`, for the connection's dialect.
        limit: how many rows at most.
        page: the token of the page before; None for the first.
        subject: what is searched.

    Raises:
        UsageError: the token is wrong.
    """
    prepare(connection, query)
    rows = None
    if query.lead is not None and page is None and helps(query.lead, limit):
        source = query.lead.source(connection.dialect, limit)
        rows = _rows(connection, query, limit, subject, source=source)
        rows = rows if query.lead.is_page(connection, rows, limit) else None
    if rows is None:
        beyond = after(page, query.terms) if page else None
        rows = _rows(connection, query, limit, subject, beyond=beyond)
    has_more = len(rows) > limit
    numbers = [row[0] for row in rows[:limit]]
    last = rows[limit - 1][1:] if has_more and limit else None
    return Found(numbers, None if last is None else token(query.terms, last))


def select(connection: Connection, query: Query, limit: int) -> list[tuple[Any, ...]]:
    """Give the number of each run that a search chooses, in order, and what it selects of it."""
    prepare(connection, query)
    (joins, join_values), (where, where_values) = query.joins, query.where
    order, order_values = query.order
    selected = ", ".join(["runs.number", *(sql for sql, _ in query.selected)])
    values = [value for _, given in query.selected for value in given]
    values += [*join_values, *where_values, *order_values, limit]
    return connection.rows(
        f"SELECT {selected} FROM runs {joins} WHERE {where} ORDER BY {order} LIMIT ?",  # noqa: S608
        values,
    )


def _rows(  # noqa: PLR0913 - a query and what is added to it
    connection: Connection,
    query: Query,
    limit: int,
    subject: Subject,
    *,
    source: Clause | None = None,
    beyond: Clause | None = None,
) -> list[tuple[Any, ...]]:
    """Read a page's keys and terms, and one row more."""
    table, table_values = source or (subject.table, [])
    (joins, join_values), (where, where_values) = query.joins, query.where
    if beyond is not None:
        where, where_values = f"{where} AND {beyond[0]}", [*where_values, *beyond[1]]
    order, order_values = query.order
    selected = ", ".join(f"{term.sql}" for term in query.terms)
    values = [value for term in query.terms for value in term.values]
    values += [*table_values, *join_values, *where_values, *order_values, limit + 1]
    return connection.rows(
        f"SELECT {subject.key}, {selected} FROM {table} {joins} "  # noqa: S608
        f"WHERE {where} ORDER BY {order} LIMIT ?",
        values,
    )


def count(connection: Connection, query: Query, subject: Subject = RUNS) -> int:
    """Give how many rows a search chooses."""
    prepare(connection, query)
    (joins, join_values), (where, where_values) = query.joins, query.where
    row = connection.row(
        f"SELECT count(*) FROM {subject.table} {joins} WHERE {where}",  # noqa: S608
        [*join_values, *where_values],
    )
    return int(row[0]) if row else 0


def prepare(connection: Any, query: Query) -> None:
    """Teach SQLite to match regular expressions, where a query does.

    Args:
        connection: a `Connection`, or one of `sqlite3`.
        query: what is asked next; teaching costs what SQLite has prepared before.
    """
    if MATCHES not in query.where[0] or getattr(connection, "dialect", "sqlite") != "sqlite":
        return
    raw = getattr(connection, "raw", connection)
    from modelcompose.tracking.query.regex import sql_function

    raw.create_function(MATCHES, 2, sql_function(), deterministic=True)


def _names_of(subject: Subject) -> Any:
    return lambda text, place, position: read_name(text, place, position, subject)


def _surely(node: Node) -> list[Name]:
    """Give the metrics that a filter's rows have for sure, as numbers."""
    if isinstance(node, Both) and node.word == "and":
        return [name for operand in node.operands for name in _surely(operand)]
    if isinstance(node, Comparison) and node.operator in _IMPLYING:
        name = node.name
        if name.kind == "metrics" and node.values[0].text.lower() != "nan":
            return [name.at(0)]
    return []
