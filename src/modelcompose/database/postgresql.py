"""PostgreSQL as a `Database`: a pool of connections, and `?` written as PostgreSQL wants it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from modelcompose.database.connection import HEAD
from modelcompose.database.database import Cell, Database, Dialect
from modelcompose.errors import DatabaseError, ModelComposeError, StorageFull, UsageError

if TYPE_CHECKING:
    import psycopg

_CONNECTIONS = 16
_PATIENCE_S = 30.0
_PIECE = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|\?|%")
_INSTALL = "install the driver: pip install 'docker-ml[postgres]'"


class PostgreSQL(Database):
    """A database of a PostgreSQL server, 14 or newer.

    Each block takes a connection of the pool, and waits half a minute for one at most.
    """

    dialect = "postgresql"

    def __init__(self, url: str) -> None:
        """Connect to the server, and bring the schema up to date."""
        try:
            import psycopg  # noqa: F401 - the pool needs it, and names it badly when it is away
            from psycopg_pool import ConnectionPool
        except ImportError as error:
            raise DatabaseError("postgresql: the driver is not installed", hint=_INSTALL) from error
        self.name = without_password(url)
        with self._translated():
            if _schema_version(url) != HEAD:
                # SQLAlchemy and Alembic cost time and memory: only when there is work.
                from modelcompose.database.migration import migrate_postgresql

                migrate_postgresql(url, self.name)
            self._pool: ConnectionPool[Any] = ConnectionPool(
                url, min_size=1, max_size=_CONNECTIONS, timeout=_PATIENCE_S, open=True
            )

    @contextmanager
    def read(self) -> Iterator[_Connection]:
        """Give a connection whose statements see one state of the database."""
        from psycopg import IsolationLevel

        with self._translated(), self._pool.connection() as raw:
            raw.isolation_level = IsolationLevel.REPEATABLE_READ
            try:
                yield _Connection(raw)
            finally:
                if not raw.closed:
                    raw.rollback()  # the level can be changed between transactions alone
                    raw.isolation_level = None

    @contextmanager
    def write(self) -> Iterator[_Connection]:
        """Give a connection; its transaction is committed at the end."""
        with self._translated(), self._pool.connection() as raw:
            yield _Connection(raw)

    def close(self) -> None:
        """Close the pool."""
        self._pool.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        import psycopg
        from psycopg_pool import PoolTimeout

        try:
            yield
        except psycopg.DataError as error:
            if error.sqlstate is None and "NUL" in str(error):  # the driver's, before it sends
                raise UsageError("text must not contain the NUL character") from error
            raise
        except (psycopg.IntegrityError, psycopg.ProgrammingError):
            raise  # our own mistakes, which are to be seen with their traceback
        except psycopg.errors.DiskFull as error:
            raise StorageFull(f"{self.name}: the server's disk is full") from error
        except (psycopg.Error, PoolTimeout) as error:
            raise _fault(self.name, error) from error


class _Connection:
    dialect: Dialect = "postgresql"

    def __init__(self, raw: psycopg.Connection[Any]) -> None:
        self.raw = raw

    def execute(self, sql: str, params: Sequence[Cell] = ()) -> psycopg.Cursor[Any]:
        return self.raw.execute(translate(sql), params)

    def executemany(self, sql: str, params: Iterable[Sequence[Cell]]) -> None:
        with self.raw.cursor() as cursor:
            cursor.executemany(translate(sql), params)

    def rows(self, sql: str, params: Sequence[Cell] = ()) -> list[tuple[Any, ...]]:
        return self.raw.execute(translate(sql), params).fetchall()

    def row(self, sql: str, params: Sequence[Cell] = ()) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = self.raw.execute(translate(sql), params).fetchone()
        return found


@lru_cache(maxsize=1024)
def translate(sql: str) -> bytes:
    """Give SQL with `?` placeholders as psycopg takes it; literals stay as they are."""

    def written(match: re.Match[str]) -> str:
        piece = match[0]
        return "%s" if piece == "?" else piece.replace("%", "%%")

    return _PIECE.sub(written, sql).encode()


def without_password(url: str) -> str:
    """Give the address as it may be shown."""
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    query = re.sub(r"(password=)[^&]*", r"\1***", parts.query)
    return urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}{at}{host}", query=query))


def _schema_version(url: str) -> str | None:
    import psycopg

    with psycopg.connect(url) as connection:
        table = connection.execute("SELECT to_regclass('alembic_version')").fetchone()
        if table is None or table[0] is None:
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if row is None else str(row[0])


def _fault(name: str, error: Exception) -> ModelComposeError:
    first_line = str(error).strip().partition("\n")[0]
    return DatabaseError(
        f"{name}: the database cannot be used ({first_line})",
        hint="look whether the server runs, and whether the address, user and password are right",
    )
