"""The guide "Your Compose project in ten minutes" shows what really happens."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.workbench import Workbench

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "fixtures" / "adoption"
GUIDE = (ROOT / "docs" / "guides" / "your-project-in-ten-minutes.md").read_text(encoding="utf-8")


@pytest.fixture
def churn(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    monkeypatch.setenv("COMPOSE_PROJECT_NAME", bench.name)
    shutil.copytree(FIXTURES / "churn-api", bench.folder, dirs_exist_ok=True)
    bench.commit()
    return bench


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)


def test_the_diff_is_the_one_that_init_prints(churn: Workbench) -> None:
    assert blocks("diff") == [churn.run("init").stdout]


def test_what_init_says_of_the_services_stands_in_the_guide(churn: Workbench) -> None:
    told = churn.run("init").stderr.removesuffix("\nNothing was written: --write writes it.\n")
    assert told in blocks("text")


def test_what_it_adds_for_cron_and_gpus_stands_in_the_guide(bench: Workbench) -> None:
    for fixture, file in (
        ("retraining-cron", "docker-compose.yml"),
        ("gpu-toolbox", "compose.yaml"),
    ):
        shutil.copytree(FIXTURES / fixture, bench.folder / fixture)
        bench.run("init", "--write", folder=bench.folder / fixture)
        written = bench.read(f"{fixture}/{file}")
        assert any(block in written for block in blocks("yaml"))


@pytest.mark.docker
def test_the_commands_come_out_as_the_guide_says(churn: Workbench) -> None:
    told = churn.run("run", "--record", "--rm", "trainer").stderr
    assert "read 3 files, wrote 1 file" in told
    shutil.rmtree(churn.folder / "models")
    churn.run("init", "--write")
    assert "trainer   done" in churn.run("run").stderr
    assert "Nothing to do. To run again all the same: --force" in churn.run("run").stderr
    assert "EPOCHS: 200 → 400" in churn.run("run", "--set", "EPOCHS=400").stderr
