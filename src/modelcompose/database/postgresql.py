"""PostgreSQL as a `Database`: a pool of connections, and `?` written as PostgreSQL wants it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from modelcompose.database.connection import HEAD
from modelcompose.database.database import Cell, Database, Dialect
from modelcompose.errors import DatabaseError, ModelComposeError, StorageFull, UsageError

if TYPE_CHECKING:
    import psycopg

_CONNECTIONS = 16
_PATIENCE_S = 10.0
"""For a connection, also while the server restarts; who waits longer had better ask again."""

_PARAMETERS: dict[str, Any] = {
    "application_name": "modelcompose",
    "connect_timeout": 10,
    # A server whose machine is gone says nothing: without these a call would wait for hours.
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
_LIMITS = "-c statement_timeout=60s -c lock_timeout=30s -c idle_in_transaction_session_timeout=120s"
"""No statement holds a thread of the hub, or a lock, for good."""

_PIECE = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|\?|%")
_INSTALL = "install the driver: pip install 'docker-ml[postgres]'"


_TOO_MUCH = ("22001", "22003")
"""PostgreSQL's codes for a text that is too long, and for a number out of range."""


class PostgreSQL(Database):
    """A database of a PostgreSQL server, 14 or newer.

    Each block takes a connection of the pool, and waits ten seconds for one at most. A server
    that restarts is waited for so long too; connections that it closed are never given out.
    Parameters of libpq in the address, and its environment variables such as `PGPASSWORD`, count.
    """

    dialect = "postgresql"

    def __init__(self, url: str, *, patience_s: float = _PATIENCE_S) -> None:
        """Connect to the server, and bring the schema up to date."""
        try:
            import psycopg  # noqa: F401 - the pool needs it, and names it badly when it is away
            from psycopg_pool import ConnectionPool
        except ImportError as error:
            raise DatabaseError("postgresql: the driver is not installed", hint=_INSTALL) from error
        self.name = without_password(url)
        self._patience_s = patience_s
        parameters = _parameters(url, self.name)
        with self._translated():
            if _schema_version(url, parameters) != HEAD:
                # SQLAlchemy and Alembic cost time and memory: only when there is work.
                from modelcompose.database.migration import migrate_postgresql

                migrate_postgresql(url, self.name)
            self._pool: ConnectionPool[Any] = ConnectionPool(
                url,
                kwargs=parameters,
                min_size=1,
                max_size=_CONNECTIONS,
                timeout=patience_s,
                reconnect_timeout=patience_s,  # the next caller begins anew, without a long pause
                open=True,
            )

    @contextmanager
    def read(self) -> Iterator[_Connection]:
        """Give a connection whose statements see one state of the database."""
        from psycopg import IsolationLevel

        with self._translated(), self._connected() as raw:
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
        with self._translated(), self._connected() as raw:
            yield _Connection(raw)

    def close(self) -> None:
        """Close the pool."""
        self._pool.close()

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection[Any]]:
        """Give a connection that works, and end its transaction as the block ends."""
        raw = self._pool.getconn()
        while _was_left(raw):
            # The pool's own check pauses for longer after each: here all that broke go at once.
            raw.close()
            self._pool.putconn(raw)
            raw = self._pool.getconn()
        try:
            with raw:
                yield raw
        finally:
            self._pool.putconn(raw)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        import psycopg
        from psycopg_pool import PoolTimeout

        try:
            yield
        except psycopg.DataError as error:
            if error.sqlstate is None and "NUL" in str(error):  # the driver's, before it sends
                raise UsageError("text must not contain the NUL character") from error
            if error.sqlstate in _TOO_MUCH:  # the column's own bound, which SQLite has not
                raise UsageError(f"a value does not fit: {_first_line(error)}") from error
            raise
        except (psycopg.IntegrityError, psycopg.ProgrammingError):
            raise  # our own mistakes, which are to be seen with their traceback
        except psycopg.errors.QueryCanceled as error:
            raise DatabaseError(
                f"{self.name}: a statement took longer than the database lets it",
                hint="ask for less at once, or try again when the database has less to do",
            ) from error
        except PoolTimeout as error:
            raise DatabaseError(
                f"{self.name}: no connection within {self._patience_s:g} s: "
                "the server is away, or has too much to do",
                hint="try again; look whether the server runs: pg_isready",
            ) from error
        except psycopg.errors.DiskFull as error:
            raise StorageFull(f"{self.name}: the server's disk is full") from error
        except psycopg.Error as error:
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
    """Give the address as it may be shown, also one that is written wrongly."""
    # Up to the last @, since a password that should have been encoded may hold anything.
    shown = re.sub(r"^(\w+://[^:/?#@]*):.*@", r"\1@", url, flags=re.DOTALL)
    return re.sub(r"(password=)[^&]*", r"\1***", shown)


def _parameters(url: str, name: str) -> dict[str, Any]:
    """Give what a connection is opened with beside the address, which goes before it."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        given = conninfo_to_dict(url)
    except (ProgrammingError, UnicodeError):
        # The driver's words quote what it took for a host or a port: it may be a password.
        raise UsageError(
            f"{name}: no address of a PostgreSQL database",
            hint="in postgresql://USER:PASSWORD@HOST/NAME, write %, /, ?, #, : and @ of a password "
            "as %25, %2F, %3F, %23, %3A and %40, or give it in PGPASSWORD",
        ) from None
    ours = {**_PARAMETERS, "options": _LIMITS}
    return {key: value for key, value in ours.items() if key not in given}


def _was_left(raw: psycopg.Connection[Any]) -> bool:
    """Tell whether the server closed a connection while nobody used it.

    An idle one has nothing to read; asking the server each time would cost a round trip.
    """
    from select import POLLIN, poll

    waiting = poll()
    waiting.register(raw.fileno(), POLLIN)
    return bool(waiting.poll(0))


def _schema_version(url: str, parameters: dict[str, Any]) -> str | None:
    import psycopg

    with psycopg.connect(url, **parameters) as connection:
        table = connection.execute("SELECT to_regclass('alembic_version')").fetchone()
        if table is None or table[0] is None:
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if row is None else str(row[0])


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


def _fault(name: str, error: Exception) -> ModelComposeError:
    return DatabaseError(
        f"{name}: the database cannot be used ({_first_line(error)})",
        hint="look whether the server runs, and whether the address, user and password are right",
    )
