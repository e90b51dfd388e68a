"""What all tests share: the rule about Docker, a home folder of their own, and a project to try."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workbench import Workbench


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs Docker where no engine answers; with CI set nothing is ever skipped."""
    wanting = [item for item in items if item.get_closest_marker("docker")]
    if not wanting or os.environ.get("CI") or _engine_answers():
        return
    for item in wanting:
        item.add_marker(pytest.mark.skip(reason="no Docker engine answers"))


def _engine_answers() -> bool:
    try:
        asked = subprocess.run(["docker", "version"], capture_output=True, check=False, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep every test away from the user's runs, store and variables."""
    monkeypatch.setenv("MODELCOMPOSE_HOME", str(tmp_path / "home"))
    for name in list(os.environ):
        if name.startswith("COMPOSE_") or name == "MODELCOMPOSE_ENGINE":
            monkeypatch.delenv(name)


@pytest.fixture
def bench(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Workbench]:
    """Give a project folder and the command to run in it; what it started in Docker goes after.

    The engine is `process`, or `docker` for a test with that mark.
    """
    engine = "docker" if request.node.get_closest_marker("docker") else "process"
    workbench = Workbench(tmp_path / "project", home=tmp_path / "home", engine=engine)
    yield workbench
    workbench.clean()
