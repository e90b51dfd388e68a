"""Many writers to one hub, and kills in the middle of logging: no point may be lost.

    python bench/run.py reliability [--writers 32] [--seconds 120] [--kills 50] [--postgres]

The writers share eight runs; each logs batches of 50 points of a metric of its own and one point
of a metric that all of a run share, as fast as the hub takes them, over a connection that is kept.
Afterwards every metric is read again by the history's pages. It ends at the first point that was
acknowledged and is not there, that is there twice, or at the first answer that is an error.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from statistics import median

import machine
from results import figures_page, with_part

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests import hub_server, postgres
from tests.hub_server import RunningHub
from tests.writers import Writer, check, new_runs, writers_of

PAGE = Path(__file__).parents[1] / "RELIABILITY.md"
RUNS = 8
_TOLD = (
    "One hub over {kind}: many log at once, then it is killed again and again while they do: "
    "`python bench/run.py reliability` writes this page."
)
_KILLED_WRITERS = 8


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog="run.py reliability")
    parser.add_argument("--writers", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--postgres", action="store_true", help="with a database of its own there")
    parser.add_argument("--output", type=Path, default=PAGE, help="where to write the page")
    asked = parser.parse_args(argv)
    before = machine.load()
    rows: list[tuple[str, str]] = []
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="modelcompose-bench-")))
        url = None
        if asked.postgres:
            programs = postgres.programs()
            if programs is None:
                raise SystemExit("PostgreSQL is not installed")
            socket = stack.enter_context(postgres.server(programs))
            url = postgres.new_database(socket, "hub")
        kind = "SQLite" if url is None else "PostgreSQL"
        if asked.seconds:
            rows += _written(home / "writers", url, asked.writers, asked.seconds)
        if asked.kills:
            rows += _killed(home / "kills", url, asked.kills)
    for what, figure in rows:
        print(f"{what:45} {figure}")
    told = _TOLD.format(kind=kind)
    part = figures_page("Reliability", told, rows, machine.about(before))
    page = asked.output.read_text() if asked.output.exists() else ""
    asked.output.write_text(with_part(page, part))
    print(f"wrote {asked.output}", file=sys.stderr)
    return 0


def _written(home: Path, url: str | None, count: int, seconds: float) -> Iterator[tuple[str, str]]:
    with hub_server.running(home, url) as hub:
        writers = writers_of(lambda: hub.address, new_runs(hub.address, RUNS), count)
        _start(writers)
        time.sleep(seconds)
        _stop(writers)
        points = check(hub.address, writers)
        calls = sum(len(writer.acknowledged) for writer in writers)
        yield (
            f"{count} writers, {seconds:.0f} s",
            f"{calls:,} calls, {points:,} points: none lost, none twice, no error",
        )
        if url is None:
            log = (home / "hub.db-wal").stat().st_size
            yield "write-ahead log after it", f"{log / 1e6:.1f} MB"


def _killed(home: Path, url: str | None, kills: int) -> Iterator[tuple[str, str]]:
    chance = random.Random()
    hub = hub_server.start(home, url)
    starts: list[float] = []
    try:
        writers = writers_of(lambda: hub.address, new_runs(hub.address, RUNS), _KILLED_WRITERS)
        _start(writers)
        for _ in range(kills):
            time.sleep(chance.uniform(0.05, 1.0))
            _kill(hub)
            if url is None:
                _require_whole(home / "hub.db")
            began = time.perf_counter()
            hub = hub_server.start(home, url)
            starts.append(time.perf_counter() - began)
        _stop(writers)
        points = check(hub.address, writers)
    finally:
        hub_server.stop(hub)
    yield (
        f"killed {kills} times while {_KILLED_WRITERS} log",
        f"{points:,} points: every acknowledged one is there, none twice",
    )
    if url is None:
        yield "integrity of the database after each kill", "whole"
    yield "start after a kill", f"{median(starts):.2f} s, {max(starts):.2f} s at most"


def _start(writers: Sequence[Writer]) -> None:
    for writer in writers:
        writer.start()


def _stop(writers: Sequence[Writer]) -> None:
    for writer in writers:
        writer.stop()


def _kill(hub: RunningHub) -> None:
    hub.process.kill()
    hub.process.wait()
    if hub.process.stdout is not None:
        hub.process.stdout.close()


def _require_whole(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        told = database.execute("PRAGMA integrity_check").fetchone()[0]
    if told != "ok":
        raise SystemExit(f"{path}: {told}")
