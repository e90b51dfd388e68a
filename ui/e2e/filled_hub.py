"""A hub filled by real runs, for the tests of the web UI and for the pictures in the docs.

    python ui/e2e/filled_hub.py FOLDER [--port N] [--more COUNT] [--fill-only]
                                     [--ends-with-input]

Runs the flights example as processes, several times; logs trainings of images with the SDK; and
leaves one run that goes on while the hub is served. Prints the hub's address on the first line,
then what a test needs to know, as JSON, on the second. FOLDER is used again where it is filled.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [
    str(ROOT / "sdk" / "src"),
    str(ROOT),
    str(ROOT / "bench"),
    str(Path(__file__).parent),
]

_FLIGHTS = "flights"
_VISION = "vision"
_TRIES = ("DEPTH=8", "LR=0.3", "LR=0.03", "DEPTH=3")
_TRAININGS = 24
_EPOCHS = 200


def main() -> None:
    """Fill a folder where it is not, and serve it until the end."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", default="0")
    parser.add_argument("--more", type=int, default=0, help="so many short runs beside")
    parser.add_argument("--fill-only", action="store_true")
    parser.add_argument("--ends-with-input", action="store_true", help="for a caller that may die")
    from registry import NAME, fill_registry

    asked = parser.parse_args()
    if asked.ends_with_input:
        signal.signal(signal.SIGTERM, _end_group)
        threading.Thread(target=_end_with_input, daemon=True).start()
    folder: Path = asked.folder.resolve()
    home = folder / "home"
    os.environ["MODELCOMPOSE_HOME"] = str(home)
    stamp = folder / ".filled"
    if not stamp.exists():
        shutil.rmtree(folder, ignore_errors=True)
        home.mkdir(parents=True)
        fill_flights(folder / _FLIGHTS)
        fill_registry(folder / NAME)
        if asked.more:
            _fill_more(home, asked.more)
    serve(folder, home, asked.port, is_new=not stamp.exists(), is_served=not asked.fill_only)


def fill_flights(project: Path) -> None:
    """Run the flights example, try parameters, promote a model, and leave a step stale."""
    made = shutil.ignore_patterns("data", "metrics", "models", "plots", "ml.lock", ".ml", ".venv")
    shutil.copytree(ROOT / "examples" / "flights", project, ignore=made)
    (project / ".gitignore").write_text("/.venv/\n/data/\n/metrics/\n/models/\n/plots/\n")
    _git(project, "init", "--quiet", "--initial-branch=main")
    _commit(project, "Predict late flights")
    _compose(project.parent, "--engine", "process", "demo", project.name)
    _commit(project, "Lock the first results")
    inside = ("--engine", "process", "--profile", "train")
    for tried in _TRIES:
        _compose(project, *inside, "run", "evaluate", "--set", tried)
    _compose(project, *inside, "run", "train", "--set", "LR=fast", code=1)
    _compose(project, "promote", "delay@1", "champion")
    prepare = project / "prepare.py"
    prepare.write_text(prepare.read_text() + "\n# Flights that were cancelled have no delay.\n")
    _compose(project, *inside, "status")


def serve(folder: Path, home: Path, port: str, *, is_new: bool, is_served: bool) -> None:
    """Serve a home; log the rest into it where it is new."""
    environment = folder / _FLIGHTS / ".venv"  # the steps ran in it, and the hub looks at them
    hub = subprocess.Popen(
        [sys.executable, "-m", "modelcompose", "hub", "--port", port],
        env={**_inside(environment), "VIRTUAL_ENV": str(environment)},
        stdout=subprocess.PIPE,
        text=True,
    )
    done = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        assert hub.stdout is not None
        address = hub.stdout.readline().strip()
        os.environ["MLFLOW_TRACKING_URI"] = address
        os.environ["MODELCOMPOSE_SPOOL"] = str(folder / "spool")
        if is_new:
            fill_vision()
            (folder / ".filled").touch()
        if not is_served:
            return
        signal.signal(signal.SIGTERM, lambda *_: done.set())
        print(address, flush=True)
        print(json.dumps({"home": str(home), "folder": str(folder / _FLIGHTS)}), flush=True)
        _go_on(done)
    finally:
        hub.terminate()
        hub.wait()


