"""The database of runs: its schema, and whether it is whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from modelcompose.database.connection import HEAD, schema_version
from modelcompose.diagnosis.facts.home import DATABASE, opened
from modelcompose.diagnosis.finding import Finding, note, ok, problem
from modelcompose.diagnosis.sizes import count, in_words, size_of
from modelcompose.diagnosis.subject import Subject


def look_at_database(subject: Subject) -> Iterator[Finding]:
    """Open the database as it is, and let SQLite look through it."""
    path = subject.home / DATABASE
    with opened(subject.home) as connection:
        if connection is None:
            yield ok("no run is recorded yet")
            return
        version = schema_version(connection)
        if version != HEAD:
            yield _other_schema(path, version)
            return
        (told,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if told != "ok":
            yield problem(
                f"the database of runs is damaged: {told}",
                where=str(path),
                fix="save what can be read, then move it away to start a new one:\n"
                f"sqlite3 {path} .recover > runs.sql\nmv {path} {path}.damaged",
            )
            return
        (runs,) = connection.execute("SELECT count(*) FROM runs").fetchone()
    logs = size_of(subject.home / "runs")
    yield ok(
        f"{count(runs, 'run')} recorded, {in_words(_size(path))} and {in_words(logs)} of logs; "
        "the database is whole"
    )


def _other_schema(path: Path, version: str | None) -> Finding:
    if version is not None and version > HEAD:
        return problem(
            f"the database of runs is of a newer modelcompose: its schema is revision {version}, "
            f"this one knows up to {HEAD}",
            where=str(path),
            fix="upgrade this one:\npip install --upgrade docker-ml",
        )
    return note(
        f"the database's schema is revision {version or 'none'}: the next command brings it to "
        f"{HEAD}",
        where=str(path),
    )


def _size(path: Path) -> int:
    return sum(size_of(path.with_name(path.name + suffix)) for suffix in ("", "-wal"))
