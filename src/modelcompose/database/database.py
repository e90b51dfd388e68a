"""One database behind the hub, SQLite or PostgreSQL, spoken to in SQL text that both share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Literal, Protocol

import msgspec

from modelcompose.errors import UsageError

Cell = str | int | float | bytes | None
"""What a column holds, and a placeholder takes."""

Dialect = Literal["sqlite", "postgresql"]


class Cursor(Protocol):
    """What a statement gave."""

    @property
    def rowcount(self) -> int:
        """Give how many rows were changed."""

    def fetchone(self) -> Any:
        """Give the next row as a tuple, None after the last."""

    def fetchall(self) -> list[Any]:
        """Give the rows that are left."""


class Connection(Protocol):
    """A transaction in progress.

    SQL is text with `?` placeholders, in the subset that SQLite 3.40 and PostgreSQL 14 share. A
    `?` and a `%` inside a literal are left alone. One thread at a time.
    """

    @property
    def dialect(self) -> Dialect:
        """Give which database this is, for the few places where the two differ."""

    def execute(self, sql: str, params: Sequence[Cell] = ()) -> Cursor:
        """Run a statement."""

    def executemany(self, sql: str, params: Iterable[Sequence[Cell]]) -> None:
        """Run a statement once for each row of values."""

    def rows(self, sql: str, params: Sequence[Cell] = ()) -> list[tuple[Any, ...]]:
        """Run a query; give its rows."""

    def row(self, sql: str, params: Sequence[Cell] = ()) -> tuple[Any, ...] | None:
        """Run a query; give its first row, None where there is none."""


class Database(ABC):
    """One database whose schema is up to date.

    May be used by any number of threads at once, and by any number of processes. What a
    `write` block has done is there for all when the block ends, also after the death of this
    process; when it ends by an exception nothing of it is. A `read` block sees no half of a
    transaction.

    Every block raises `DatabaseError` when the database cannot be used, `StorageFull` when the
    disk is full.
    """

    dialect: Dialect
    name: str
    """What messages call it: a path, or an address without its password."""

    @abstractmethod
    def read(self) -> AbstractContextManager[Connection]:
        """Give a connection to read with."""

    @abstractmethod
    def write(self) -> AbstractContextManager[Connection]:
        """Give a connection whose statements are one transaction; writers take turns."""

    def tidy(self) -> None:
        """Keep small what the database has beside itself; to be called now and then.

        Writers may be held up for some hundredths of a second.
        """
        return

    @abstractmethod
    def close(self) -> None:
        """Give back all connections; no block may be open."""

    @staticmethod
    def at(url: str | Path) -> Database:
        """Open a database, creating it or bringing its schema up to date where needed.

        Args:
            url: a path, `sqlite:///PATH`, or `postgresql://USER:PASSWORD@HOST/NAME`.

        Raises:
            UsageError: the address is of another kind.
            DatabaseError: it cannot be opened, or is of a newer modelcompose.
        """
        scheme, separator, rest = str(url).partition("://")
        if isinstance(url, Path) or not separator:
            return _sqlite(Path(url))
        if scheme == "sqlite" and rest.startswith("/") and len(rest) > 1:
            return _sqlite(Path(rest[1:]))
        if scheme in ("postgresql", "postgres"):
            from modelcompose.database.postgresql import PostgreSQL

            return PostgreSQL(f"postgresql://{rest}")
        raise UsageError(
            f"{scheme}://…: no such kind of database",
            hint="give a path, sqlite:///PATH, or postgresql://USER:PASSWORD@HOST/NAME",
        )


def _sqlite(path: Path) -> Database:
    from modelcompose.database.sqlite import SQLite

    return SQLite(path)


def one_of(
    connection: Connection, column: str, values: Sequence[int] | Sequence[str]
) -> tuple[str, Cell]:
    """Give the condition that a column holds one of some values, and its one parameter.

    However many there are, the text stays the same: a statement is prepared once.

    Args:
        connection: whose dialect counts.
        column: SQL, trusted.
        values: all whole numbers, or all text.
    """
    if connection.dialect == "postgresql":
        if not values:
            return "CAST(? AS boolean)", False
        kind = "text" if isinstance(values[0], str) else "bigint"
        array: Any = list(values)  # psycopg's, which no other driver takes
        return f"{column} = ANY(CAST(? AS {kind}[]))", array
    wanted = msgspec.json.encode(list(values)).decode()
    return f"{column} IN (SELECT value FROM json_each(?))", wanted  # noqa: S608 - trusted
