"""The hub with very much in it: 100,000 runs and 100 million points in one SQLite file.

    python bench/run.py scale [--home FOLDER]

99,000 runs have 10 metrics of 30 points each, 989 have one of 51,000, 10 one of a million, and 1
one of 10 million; each has 10 parameters and 3 tags. They are written by the functions that the
hub writes with, some hundred runs to a transaction, and stay in the folder where one is given: a
second call measures them again. Then a hub is started over the file and asked over HTTP.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

import machine
from hub import servers, work
from hub.filling import BASE_MS, INSERT_PARAM, INSERT_RUN, INSERT_TAG, NAMES, TAGS
from hub.servers import Server
from measure import Cost
from results import figures_page

from modelcompose.database.database import Connection, Database
from modelcompose.tracking.series import log, summaries
from modelcompose.tracking.series.points import Batch
from modelcompose.tracking.series.store import SeriesStore

SMALL, SMALL_POINTS = 99_000, 30
LONG = (*[51_000] * 989, *[1_000_000] * 10, 10_000_000)
RUNS = SMALL + len(LONG)
POINTS = SMALL * SMALL_POINTS * NAMES + sum(LONG)
PAGE = Path(__file__).parents[1] / "SCALE.md"
_TOLD = (
    "One SQLite hub with 100,000 runs and 100 million points, asked over HTTP: "
    "`python bench/run.py scale` writes this page.\n"
    "CPU is the server's for one call, the time on the clock the median of the calls."
)
_AT_ONCE = 500
_BATCH = 20_000
_NOISE = 1 << 16


class Told(NamedTuple):
    """A figure: what, then how much of which unit."""

    what: str
    figure: str


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog="run.py scale")
    parser.add_argument("--home", type=Path, help="where the database stays, and is looked for")
    parser.add_argument("--output", type=Path, default=PAGE, help="where to write the page")
    asked = parser.parse_args(argv)
    before = machine.load()
    rows: list[tuple[str, str]] = []
    with tempfile.TemporaryDirectory(prefix="modelcompose-bench-") as folder:
        home: Path = asked.home or Path(folder)
        home.mkdir(parents=True, exist_ok=True)
        for told in figures(home):
            print(f"{told.what:45} {told.figure}", flush=True)
            rows.append(told)
    asked.output.write_text(figures_page("Scale", _TOLD, rows, machine.about(before)))
    print(f"wrote {asked.output}", file=sys.stderr)
    return 0


def figures(home: Path) -> Iterator[Told]:
    """Build the database unless it is there, and measure it."""
    path = home / "hub.db"
    if not path.exists():
        began = time.process_time()
        _build(path)
        yield Told("writing it", f"{time.process_time() - began:.0f} CPU s")
    yield from _sizes(path)
    server = servers.hub(home)
    try:
        held = server.resident_bytes / 1e6
        yield Told("start to `/health`, and memory then", f"{server.start_s:.2f} s, {held:.0f} MB")
        yield from _asked(server)
        held = server.resident() / 1e6
        yield Told("memory after all of it", f"{held:.0f} MB")
    finally:
        server.close()
    yield _listed(home)


def _asked(server: Server) -> Iterator[Told]:
    experiment = server.post("experiments/create", {"name": f"written {time.time_ns()}"})
    written = experiment["experiment_id"]
    for keys in (1, work.BATCH):
        run_id = work.new_run(server, written)
        bodies = iter(work.batch_bodies(run_id, keys, 50))
        yield _cost(
            server,
            f"log_batch of 1,000 points of {keys:,} metrics",
            49,
            partial(_next, server, bodies),
        )
    yield _cost(
        server,
        "a run: create, 10 parameters and 10 metrics, end",
        200,
        lambda: work.whole_run(server, written),
    )
    for name, asked in _SEARCHES.items():
        body = json.dumps({"experiment_ids": ["0"], **asked}).encode()
        yield _cost(server, name, 7, partial(server.ask, "POST", "runs/search", body))
    yield _cost(server, "5,000 into pandas", 1, lambda: work.into_pandas(server))
    for count, number in ((51_000, SMALL + 1), (1_000_000, RUNS - 1), (10_000_000, RUNS)):
        run_id = _id(number)
        yield _cost(
            server,
            f"a chart of {count:,} points, 1,000 buckets",
            15,
            partial(work.chart, server, run_id, "loss", count),
        )
    many = ",".join(_id(SMALL + 1 + place) for place in range(100))
    path = f"/api/v1/series?run={many}&name=loss&width=300"
    yield _cost(server, "charts of 100 runs in one call", 7, lambda: server.fetch("GET", path))
    runs = "/api/v1/runs?filter=metrics.m1 > 0.9&sort=-metrics.m2&limit=100".replace(" ", "%20")
    yield _cost(
        server,
        "the same search by our API",
        7,
        lambda: server.fetch("GET", runs.replace(">", "%3E")),
    )
    yield from _table(server)


def _table(server: Server) -> Iterator[Told]:
    """Measure what the table of runs asks for."""
    for name, path in _TABLE.items():
        yield _cost(server, name, 7, partial(server.fetch, "GET", f"/api/v1/runs/{path}"))
    order = json.loads(server.fetch("GET", "/api/v1/runs/order"))["rows"]
    columns = [f"{kind}{place}" for kind in ("metrics.m", "params.p") for place in range(NAMES)]
    columns += ["name", "status", "created", "duration", "user", "note", "archived", "step"]
    columns += ["metrics.m1.min", "metrics.m1.max"]
    body = json.dumps({"rows": order[50_000:50_200], "columns": columns}).encode()
    cells = partial(server.fetch, "POST", "/api/v1/runs/cells", body)
    yield _cost(server, "table: 200 rows of 30 columns", 15, cells)


def _next(server: Server, bodies: Iterator[bytes]) -> None:
    work.log_batch(server, next(bodies))


_SEARCHES: dict[str, dict[str, object]] = {
    "metric filter and order, best 100": {
        "filter": "metrics.m1 > 0.5",
        "order_by": ["metrics.m2 DESC"],
        "max_results": 100,
    },
    "metric filter that few pass, best 100": {
        "filter": "metrics.m1 > 0.999",
        "order_by": ["metrics.m2 DESC"],
        "max_results": 100,
    },
    "one run by its name": {"filter": "attributes.run_name = 'run-77777'", "max_results": 100},
    "runs by a part of the name": {
        "filter": "attributes.run_name LIKE '%7777%'",
        "max_results": 100,
    },
    "runs by two parameters": {
        "filter": "params.p1 = '3' and params.p2 = '4'",
        "max_results": 100,
    },
    "newest 100": {"max_results": 100},
    "newest 1,000": {"max_results": 1000},
}


_TABLE = {
    "table: all runs in order, newest first": "order",
    "table: all runs in the order of a metric": "order?sort=-metrics.m1",
    "table: all runs by two parameters and a metric": "order?sort=params.p1,params.p2,-metrics.m3",
    "table: groups with mean and deviation of 3 metrics": (
        "groups?by=params.p1&of=metrics.m1,metrics.m2,metrics.m3"
    ),
    "table: all names in use": "columns",
    "table: CSV of 10 columns": (
        "csv?columns=id,name,created,status,metrics.m1,metrics.m2,metrics.m3,"
        "params.p1,params.p2,params.p3"
    ),
}


def _cost(server: Server, what: str, calls: int, ask: Callable[[], object]) -> Told:
    cost = _measured(server, calls, ask)
    return Told(what, f"{cost.cpu_s * 1000:.1f} CPU ms, {cost.wall_s * 1000:.1f} ms")


def _measured(server: Server, calls: int, ask: Callable[[], object]) -> Cost:
    if calls > 1:
        ask()
    times_s, cpu_s = [], server.cpu_s()
    for _ in range(calls):
        began = time.perf_counter()
        ask()
        times_s.append(time.perf_counter() - began)
    return Cost((server.cpu_s() - cpu_s) / calls, median(times_s))


def _listed(home: Path) -> Told:
    """Measure the verb that lists runs."""
    variables = {**os.environ, "MODELCOMPOSE_HOME": str(home)}
    command = [sys.executable, "-m", "modelcompose", "runs", "--all"]
    times_s = []
    for _ in range(5):
        began = time.perf_counter()
        subprocess.run(command, cwd=home, env=variables, check=True, capture_output=True)
        times_s.append(time.perf_counter() - began)
    return Told("`modelcompose runs --all`", f"{median(times_s) * 1000:.0f} ms")


def _sizes(path: Path) -> Iterator[Told]:
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        points, runs = POINTS, database.execute("SELECT count(*) FROM runs").fetchone()[0]
        series = sum(_bytes_of(database, table) for table in _SERIES_TABLES)
    size = path.stat().st_size
    yield Told("runs, points", f"{runs:,}, {points:,}")
    yield Told("on disk", f"{size / 1e9:.2f} GB")
    yield Told("a point on disk, of series alone", f"{series / points:.1f} bytes")
    yield Told("a point on disk, of all", f"{size / points:.1f} bytes")


_SERIES_TABLES = ("series_log", "series", "series_runs", "series_chunks", "series_buckets")


def _bytes_of(database: sqlite3.Connection, table: str) -> int:
    column = "length(times) + length(steps) + length(points)" if "chunks" in table else "0"
    column = "length(data)" if table in {"series_log", "series_buckets"} else column
    row = database.execute(f"SELECT coalesce(sum({column}), 0) FROM {table}").fetchone()
    return int(row[0])


def _build(path: Path) -> None:
    chance = random.Random(1)
    noise = array("d", [chance.gauss(0, 0.02) for _ in range(_NOISE)])
    with closing(Database.at(path)) as database:
        for start in range(0, SMALL, _AT_ONCE):
            with database.write() as connection:
                for number in range(start + 1, min(start + _AT_ONCE, SMALL) + 1):
                    _insert_run(connection, number, chance)
                    points = _small(chance)
                    summaries.upsert(connection, number, points)
                    log.append_folded(connection, number, points, log.NUMBER)
            _tell(start, RUNS)
        store = SeriesStore(database)
        for number, count in enumerate(LONG, SMALL + 1):
            with database.write() as connection:
                _insert_run(connection, number, chance)
            for start in range(0, count, _BATCH):
                with database.write() as connection:
                    size = min(_BATCH, count - start)
                    store.append(connection, number, _long(noise, chance, start, size))
                store.compact(number)
            store.compact(number, is_idle=True)
            _tell(number, RUNS)


def _insert_run(connection: Connection, number: int, chance: random.Random) -> None:
    at = BASE_MS / 1000 + number * 10
    connection.execute(INSERT_RUN, (number, _id(number), at, at, at + 1, f"run-{number}"))
    params = [str(chance.randint(0, 9)) for _ in range(NAMES)]
    connection.executemany(
        INSERT_PARAM, [(number, f"p{i}", f'"{v}"', float(v)) for i, v in enumerate(params)]
    )
    connection.executemany(INSERT_TAG, [(number, tag) for tag in TAGS])


def _id(number: int) -> str:
    return f"{number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % (1 << 128):032x}"


def _small(chance: random.Random) -> Batch:
    count = NAMES * SMALL_POINTS
    values = array("d", [chance.random() for _ in range(count)])
    steps = array("d", list(range(SMALL_POINTS)) * NAMES)
    times = array("d", [BASE_MS / 1000 + step for step in steps])
    names = [f"m{i}" for i in range(NAMES)]
    return Batch(names, [SMALL_POINTS] * NAMES, steps, values, times)


def _long(noise: array[float], chance: random.Random, start: int, count: int) -> Batch:
    offset = chance.randrange(_NOISE - count)
    places = range(start, start + count)
    times = array("d", [(BASE_MS + i * 100 + i * 7919 % 13) / 1000 for i in places])
    values = noise[offset : offset + count]
    return Batch(("loss",), (count,), array("d", places), values, times)


def _tell(done: int, of: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done:,} of {of:,} runs", end="", file=sys.stderr)
