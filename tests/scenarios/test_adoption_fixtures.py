"""Projects of the public kind go from plain Compose to cached steps by `init` and its diff."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.workbench import Workbench

FIXTURES = Path(__file__).parents[1] / "fixtures" / "adoption"


@pytest.fixture
def adopt(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    monkeypatch.setenv("COMPOSE_PROJECT_NAME", bench.name)
    return bench


def bring(bench: Workbench, fixture: str) -> None:
    """Copy a fixture into the project, and commit it."""
    shutil.copytree(FIXTURES / fixture, bench.folder, dirs_exist_ok=True)
    bench.commit()


def apply_diff(bench: Workbench) -> None:
    """Apply what `init` prints, as a user who looks at it first would."""
    diff = bench.run("init").stdout
    subprocess.run(["git", "apply", "-"], input=diff, text=True, cwd=bench.folder, check=True)
    bench.commit("adopt Model Compose")


def test_a_gpu_toolbox(adopt: Workbench) -> None:
    bring(adopt, "gpu-toolbox")
    apply_diff(adopt)
    assert adopt.endings() == {"tokenize": "done", "train": "done", "test": "done"}
    assert adopt.endings() == {"tokenize": "fresh", "train": "fresh", "test": "fresh"}
    assert adopt.git("status", "--porcelain").split() == ["??", "ml.lock"]
    assert adopt.shown("train")["metrics"]["loss"]["count"] == 3


def test_a_change_runs_only_what_it_touches_in_a_gpu_toolbox(adopt: Workbench) -> None:
    bring(adopt, "gpu-toolbox")
    adopt.run("init", "--write")
    adopt.endings()
    adopt.write({"toolbox/model.py": adopt.read("toolbox/model.py") + "\n# another thought\n"})
    assert adopt.endings() == {"tokenize": "fresh", "train": "done", "test": "done"}
    assert adopt.endings("train", "-e", "CUDA_VISIBLE_DEVICES=3")["train"] == "fresh"
    assert adopt.endings("--set", "EPOCHS=1")["train"] == "done"


@pytest.mark.docker
def test_an_api_with_a_database_and_a_trainer(adopt: Workbench) -> None:
    bring(adopt, "churn-api")
    apply_diff(adopt)
    assert adopt.endings() == {"trainer": "done", "evaluate": "done"}
    assert json.loads(adopt.read("reports/metrics.json"))["customers"] == 40
    assert adopt.endings() == {"trainer": "fresh", "evaluate": "fresh"}
    assert adopt.containers() == {}
    assert adopt.git("status", "--porcelain").split() == ["??", "ml.lock"]


@pytest.mark.docker
def test_a_retraining_service_with_cron(adopt: Workbench) -> None:
    bring(adopt, "retraining-cron")
    apply_diff(adopt)
    assert adopt.endings("retrain-now") == {"retrain-now": "done"}
    model = adopt.read("models/demand.json")
    assert adopt.endings("retrain-now") == {"retrain-now": "fresh"}
    assert adopt.endings("retrain-now", "--set", "WINDOW_DAYS=7") == {"retrain-now": "done"}
    assert adopt.read("models/demand.json") != model


@pytest.mark.docker
@pytest.mark.parametrize("fixture", ["churn-api", "gpu-toolbox", "retraining-cron"])
def test_plain_compose_reads_the_same_services_after_it(adopt: Workbench, fixture: str) -> None:
    bring(adopt, fixture)
    before = compose_config(adopt)
    adopt.run("init", "--write")
    after = compose_config(adopt)
    assert {name: after[name] for name in before} == before


@pytest.mark.parametrize("fixture", ["churn-api", "gpu-toolbox", "retraining-cron"])
def test_nothing_is_left_to_propose_after_it(adopt: Workbench, fixture: str) -> None:
    bring(adopt, fixture)
    adopt.run("init", "--write")
    again = adopt.json("init")
    assert again["changes"] == []
    assert not any(service["is_proposed"] for service in again["services"])


def compose_config(bench: Workbench) -> dict[str, object]:
    """Give the services as plain Docker Compose resolves them, without keys that are ours."""
    done = subprocess.run(
        ["docker", "compose", "config", "--format", "json"],
        cwd=bench.folder,
        capture_output=True,
        check=True,
    )
    services: dict[str, dict[str, object]] = json.loads(done.stdout)["services"]
    return {name: {k: v for k, v in each.items() if k != "x-ml"} for name, each in services.items()}
