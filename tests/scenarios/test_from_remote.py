"""Steps that ran on another machine: their results come from the project's remote."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.registries import free_port
from tests.workbench import Workbench, shell

STEPS: dict[str, Any] = {
    "train": {
        "command": ["sh", "-c", "mkdir -p model && echo $$LR > model/weights && date +%N > when"],
        "environment": {"LR": "${LR:-1}"},
        "step": {"inputs": [], "outputs": ["model", "when"], "params": ["LR"]},
    },
    "evaluate": {
        "command": ["sh", "-c", 'echo "{\\"auc\\": 0.$$(cat model/weights)}" > metrics.json'],
        "step": {"inputs": ["model/weights"], "metrics": ["metrics.json"]},
    },
    "check": {
        "command": ["sh", "-c", "test -s metrics.json"],
        "step": {"inputs": ["metrics.json"]},
    },
}


@pytest.fixture
def project(bench: Workbench) -> Workbench:
    describe(bench)
    return bench


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a project whose steps ran and were pushed; give its parent."""
    folder = tmp_path_factory.mktemp("made")
    bench = Workbench(folder / "project", home=folder / "home", engine="process")
    describe(bench)
    bench.run("run")
    bench.run("push")
    return folder


@pytest.fixture
def pushed(bench: Workbench, made: Path) -> Workbench:
    """Give a copy of all that, remote and home folder too."""
    shutil.copytree(made, bench.folder.parent, dirs_exist_ok=True)
    return bench


def describe(bench: Workbench) -> None:
    bench.compose(STEPS, **{"x-ml": {"remote": "../remote"}})
    bench.write({".gitignore": "/model\n/when\n/metrics.json\n"})


def machine(project: Workbench, name: str) -> Workbench:
    """Give a clone with a home of its own, beside the project."""
    project.commit()
    folder = project.folder.parent
    return project.clone(folder / name, home=folder / f"{name}-home")


def without_lock(bench: Workbench) -> None:
    (bench.folder / "ml.lock").unlink()


def test_a_second_machine_takes_what_another_made_and_runs_nothing(project: Workbench) -> None:
    project.run("run")
    pushed = project.run("push").stdout
    assert "3 step results now on the remote: check, evaluate, train" in pushed
    other = machine(project, "other")
    without_lock(other)

    planned = other.json("run", "--dry-run", "--from-remote")["steps"]
    assert [step["action"] for step in planned] == ["restore", "restore", "restore"]
    assert planned[0]["causes"] == [f"made on another machine, {project.folder.parent}/remote"]
    assert not (other.folder / "model").exists()

    done = other.json("run", "--from-remote")["steps"]

    assert {each["step"]: each["ending"] for each in done} == dict.fromkeys(STEPS, "restored")
    assert other.read("when") == project.read("when")
    assert other.lock == project.lock
    assert other.endings() == dict.fromkeys(STEPS, "fresh")
    first = {run["step"]: run["id"] for run in project.json("runs")}
    assert {run["step"]: run["id"] for run in other.json("runs")} == first
    (evaluated,) = (each for each in done if each["step"] == "evaluate")
    assert evaluated["metrics"] == {"auc": 0.1}
    assert other.shown("evaluate")["metrics"]["auc"]["last"] == 0.1


def test_without_the_flag_a_step_runs(pushed: Workbench) -> None:
    other = machine(pushed, "other")

    assert other.endings() == {"train": "done", "evaluate": "done", "check": "fresh"}
    assert other.read("when") != pushed.read("when")


def test_a_parameter_that_is_changed_back_is_found(project: Workbench) -> None:
    project.run("run")
    project.run("run", env={"LR": "2"})
    assert "evaluate, train, train" not in project.run("push").stdout
    old = project.run("push", "--all-results").stdout
    assert "3 step results now on the remote: check, evaluate, train" in old
    other = machine(project, "other")
    other.run("pull")
    assert other.read("model/weights") == "2\n"

    planned = other.json("run", "--dry-run", "--from-remote")["steps"][0]
    assert planned["causes"][0] == "LR: 2 → 1"
    assert planned["state"] == "stale"
    assert set(other.endings("--from-remote").values()) == {"restored"}

    assert other.read("model/weights") == "1\n"


def test_what_the_remote_does_not_know_runs(pushed: Workbench) -> None:
    other = machine(pushed, "other")

    ended = other.json("run", "--from-remote", "--set", "LR=7")["steps"]

    assert {each["step"]: each["ending"] for each in ended} == dict.fromkeys(STEPS, "done")
    restored = {"train": "restored", "evaluate": "restored", "check": "fresh"}
    assert other.endings("--from-remote") == restored


