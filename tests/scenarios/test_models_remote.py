"""Registered models on the project's remote: other machines know and have them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.workbench import Workbench

STEPS: dict[str, Any] = {
    "train": {
        "command": ["sh", "-c", "mkdir -p model && echo $$AUC > model/weights"],
        "environment": {"AUC": "${AUC:-0.6}"},
        "step": {"inputs": [], "outputs": ["model"], "params": ["AUC"]},
    },
    "evaluate": {
        "command": ["sh", "-c", 'echo "{\\"auc\\": $$(cat model/weights)}" > metrics.json'],
        "step": {"inputs": ["model"], "metrics": ["metrics.json"]},
    },
}
MODELS = {
    "delay": {
        "path": "model",
        "requires": ["evaluate"],
        "when": "evaluate.auc > @champion.evaluate.auc",
        "alias": "challenger",
    }
}


@pytest.fixture
def project(bench: Workbench) -> Workbench:
    bench.compose(STEPS, **{"x-ml": {"remote": "../remote", "models": MODELS}})
    bench.write({".gitignore": "/model\n/metrics.json\n"})
    return bench


def machine(project: Workbench, name: str) -> Workbench:
    project.commit()
    folder = project.folder.parent
    return project.clone(folder / name, home=folder / f"{name}-home")


def aliases(bench: Workbench) -> dict[str, int]:
    found: dict[str, int] = bench.json("models", "show", "delay")["model"]["aliases"]
    return found


def test_models_are_pushed_and_are_known_with_their_files_on_other_machines(
    project: Workbench, tmp_path: Path
) -> None:
    project.run("run", env={"AUC": "0.6"})
    project.run("promote", "delay@1", "champion")
    project.run("run", env={"AUC": "0.7"})
    project.run("run", env={"AUC": "0.8"})

    told = project.run("push").stdout

    assert "delay@1  pushed" in told
    assert "delay@2  pushed" not in told  # nobody points to it
    assert "delay@3  pushed" in told
    assert "delay@champion  is version 1 on the remote now" in told
    tags = {path.name for path in (tmp_path / "remote" / "tags").iterdir()}
    wanted = {"model-delay-1", "model-delay-3", "model-delay-champion", "model-delay-challenger"}
    assert {tag for tag in tags if "delay" in tag} == {*wanted, "models-delay"}
    assert "delay" not in project.run("push").stdout

    other = machine(project, "other")
    told = other.run("pull").stdout
    assert "delay@1  registered" in told
    assert aliases(other) == {"champion": 1, "challenger": 3}
    other.run("models", "download", "delay@champion", "--to", str(tmp_path / "champion"))
    assert (tmp_path / "champion" / "weights").read_text() == "0.6\n"
    assert "delay" not in other.run("pull").stdout

    said = other.run("run", env={"AUC": "0.55"}).stderr
    assert "evaluate.auc > @champion.evaluate.auc: 0.55 against 0.6" in said
    assert "version 4 made" in other.run("run", env={"AUC": "0.9"}).stderr
    assert "delay@4  pushed" in other.run("push").stdout
    assert "delay@challenger: is version 3 here, and 4 on the remote" in project.run("pull").stderr
    assert aliases(project)["challenger"] == 3


def test_the_number_of_another_machine_is_never_taken_away(project: Workbench) -> None:
    other = machine(project, "other")
    project.run("run", env={"AUC": "0.6"})
    other.run("run", env={"AUC": "0.7"})
    project.run("push")

    done = other.run("push")

    assert "delay@1: another model has that number on the remote" in done.stderr
    assert (
        "delay@2  registered, which is delay@1 on the remote" in other.run("pull", code=None).stdout
    )


def test_a_version_on_the_remote_is_a_model_pack(project: Workbench, tmp_path: Path) -> None:
    project.run("run")
    project.run("push")
    remote = tmp_path / "remote"
    digest = (remote / "tags" / "model-delay-1").read_text().removeprefix("sha256:")
    manifest = json.loads((remote / "blobs" / "sha256" / digest).read_bytes())

    assert manifest["artifactType"] == "application/vnd.cncf.model.manifest.v1+json"
    (layer,) = manifest["layers"]
    assert layer["annotations"] == {"org.cncf.model.filepath": "weights"}
    blob = remote / "blobs" / "sha256" / layer["digest"].removeprefix("sha256:")
    assert blob.read_text() == "0.6\n"
    config = manifest["config"]["digest"].removeprefix("sha256:")
    described = json.loads((remote / "blobs" / "sha256" / config).read_bytes())
    assert described["descriptor"]["name"] == "delay"
    assert described["modelfs"]["diffIds"] == [layer["digest"]]
