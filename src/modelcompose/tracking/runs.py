"""The runs in the database: recorded, found again, deleted."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

from modelcompose.database.faults import translated
from modelcompose.database.home import home_folder
from modelcompose.engine.protocol import Sample
from modelcompose.errors import NotFound
from modelcompose.tracking.children import (
    append_samples,
    append_series,
    read_children,
    read_samples,
    read_series,
    write_children,
)
from modelcompose.tracking.naming import find_run
from modelcompose.tracking.rows import (
    CHILDREN,
    COLUMNS,
    DOCUMENTS,
    Cell,
    encoded,
    field_cells,
    run_from_row,
    run_row,
)
from modelcompose.tracking.run import Kind, Run, Series, Status
from modelcompose.tracking.series.log import forget_recorded

if TYPE_CHECKING:
    from modelcompose.tracking.logged_beside import LoggedBeside

_NAMES = ", ".join(COLUMNS)
_ENSURE_EXPERIMENT = """
    INSERT INTO experiments (name, created_at, updated_at) VALUES (?, ?, ?)
    ON CONFLICT (name) DO NOTHING
"""
_INSERT = f"""
    INSERT INTO runs ({_NAMES}, name, experiment) VALUES (
        {", ".join("?" * len(COLUMNS))}, ?, (SELECT number FROM experiments WHERE name = ?)
    )
"""  # noqa: S608
_CREATE = f"{_INSERT} RETURNING number"
_REPLACE = f"""
    {_INSERT}
    ON CONFLICT (id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in COLUMNS)}
    RETURNING number
"""
_KNOWN = "SELECT 1 FROM runs WHERE id = ?"
_UNSENT = "DELETE FROM outbox_runs WHERE run = ?"
_SELECT = f"SELECT number, {_NAMES} FROM runs"  # noqa: S608
_END_BELOW = """
    WITH RECURSIVE below (id) AS (
        SELECT ?
        UNION
        SELECT runs.id FROM below
        JOIN run_tags ON run_tags.name = 'mlflow.parentRunId'
            AND substr(run_tags.value, 1, 64) = below.id  -- as the index has it
        JOIN runs ON runs.number = run_tags.run
    )
    UPDATE runs SET status = 'killed', ended_at = ?
    WHERE kind = 'logged' AND status = 'running' AND id IN (SELECT id FROM below)
"""
_NEWEST = "ORDER BY created_at DESC, number DESC LIMIT 1"
FOLDER_TAG = "modelcompose.folder"
"""On an experiment: the project folder whose services log into it."""
_IN_FOLDER = """(runs.folder = ? OR (runs.folder = '' AND runs.experiment IN (
    SELECT experiment FROM experiment_tags WHERE name = ? AND value = ?)))"""
_RESULT = f"""
    {_SELECT} WHERE identity = ? AND status = 'succeeded' {_NEWEST}
"""
_RESULTS = f"""
    {_SELECT} WHERE number IN (
        SELECT (
            SELECT number FROM runs
            WHERE identity = wanted.value AND status = 'succeeded'
            {_NEWEST}
        )
        FROM json_each(?) AS wanted
    )
