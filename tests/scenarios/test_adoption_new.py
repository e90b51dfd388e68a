"""`init` in an empty folder writes a small project that runs."""

from __future__ import annotations

import subprocess

import pytest

from modelcompose.adoption.scaffold import FILES
from tests.workbench import Workbench


def test_it_runs(bench: Workbench) -> None:
    bench.run("init", "--write")
    assert names(bench) == sorted(FILES)
    assert bench.endings() == {"prepare": "done", "train": "done", "evaluate": "done"}
    assert bench.endings() == {"prepare": "fresh", "train": "fresh", "evaluate": "fresh"}
    assert bench.endings("--set", "EPOCHS=300")["prepare"] == "fresh"
    assert bench.shown("evaluate")["metrics"]["accuracy"]["last"] > 0.9


@pytest.mark.docker
def test_it_runs_in_docker_and_by_plain_compose(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPOSE_PROJECT_NAME", bench.name)
    bench.run("init", "--write")
    assert set(bench.endings().values()) == {"done"}
    plain = subprocess.run(
        ["docker", "compose", "up"], cwd=bench.folder, capture_output=True, text=True, check=False
    )
    assert plain.returncode == 0, plain.stderr
    assert "45 flowers are told right" in plain.stdout


def test_nothing_is_written_unasked(bench: Workbench) -> None:
    done = bench.run("init")
    assert "compose.yaml" in done.stdout
    assert "Nothing was written: --write writes it." in done.stderr
    assert names(bench) == []


def test_git_and_a_readme_are_not_in_its_way(bench: Workbench) -> None:
    bench.write({"README.md": "# Flowers\n"})
    bench.commit()
    bench.run("init", "--write")
    bench.commit()
    bench.endings()
    assert bench.read("README.md") == "# Flowers\n"
    assert bench.git("status", "--porcelain").split() == ["??", "ml.lock"]


def test_a_folder_with_other_files_is_left_alone(bench: Workbench) -> None:
    bench.write({"train.py": "print(1)\n"})
    done = bench.run("init", "--write", code=1)
    assert "there is no Compose file, and the folder is not empty: train.py" in done.stderr
    assert names(bench) == ["train.py"]


def test_json_tells_the_files(bench: Workbench) -> None:
    found = bench.json("init", "--write")
    assert found["written"] is True
    assert "compose.yaml" in [change["path"] for change in found["changes"]]


def test_nothing_is_left_to_propose_in_it(bench: Workbench) -> None:
    bench.run("init", "--write")
    assert bench.json("init")["changes"] == []


def names(bench: Workbench) -> list[str]:
    """Give what lies in the project folder."""
    return sorted(path.name for path in bench.folder.iterdir())
