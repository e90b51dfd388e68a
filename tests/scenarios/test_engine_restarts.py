"""A Docker engine that restarts, or stays away for long, while a step runs."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.private_engine import PrivateEngine
from tests.slow_steps import assert_made_once, compose_slow
from tests.workbench import Workbench, end_of, hear

pytestmark = pytest.mark.docker


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateEngine]:
    """Give an engine of these tests' own."""
    with PrivateEngine(tmp_path_factory.mktemp("own") / "engine", has_live_restore=True) as engine:
        yield engine


@pytest.fixture
def private(engine: PrivateEngine, bench: Workbench) -> PrivateEngine:
    """Give the engine that commands of the workbench use, with live-restore."""
    bench.variables["DOCKER_HOST"] = engine.host
    if not engine.has_live_restore:
        engine.has_live_restore = True
        engine.restart()
    return engine


def test_a_run_goes_on_across_a_restart_with_live_restore_and_fails_without(
    bench: Workbench, go: Path, private: PrivateEngine
) -> None:
    compose_slow(bench, go, network_mode="none")
    process = bench.start("run")
    hear(process, "loss=0.5")
    private.restart()
    go.touch()
    code, told = end_of(process)
    assert code == 0, told
    assert_made_once(bench)

    go.unlink()
    bench.write({"in.txt": "changed\n"})
    private.has_live_restore = False
    private.restart()
    process = bench.start("run")
    hear(process, "loss=0.5")
    private.restart()
    code, told = end_of(process)
    assert code == 1, told
    assert "train  failed: exit code 7, while the engine restarted" in told
    assert "live-restore" in told
    assert bench.shown("train")["status"] == "failed"
    assert bench.read("out.txt") == "made\n"


def test_a_run_whose_engine_stays_away_is_left_and_taken_up_once_it_is_back(
    bench: Workbench, go: Path, private: PrivateEngine
) -> None:
    compose_slow(bench, go, network_mode="none", retries=3)
    process = bench.start("run")
    hear(process, "loss=0.5")

    private.kill()

    code, told = end_of(process)
    run = bench.shown("train")
    assert code == 1, told
    assert "train  failed: the engine went away" in told
    assert f"see what became of the run: modelcompose runs attach {run['id'][:8]}" in told
    assert run["status"] == "running"
    waited = bench.run("runs", "wait", "train", code=1)
    assert "cannot be taken over" in waited.stderr
    assert "no Docker engine answers there" in waited.stderr

    private.start()
    attached = bench.start("runs", "attach", "train")
    hear(attached, "loss=0.5")
    go.touch()
    assert end_of(attached)[0] == 0
    assert bench.shown("train")["id"] == run["id"]
    assert_made_once(bench)


def test_a_run_that_is_to_be_stopped_while_its_engine_is_away_is_stopped_once_it_is_back(
    bench: Workbench, go: Path, private: PrivateEngine
) -> None:
    compose_slow(bench, go, network_mode="none")
    process = bench.start("run")
    hear(process, "loss=0.5")
    private.kill()
    process.send_signal(signal.SIGINT)
    assert end_of(process)[0] == 130

    private.start()
    bench.run("runs", "wait", "train", code=1)

    run = bench.shown("train")
    assert (run["status"], run["error"]) == ("killed", "it was stopped")
    assert private.docker("ps", "--all", "--quiet") == ""
