"""A DVC project is taken over, worked on, and given back; the real DVC judges."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workbench import Workbench

UP_TO_DATE = "Data and pipelines are up to date.\n"
PIPELINE = """\
# Two models of the same data
stages:
  prepare:
    cmd: python prepare.py
    deps: [data/raw, prepare.py]
    outs: [data/prepared]
    desc: Puts all into one file
  train:
    matrix:
      kind: [linear, tree]
    cmd: python train.py ${item.kind}
    deps: [data/prepared, train.py]
    params: [train.lr]
    outs: ["models/${item.kind}.txt"]
    metrics:
    - metrics-${item.kind}.json: {cache: false}
"""
PREPARE = """\
import pathlib

raw = sorted(pathlib.Path("data/raw").iterdir())
pathlib.Path("data/prepared").mkdir(exist_ok=True)
pathlib.Path("data/prepared/all.csv").write_text("".join(path.read_text() for path in raw))
"""
TRAIN = """\
import json
import pathlib
import sys

rows = len(pathlib.Path("data/prepared/all.csv").read_text().splitlines())
pathlib.Path("models").mkdir(exist_ok=True)
params = pathlib.Path("params.yaml").read_text()
pathlib.Path(f"models/{sys.argv[1]}.txt").write_text(f"{rows} {params}")
pathlib.Path(f"metrics-{sys.argv[1]}.json").write_text(json.dumps({"rows": rows}))
"""
BEGIN = """
from dvc.repo import Repo

with Repo.init(".") as repo:
    repo.add(["data/raw"])
    repo.reproduce()
"""


def dvc(folder: Path, *arguments: str) -> str:
    """Run the real DVC as its users do."""
    return python(folder, "-m", "dvc", *arguments)


def python(folder: Path, *arguments: str) -> str:
    programs = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "DVC_NO_ANALYTICS": "1",
        "DVC_SITE_CACHE_DIR": str(folder.parent / "site"),
    }
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a DVC project that is up to date and committed; to be copied, not to be changed."""
    folder = tmp_path_factory.mktemp("dvc") / "project"
    maker = Workbench(folder, home=folder.parent / "home", engine="process")
    maker.write({"dvc.yaml": PIPELINE, "prepare.py": PREPARE, "train.py": TRAIN})
    maker.write({"params.yaml": "train: {lr: 0.1}\n"})
    maker.write({f"data/raw/{n}.csv": f"flight,{n}\n" for n in range(3)})
    maker.git("init", "--quiet", "--initial-branch", "main")
    python(folder, "-c", BEGIN)
    maker.commit()
    return folder


@pytest.fixture
def project(finished: Path, bench: Workbench) -> Workbench:
    """Give a copy of the DVC project to work in."""
    shutil.copytree(finished, bench.folder, dirs_exist_ok=True, symlinks=True)
    return bench


def cached(folder: Path) -> set[str]:
    """Give the names of what DVC's cache holds."""
    root = folder / ".dvc" / "cache"
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def states(bench: Workbench) -> dict[str, str]:
    return {each["path"]: each["state"] for each in bench.json("data", "status")}


def test_a_dvc_project_is_imported_changed_and_exported_back(project: Workbench) -> None:
    done = project.run("data", "import", "dvc", "--yes")

    assert "data/raw  3 files, 27 B" in done.stdout
    assert "First to run: prepare" in done.stderr
    assert states(project)["data/raw"] == "fresh"
    assert project.git("status", "--short").split() == ["??", "compose.yaml", "??", "ml.lock"]
    assert set(project.endings().values()) == {"done"}
    assert set(project.states()) == {"prepare", "train-linear", "train-tree"}

    project.commit("taken over")
    project.write({"data/raw/3.csv": "flight,3\n", "params.yaml": "train: {lr: 0.2}\n"})
    project.run("data", "add", "data/raw")
    assert set(project.endings().values()) == {"done"}
    told = project.run("data", "export", "dvc", "--yes").stdout

    assert told.split() == ["changed", "data/raw.dvc", "changed", "dvc.lock"]
    assert dvc(project.folder, "status") == UP_TO_DATE
    ours = {name: project.read(name) for name in ("dvc.lock", "dvc.yaml", "data/raw.dvc")}
    dvc(project.folder, "commit", "--force")
    assert {name: project.read(name) for name in ours} == ours
    for path in ("data/raw", "data/prepared"):
        shutil.rmtree(project.folder / path)
    (project.folder / "models" / "tree.txt").unlink()
    dvc(project.folder, "checkout")
    assert project.read("data/raw/3.csv") == "flight,3\n"
    assert project.read("models/tree.txt") == "4 train: {lr: 0.2}\n"
    assert set(project.states().values()) == {"fresh"}
    again = project.run("data", "export", "dvc")
    assert again.stdout == ""
    assert "as it should be" in again.stderr


def test_what_is_proposed_is_shown_and_not_written(project: Workbench) -> None:
    done = project.run("data", "import", "dvc")

    assert "+  train-linear:\n" in done.stdout
    assert '+        params: ["params.yaml:train.lr"]\n' in done.stdout
    assert "Nothing was written" in done.stderr
    assert not (project.folder / "compose.yaml").exists()
    assert project.lock == ""
    assert "modelcompose data import dvc" in project.run("init", code=1).stderr


