"""What series cost: appended, compacted, drawn, read, on disk, and after their writer was killed.

    python bench/hub/series.py                    10 million points of one metric, in SQLite
    python bench/hub/series.py --points 100000
    python bench/hub/series.py --url postgresql://…/an_empty_database
    python bench/hub/series.py --kills 50         kill -9 in the middle of logging, so many times

CPU is that of this process: with PostgreSQL, the server's is not in it.
"""

from __future__ import annotations

import argparse
import math
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, get_args

from modelcompose.database.database import Database
from modelcompose.tracking.series.points import Batch, batch
from modelcompose.tracking.series.sources import Axis
from modelcompose.tracking.series.store import SeriesStore

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.unit.tracking.series import writer  # noqa: E402 - the tests' program
from tests.unit.tracking.series.logged import new_run, walk  # noqa: E402 - as above

BATCH = 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=10_000_000)
    parser.add_argument("--url", help="of an empty database; by default a new SQLite file")
    parser.add_argument("--kills", type=int, default=0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if asked.kills:
            measure_kills(Path(folder), asked.kills)
            return
        path = Path(folder, "hub.db")
        with closing(Database.at(asked.url or path)) as database:
            measure_points(database, asked.points)
            if not asked.url:
                tell_size(path, asked.points)
            measure_batches(database)


def noisy(start: int, count: int) -> Batch:
    """Give points as a trainer logs them: full precision, milliseconds that are not even."""
    places = range(start, start + BATCH)
    values = [math.exp(-i / count) + random.gauss(0, 0.02) for i in places]
    times = [(1_700_000_000_000 + i * 100 + random.randrange(9)) / 1000 for i in places]
    return batch(["loss"] * BATCH, values, places, times)


def measure_points(database: Database, count: int) -> None:
    store, run = SeriesStore(database), new_run(database)
    random.seed(1)
    appending = compacting = worst = 0.0
    for start in range(0, count, BATCH):
        points = noisy(start, count)
        began = time.process_time()
        with database.write() as connection:
            store.append(connection, run, points)
        middle = time.process_time()
        store.compact(run)
        end = time.process_time()
        appending += middle - began
        compacting += end - middle
        worst = max(worst, end - middle)
    tell("append, a point", appending / count * 1e6, "µs CPU")
    tell("compact, a point", compacting / count * 1e6, "µs CPU")
    tell("compact, the longest turn", worst * 1e3, "ms CPU")
    for axis in get_args(Axis):
        cost(f"chart over {axis}, all", partial(store.buckets, [run], ["loss"], axis=axis))
    for share in (0.3, 0.1, 0.03, 0.01, 0.003, 0.001):
        first, last = 0.4 * count, (0.4 + share) * count
        cost(
            f"chart over step, {share:.1%} of it",
            partial(store.buckets, [run], ["loss"], start=first, end=last),
        )
    cost("history, a page of 25,000", lambda: store.points(run, "loss"))
    cost("320 samples, as MLflow's UI asks", lambda: store.interval(run, "loss", 320))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    tell("memory at most", peak, "MB")


def measure_batches(database: Database) -> None:
    store, run = SeriesStore(database), new_run(database)
    keys = [f"layer.{i}.weight.grad_norm" for i in range(BATCH)]

    def log(names: list[str], turn: int) -> float:
        values = [random.random() for _ in names]
        began = time.process_time()
        with database.write() as connection:
            points = batch(names, values, range(turn, turn + BATCH), [float(turn)] * BATCH)
            store.append(connection, run, points)
        return time.process_time() - began

    tell("1000 points of one key", median(log(["loss"] * BATCH, i) for i in range(50)) * 1e3, "ms")
    tell("1000 keys", median(log(keys, i) for i in range(50)) * 1e3, "ms")


def measure_kills(folder: Path, kills: int) -> None:
    """Count points after each kill; refuse to go on where one is lost or doubled."""
    path = folder / "hub.db"
    with closing(Database.at(path)) as database:
        run = new_run(database)
    steps = 0
    for _ in range(kills):
        command = [sys.executable, "-m", writer.__name__, str(path), str(run), str(steps)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) as process:
            assert process.stdout is not None
            for _ in range(random.randrange(1, 80)):
                steps = int(process.stdout.readline())
            process.kill()
            for line in process.stdout:
                steps = int(line)
        with closing(Database.at(path)) as database:
            found = [row[0] for row in walk(SeriesStore(database), run, "loss", 25_000)]
        if found != list(range(len(found))) or len(found) - steps not in {0, writer.BATCH}:
            raise SystemExit(f"{steps} points were acknowledged, {len(found)} are there")
        steps = len(found)
    tell(f"killed {kills} times: points, none lost or doubled", steps, "")


def cost(label: str, ask: Callable[[], Any], times: int = 7) -> None:
    costs = []
    for _ in range(times):
        began = time.process_time()
        ask()
        costs.append(time.process_time() - began)
    tell(label, median(costs) * 1e3, "ms CPU")


def tell_size(path: Path, count: int) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    tell("on disk, a point", path.stat().st_size / count, "bytes")


def tell(label: str, number: float, unit: str) -> None:
    print(f"{label:48} {number:12.2f} {unit}".rstrip(), flush=True)


if __name__ == "__main__":
    main()
