from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.tracking.making import new_database

SDK = Path(__file__).parents[3] / "sdk" / "src"


class Server:
    """A hub in a process of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = 0
        self._process: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "modelcompose", "hub", "--port", str(self.port)],
            env={**os.environ, "MODELCOMPOSE_HOME": str(self.home)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        self.port = int(line.strip().rpartition(":")[2])

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"{self.address}/api/2.0/mlflow/{path}") as answer:
            return json.load(answer)

    def post(self, path: str, **body: Any) -> Any:
        request = urllib.request.Request(
            f"{self.address}/api/2.0/mlflow/{path}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def runs(self, experiment: str = "0") -> list[dict[str, Any]]:
        found = self.post("runs/search", experiment_ids=[experiment])
        runs: list[dict[str, Any]] = found.get("runs", [])
        return runs

    def points(self, run: str, key: str) -> list[tuple[Any, int]]:
        found = self.get(f"metrics/get-history?run_id={run}&metric_key={key}&max_results=25000")
        return [(point["value"], point["step"]) for point in found.get("metrics", [])]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Give a hub that has not been started."""
    new_database(tmp_path / "hub-home" / "hub.db").close()
    server = Server(tmp_path / "hub-home")
    yield server
    server.stop()


@pytest.fixture
def hub(server: Server) -> Server:
    """Give a hub that answers."""
    server.start()
    return server


class Scripts:
    """Runs scripts of a user, each in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.spool = folder / "spool"

    def environment(self, **variables: str) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("MLFLOW_", "COV_"))}
        own = {"PYTHONPATH": str(SDK), "MODELCOMPOSE_SPOOL": str(self.spool)}
        return {**kept, **own, "MODELCOMPOSE_FLUSH_S": "20", **variables}

    def run(self, text: str, *, code: int = 0, **variables: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", text],
            env=self.environment(**variables),
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        return done.stdout + done.stderr

    def deliver(self, address: str, *more: str, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "modelcompose_sdk", "deliver", "--to", address, *more],
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        return done.stderr

    def spooled(self) -> list[Path]:
        return sorted(self.spool.glob("*")) if self.spool.exists() else []


@pytest.fixture
def scripts(tmp_path: Path) -> Scripts:
    folder = tmp_path / "scripts"
    folder.mkdir()
    return Scripts(folder)
