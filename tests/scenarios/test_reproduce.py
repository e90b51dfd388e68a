"""A run can be made again from what was recorded, beside the project, and compared."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.workbench import Workbench

TRAIN = """
import json, os, pathlib

data = pathlib.Path("data/out/numbers").read_text()
depth = pathlib.Path("params.yaml").read_text()
pathlib.Path("model").mkdir()
pathlib.Path("model/weights").write_text(data + depth + os.environ["LR"])
noise = int.from_bytes(os.urandom(4), "big") * float(os.environ["NOISE"])
pathlib.Path("metrics.json").write_text(json.dumps({"auc": 0.5 + noise}))
"""
STEPS: dict[str, Any] = {
    "prepare": {
        "command": [
            "sh",
            "-c",
            "mkdir -p data/out; cat data/raw/* | sed s/^/n/ > data/out/numbers",
        ],
        "step": {"inputs": ["data/raw"], "outputs": ["data/out"]},
    },
    "train": {
        "command": ["python", "train.py"],
        "environment": {"LR": "${LR:-0.5}", "NOISE": "${NOISE:-0}", "API_KEY": "${API_KEY:-}"},
        "step": {
            "inputs": ["data/out", "train.py"],
            "outputs": ["model"],
            "params": ["LR", "params.yaml:depth"],
            "metrics": ["metrics.json"],
        },
    },
}


@pytest.fixture
def trained(bench: Workbench) -> Workbench:
    bench.write(
        {
            "train.py": TRAIN,
            "params.yaml": "depth: 3\n",
            "data/raw/one": "1\n",
            ".gitignore": "data/\nmodel/\nmetrics.json\n",
        }
    )
    bench.compose(STEPS, **{"x-ml": {"identity": {"ignore": ["NOISE"]}}})
    bench.commit()
    bench.run("run")
    return bench


def verdicts(bench: Workbench, *arguments: str, code: int = 0, **options: Any) -> dict[str, str]:
    """Reproduce, and give how each output came out."""
    done = bench.run("reproduce", *arguments, "--format", "json", code=code, **options)
    steps = json.loads(done.stdout)["steps"]
    return {pair["path"]: pair["verdict"] for step in steps for pair in step["outputs"]}


def test_the_step_of_a_model_that_other_steps_must_pass_comes_out_the_same(
    trained: Workbench,
) -> None:
    models = {"numbers": {"path": "data/out", "requires": ["train"], "when": "train.auc >= 0.5"}}
    trained.compose(STEPS, **{"x-ml": {"identity": {"ignore": ["NOISE"]}, "models": models}})
    assert verdicts(trained, "prepare") == {"data/out": "identical"}
    assert trained.json("models") == []  # what a reproduction makes is no version


def runs_of(bench: Workbench, step: str, kind: str = "step") -> list[dict[str, Any]]:
    asked = f"step = {step} and kind = {kind}"
    found: list[dict[str, Any]] = json.loads(
        bench.run("runs", "--filter", asked, "--format", "json").stdout
    )
    return found


def made_again_though_all_changed(bench: Workbench) -> None:
    bench.run("run", "--set", "LR=0.25", "--set", "params.yaml:depth=8")
    first = bench.shown("train")
    bench.write({"train.py": "raise SystemExit('broken')", "params.yaml": "depth: 4\n"})
    bench.write({"data/raw/one": "2\n", "model/weights": "by hand"})
    bench.run("run", "prepare")
    lock = bench.lock

    assert verdicts(bench, first["id"][:8]) == {
        "metrics.json": "identical",
        "model": "identical",
    }

    assert bench.read("model/weights") == "by hand"
    assert bench.lock == lock
    assert list((bench.folder / ".ml" / "work").iterdir()) == []
    (again,) = runs_of(bench, "train", "reproduction")
    shown = bench.shown(again["id"])
    assert shown["reproduces"] == first["id"]
    assert shown["identity"] is None
    assert shown["cause"] == f"reproduces run {first['id'][:8]}"
    assert shown["outputs"] == bench.shown(first["id"])["outputs"]
    assert bench.shown("train")["id"] == first["id"]


def test_a_run_is_made_again_though_everything_has_changed(trained: Workbench) -> None:
    made_again_though_all_changed(trained)


@pytest.mark.docker
def test_a_container_s_run_is_made_again_though_everything_has_changed(
    trained: Workbench,
) -> None:
    made_again_though_all_changed(trained)


def test_what_differs_is_told_and_may_be_within_a_tolerance(trained: Workbench) -> None:
    noisy = {"NOISE": "1e-17"}

    done = trained.run("reproduce", "train", code=0)
    assert "2 of 2 outputs identical" in done.stdout
    trained.run("run", "train", "--force", env=noisy)

    told = trained.run("reproduce", "train", code=1).stdout
    assert "1 of 2 outputs identical" in told
    assert "metrics.json" in told
    assert "%)" in told

    assert verdicts(trained, "train", "--tolerance", "1e-6") == {
        "metrics.json": "within tolerance",
        "model": "identical",
    }


def test_all_that_is_gone_is_named_before_anything_starts(trained: Workbench) -> None:
    trained.run("run", "train", "--force", env={"API_KEY": "hunter22"})
    trained.write({"data/raw/one": "2\n"})

    told = trained.run("reproduce", "train", code=1).stderr
    assert "services.train.environment.API_KEY: a secret" in told
    told = trained.run("reproduce", "prepare", code=1).stderr
    assert "input data/raw: only its digest is known" in told
    assert "something else lies there now" in told
    assert runs_of(trained, "train", "reproduction") == []
    assert runs_of(trained, "prepare", "reproduction") == []

    trained.write({"data/raw/one": "1\n"})
    assert verdicts(trained, "prepare") == {"data/out": "identical"}
    with_key = {"API_KEY": "another1"}
    assert verdicts(trained, "train", env=with_key)["model"] == "identical"


def test_a_run_without_a_result_is_an_error(trained: Workbench) -> None:
    trained.write({"train.py": "raise SystemExit(3)"})
    trained.run("run", "train", code=1)
    failed = trained.shown("train")["id"]

    told = trained.run("reproduce", failed, code=2).stderr
    assert "is failed: it has no result to compare with" in told
    assert verdicts(trained, "train")["model"] == "identical"


def test_a_whole_lock_is_made_again_from_the_checkout_each_step_on_what_was_made(
    trained: Workbench,
) -> None:
    lock = trained.lock
    (trained.folder / "model" / "weights").unlink()
    (trained.folder / "data" / "out" / "numbers").write_text("by hand")

    assert verdicts(trained, "--check") == {
        "data/out": "identical",
        "metrics.json": "identical",
        "model": "identical",
    }
    assert not (trained.folder / "model" / "weights").exists()
    assert trained.read("data/out/numbers") == "by hand"
    assert trained.lock == lock

    trained.write({"data/raw/one": "2\n"})
    told = trained.run("reproduce", "--check", code=1).stdout
    assert "prepare: not as ml.lock has it: data/raw changed" in told
    assert "1 of 3 outputs identical" in told
    assert trained.lock == lock


def test_a_step_that_the_lock_does_not_tell_of_fails_the_check(trained: Workbench) -> None:
    command = ["sh", "-c", "cat model/weights > last"]
    trained.add("last", command=command, step={"inputs": ["model"], "outputs": ["last"]})

    told = trained.run("reproduce", "--check", "last", code=1).stdout

    assert "last: ml.lock does not tell of it" in told
    assert "3 of 3 outputs identical, 1 of 3 steps not reproduced" in told


@pytest.mark.docker
def test_an_image_that_is_gone_is_built_again_from_the_run_s_own_code(bench: Workbench) -> None:
    bench.write(
        {
            "Dockerfile": "FROM python:3.11-slim\nCOPY tool.py /tool.py\n",
            "tool.py": "print('one', file=open('out.txt', 'w'))\n",
        }
    )
    build = {"image": f"{bench.name}-tool", "build": "."}
    command = ["python", "/tool.py"]
    bench.compose({"make": {**build, "command": command, "step": {"outputs": ["out.txt"]}}})
    bench.commit()
    bench.run("run")
    first = bench.shown("make")
    bench.write({"tool.py": "print('two', file=open('out.txt', 'w'))\n"})
    subprocess.run(["docker", "rmi", "--force", first["image"]], capture_output=True, check=True)

    assert verdicts(bench, first["id"]) == {"out.txt": "identical"}
    assert bench.read("out.txt") == "one\n"


def test_a_fresh_clone_checks_the_lock_and_names_what_is_missing(
    trained: Workbench, tmp_path: Path
) -> None:
    trained.commit("the lock")
    clone = trained.clone(tmp_path / "clone", home=tmp_path / "another-home")

    told = clone.run("reproduce", "--check", code=1).stdout
    assert "data/raw is missing" in told

    clone.write({"data/raw/one": "1\n"})
    assert set(verdicts(clone, "--check").values()) == {"identical"}
    assert not (clone.folder / "model").exists()