"""  # noqa: S608


_Found = list[Run]  # inside the class, `list` is the method
_Clauses = list[tuple[str, list[Cell]]]


class Runs:
    """The runs of one database.

    One object may be used by many threads, and many processes may use one database: each call
    is one transaction, and calls take turns. What a call has written survives the death of the
    process. Once made, a run's `id` never changes.

    Every method raises `DatabaseError` when the database cannot be used, and those that write
    `StorageFull` when the disk is full.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Take a connection from `database.connection.open_database`; it is not closed here."""
        self._connection = connection
        self._lock = RLock()
        self._path = _file_of(connection)

    def create(self, run: Run) -> None:
        """Record a run that begins."""
        with self._writing() as connection:
            number = _insert(connection, _CREATE, run)
            write_children(connection, number, _children(run), replace=())

    def finish(self, run: Run) -> None:
        """Record a run anew, with all that is known of it; it need not have been created.

        What its own code logged into it stays, where nothing of the same name is known.
        """
        with self._writing() as connection:
            number = _insert(connection, _REPLACE, run)
            write_children(connection, number, _children(run), replace=("inputs", "outputs"))

    def take_in(self, run: Run) -> bool:
        """Record a run that was made and recorded elsewhere; tell whether it was new.

        One that is known stays as it is. No hub is told: that is for whoever made it.
        """
        with self._writing() as connection:
            if connection.execute(_KNOWN, (run.id,)).fetchone() is not None:
                return False
            number = _insert(connection, _CREATE, run)
            write_children(connection, number, _children(run), replace=())
            connection.execute(_UNSENT, (number,))
        return True

    def update(self, run_id: str, **fields: Any) -> None:
        """Change some fields of a run, named as in `Run`.

        Raises:
            NotFound: there is no such run.
            TypeError: a run has no such field.
        """
        cells: dict[str, Cell] = {}
        for name in fields.keys() - CHILDREN:
            cells.update(field_cells(name, fields[name]))
        with self._writing() as connection:
            number = _number(connection, run_id)
            if cells:
                assignments = ", ".join(f"{name} = ?" for name in cells)
                connection.execute(
                    f"UPDATE runs SET {assignments} WHERE number = ?",  # noqa: S608
                    [*cells.values(), number],
                )
            # What the run's own code logged stays, as in `finish`.
            write_children(connection, number, fields, replace=("inputs", "outputs"))

    def logged_beside(self, run_id: str) -> LoggedBeside:
        """Give what a run's own code logged beside its parameters and metrics."""
        from modelcompose.tracking.logged_beside import read_logged_beside

        with self._reading() as connection:
            return read_logged_beside(connection, run_id)

    def end_below(self, run_id: str, ended_at: float) -> None:
        """End as killed the runs that a run's own code began below it and did not end."""
        with self._writing() as connection:
            connection.execute(_END_BELOW, (run_id, ended_at))

    def experiment(self, run_id: str) -> int:
        """Give the number of the experiment that a run belongs to.

        Raises:
            NotFound: there is no such run.
        """
        with self._reading() as connection:
            number = _number(connection, run_id)
            found = connection.execute("SELECT experiment FROM runs WHERE number = ?", (number,))
            return int(found.fetchone()[0])

    def get(self, name: str, *, folder: str | Path | None = None) -> Run:
        """Give the run that a user names.

        Args:
            name: an id, the name of a step (its latest run), or the first digits of an id.
            folder: the project folder that step names are looked for in; by default in all.

        Raises:
            NotFound: nothing goes by this name, or the digits begin several ids.
        """
        with self._reading() as connection:
            number = find_run(connection, name, None if folder is None else str(folder))
            return self._read(f"{_SELECT} WHERE number = ?", (number,))[0]

    def latest(
        self,
        folder: str | Path,
        step: str,
        *,
        status: Status | None = None,
        kind: Kind = "step",
    ) -> Run | None:
        """Give a step's newest run, of one status where it is given, or a service's recording."""
        clause = "WHERE folder = ? AND step = ? AND kind = ? AND (? IS NULL OR status = ?)"
        values = (str(folder), step, kind, status, status)
        return _first(self._read(f"{_SELECT} {clause} {_NEWEST}", values))

    def result(self, identity: str) -> Run | None:
        """Give the newest run that succeeded with this identity, of any project."""
        return _first(self._read(_RESULT, (identity,)))

    def results(self, identities: Iterable[str]) -> dict[str, Run]:
        """Give what `result` gives for each identity that has one."""
        found = self._read(_RESULTS, (encoded(list(identities)),))
        return {run.identity: run for run in found if run.identity is not None}

    def unfinished(self, folder: str | Path) -> _Found:
        """Give the runs of a project folder that are recorded as running, oldest first."""
        clause = "WHERE folder = ? AND status = 'running' ORDER BY created_at, number"
        return self._read(f"{_SELECT} {clause}", (str(folder),))

    def list(  # noqa: PLR0913 - what it can be asked for, each by name
        self,
        *,
        folder: str | Path | None = None,
        project: str | None = None,
        filter: str | None = None,  # noqa: A002
        sort: str | None = None,
        limit: int | None = None,
        columns: Sequence[str] | None = None,
    ) -> _Found:
        """Give runs, the newest first unless `sort` says otherwise.

        Args:
            folder: only those of this project folder, with what its tracked services logged.
            project: only those of projects of this name.
            filter: only those that it chooses; the language is that of `tracking.query.parser`.
            sort: a name of that language, `-` before it for the largest first.
            limit: at most so many.
            columns: the larger fields of `Run` to read (`parts`, `service`, `plots`, `host`,
                `command_line`, `overrides`, `recording`, `params`, `metrics`, `inputs`, `outputs`);
                others of these keep their defaults. By default all.

        Raises:
            UsageError: the filter or the sort key is wrong.
        """
        from modelcompose.tracking.query.search import compose, prepare

        clauses: _Clauses = [("runs.deleted_at IS NULL", [])]
        if folder is not None:
            clauses.append((_IN_FOLDER, [str(folder), FOLDER_TAG, str(folder)]))
        if project is not None:
            clauses.append(("runs.project = ?", [project]))
        keys = [] if sort is None else [sort]
        query = compose("sqlite", time.time(), text=filter, keys=keys, clauses=clauses)
        (joins, of_joins), (where, of_where), (by, of_order) = query.joins, query.where, query.order
        prepare(self._connection, query)
        return self._read(
            f"{_select(columns)} {joins} WHERE {where} ORDER BY {by} LIMIT ?",
            (*of_joins, *of_where, *of_order, -1 if limit is None else limit),
            CHILDREN if columns is None else columns,
        )

    def delete(self, ids: Iterable[str]) -> int:
        """Delete runs with their logs and artifacts; content in the store stays.

        Returns:
            How many of them there were.
        """
        import shutil

        ids = list(ids)
        with self._writing() as connection:
            deleted = connection.execute(
                "DELETE FROM runs WHERE id IN (SELECT value FROM json_each(?))", (encoded(ids),)
            ).rowcount
        for run_id in ids:
            shutil.rmtree(self.log_path(run_id).parent, ignore_errors=True)
        return deleted

    def log_path(self, run_id: str) -> Path:
        """Give where a run's log is kept: a file in a folder of the run's own.

        Who writes the log makes the folder.
        """
        return self._path.parent / "runs" / run_id[:2] / run_id / "output.log"

    def add_series(self, run_id: str, series: Sequence[Series]) -> None:
        """Append points to a run's series; several calls for one name add up.

        Raises:
            NotFound: there is no such run.
        """
        with self._writing() as connection:
            append_series(connection, _number(connection, run_id), series)

    def drop_series(self, run_id: str) -> None:
        """Forget all points that `add_series` appended to a run that is running.

        Raises:
            NotFound: there is no such run.
        """
        with self._writing() as connection:
            forget_recorded(connection, _number(connection, run_id))

    def series(self, run_id: str, names: Sequence[str] | None = None) -> Sequence[Series]:
        """Give a run's series, all or those named, by name."""
        with self._reading() as connection:
            return read_series(connection, run_id, names)

    def add_samples(self, run_id: str, samples: Sequence[Sample]) -> None:
        """Append resource samples to those of a run.

        Raises:
            NotFound: there is no such run.
        """
        with self._writing() as connection:
            append_samples(connection, _number(connection, run_id), samples)

    def samples(self, run_id: str) -> Sequence[Sample]:
        """Give a run's resource samples, oldest first."""
        with self._reading() as connection:
            return read_samples(connection, run_id)

    def _read(self, sql: str, values: Sequence[Cell], children: Iterable[str] = CHILDREN) -> _Found:
        with self._reading() as connection:
            rows = connection.execute(sql, values).fetchall()
            if not rows:
                return []
            below = read_children(connection, [row[0] for row in rows], children)
        return [run_from_row(row[1:], below[row[0]]) for row in rows]

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock, translated(self._path):
            yield self._connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, translated(self._path):
            # Immediate: a transaction that turns to writing half way cannot wait its turn.
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise


