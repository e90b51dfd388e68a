"""`run --record`, then `init --from-run`: what a command was seen to do becomes a step."""

from __future__ import annotations

import pytest

from tests.workbench import Workbench

SCRIPT = """\
import argparse, json, os, pathlib
parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=2)
epochs = parser.parse_args().epochs
files = sorted(p for p in pathlib.Path("data").iterdir())
total = sum(float(p.read_text()) for p in files) * float(os.environ.get("RATE", "1"))
for epoch in range(1, epochs + 1):
    print(f"epoch={epoch} loss={total / epoch}")
folder = pathlib.Path("out") / "model"
folder.mkdir(parents=True, exist_ok=True)
(folder / "weights.txt").write_text(str(total))
(folder / "vocabulary.txt").write_text("a b")
pathlib.Path("metrics.json").write_text(json.dumps({"total": total}))
"""


@pytest.fixture
def project(bench: Workbench) -> Workbench:
    bench.compose(
        {"tools": {"command": ["sleep", "infinity"]}, "fit": {"command": "python fit.py"}}
    )
    bench.write({"fit.py": SCRIPT, "data/a.txt": "1", "data/b.txt": "2", "data.md": "notes"})
    return bench


def record(bench: Workbench, *arguments: str) -> str:
    """Record a command and give the run's id."""
    bench.run("run", "--record", *arguments)
    run: str = bench.json("runs")[0]["id"]
    return run


def test_what_the_services_own_command_did_becomes_its_step(project: Workbench) -> None:
    run = record(project, "fit")
    found = project.json("init", "--from-run", run, "--write")
    assert found["services"][0]["service"] == "fit"
    assert found["services"][0]["step"] == {
        "inputs": ["data", "fit.py"],
        "outputs": ["out/model"],
        "metrics": ["metrics.json"],
        "log_metrics": ["loss"],
    }
    assert project.endings() == {"fit": "done"}
    assert project.endings() == {"fit": "fresh"}


def test_a_command_of_its_own_becomes_a_service_of_its_own(project: Workbench) -> None:
    run = record(project, "-e", "RATE=0.5", "tools", "python", "fit.py", "--epochs", "3")
    before = project.read("compose.yaml")
    found = project.json("init", "--from-run", run)
    assert found["services"][0]["service"] == "fit-2"
    assert found["services"][0]["extends"] == "tools"
    assert found["services"][0]["step"]["params"] == ["RATE", "EPOCHS"]
    assert project.read("compose.yaml") == before


def test_what_the_last_recording_of_a_service_saw(project: Workbench) -> None:
    record(project, "fit")
    assert project.json("init", "--from-run", "fit")["services"][0]["is_proposed"]


def test_a_run_of_a_step_is_no_recording(project: Workbench) -> None:
    record(project, "fit")
    project.run("init", "--from-run", "fit", "--write")
    project.endings()
    done = project.run("init", "--from-run", "fit", code=2)
    assert "is a run of the step fit, and no recording" in done.stderr


def test_a_run_that_failed_tells_no_step(project: Workbench) -> None:
    project.run("run", "--record", "tools", "python", "-c", "raise SystemExit(3)", code=3)
    done = project.run("init", "--from-run", "tools", code=2)
    assert "failed; what it would have written is not known" in done.stderr


def test_services_and_a_run_do_not_go_together(project: Workbench) -> None:
    done = project.run("init", "fit", "--from-run", "x", code=2)
    assert "init --from-run: the run tells the service" in done.stderr


@pytest.mark.docker
def test_a_command_recorded_in_a_container_becomes_a_step_that_runs(bench: Workbench) -> None:
    text = f"""\
name: {bench.name}
services:
  tools:
    image: python:3.11-slim
    working_dir: /app
    volumes: [".:/app"]
    command: sleep infinity
    restart: always
    container_name: {bench.name}-tools
    ports: ["127.0.0.1::80"]
"""
    bench.write({"compose.yaml": text, "fit.py": SCRIPT, "data/a.txt": "1"})
    run = record(bench, "--rm", "tools", "python", "fit.py", "--epochs", "3")
    bench.run("init", "--from-run", run, "--write")
    written = bench.read("compose.yaml").removeprefix(text)
    assert "    command: python fit.py --epochs ${EPOCHS:-3}\n" in written
    assert '    restart: "no"\n' in written
    assert bench.endings("fit") == {"fit": "done"}
    assert bench.endings("fit") == {"fit": "fresh"}
    assert bench.endings("fit", "--set", "EPOCHS=5") == {"fit": "done"}
    assert bench.shown("fit")["metrics"]["loss"]["count"] == 5
