"""Searching for runs over MLflow's protocol: the hub against MLflow's own server.

    python bench/hub/search.py [--runs 5000] [--alone]

Every run has 10 metrics, 10 parameters and 3 tags; the search has a metric filter and another
metric's order, and takes the best 100. Both servers have one worker and SQLite, and are asked in
turns over one connection. Wall-clock and the server's CPU time, the middle of all calls.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import psutil

from modelcompose.database.connection import open_database

NAMES = 10
BASE_MS = 1_700_000_000_000
SEARCHES: dict[str, dict[str, Any]] = {
    "metric filter and order, best 100": {
        "filter": "metrics.m1 > 0.5",
        "order_by": ["metrics.m2 DESC"],
        "max_results": 100,
    },
    "metric and parameter filter, best 100": {
        "filter": "metrics.m1 > 0.5 and params.p1 = '3'",
        "order_by": ["metrics.m1 DESC"],
        "max_results": 100,
    },
    "newest 100": {"max_results": 100},
    "newest 1000": {"max_results": 1000},
}
TAGS = ("mlflow.user", "mlflow.source.name", "mlflow.source.type")


def rows(count: int) -> Iterator[tuple[str, int, list[float], list[str]]]:
    chance = random.Random(1)
    for i in range(count):
        metrics = [chance.random() for _ in range(NAMES)]
        params = [str(chance.randint(0, 9)) for _ in range(NAMES)]
        yield f"{chance.getrandbits(128):032x}", BASE_MS + i * 1000, metrics, params


def fill_hub(home: Path, count: int) -> None:
    with closing(open_database(home / "hub.db")) as database:
        database.execute("BEGIN")
        for number, (run, ms, metrics, params) in enumerate(rows(count), 1):
            at = ms / 1000
            database.execute(
                "INSERT INTO runs (number, id, project, folder, step, status, engine, created_at,"
                " started_at, ended_at, cause, attempt, oom_killed, timed_out, kind,"
                " code_is_dirty, parts, service, plots, host, command_line, overrides, recording,"
                " experiment, name, user_name) VALUES (?, ?, 'Default', '', 'run', 'succeeded',"
                " '', ?, ?, ?, '', 1, 0, 0, 'logged', 0, '{}', '{}', '[]', 'null', '[]', '{}',"
                " 'null', 0, ?, 'ana')",
                (number, run, at, at, at + 1, f"run-{number}"),
            )
            database.executemany(
                "INSERT INTO metrics (run, name, last, min, max, count, last_step, last_time, mean)"
                " VALUES (?, ?, ?, ?, ?, 1, 0, ?, ?)",
                [(number, f"m{i}", v, v, v, at, v) for i, v in enumerate(metrics)],
            )
            database.executemany(
                "INSERT INTO params (run, name, value, number) VALUES (?, ?, ?, ?)",
                [(number, f"p{i}", f'"{v}"', float(v)) for i, v in enumerate(params)],
            )
            database.executemany(
                "INSERT INTO run_tags (run, name, value) VALUES (?, ?, 'x')",
                [(number, tag) for tag in TAGS],
            )
        database.execute("COMMIT")


def fill_mlflow(home: Path, count: int) -> None:
    path = home / "mlflow.db"
    subprocess.run(
        [sys.executable, "-m", "mlflow", "db", "upgrade", f"sqlite:///{path}"],
        check=True,
        capture_output=True,
    )
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


@contextmanager
def served(command: list[str], port: int, **environment: str) -> Iterator[psutil.Process]:
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(port, process)
        yield psutil.Process(process.pid)
    finally:
        for child in psutil.Process(process.pid).children(recursive=True):
            child.terminate()
        process.terminate()
        process.wait()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"no server answers on port {port}")


def cpu_s(process: psutil.Process) -> float:
    family = [process, *process.children(recursive=True)]
    return sum(sum(one.cpu_times()[:2]) for one in family)


def ask(connection: http.client.HTTPConnection, body: bytes) -> int:
    path = "/api/2.0/mlflow/runs/search"
    connection.request("POST", path, body, {"Content-Type": "application/json"})
    return len(json.loads(connection.getresponse().read()).get("runs", []))


def measure(port: int, process: psutil.Process, search: dict[str, Any], calls: int) -> list[float]:
    """Give the middle wall-clock time, the mean CPU time, and how many runs were found."""
    body = json.dumps({"experiment_ids": ["0"], **search}).encode()
    with closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
        found = ask(connection, body)
        before, times = cpu_s(process), []
        for _ in range(calls):
            begin = time.perf_counter()
            ask(connection, body)
            times.append(time.perf_counter() - begin)
    return [statistics.median(times), (cpu_s(process) - before) / calls, found]


def free_port() -> int:
    import socket

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5000)
    parser.add_argument("--alone", action="store_true", help="the hub alone, without MLflow")
    given = parser.parse_args()
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-search-")))
        ports = {"hub": free_port(), "mlflow": free_port()}
        fill_hub(home, given.runs)
        command = [sys.executable, "-m", "modelcompose", "hub", "--port", str(ports["hub"])]
        servers = {
            "hub": stack.enter_context(served(command, ports["hub"], MODELCOMPOSE_HOME=str(home)))
        }
        if not given.alone:
            fill_mlflow(home, given.runs)
            command = [
                *(sys.executable, "-m", "mlflow", "server", "--workers", "1"),
                *("--backend-store-uri", f"sqlite:///{home / 'mlflow.db'}"),
                *("--port", str(ports["mlflow"])),
            ]
            running = served(command, ports["mlflow"], MLFLOW_SERVER_ENABLE_JOB_EXECUTION="false")
            servers["mlflow"] = stack.enter_context(running)
        print(f"{given.runs} runs")
        for title, search in SEARCHES.items():
            for name, process in servers.items():
                calls = 30 if name == "hub" else 5
                wall_s, busy_s, found = measure(ports[name], process, search, calls)
                print(
                    f"{title:40} {name:7} p50 {wall_s * 1000:8.1f} ms"
                    f"  CPU {busy_s * 1000:8.1f} ms  {found:.0f} runs"
                )


if __name__ == "__main__":
    main()
