"""The two servers that are compared, each with one worker and SQLite: the hub, and MLflow's own."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import psutil
from measure import CommandFailedError

PATIENCE_S = 120
_TOLD_BYTES = 2000
_KEPT_S = 2.0
_MLFLOW = "/api/2.0/mlflow/"
_LEFT_OUT = ("MODELCOMPOSE_", "MLFLOW_")


class Server:
    """A server's processes, and one connection to it that is kept."""

    def __init__(self, name: str, words: list[str], home: Path, port: int) -> None:
        """Start it, and wait until it answers."""
        self.name = name
        self.address = f"http://127.0.0.1:{port}"
        began = time.perf_counter()
        kept = {key: value for key, value in os.environ.items() if not key.startswith(_LEFT_OUT)}
        own = {"MODELCOMPOSE_HOME": str(home), "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
        self._log = home / "server.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                words, cwd=home, env=kept | own, stdout=log, stderr=log
            )
        self._wait()
        self.start_s = time.perf_counter() - began
        self.start_cpu_s = self.cpu_s()
        self.resident_bytes = self.resident()
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        self._used = time.monotonic()

    def cpu_s(self) -> float:
        """Give the CPU time of all its processes, in steps of 10 ms."""
        spent = [each.cpu_times() for each in self._tree()]
        return sum(each.user + each.system for each in spent)

    def resident(self) -> int:
        """Give the memory that its processes hold now, in bytes."""
        return sum(each.memory_info().rss for each in self._tree())

    def fetch(self, method: str, path: str, body: bytes | None = None) -> bytes:
        """Ask it something; give the whole answer."""
        if time.monotonic() - self._used > _KEPT_S:
            self._connection.close()  # a server may have closed it meanwhile; it opens again
        self._connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        data = answer.read()
        self._used = time.monotonic()
        if answer.status != http.HTTPStatus.OK:
            told = data[:_TOLD_BYTES].decode(errors="replace")
            raise CommandFailedError(f"{self.name}: {method} {path}: {answer.status}: {told}")
        return data

    def ask(self, method: str, path: str, body: bytes | None = None) -> dict[str, Any]:
        """Ask it by MLflow's protocol."""
        found: dict[str, Any] = json.loads(self.fetch(method, _MLFLOW + path, body))
        return found

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Ask it by MLflow's protocol, with a body."""
        return self.ask("POST", path, json.dumps(body).encode())

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

    def _wait(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.address}/health", timeout=5):
                    return
            except OSError:
                time.sleep(0.005)
        self._process.kill()
        told = self._log.read_bytes()[-_TOLD_BYTES:].decode(errors="replace")
        raise CommandFailedError(f"{self.name}: does not start:\n{told}")


def hub(home: Path) -> Server:
    """Start the hub over a home folder."""
    port = free_port()
    return Server("hub", hub_words(port), home, port)


def hub_words(port: int) -> list[str]:
    """Give the command that starts the hub, on loopback alone, as MLflow's server is."""
    where = ["--host", "127.0.0.1", "--port", str(port)]
    return [sys.executable, "-m", "modelcompose", "hub", *where]


def mlflow(home: Path) -> Server:
    """Start MLflow's server over a folder."""
    port = free_port()
    return Server("mlflow", mlflow_words(home, port), home, port)


def mlflow_words(home: Path, port: int) -> list[str]:
    """Give the command that starts MLflow's server; jobs are off by its environment."""
    where = ["--backend-store-uri", f"sqlite:///{home}/mlflow.db", "--port", str(port)]
    return [sys.executable, "-m", "mlflow", "server", "--workers", "1", *where]


def free_port() -> int:
    """Give a port that nobody has."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
