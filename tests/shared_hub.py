"""Two homes for tests: a team's hub that is served, and a user's own, which sends to it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from array import array
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import httpx

from modelcompose.database.connection import open_database
from modelcompose.database.database import Database
from modelcompose.hub.sending import outbox
from modelcompose.hub.sending.destinations import set_destination
from modelcompose.hub.sending.sender import Sender
from modelcompose.hub.tokens import store as tokens
from modelcompose.store.content import Content
from modelcompose.store.store import Store
from modelcompose.tracking.experiments import create_experiment, experiment_named
from modelcompose.tracking.logged_runs import create_run
from modelcompose.tracking.logging import Point, log_batch
from modelcompose.tracking.run import Run
from modelcompose.tracking.runs import Runs
from modelcompose.tracking.series.store import SeriesStore

PROJECT = "flights"


class Team:
    """A hub that others send to; always at one address."""

    def __init__(self, home: Path, database: str) -> None:
        self.home = home
        self.database = database
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self.home.mkdir(exist_ok=True)
        words = ["hub", "--host", "127.0.0.1", "--port", str(self.port)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "modelcompose", *words, "--database", self.database],
            env={**os.environ, "MODELCOMPOSE_HOME": str(self.home)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline().strip() == self.address

    def stop(self, *, kill: bool = False) -> None:
        if self._process is None:
            return
        self._process.kill() if kill else self._process.terminate()
        self._process.wait(30)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process = None

    def get(self, path: str) -> Any:
        answer = httpx.get(f"{self.address}/api/v1{path}", timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def token(self, role: Any, project: str = "") -> str:
        with closing(Database.at(self.database)) as database, database.write() as connection:
            return tokens.create(connection, "somebody", {project: role}, time.time())[1]

    def points(self, run: str, name: str) -> list[tuple[float, float, float]]:
        """Give all points of a series as its database has them."""
        with closing(Database.at(self.database)) as database:
            with database.read() as connection:
                row = connection.row("SELECT number FROM runs WHERE id = ?", (run,))
            if row is None:
                return []
            found = SeriesStore(database).points(row[0], name, limit=1_000_000).points
        values = cast("array[float]", found.values)
        return list(zip(found.steps, values, found.times, strict=True))


class Own:
    """A user's own home."""

    def __init__(self, home: Path, hub: str) -> None:
        self.home = home
        self.hub = hub
        self.raw = open_database(home / "hub.db")
        self.runs = Runs(self.raw)
        self.database = Database.at(home / "hub.db")
        self.series = SeriesStore(self.database)
        set_destination(self.raw, PROJECT, "/flights", hub, time.time())

    def close(self) -> None:
        self.raw.close()
        self.database.close()

    def experiment(self) -> str:
        """Give the number of the project's experiment here."""
        with self.database.read() as connection:
            experiment = experiment_named(connection, PROJECT)
        assert experiment is not None
        return str(experiment.number)

    def client_run(self) -> str:
        """Begin a run as an MLflow client does."""
        with self.database.write() as connection:
            if experiment_named(connection, PROJECT) is None:
                create_experiment(connection, PROJECT, 1.0)
            experiment = experiment_named(connection, PROJECT)
            assert experiment is not None
            return create_run(connection, experiment, 1_700_000_000.0)

    def log(self, run: str, *points: Point) -> None:
        with self.database.write() as connection:
            log_batch(connection, self.series, run, points)

    def send(self, token: str | None = None) -> bool:
        with closing(Sender(self.home, self.database, self.hub, token)) as sender:
            return sender.send(is_asked=True)

    def state(self) -> outbox.HubState:
        with self.database.read() as connection:
            return outbox.state(connection, self.hub)

    def command(self, *words: str, **variables: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "modelcompose", *words],
            env={**os.environ, "MODELCOMPOSE_HOME": str(self.home), **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
    return port


def step_run(**fields: Any) -> Run:
    made: dict[str, Any] = {
        "id": os.urandom(16).hex(),
        "project": PROJECT,
        "folder": "/flights",
        "step": "train",
        "status": "running",
        "engine": "process",
        "created_at": 1_700_000_000.5,
    }
    return Run(**{**made, **fields})


def keep_file(home: Path, path: Path) -> Content:
    digest = Store(home / "store").put_bytes(path.read_bytes())
    return Content("file", digest, path.stat().st_size)
