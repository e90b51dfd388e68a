from __future__ import annotations

import os
from pathlib import Path

import pytest

from modelcompose.hub.kept import announcing
from modelcompose.hub.listening.addresses import Addresses

ADDRESSES = Addresses(4751, "172.17.0.1")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def test_the_hub_is_found_as_long_as_it_lives(home: Path) -> None:
    assert announcing.running(home) is None
    with announcing.held(home) as port:
        assert port == 0
        assert announcing.running(home) is None  # it does not listen yet
        with announcing.announced(home, ADDRESSES):
            found = announcing.running(home)
            assert found is not None
            assert (found.pid, found.addresses) == (os.getpid(), ADDRESSES)
    assert announcing.running(home) is None


def test_the_next_one_is_told_the_last_ones_port(home: Path) -> None:
    with announcing.held(home), announcing.announced(home, ADDRESSES):
        pass
    with announcing.held(home) as port:  # ends before it listens
        assert port == 4751
    with announcing.held(home) as port:
        assert port == 4751


def test_there_is_one_only(home: Path) -> None:
    with announcing.held(home), announcing.held(home) as second:
        assert second is None


def test_its_folder_is_for_its_user_alone(home: Path) -> None:
    assert announcing.folder_of(home).stat().st_mode & 0o077 == 0


def test_whoever_wants_it_keeps_it_as_long_as_they_live(home: Path) -> None:
    assert not announcing.is_wanted(home)
    child = os.fork()
    if child == 0:
        announcing.want(home)
        os.execvp("sh", ["sh", "-c", f"touch {home}/ready; while [ -e {home}/ready ]; do :; done"])
    while not (home / "ready").exists():
        os.sched_yield()
    assert announcing.is_wanted(home)
    (home / "ready").unlink()
    os.waitpid(child, 0)
    assert not announcing.is_wanted(home)
