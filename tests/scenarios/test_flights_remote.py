"""The flights example, pushed to a registry: other machines pull it, or take what it has made."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.registries import registry
from tests.workbench import Workbench

pytestmark = pytest.mark.docker

EXAMPLE = Path(__file__).parents[2] / "examples" / "flights"
MADE = shutil.ignore_patterns("data", "models", "metrics", "plots", ".ml", "ml.lock")
STEPS = ("fetch", "prepare", "train", "evaluate", "test")
TRAIN = ("--profile", "train")
QUICK = {"EPOCHS": "4"}
"""Enough for what the example's own checks ask of the model."""


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with registry(tmp_path_factory.mktemp("registry") / "registry") as host:
        yield host


@pytest.fixture
def flights(bench: Workbench, host: str) -> Workbench:
    """Give a copy of the example whose remote is the registry."""
    shutil.copytree(EXAMPLE, bench.folder, dirs_exist_ok=True, ignore=MADE)
    text = bench.read("compose.yaml").replace("name: flights", f"name: {bench.name}", 1)
    bench.variables.update(QUICK)
    remote = f"x-ml:\n  remote: oci://{host}/team/flights"
    bench.write({"compose.yaml": text.replace("x-ml:", remote, 1)})
    return bench


def machine(flights: Workbench, folder: Path) -> Workbench:
    """Give a clone with a home of its own: nothing but the registry and git is shared."""
    other = flights.clone(folder, home=folder.with_name(f"home-of-{folder.name}"))
    other.variables.update(QUICK)
    return other


def endings(bench: Workbench, *words: str) -> dict[str, str]:
    results = bench.json(*TRAIN, "run", *words)["steps"]
    return {each["step"]: each["ending"] for each in results}


def test_what_one_machine_pushed_others_pull_or_take_and_run_nothing(
    flights: Workbench, tmp_path: Path
) -> None:
    assert endings(flights) == dict.fromkeys(STEPS, "done")
    flights.run(*TRAIN, "push", "--no-images")
    flights.commit()
    auc = flights.shown("evaluate")["metrics"]["auc"]["last"]

    clone = machine(flights, tmp_path / "clone")
    clone.run(*TRAIN, "pull", "--no-images")
    assert endings(clone) == dict.fromkeys(STEPS, "fresh")
    assert clone.shown("evaluate")["metrics"]["auc"]["last"] == auc
    assert clone.json("models", "show", "delay")["model"]["aliases"] == {"challenger": 1}
    clone.run("models", "download", "delay@challenger", "--to", str(tmp_path / "delay"))
    model = "models/delay/model.joblib"
    assert (tmp_path / "delay" / "model.joblib").read_bytes() == (
        flights.folder / model
    ).read_bytes()

    second = machine(flights, tmp_path / "second")
    (second.folder / "ml.lock").unlink()
    assert endings(second, "--from-remote") == dict.fromkeys(STEPS, "restored")
    assert second.lock == flights.lock
    assert second.shown("evaluate")["metrics"]["auc"]["last"] == auc
    assert endings(second, "--from-remote") == dict.fromkeys(STEPS, "fresh")
