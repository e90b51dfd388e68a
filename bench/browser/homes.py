"""What the browser looks at: one hub with runs of every kind, one with 100,000, and MLflow's."""

from __future__ import annotations

import math
import random
from array import array
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import cast

from hub.filling import BASE_MS, INSERT_RUN, fill_hub, fill_mlflow
from msgspec import Struct

from modelcompose.database.connection import open_database
from modelcompose.database.database import Database
from modelcompose.tracking.series.points import Batch, batch
from modelcompose.tracking.series.store import SeriesStore

FEW, MANY = 5_000, 100_000
"""Runs of the two tables."""
CHARTED, METRICS, CHART_POINTS = 50, 20, 1_000
LONG, LONG_POINTS = 200, 100_000
GROWING = 10
PROJECTS = {"charted": CHARTED, "long": LONG, "growing": GROWING}
"""Projects beside the one of the table, and how many runs they have."""
_INSERT_EXPERIMENT = (
    "INSERT INTO experiments (number, name, created_at, updated_at) VALUES (?, ?, 1.0, 1.0)"
)
_AT_ONCE = 50_000


class Homes(Struct, frozen=True):
    """Folders that servers are started over."""

    few: Path
    many: Path
    mlflow: Path


def make(root: Path, sides: Sequence[str]) -> Homes:
    """Fill the homes that are not filled yet."""
    homes = Homes(root / "few", root / "many", root / "mlflow")
    fillers = {"few": _fill_few, "many": _fill_many, "mlflow": _fill_mlflow}
    for side in sides:
        home: Path = getattr(homes, side)
        if not (home / "filled").exists():
            home.mkdir(parents=True, exist_ok=True)
            fillers[side](home)
            (home / "filled").touch()
    return homes


def _fill_few(home: Path) -> None:
    fill_hub(home, FEW)
    numbers = _add_projects(home)
    with closing(Database.at(home / "hub.db")) as database:
        store = SeriesStore(database)
        for number in numbers["charted"]:
            _write(database, store, number, [_charted(number)])
        for number in numbers["long"]:
            parts = range(0, LONG_POINTS, _AT_ONCE)
            _write(database, store, number, [_long(number, start) for start in parts])
        for number in numbers["growing"]:
            _write(database, store, number, [_line("loss", number, 0, 100, 100)])


def _fill_many(home: Path) -> None:
    fill_hub(home, MANY)


def _fill_mlflow(home: Path) -> None:
    fill_mlflow(home, FEW)


def _add_projects(home: Path) -> dict[str, range]:
    """Add runs without points; give their numbers by project."""
    found: dict[str, range] = {}
    first = FEW + 1
    with closing(open_database(home / "hub.db")) as database:
        database.execute("BEGIN")
        for place, (project, count) in enumerate(PROJECTS.items(), 101):
            database.execute(_INSERT_EXPERIMENT, (place, project))
            found[project] = range(first, first + count)
            for number in found[project]:
                at = BASE_MS / 1000 + number
                run = f"{number:032x}"
                name = f"{project}-{number - first + 1:03}"
                database.execute(INSERT_RUN, (number, run, at, at, at + 1, name))
                database.execute(
                    "UPDATE runs SET experiment = ?, project = ? WHERE number = ?",
                    (place, project, number),
                )
            first += count
        growing = found["growing"]
        database.execute(
            "UPDATE runs SET status = 'running', ended_at = NULL WHERE number BETWEEN ? AND ?",
            (growing[0], growing[-1]),
        )
        database.execute("COMMIT")
    return found


def _write(database: Database, store: SeriesStore, run: int, batches: Sequence[Batch]) -> None:
    for points in batches:
        with database.write() as connection:
            store.append(connection, run, points)
    while store.compact(run, is_idle=True):
        pass


def _charted(number: int) -> Batch:
    names, values, steps, times = [], array("d"), array("d"), array("d")
    for metric in range(METRICS):
        line = _line(f"train/m{metric:02}", number * METRICS + metric, 0, CHART_POINTS)
        names += list(line.names) * len(line)
        values.extend(cast("array[float]", line.values))
        steps.extend(line.steps)
        times.extend(line.times)
    return batch(names, values, steps, times)


def _long(number: int, start: int) -> Batch:
    return _line("loss", number, start, _AT_ONCE, LONG_POINTS)


def _line(name: str, seed: int, start: int, count: int, length: int = CHART_POINTS) -> Batch:
    """Give points as a trainer logs them: falling, noisy, of full precision."""
    chance = random.Random(seed)
    slope, floor = chance.uniform(0.1, 0.5) * length, chance.uniform(0.05, 0.4)
    chance.seed(seed * 1000 + start)
    places = range(start, start + count)
    values = [math.exp(-i / slope) + floor + chance.gauss(0, 0.02) for i in places]
    times = [(BASE_MS + i * 100 + chance.randrange(9)) / 1000 for i in places]
    return batch([name] * count, values, places, times)
