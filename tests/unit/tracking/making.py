"""Runs for tests, with every field that matters filled."""

from __future__ import annotations

import math
import sqlite3
import tempfile
import uuid
from functools import cache
from pathlib import Path
from typing import Any

from modelcompose.database.connection import open_database
from modelcompose.store.content import Content
from modelcompose.tracking.run import Code, Host, Metric, Recording, Run

FOLDER = "/work/flights"


def new_database(path: Path) -> sqlite3.Connection:
    """Open a new database; its tables are made once for all tests."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_empty_database())
    return open_database(path)


@cache
def _empty_database() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "hub.db")
        open_database(path).close()
        return path.read_bytes()


def digest(letter: str) -> str:
    return f"sha256:{letter * 64}"


def a_run(step: str = "train", **fields: Any) -> Run:
    """A run that has begun; every other field as given."""
    known: dict[str, Any] = {
        "id": uuid.uuid4().hex,
        "project": "flights",
        "folder": FOLDER,
        "status": "running",
        "engine": "process",
        "created_at": 1_700_000_000.0,
    }
    return Run(step=step, **{**known, **fields})


def a_full_run(**fields: Any) -> Run:
    """A run that ended, with a value in every field."""
    known: dict[str, Any] = {
        "status": "failed",
        "started_at": 1_700_000_001.5,
        "ended_at": 1_700_000_031.25,
        "cause": "LR: 0.1 → 0.2",
        "attempt": 2,
        "error": "exit code 137",
        "exit_code": 137,
        "oom_killed": True,
        "timed_out": True,
        "identity": digest("a"),
        "parts": {"command": ["python", "train.py"], "environment": {"TZ": "UTC"}, "inputs": {}},
        "service": {"image": "python:3.11-slim", "volumes": [{"type": "bind"}], "cpus": 1.5},
        "image": digest("9"),
        "params": {"LR": "0.2", "depth": 6, "fast": True, "rate": 0.5, "none": None, "list": [1]},
        "metrics": {
            "auc": Metric(0.71, 0.5, 0.72, 3, 2.0),
            "loss": Metric(math.inf, 0.1, math.inf),
        },
        "plots": ("plots/roc.csv",),
        "inputs": {"train.py": Content("file", digest("c"), 10, executable=True)},
        "outputs": {"models": Content("folder", digest("d"), 2**40, files=3)},
        "code": Code(
            digest("e"), "0" * 40, "main", is_dirty=True, remote="https://example.org/flights.git"
        ),
        "host": Host("box", "Linux-6.1-x86_64", 8, 2**34, "3.11.7"),
        "command_line": ("modelcompose", "run", "train"),
        "overrides": {"LR": "0.2"},
        "supervisor_pid": 4242,
        "kind": "recording",
        "recording": Recording("incomplete", "it was killed", ("old.csv",)),
        "reproduces": "0" * 32,
    }
    return a_run(**{**known, **fields})
