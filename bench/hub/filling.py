"""What both servers hold before they are asked: the same runs, written into their databases."""

from __future__ import annotations

import math
import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from modelcompose.database.connection import open_database
from modelcompose.database.database import Database
from modelcompose.tracking.series.points import Batch, batch
from modelcompose.tracking.series.store import SeriesStore

NAMES = 10
"""How many metrics and how many parameters a run has."""
BASE_MS = 1_700_000_000_000
TAGS = ("mlflow.user", "mlflow.source.name", "mlflow.source.type")
_AT_ONCE = 10_000

INSERT_RUN = (
    "INSERT INTO runs (number, id, project, folder, step, status, engine, created_at,"
    " started_at, ended_at, cause, attempt, oom_killed, timed_out, kind, code_is_dirty, parts,"
    " service, plots, host, command_line, overrides, recording, experiment, name, user_name)"
    " VALUES (?, ?, 'Default', '', 'run', 'succeeded', '', ?, ?, ?, '', 1, 0, 0, 'logged', 0,"
    " '{}', '{}', '[]', 'null', '[]', '{}', 'null', 0, ?, 'ana')"
)
INSERT_METRIC = (
    "INSERT INTO metrics (run, name, last, min, max, count, last_step, last_time, mean)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
INSERT_PARAM = "INSERT INTO params (run, name, value, number) VALUES (?, ?, ?, ?)"
INSERT_TAG = "INSERT INTO run_tags (run, name, value) VALUES (?, ?, 'x')"


def rows(count: int) -> Iterator[tuple[str, int, list[float], list[str]]]:
    """Give runs that are the same each time: id, time, metrics and parameters."""
    chance = random.Random(1)
    for i in range(count):
        metrics = [chance.random() for _ in range(NAMES)]
        params = [str(chance.randint(0, 9)) for _ in range(NAMES)]
        yield f"{chance.getrandbits(128):032x}", BASE_MS + i * 1000, metrics, params


def fill_hub(home: Path, count: int) -> None:
    """Write runs into the hub's database."""
    with closing(open_database(home / "hub.db")) as database:
        database.execute("BEGIN")
        for number, (run, ms, metrics, params) in enumerate(rows(count), 1):
            at = ms / 1000
            database.execute(INSERT_RUN, (number, run, at, at, at + 1, f"run-{number}"))
            database.executemany(
                INSERT_METRIC,
                [(number, f"m{i}", v, v, v, 1, 0, at, v) for i, v in enumerate(metrics)],
            )
            database.executemany(
                INSERT_PARAM, [(number, f"p{i}", f'"{v}"', float(v)) for i, v in enumerate(params)]
            )
            database.executemany(INSERT_TAG, [(number, tag) for tag in TAGS])
        database.execute("COMMIT")


def fill_mlflow(home: Path, count: int) -> None:
    """Write the same runs into MLflow's database."""
    path = home / "mlflow.db"
    upgrade = [sys.executable, "-m", "mlflow", "db", "upgrade", f"sqlite:///{path}"]
    subprocess.run(upgrade, check=True, capture_output=True)
    with closing(sqlite3.connect(path)) as database:
        database.execute(
            "INSERT OR IGNORE INTO experiments (experiment_id, name, artifact_location,"
            " lifecycle_stage, creation_time, last_update_time)"
            " VALUES (0, 'Default', ?, 'active', 0, 0)",
            (str(home / "artifacts"),),
        )
        for number, (run, ms, metrics, params) in enumerate(rows(count), 1):
            database.execute(
                "INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name,"
                " user_id, status, start_time, end_time, source_version, lifecycle_stage,"
                " artifact_uri, experiment_id)"
                " VALUES (?, ?, 'LOCAL', '', '', 'ana', 'FINISHED', ?, ?, '', 'active', ?, 0)",
                (run, f"run-{number}", ms, ms + 1000, f"{home}/artifacts/{run}"),
            )
            values = [(run, f"m{i}", v, ms) for i, v in enumerate(metrics)]
            for table in ("metrics", "latest_metrics"):
                database.executemany(
                    f"INSERT INTO {table} (run_uuid, key, value, timestamp, step, is_nan)"
                    " VALUES (?, ?, ?, ?, 0, 0)",
                    values,
                )
            database.executemany(
                "INSERT INTO params (run_uuid, key, value) VALUES (?, ?, ?)",
                [(run, f"p{i}", v) for i, v in enumerate(params)],
            )
            database.executemany(
                "INSERT INTO tags (run_uuid, key, value) VALUES (?, ?, 'x')",
                [(run, tag) for tag in (*TAGS, "mlflow.runName")],
            )
        database.commit()


def append_series(home: Path, run_id: str, count: int) -> None:
    """Log a long series of one metric into a run of the hub, past HTTP."""
    random.seed(1)
    with closing(Database.at(home / "hub.db")) as database:
        with database.read() as connection:
            row = connection.row("SELECT number FROM runs WHERE id = ?", (run_id,))
        assert row is not None
        store = SeriesStore(database)
        for start in range(0, count, _AT_ONCE):
            points = noisy(start, min(count - start, _AT_ONCE), count)
            with database.write() as connection:
                store.append(connection, row[0], points)
            store.compact(row[0])


def noisy(start: int, count: int, length: int, name: str = "loss") -> Batch:
    """Give points as a trainer logs them: full precision, milliseconds that are not even.

    Args:
        start: the first step.
        count: how many points.
        length: of the whole series, along which its values fall.
        name: of the metric.
    """
    places = range(start, start + count)
    values = [math.exp(-i / length) + random.gauss(0, 0.02) for i in places]
    times = [(BASE_MS + i * 100 + random.randrange(9)) / 1000 for i in places]
    return batch([name] * count, values, places, times)