def test_every_line_of_a_compose_file_that_is_there_stays(project: Workbench) -> None:
    text = "# Ours\nservices:\n    prepare:   # no step\n        image: 'postgres:16'\n"
    project.write({"compose.yaml": text})
    project.run("data", "import", "dvc", "--yes", "--image", "python:3.11-slim")

    after = project.read("compose.yaml")
    assert [line for line in after.splitlines() if line in text.splitlines()] == text.splitlines()
    assert set(project.states()) == {"prepare-2", "train-linear", "train-tree"}
    again = project.run("data", "import", "dvc", "--yes")
    assert "is a step already" in again.stderr
    assert project.read("compose.yaml") == after
    told = project.run("data", "export", "dvc")
    assert (told.stdout, "was written anew" in told.stderr) == ("", False)


def test_data_that_is_not_in_place_comes_from_the_cache_of_dvc(project: Workbench) -> None:
    shutil.rmtree(project.folder / "data" / "raw")

    done = project.run("data", "import", "dvc", "--yes")

    assert "(from DVC's cache)" in done.stdout
    assert "modelcompose data checkout data/raw" in done.stderr
    project.run("data", "checkout", "data/raw")
    assert project.read("data/raw/2.csv") == "flight,2\n"


def test_data_that_a_remote_alone_holds_is_brought_when_asked_for(project: Workbench) -> None:
    cache = project.folder / ".dvc" / "cache"
    remote = project.folder.parent / "remote"
    shutil.move(cache, remote)
    project.write(
        {".dvc/config": f"[core]\n    remote = r\n['remote \"r\"']\n    url = {remote}\n"}
    )
    shutil.rmtree(project.folder / "data" / "raw")

    done = project.run("data", "import", "dvc", "--yes")
    assert "modelcompose data import dvc --pull" in done.stderr
    assert states(project)["data/raw"] == "missing"

    project.run("data", "import", "dvc", "--pull", "--yes")
    project.run("data", "checkout", "data/raw")
    assert project.read("data/raw/2.csv") == "flight,2\n"


def test_damaged_objects_of_dvc_are_not_taken_over(project: Workbench) -> None:
    shutil.rmtree(project.folder / "data" / "raw")
    objects = (project.folder / ".dvc" / "cache" / "files").rglob("*")
    damaged = next(
        path for path in objects if path.is_file() and path.read_bytes() == b"flight,1\n"
    )
    damaged.chmod(0o644)
    damaged.write_bytes(b"flight,x\n")

    done = project.run("data", "import", "dvc", "--yes")

    assert "is damaged" in done.stderr
    assert states(project)["data/raw"] == "missing"


def test_a_changed_command_is_written_anew_and_the_rest_of_dvc_yaml_stays(
    project: Workbench,
) -> None:
    project.run("data", "import", "dvc", "--yes")
    text = project.read("compose.yaml").replace("python prepare.py", "python prepare.py --fast")
    project.write({"compose.yaml": text, "data/raw/3.csv": "flight,3\n"})
    project.run("data", "add", "data/raw")
    project.run("run")
    before = cached(project.folder)

    asked = project.run("data", "export", "dvc")
    assert "+    cmd: python prepare.py --fast\n" in asked.stdout
    assert project.read("dvc.yaml") == PIPELINE
    assert cached(project.folder) == before
    project.run("data", "export", "dvc", "--yes")

    assert cached(project.folder) > before
    after = project.read("dvc.yaml")
    assert "# Two models of the same data\n" in after
    assert "cmd: python train.py ${item.kind}\n" in after
    assert dvc(project.folder, "status") == UP_TO_DATE


def test_a_project_around_one_of_dvc_is_not_made_another(project: Workbench) -> None:
    inner = project.folder / "inner"
    inner.mkdir()
    for name in ("dvc.yaml", ".dvc", "data"):
        shutil.move(project.folder / name, inner / name)
    project.write({"compose.yaml": "services: {}\n"})

    done = project.run("data", "export", "dvc", code=2)

    assert f"{inner} is one: DVC would take them for two" in done.stderr
    assert not (project.folder / ".dvc").exists()


def test_a_step_that_is_not_up_to_date_is_said_and_left_to_dvc(project: Workbench) -> None:
    project.run("data", "import", "dvc", "--yes")
    project.run("run", "prepare")

    found = project.json("data", "export", "dvc")

    assert found["fresh"] == ["prepare"]
    assert set(found["stale"]) == {"train-linear", "train-tree"}


@pytest.mark.docker
def test_dvc_runs_an_exported_step_through_docker_compose(bench: Workbench) -> None:
    step = {"inputs": ["in.txt"], "outputs": ["out.txt"]}
    bench.compose({"copy": {"command": "cp in.txt out.txt", "step": step}})
    bench.write({"in.txt": "one\n"})
    bench.git("init", "--quiet")
    bench.run("run")
    clone = bench.folder.parent / "clone"
    bench.git("add", "compose.yaml", "in.txt")
    bench.commit()
    bench.git("clone", "--quiet", str(bench.folder), str(clone))

    told = bench.run("data", "export", "dvc", "--output", str(clone))
    assert "dvc checkout" in told.stderr
    dvc(clone, "checkout")
    assert dvc(clone, "status") == UP_TO_DATE
    (clone / "in.txt").write_text("two\n")
    dvc(clone, "repro")

    assert (clone / "out.txt").read_text() == "two\n"


def test_the_folder_of_an_export_is_named_from_here(project: Workbench) -> None:
    project.run("data", "import", "dvc", "--yes")

    project.run("data", "export", "dvc", "--output", "../exported", "--yes")

    assert (project.folder.parent / "exported" / "data" / "raw.dvc").is_file()
