"""The tables of MLflow's SQLite file, whichever of its versions made them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from modelcompose.errors import UsageError

_BUSY_TIMEOUT_S = 30.0


class Tables:
    """A file that is read; tables and columns that its version has not are empty."""

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            sqlite3.DatabaseError: it is no SQLite file.
        """
        self._path = path
        self._raw = _opened(path)
        self._columns: dict[str, list[str]] = {}

    def close(self) -> None:
        """Close the file."""
        self._raw.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise UsageError(
                f"{self._path}: cannot be read: {error}",
                hint="run the command again when nothing else is busy with the file: it goes on",
            ) from error

    def has(self, table: str, column: str | None = None) -> bool:
        """Tell whether there is a table, or a column of it."""
        if table not in self._columns:
            rows = self._raw.execute(f"PRAGMA table_info({table})").fetchall()
            self._columns[table] = [row[1] for row in rows]
        names = self._columns[table]
        return bool(names) if column is None else column in names

    def query(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Give the rows of a query."""
        with self._translated():
            return self._raw.execute(sql, values).fetchall()

    def query_among(self, sql: str, ids: Sequence[str]) -> list[tuple[Any, ...]]:
        """Give the rows of a query with one placeholder, which holds ids as JSON."""
        return self.query(sql, (json.dumps(list(ids)),))

    def pages(self, sql: str, values: Sequence[Any], size: int) -> Iterator[list[tuple[Any, ...]]]:
        """Give the rows of a query in pages; the file is free again when few were found."""
        with self._translated():
            cursor = self._raw.execute(sql, values)
        while True:
            with self._translated():
                rows = cursor.fetchmany(size)
            if len(rows) < size:
                cursor.close()
            if rows:
                yield rows
            if len(rows) < size:
                return

    def rows(self, table: str, rest: str = "", values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Give the rows of a table by the names of its columns.

        Args:
            table: its name.
            rest: SQL after the table's name.
            values: of its placeholders.
        """
        if not self.has(table):
            return []
        found = self.query(f"SELECT * FROM {table} {rest}", values)  # noqa: S608 - of constants
        names = self._columns[table]
        return [dict(zip(names, row, strict=True)) for row in found]

    def among(self, table: str, column: str, ids: Sequence[str]) -> list[dict[str, Any]]:
        """Give the rows of a table whose column holds one of some ids."""
        condition = f"WHERE {column} IN (SELECT value FROM json_each(?))"  # noqa: S608 - as above
        return self.rows(table, condition, (json.dumps(list(ids)),))

    def pairs(
        self,
        table: str,
        owner: str,
        key: str,
        value: str,
        among: tuple[str, Sequence[str]] | None = None,
    ) -> dict[Any, dict[str, str]]:
        """Give the pairs of a table by what they belong to, of all or of some."""
        rows = self.rows(table) if among is None else self.among(table, *among)
        found: dict[Any, dict[str, str]] = {}
        for row in rows:
            found.setdefault(row[owner], {})[row[key]] = row[value] or ""
        return found

    def counts(self, table: str, column: str, ids: Sequence[str]) -> dict[str, int]:
        """Give how many rows of a table there are for each of some ids."""
        sql = (
            f"SELECT {column}, count(*) FROM {table} "  # noqa: S608 - of constants
            f"WHERE {column} IN (SELECT value FROM json_each(?)) GROUP BY {column}"
        )
        return dict(self.query_among(sql, ids))


def _opened(path: Path) -> sqlite3.Connection:
    address = f"file:{quote(str(path))}"
    raw = _connected(f"{address}?mode=ro")
    try:
        raw.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        # A file with a log beside it, in a folder that cannot be written: nobody writes to it.
        raw.close()
        raw = _connected(f"{address}?mode=ro&immutable=1")
        raw.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return raw


def _connected(address: str) -> sqlite3.Connection:
    raw = sqlite3.connect(
        address, uri=True, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
    )
    # A text that is no UTF-8 is no reason to give up.
    raw.text_factory = lambda data: data.decode(errors="replace")
    return raw
