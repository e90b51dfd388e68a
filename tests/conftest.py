"""What all tests share: the rule about Docker, a home folder of their own, and a project to try."""

from __future__ import annotations

import os
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgres
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


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Path]:
    """Give the folder of the socket of a PostgreSQL server; skip where it is not installed."""
    programs = postgres.programs()
    if programs is None:
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL is not installed: run scripts/postgres")
        pytest.skip("PostgreSQL is not installed: run scripts/postgres")
    with postgres.server(programs) as socket:
        yield socket


@pytest.fixture
def postgres_url(postgres_server: Path) -> str:
    """Give the address of an empty PostgreSQL database."""
    return postgres.new_database(postgres_server, f"test_{uuid.uuid4().hex[:12]}")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return str(tmp_path / "home" / "hub.db")
    url: str = request.getfixturevalue("postgres_url")
    return url