def _file_of(connection: sqlite3.Connection) -> Path:
    file = connection.execute("PRAGMA database_list").fetchone()[2]
    return Path(file) if file else home_folder() / "hub.db"


def _children(run: Run) -> dict[str, Any]:
    return {name: getattr(run, name) for name in CHILDREN}


def _insert(connection: sqlite3.Connection, statement: str, run: Run) -> int:
    connection.execute(_ENSURE_EXPERIMENT, (run.project, run.created_at, run.created_at))
    row = connection.execute(statement, (*run_row(run), run.step, run.project)).fetchone()
    return int(row[0])


def _number(connection: sqlite3.Connection, run_id: str) -> int:
    row = connection.execute("SELECT number FROM runs WHERE id = ?", (run_id,)).fetchone()
    if row is None:
        raise NotFound(f"no run {run_id}", hint="list the runs: modelcompose runs --all")
    return int(row[0])


def _first(runs: list[Run]) -> Run | None:
    return runs[0] if runs else None


def _select(columns: Sequence[str] | None) -> str:
    unread = set() if columns is None else DOCUMENTS.keys() - set(columns)
    names = ("NULL" if name in unread else f"runs.{name}" for name in COLUMNS)
    return f"SELECT runs.number, {', '.join(names)} FROM runs"  # noqa: S608
