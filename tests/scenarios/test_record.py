"""`run --record`: what people already type, in place, becomes a run."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from tests.workbench import Workbench, end_of, wait_until

ENGINES = ["process", pytest.param("docker", marks=pytest.mark.docker)]
SCRIPT = """\
import json, os, sys, time
print("epoch=1 loss=0.5")
print("to stderr", file=sys.stderr)
text = open("data/in.txt").read()
with open("model.txt", "w") as file:
    file.write(text + os.environ.get("LR", ""))
json.dump({"accuracy": 0.9}, open("metrics.json", "w"))
os.remove("old.txt")
sys.exit(int(os.environ.get("CODE", "0")))
"""


@pytest.fixture
def project(bench: Workbench) -> Workbench:
    keys = {
        "command": ["sleep", "infinity"],
        "environment": {"LR": "${LR:-0.1}", "API_KEY": "geheim"},
    }
    bench.compose({"train": keys})
    bench.write({"fit.py": SCRIPT, "data/in.txt": "1", "old.txt": "", "unread.txt": ""})
    bench.commit()
    return bench


def last(bench: Workbench) -> dict[str, Any]:
    """Give the latest run."""
    return bench.shown(bench.json("runs")[0]["id"])


@pytest.mark.parametrize("_engine", ENGINES)
def test_a_command_becomes_a_run_with_all_that_was_seen(project: Workbench, _engine: str) -> None:
    done = project.run("run", "--record", "train", "python", "fit.py", "--depth", "3")
    run = last(project)
    assert done.stdout.replace("\r", "").startswith("epoch=1 loss=0.5\n")
    assert f"recorded as run {run['id'][:8]}: read 2 files, wrote 2 files" in done.stderr
    assert (run["kind"], run["status"], run["exit_code"]) == ("recording", "succeeded", 0)
    assert sorted(run["inputs"]) == ["data/in.txt", "fit.py"]
    assert sorted(run["outputs"]) == ["metrics.json", "model.txt"]
    assert run["recording"]["deleted"] == ["old.txt"]
    assert run["params"] == {"LR": "0.1", "depth": "3"}
    assert run["metrics"]["accuracy"]["last"] == 0.9
    assert run["code"]["commit"] == project.git("rev-parse", "HEAD").strip()
    assert run["identity"] is None
    assert "to stderr" in project.run("runs", "logs", run["id"]).stdout


@pytest.mark.parametrize("_engine", ENGINES)
def test_it_works_in_place_and_nothing_is_cached(project: Workbench, _engine: str) -> None:
    for _ in range(2):
        project.write({"old.txt": ""})
        project.run("run", "--record", "train", "python", "fit.py")
    assert project.read("model.txt") == "10.1"
    assert len(project.json("runs")) == 2
    assert project.lock == ""


@pytest.mark.parametrize("_engine", ENGINES)
def test_its_exit_code_is_the_commands(project: Workbench, _engine: str) -> None:
    done = project.run("run", "--record", "-e", "CODE=7", "train", "python", "fit.py", code=7)
    assert "To make it a step" not in done.stderr
    run = last(project)
    assert (run["status"], run["exit_code"], run["overrides"]) == ("failed", 7, {"CODE": "7"})


@pytest.mark.parametrize("_engine", ENGINES)
def test_secrets_are_masked_in_its_log_and_its_run(project: Workbench, _engine: str) -> None:
    show = "import os; print('key', os.environ['API_KEY'])"
    done = project.run("run", "--record", "train", "python", "-c", show, "--password", "geheim")
    assert "key geheim" in done.stdout
    run = last(project)
    assert "geheim" not in project.run("runs", "logs", run["id"]).stdout
    assert "geheim" not in project.run("runs", "show", run["id"], "--format", "json").stdout


def test_the_services_own_command_is_recorded_without_one(bench: Workbench) -> None:
    bench.compose({"train": {"command": 'python -c \'open("m", "w")\''}})
    bench.run("run", "--record", "train")
    assert list(last(bench)["outputs"]) == ["m"]


def test_a_service_can_say_that_its_commands_are_recorded(bench: Workbench) -> None:
    bench.compose({"train": {"command": "true", "x-ml": {"record": True}}, "other": {}})
    done = bench.run("run", "train", "python", "-c", "open('m', 'w')")
    assert "recorded as run" in done.stderr
    assert list(last(bench)["outputs"]) == ["m"]


@pytest.mark.docker
def test_a_service_that_does_not_say_so_is_composes(bench: Workbench) -> None:
    bench.compose({"train": {"x-ml": {"record": True}}, "other": {}})
    assert bench.run("run", "--rm", "other", "echo", "a").stdout.strip() == "a"
    assert bench.json("runs") == []
    bench.run("run", "--rm", "train", "echo", "a")
    assert len(bench.json("runs")) == 1


def test_flags_of_composes_run_are_kept(project: Workbench) -> None:
    done = project.run("run", "--record", "-d", "train", code=2)
    assert "run --record --detach: a record goes to the command's end" in done.stderr
    assert "hint: leave out --detach, or leave out --record" in done.stderr


def test_a_service_is_asked_for(project: Workbench) -> None:
    done = project.run("run", "--record", code=2)
    assert "hint: such as: modelcompose run --record train python train.py" in done.stderr


def test_an_unknown_service_is_named_with_the_nearest(project: Workbench) -> None:
    done = project.run("run", "--record", "trian", "true", code=1)
    assert "no such service or step: trian" in done.stderr


def test_reads_of_others_before_it_do_not_count(project: Workbench) -> None:
    subprocess.run(["cat", "unread.txt"], cwd=project.folder, check=True, capture_output=True)
    project.run("run", "--record", "train", "python", "-c", "open('data/in.txt')")
    assert list(last(project)["inputs"]) == ["data/in.txt"]


def test_a_command_that_is_interrupted_is_recorded_as_killed(project: Workbench) -> None:
    script = "import time; open('begun', 'w'); time.sleep(600)"
    process = project.start("run", "--record", "train", "python", "-c", script)
    wait_until((project.folder / "begun").exists, "the command's beginning")
    process.terminate()
    assert end_of(process)[0] == 143
    run = last(project)
    assert (run["status"], list(run["outputs"])) == ("killed", ["begun"])


@pytest.mark.docker
def test_data_outside_of_the_project_is_seen_as_its_folder(bench: Workbench) -> None:
    outside = bench.folder.parent / "external"
    (outside / "deep").mkdir(parents=True)
    (outside / "deep" / "a.csv").write_text("1")
    volumes = [".:/app", f"{outside}:/external"]
    bench.compose({"train": {"volumes": volumes}})
    bench.run("run", "--record", "--rm", "train", "cp", "/external/deep/a.csv", "b.csv")
    run = last(bench)
    assert list(run["inputs"]) == [str(outside)]
    assert list(run["outputs"]) == ["b.csv"]


def test_a_crowd_of_files_is_told_by_its_folder(bench: Workbench) -> None:
    bench.compose({"train": {}})
    script = "import pathlib\nfor n in range(300): pathlib.Path(f'out/{n}').write_text('1')"
    (bench.folder / "out").mkdir()
    bench.run("run", "--record", "train", "python", "-c", script)
    assert list(last(bench)["outputs"]) == ["out"]


def test_a_command_that_cannot_be_started_is_a_run_that_failed(bench: Workbench) -> None:
    bench.compose({"train": {}})
    done = bench.run("run", "--record", "train", "no-such-program", code=None)
    assert done.returncode != 0
    assert last(bench)["status"] == "failed"