def fill_vision() -> None:
    """Log trainings with many metrics, files of every kind, and names that try to be markup."""
    import modelcompose_sdk as ml
    from artifacts import write_artifacts

    chance = random.Random(7)
    for number in range(_TRAININGS):
        params = {
            "lr": chance.choice([0.003, 0.01, 0.03, 0.1]),
            "optimizer": chance.choice(["sgd", "adam", "adamw"]),
            "width": chance.choice([32, 64, 128]),
            "dropout": round(chance.uniform(0, 0.5), 2),
            "seed": number % 3,
        }
        with ml.start_run(name=f"resnet-{number:02d}", experiment=_VISION) as run:
            run.log_params(params)
            run.set_tags({"team": "vision", "stage": chance.choice(["dev", "final"])})
            _train(run, params, chance)
            if number < 4:
                write_artifacts(run, chance)
    with ml.start_run(name="<img src=x onerror=alert(1)>", experiment=_VISION) as run:
        run.log_param("<script>alert(1)</script>", "<b onclick=alert(1)>bold</b>")
        run.set_tag("mlflow.note.content", "[link](javascript:alert(1)) <script>alert(1)</script>")
        run.log_text("<script>parent.document.title = 'owned'</script><p>page</p>", "evil.html")
        run.log_text("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "evil.svg")
    assert ml.flush(120)


def _train(run: Any, params: dict[str, Any], chance: random.Random) -> None:
    """Log what a training would: curves that fall and rise by its parameters."""
    speed = 30 * (0.02 / params["lr"]) ** 0.5
    floor = 0.15 + 0.4 * params["dropout"] ** 2 + 4 / params["width"]
    at = 1_763_000_000.0 + chance.randrange(900_000)
    for epoch in range(_EPOCHS):
        fall = math.exp(-epoch / speed)
        loss = floor + fall * 2 + chance.gauss(0, 0.02)
        values = {
            "train/loss": loss,
            "train/accuracy": 1 - loss / 2.6,
            "val/loss": loss * 1.08 + chance.gauss(0, 0.03),
            "val/accuracy": 1 - loss / 2.5 + chance.gauss(0, 0.01),
            "val/auc": 1 - loss / 5,
            "lr": params["lr"] * (1 - epoch / _EPOCHS),
            "grad/norm": abs(chance.gauss(1, 0.3)) * (1 + fall * 5),
            **{f"layer/{i}/mean": chance.gauss(0, 1 / (i + 1)) for i in range(8)},
            **{f"time/{part}": abs(chance.gauss(0.05, 0.01)) for part in ("data", "step", "save")},
        }
        run.log_metrics(values, step=epoch, timestamp=at + epoch * 11.5)


def _go_on(done: threading.Event) -> None:
    """Log into one run until the end."""
    import modelcompose_sdk as ml

    with ml.start_run(name="live", experiment=_VISION) as run:
        run.log_params({"lr": 0.01, "optimizer": "sgd", "width": 64, "dropout": 0.1, "seed": 0})
        step = 0
        while not done.wait(0.5):
            loss = 0.3 + 2 * math.exp(-step / 40) + random.gauss(0, 0.02)
            run.log_metrics({"train/loss": loss, "val/loss": loss * 1.1}, step=step)
            step += 1
    ml.flush()


def _fill_more(home: Path, count: int) -> None:
    from hub.filling import fill_hub

    from modelcompose.database.connection import open_database

    apart = home / "more"
    fill_hub(apart, count)
    with closing(open_database(home / "hub.db")) as database:
        database.execute("ATTACH ? AS more", (str(apart / "hub.db"),))
        row = database.execute("SELECT coalesce(max(number), 0) FROM runs").fetchone()
        database.execute("BEGIN")
        for table, key in (
            ("runs", "number"),
            ("metrics", "run"),
            ("params", "run"),
            ("run_tags", "run"),
        ):
            columns = [name for (_, name, *_) in database.execute(f"PRAGMA table_info({table})")]
            taken = ", ".join(f"{name} + {row[0]}" if name == key else name for name in columns)
            database.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) SELECT {taken} FROM more.{table}"
            )
        database.execute("COMMIT")
    shutil.rmtree(apart)


def _end_with_input() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


def _end_group(*_: object) -> None:
    """End the command that fills, which ends its steps; that it failed ends the filling."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGTERM)


def _compose(folder: Path, *words: str, code: int = 0) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "modelcompose", *words],
        cwd=folder,
        env=_inside(folder / ".venv"),
        stdout=sys.stderr,
        check=False,
    )
    assert done.returncode == code, (words, done.returncode)


def _inside(environment: Path) -> dict[str, str]:
    return {**os.environ, "PATH": f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}"}


def _commit(project: Path, message: str) -> None:
    _git(project, "add", "--all")
    author = ("-c", "user.name=Model Compose", "-c", "user.email=tests@example.org")
    _git(project, *author, "commit", "--quiet", "--message", message)


def _git(project: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=project, check=True)


if __name__ == "__main__":
    main()
