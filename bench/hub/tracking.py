"""Starting, logging and reading over MLflow's protocol: the hub against MLflow's own server.

    python bench/hub/tracking.py [--calls 30] [--alone]

Both servers have one worker, SQLite, and jobs off, and are asked in turns over one connection.
Each figure is the CPU time of the server's whole process tree for one call, and the wall-clock
beside it; of starting, the time to the first answer of `/health`, and the memory it then holds.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import psutil

BASE_MS = 1_700_000_000_000
BATCH = 1000
HISTORY = 100_000
PATIENCE_S = 120


class Server:
    """A server's processes, and one connection to it."""

    def __init__(self, name: str, words: list[str], home: Path, port: int) -> None:
        self.name = name
        began = time.perf_counter()
        variables = {"MODELCOMPOSE_HOME": str(home), "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
        with (home / "log").open("wb") as log:
            self._process = subprocess.Popen(
                words, cwd=home, env={**os.environ, **variables}, stdout=log, stderr=log
            )
        self._wait(port)
        self.start_s = time.perf_counter() - began
        self.start_cpu_s = self.cpu_s()
        self.resident_bytes = sum(each.memory_info().rss for each in self._tree())
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)

    def cpu_s(self) -> float:
        """Give the CPU time of all its processes."""
        spent = [each.cpu_times() for each in self._tree()]
        return sum(each.user + each.system for each in spent)

    def ask(self, method: str, path: str, body: bytes | None = None) -> dict[str, Any]:
        """Ask it something, and read the whole answer."""
        headers = {"Content-Type": "application/json"}
        self._connection.request(method, f"/api/2.0/mlflow/{path}", body, headers)
        answer = self._connection.getresponse()
        data = answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(f"{self.name}: {path}: {answer.status}: {data[:500]!r}")
        found: dict[str, Any] = json.loads(data)
        return found

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Ask it by POST."""
        return self.ask("POST", path, json.dumps(body).encode())

    def new_run(self) -> str:
        """Begin a run; give its id."""
        body = {"experiment_id": "0", "start_time": BASE_MS}
        made: str = self.post("runs/create", body)["run"]["info"]["run_id"]
        return made

    def close(self) -> None:
        """End all its processes."""
        self._connection.close()
        tree = self._tree()
        for each in tree:
            each.terminate()
        _, left = psutil.wait_procs(tree, timeout=10)
        for each in left:
            each.kill()
        self._process.wait()

    def _tree(self) -> list[psutil.Process]:
        root = psutil.Process(self._process.pid)
        return [root, *root.children(recursive=True)]

    def _wait(self, port: int) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
                    return
            except OSError:
                time.sleep(0.01)
        raise RuntimeError(f"{self.name} does not start")


class Figure(NamedTuple):
    """What one call costs."""

    cpu_ms: float
    wall_ms: float


def measured(server: Server, calls: int, work: Callable[[int], object]) -> Figure:
    cpu_s, began = server.cpu_s(), time.perf_counter()
    for index in range(calls):
        work(index)
    wall_s = time.perf_counter() - began
    return Figure((server.cpu_s() - cpu_s) * 1e3 / calls, wall_s * 1e3 / calls)


def batches(run_id: str, keys: int, count: int) -> list[bytes]:
    return [
        json.dumps(
            {
                "run_id": run_id,
                "metrics": [
                    {
                        "key": f"k{i % keys}",
                        "value": i / 7,
                        "timestamp": BASE_MS + call * BATCH + i,
                        "step": call * BATCH + i,
                    }
                    for i in range(BATCH)
                ],
            }
        ).encode()
        for call in range(count)
    ]


def log_batches(server: Server, keys: int, calls: int) -> Figure:
    bodies = batches(server.new_run(), keys, calls)
    return measured(server, calls, lambda i: server.ask("POST", "runs/log-batch", bodies[i]))


def whole_run(server: Server) -> None:
    run_id = server.new_run()
    server.post(
        "runs/log-batch",
        {
            "run_id": run_id,
            "params": [{"key": f"p{i}", "value": str(i)} for i in range(10)],
            "metrics": [
                {"key": f"m{i}", "value": i / 3, "timestamp": BASE_MS, "step": 0} for i in range(10)
            ],
        },
    )
    server.post("runs/update", {"run_id": run_id, "status": "FINISHED", "end_time": BASE_MS + 1})


def read_history(server: Server, run_id: str) -> None:
    path = f"metrics/get-history?run_id={run_id}&metric_key=k0&max_results=25000"
    page = server.ask("GET", path)
    found = len(page["metrics"])
    while "next_page_token" in page:
        page = server.ask("GET", f"{path}&page_token={page['next_page_token']}")
        found += len(page.get("metrics", ()))
    if found != HISTORY:
        raise RuntimeError(f"{server.name}: expected {HISTORY} points, found {found}")


def filled(server: Server) -> str:
    run_id = server.new_run()
    for body in batches(run_id, 1, HISTORY // BATCH):
        server.ask("POST", "runs/log-batch", body)
    return run_id


def figures(server: Server, calls: int) -> dict[str, Figure]:
    run_id = filled(server)
    return {
        "log_batch, 1000 points of one key": log_batches(server, 1, calls),
        "log_batch, 1000 keys": log_batches(server, BATCH, calls),
        "a run: create, 10 + 10 values, end": measured(
            server, calls * 3, lambda _: whole_run(server)
        ),
        "history of 100,000 points": measured(server, 3, lambda _: read_history(server, run_id)),
    }


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def hub(home: Path) -> Server:
    words = [sys.executable, "-m", "modelcompose", "hub", "--port"]
    port = free_port()
    Server("hub", [*words, str(port)], home, port).close()  # the tables are made
    port = free_port()
    return Server("hub", [*words, str(port)], home, port)


def mlflow(home: Path) -> Server:
    port = free_port()
    words = [str(Path(sys.executable).with_name("mlflow")), "server", "--workers", "1"]
    where = ["--backend-store-uri", f"sqlite:///{home}/mlflow.db", "--port", str(port)]
    Server("mlflow", [*words, *where], home, port).close()  # as above
    return Server("mlflow", [*words, *where], home, port)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=30, metavar="N")
    parser.add_argument("--alone", action="store_true", help="without MLflow")
    options = parser.parse_args()
    with ExitStack() as stack:
        servers = []
        for make in (hub,) if options.alone else (hub, mlflow):
            home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            servers.append(make(home))
            stack.callback(servers[-1].close)
        for server in servers:
            print(
                f"{server.name}: {server.start_s:.2f} s to /health ({server.start_cpu_s:.2f} s of "
                f"CPU), {server.resident_bytes / 1e6:.0f} MB resident"
            )
        rows = [figures(server, options.calls) for server in servers]
        for work in rows[0]:
            told = [f"{row[work].cpu_ms:8.1f} ms CPU {row[work].wall_ms:8.1f} ms" for row in rows]
            more = f"  1:{rows[1][work].cpu_ms / rows[0][work].cpu_ms:.0f}" if rows[1:] else ""
            print(f"{work:36} {'  |  '.join(told)}{more}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