def test_what_the_remote_lost_in_part_runs(pushed: Workbench) -> None:
    for tag in (pushed.folder.parent / "remote" / "tags").glob("content-*"):
        tag.unlink()
    other = machine(pushed, "other")
    without_lock(other)

    done = other.run("run", "train", "--from-remote")

    assert "holds no content sha256:" in done.stderr
    assert other.read("model/weights") == "1\n"


def test_what_is_forced_runs(pushed: Workbench) -> None:
    other = machine(pushed, "other")

    endings = other.endings("--from-remote", "--force", "evaluate")

    assert endings == {"train": "restored", "evaluate": "done"}


def test_a_pulled_project_knows_the_runs_and_their_metrics(pushed: Workbench) -> None:
    other = machine(pushed, "other")

    told = other.run("pull").stdout

    assert "3 step results now known here: check, evaluate, train" in told
    assert other.endings() == dict.fromkeys(STEPS, "fresh")
    assert other.shown("evaluate")["metrics"]["auc"]["last"] == 0.1
    assert "now known" not in other.run("pull").stdout


def test_a_remote_that_is_away_fails_what_asked_for_it_and_nothing_else(
    project: Workbench,
) -> None:
    document = json.loads(project.read("compose.yaml"))
    document["x-ml"]["remote"] = f"oci://127.0.0.1:{free_port()}/team/flights"
    project.write({"compose.yaml": json.dumps(document)})

    done = project.run("run", "--from-remote", code=1)

    assert "--from-remote: 127.0.0.1" in done.stderr
    assert "leave --from-remote away: the steps then run here" in done.stderr
    assert project.json("runs") == []
    assert project.endings() == dict.fromkeys(STEPS, "done")


def test_without_a_remote_the_flag_says_how_to_name_one(bench: Workbench) -> None:
    bench.compose(STEPS)

    done = bench.run("run", "--from-remote", code=1)

    assert "names no remote" in done.stderr


# Inputs that are not here


COUNT = "cat data/raw/* one.txt > all.txt"


@pytest.fixture
def counted(bench: Workbench) -> Workbench:
    """Give a project that made something of versioned data, all of it pushed."""
    count = shell(COUNT, "all.txt", inputs=["data/raw", "one.txt"])
    last = shell("tail -1 all.txt > last.txt", "last.txt", inputs=["all.txt", "one.txt"])
    options: dict[str, Any] = {"remote": "../remote", "data": {"data": None, "one.txt": None}}
    bench.compose({"count": count, "last": last}, **{"x-ml": options})
    bench.write({"data/raw/a.csv": "1\n", "data/raw/b.csv": "2\n", "data/more": "-\n"})
    bench.write({"one.txt": "3\n", ".gitignore": "/data\n/*.txt\n"})
    (bench.folder / "data" / "raw" / "a.csv").chmod(0o400)
    bench.run("data", "add")
    bench.run("run")
    bench.run("push")
    return bench


def test_what_was_made_of_data_that_is_not_here_is_taken_without_the_data(
    counted: Workbench,
) -> None:
    other = machine(counted, "other")

    assert other.endings("--from-remote") == {"count": "restored", "last": "restored"}

    assert other.read("last.txt") == "3\n"
    assert other.lock == counted.lock
    assert not (other.folder / "data").exists()
    assert not (other.folder / "one.txt").exists()
    assert other.endings("--from-remote") == {"count": "fresh", "last": "fresh"}
    (other.folder / "all.txt").unlink()
    (other.folder / "last.txt").unlink()
    alone = other.endings("--from-remote", "--no-deps", "last")
    assert alone == {"last": "restored"}, "the lock names what count made, too"


@pytest.mark.parametrize("trouble", ["unknown", "lost", "forced"])
def test_nothing_runs_without_its_data(counted: Workbench, trouble: str) -> None:
    tags = counted.folder.parent / "remote" / "tags"
    made = hashlib.sha256(b"1\n2\n3\n").hexdigest()
    if trouble == "lost":
        (tags / f"content-{made}").unlink()
    other = machine(counted, "other")
    if trouble == "unknown":
        changed = other.read("compose.yaml").replace("cat data", "cat -u data")
        other.write({"compose.yaml": changed})

    words = ("--force", "count") if trouble == "forced" else ()
    done = other.run("run", "--from-remote", *words, code=1)

    told = done.stdout + done.stderr
    assert "services.count.x-ml.step.inputs: data/raw is missing" in told
    assert "bring the version of ml.lock: modelcompose pull data" in told
    assert ("holds no content" in told) == (trouble == "lost")
    assert not (other.folder / "all.txt").exists()
