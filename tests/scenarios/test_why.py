"""`why STEP` names each difference to the last run."""

from __future__ import annotations

from typing import Any

import pytest

from tests.workbench import Workbench

STEP: dict[str, Any] = {
    "command": ["sh", "-c", "cat data/*.csv > out.txt"],
    "environment": {"LR": "0.1", "MODE": "plain"},
    "step": {
        "inputs": ["data", "train.py"],
        "outputs": ["out.txt"],
        "params": ["LR", "params.yaml:model"],
    },
}


def compose(bench: Workbench, **changes: Any) -> None:
    bench.compose({"train": {**STEP, **changes}})


@pytest.fixture
def trained(bench: Workbench) -> Workbench:
    compose(bench)
    bench.write(
        {
            "data/a.csv": "1\n",
            "data/deep/b.csv": "2\n",
            "train.py": "pass\n",
            "params.yaml": "model: {depth: 6}\n",
        }
    )
    bench.run("run")
    return bench


def test_a_fresh_step_names_the_run_that_made_it(trained: Workbench) -> None:
    run = trained.shown("train")["id"]
    assert trained.run("why", "train").stdout.startswith(f"train is fresh: made by run {run[:8]}")
    assert trained.json("why", "train")["run"] == run


def test_a_changed_file_is_named(trained: Workbench) -> None:
    trained.write({"train.py": "print()\n"})
    assert trained.causes("train") == ["train.py changed"]


def test_a_changed_file_in_a_folder_is_named(trained: Workbench) -> None:
    trained.write({"data/deep/b.csv": "3\n"})
    assert trained.causes("train") == ["data/deep/b.csv changed"]


def test_a_file_added_to_a_folder_is_named(trained: Workbench) -> None:
    trained.write({"data/c.csv": "3\n"})
    assert trained.causes("train") == ["data/c.csv added"]


def test_a_file_removed_from_a_folder_is_named(trained: Workbench) -> None:
    (trained.folder / "data/a.csv").unlink()
    assert trained.causes("train") == ["data/a.csv removed"]


def test_a_changed_variable_is_named_with_both_values(trained: Workbench) -> None:
    compose(trained, environment={"LR": "0.1", "MODE": "fancy"})
    assert trained.causes("train") == ["environment MODE: plain → fancy"]


def test_a_changed_parameter_is_named_with_both_values(trained: Workbench) -> None:
    compose(trained, environment={"LR": "0.2", "MODE": "plain"})
    trained.write({"params.yaml": "model: {depth: 8}\n"})
    first, second = trained.causes("train")
    assert first == "LR: 0.1 → 0.2"
    assert second.startswith("params.yaml:model")
    assert "6" in second
    assert "8" in second


def test_a_changed_command_is_named(trained: Workbench) -> None:
    compose(trained, command=["sh", "-c", "cat data/*.csv > out.txt; true"])
    (cause,) = trained.causes("train")
    assert cause.startswith("command: ")
    assert cause.endswith("; true'")


def test_an_added_output_is_named(trained: Workbench) -> None:
    compose(trained, step={**STEP["step"], "outputs": ["out.txt", "more"]})
    assert trained.causes("train") == ["output more added"]


def test_every_difference_is_named_at_once(trained: Workbench) -> None:
    compose(trained, command=["true"], environment={"LR": "0.2"})
    trained.write({"train.py": "print()\n"})
    text = trained.causes_text("train")
    for what in ("train.py changed", "LR: 0.1 → 0.2", "command: ", "MODE removed"):
        assert what in text


def test_the_last_run_that_went_well_is_what_is_compared_with(trained: Workbench) -> None:
    compose(trained, command=["false"])
    trained.run("run", code=1)
    compose(trained)
    assert trained.states() == {"train": "fresh"}
    compose(trained, command=["false"])
    assert trained.states() == {"train": "failed"}
    assert "exit code 1" in trained.causes_text("train")


def test_a_step_that_never_ran_says_so(bench: Workbench) -> None:
    compose(bench, step={"inputs": [], "outputs": ["out.txt"]})
    assert bench.causes("train") == ["it never ran"]


def test_a_missing_output_is_named(trained: Workbench) -> None:
    (trained.folder / "out.txt").unlink()
    assert trained.states() == {"train": "missing"}
    assert trained.causes("train") == ["out.txt is missing"]


def test_what_a_step_waits_for_is_explained_below_it(bench: Workbench) -> None:
    step = {"inputs": ["in.txt"], "outputs": ["a.txt"]}
    bench.compose(
        {
            "one": {"command": ["cp", "in.txt", "a.txt"], "step": step},
            "two": {
                "command": ["cp", "a.txt", "b.txt"],
                "step": {"inputs": ["a.txt"], "outputs": ["b.txt"]},
            },
        }
    )
    bench.write({"in.txt": "1"})
    bench.run("run")
    bench.write({"in.txt": "2"})
    text = bench.run("why", "two").stdout
    assert text.splitlines() == [
        "two would run if what it reads changes:",
        "  one would run:",
        "    - in.txt changed",
    ]


def test_a_fresh_clone_compares_with_the_lock(trained: Workbench) -> None:
    trained.commit()
    other = trained.clone(trained.folder.parent / "other", home=trained.home.parent / "home2")
    other.write({"train.py": "print()\n", "params.yaml": "model: {depth: 9}\n"})
    text = other.causes_text("train")
    assert "train.py changed" in text
    assert "depth" in text


def test_an_unknown_step_names_the_nearest(trained: Workbench) -> None:
    done = trained.run("why", "trian", code=1)
    assert "did you mean train?" in done.stderr


def test_a_service_that_is_no_step_is_an_error(bench: Workbench) -> None:
    bench.compose({"train": STEP, "db": {"command": ["true"]}})
    done = bench.run("why", "db", code=1)
    assert "no step is called 'db'" in done.stderr


@pytest.mark.docker
def test_a_moved_base_image_is_named(bench: Workbench) -> None:
    bench.compose({"train": {"command": ["sh", "-c", "echo > o"], "step": {"outputs": ["o"]}}})
    bench.run("run")
    old = bench.lock.partition("images:")[2].split("sha256:")[1][:64]
    bench.write({"ml.lock": bench.lock.replace(f"sha256:{old}", f"sha256:{'0' * 64}")})
    (cause,) = bench.causes("train")
    assert cause == f"image python:3.11-slim: sha256:{old[:12]}… → sha256:{'0' * 12}…"


@pytest.mark.docker
def test_what_changed_in_a_build_is_named(bench: Workbench) -> None:
    def write(dockerfile: str, requirements: str, version: str) -> None:
        bench.write({"Dockerfile": dockerfile, "requirements.txt": requirements})
        build = {"context": ".", "args": {"VERSION": version}}
        step = {"inputs": [], "outputs": ["o"]}
        command = ["sh", "-c", "echo > o"]
        bench.compose({"train": {"image": "", "build": build, "command": command, "step": step}})

    first = "FROM python:3.11-slim\nARG VERSION\nCOPY requirements.txt /\n"
    write(first, "a\n", "1")
    bench.run("run")
    write(first, "b\n", "1")
    assert bench.causes_text("train") == "requirements.txt (in the image) changed"
    write(first, "a\n", "2")
    assert bench.causes_text("train") == "build argument VERSION: 1 → 2"
    write(first + "ENV A=1\n", "a\n", "1")
    assert bench.causes_text("train") == "Dockerfile changed"
