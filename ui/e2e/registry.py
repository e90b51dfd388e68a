"""Models with versions, gates, aliases and a service; and data with versions, for the web UI."""

from __future__ import annotations

import csv
import os
import random
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

NAME = "arrivals"
_TRIES = ("0.61", "0.55", "0.68", "0.74")
"""How good each model is; the second does not pass its gate."""
_CARRIERS = ("AA", "B6", "DL", "UA", "WN")

_COMPOSE = """
    name: arrivals

    x-ml:
      objective: {evaluate.auc: max}
      data:
        data/raw:
      models:
        arrivals:
          path: models/arrivals
          requires: [evaluate]
          when: evaluate.auc >= 0.5 and evaluate.auc > @champion.evaluate.auc
          alias: challenger

    services:
      train:
        image: python:3.11-slim
        command: python train.py
        working_dir: /app
        volumes: [".:/app"]
        environment: {AUC: "${AUC:-0.61}"}
        x-ml: {step: {inputs: [data/raw, train.py], outputs: [models/arrivals], params: [AUC]}}

      evaluate:
        image: python:3.11-slim
        command: python evaluate.py
        working_dir: /app
        volumes: [".:/app"]
        x-ml: {step: {inputs: [models/arrivals, evaluate.py], metrics: [metrics.json]}}

      api:
        image: python:3.11-slim
        command: python -m http.server --directory /models 8080
        volumes:
          - type: bind
            source: ./served
            target: /models
            read_only: true
            x-ml: {model: arrivals@champion, on_change: restart}
"""
_TRAIN = """
    import json, os, pathlib
    auc = float(os.environ["AUC"])
    folder = pathlib.Path("models/arrivals")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "weights.bin").write_bytes(bytes(int(auc * 100 + i) % 251 for i in range(40_000)))
    (folder / "settings.json").write_text(json.dumps({"auc": auc, "trees": int(auc * 500)}))
    (folder / "requirements.txt").write_text("numpy==2.4.6\\nscikit-learn==1.9.0\\n")
    signature = [{"name": "carrier", "type": "string", "required": True},
                 {"name": "distance", "type": "double", "required": True},
                 {"name": "hour", "type": "long", "required": False}]
    (folder / "MLmodel").write_text(
        "flavors:\\n  python_function: {loader_module: arrivals}\\nsignature:\\n"
        f"  inputs: '{json.dumps(signature)}'\\n"
        "  outputs: '[{\\"type\\": \\"double\\", \\"name\\": \\"delay\\"}]'\\n")
"""
_EVALUATE = """
    import json, pathlib
    auc = json.loads(pathlib.Path("models/arrivals/settings.json").read_text())["auc"]
    pathlib.Path("metrics.json").write_text(
        json.dumps({"auc": auc, "log_loss": round(1 - auc * 0.9, 4), "accuracy": auc * 1.1}))
"""


def fill_registry(project: Path) -> None:
    """Make a project with three versions of a model and three of its data, and serve one."""
    project.mkdir(parents=True)
    for name, text in (
        ("compose.yaml", _COMPOSE),
        ("train.py", _TRAIN),
        ("evaluate.py", _EVALUATE),
        (".gitignore", ".ml/\nmodels/\nmetrics.json\nserved/\n"),
    ):
        (project / name).write_text(dedent(text).lstrip())
    _git(project, "init", "--quiet", "--initial-branch=main")
    for month in (1, 2, 3):
        _write_month(project / "data" / "raw", month)
        _modelcompose(project, "data", "add")
        _commit(project, f"Flights of month {month}")
        _modelcompose(project, "run", "evaluate", AUC=_TRIES[month - 1])
        if month == 1:
            _modelcompose(project, "promote", "arrivals@1", "champion")
    _modelcompose(project, "promote", "arrivals@2", "champion")
    _modelcompose(project, "run", "evaluate", AUC=_TRIES[3])
    _commit(project, "Lock the results")
    _serve(project)


def _write_month(folder: Path, month: int) -> None:
    chance = random.Random(month)
    folder.mkdir(parents=True, exist_ok=True)
    names = ["day", "carrier", "distance", "dep_delay", "cancelled"]
    if month == 3:
        names.append("aircraft")
        (folder / "notes.txt").write_text("The aircraft is known from March on.\n")
    with (folder / f"flights-{month:02d}.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(names)
        for _ in range(2000 + month * 300):
            late = chance.expovariate(1 / 18) - 8
            row = [
                f"2013-{month:02d}-{chance.randint(1, 28):02d}",
                chance.choice(_CARRIERS),
                chance.randint(80, 2700),
                "NA" if chance.random() < 0.03 else round(late, 1),
                str(chance.random() < 0.02).lower(),
            ]
            table.writerow([*row, f"N{chance.randint(100, 999)}"] if month == 3 else row)


def _serve(project: Path) -> None:
    """Fill what the service mounts, as `up` does before it starts the service."""
    code = (
        "from modelcompose.compose.project import ComposeOptions\n"
        "from modelcompose.compose.reader import read\n"
        "from modelcompose.pipeline.model_mounts.filling import fill_mounts\n"
        "fill_mounts(read(ComposeOptions(), reader='embedded'), ['api'], print)\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=project, check=True, stdout=sys.stderr)


def _modelcompose(project: Path, *words: str, **more: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "modelcompose", "--engine", "process", *words],
        cwd=project,
        env={**os.environ, **more},
        stdout=sys.stderr,
        check=True,
    )


def _commit(project: Path, message: str) -> None:
    _git(project, "add", "--all")
    author = ("-c", "user.name=Ana", "-c", "user.email=ana@example.org")
    _git(project, *author, "commit", "--quiet", "--message", message)


def _git(project: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=project, check=True)
