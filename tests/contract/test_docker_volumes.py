"""Volumes of a real engine, where this user cannot read their folders: as on Docker Desktop."""

from __future__ import annotations

import os
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelcompose.engine import open_engine
from modelcompose.engine.docker.volumes import HELPER_LABEL
from modelcompose.engine.volumes import TOP, Volumes
from modelcompose.errors import EngineError
from modelcompose.store.store import Store
from modelcompose.store.tars import keep_tar, look_at_tar, tar_of
from tests.workbench import IMAGE, wait_until

pytestmark = pytest.mark.docker

IMAGES = [IMAGE]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Volumes:
    """Give the engine's volumes, their folders closed to this user."""
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)
    return open_engine("docker").volumes()


@pytest.fixture
def volume(engine: Volumes) -> Iterator[str]:
    name = f"mc-test-{uuid.uuid4().hex[:10]}"
    engine.create(name, labels={"mc-test": "yes"})
    yield name
    engine.remove(name)


def fill(volume: str, script: str) -> None:
    command = ["docker", "run", "--rm", "--volume", f"{volume}:/v", "--workdir", "/v", IMAGE]
    subprocess.run([*command, "sh", "-c", script], check=True)


def test_a_stamp_stays_until_something_changes(engine: Volumes, volume: str) -> None:
    fill(volume, "touch -d @1000 a b && mkdir deep")
    wait_until(lambda: engine.stamp(volume, IMAGES), "a change that is old enough", 20.0)
    before = engine.stamp(volume, IMAGES)
    assert before == engine.stamp(volume, IMAGES)
    fill(volume, "chmod 600 deep")
    wait_until(lambda: engine.stamp(volume, IMAGES), "a change that is old enough", 20.0)
    assert engine.stamp(volume, IMAGES) != before


def test_without_programs_there_is_no_stamp_and_nothing_is_removed(
    engine: Volumes, volume: str
) -> None:
    fill(volume, "echo one > a")
    assert engine.stamp(volume, []) is None
    assert not engine.discard(volume, [], [b"a"])
    with engine.read(volume, []) as parts:
        assert look_at_tar(parts)[0].files == 1


def test_what_is_written_is_what_was_read(engine: Volumes, volume: str, tmp_path: Path) -> None:
    fill(
        volume, "mkdir -m 700 deep && head -c 700000 /dev/urandom > deep/large && chown 9:8 deep ."
    )
    store = Store(tmp_path)
    with engine.read(volume, IMAGES) as parts:
        content, tree = keep_tar(store, parts)
    assert engine.discard(volume, IMAGES, [b"deep"])
    fill(volume, "chown 0:0 .")
    engine.write(volume, [], tar_of(store, tree, TOP))
    with engine.read(volume, IMAGES) as parts:
        assert look_at_tar(parts)[0] == content


def test_helpers_that_a_killed_command_left_are_cleared_away(
    engine: Volumes, volume: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    label = f"{HELPER_LABEL}={volume}"
    mount = f"{volume}:/modelcompose-volume"
    left = ["docker", "create", "--label", label, "--volume", mount, IMAGE]
    subprocess.run(left, check=True, capture_output=True)
    with engine.read(volume, IMAGES) as parts:
        look_at_tar(parts)
    with pytest.raises(EngineError):
        engine.remove(volume)
    tomorrow = time.time() + 25 * 3600
    monkeypatch.setattr("modelcompose.engine.docker.volumes.time.time", lambda: tomorrow)
    with engine.read(volume, IMAGES) as parts:
        look_at_tar(parts)
    engine.remove(volume)


def test_a_volume_that_is_not_there_was_never_born(engine: Volumes, volume: str) -> None:
    assert engine.born(volume) is not None
    assert engine.born("mc-test-none") is None
    assert engine.labelled("mc-test")[volume] == "yes"
    engine.remove("mc-test-none")


def test_a_running_container_is_a_user_of_its_volume(engine: Volumes, volume: str) -> None:
    command = ["docker", "run", "--rm", "--detach", "--init", "--volume", f"{volume}:/v:ro"]
    done = subprocess.run(
        [*command, IMAGE, "sleep", "60"], check=True, capture_output=True, text=True
    )
    try:
        assert [user.writes for user in engine.users(volume)] == [False]
        assert engine.is_referred(volume)
        with pytest.raises(EngineError):
            engine.remove(volume)
    finally:
        subprocess.run(["docker", "rm", "--force", done.stdout.strip()], check=True)
