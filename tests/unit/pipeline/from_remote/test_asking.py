from __future__ import annotations

from pathlib import Path

import pytest

from modelcompose.errors import RemoteError
from modelcompose.pipeline.from_remote.asking import Elsewhere, Reach
from modelcompose.pipeline.plan import Made
from modelcompose.store.remotes.folder import FolderRemote
from modelcompose.store.store import Store
from tests.unit.pipeline.from_remote.making import IDENTITY, RUN_ID, kept, pushed

ABSENT = {"model": None}


class Counting(FolderRemote):
    """A folder that counts what it is asked."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.asked: list[str] = []

    def manifest(self, reference: str) -> bytes | None:
        self.asked.append(reference)
        return super().manifest(reference)


class Away(FolderRemote):
    """A remote that cannot be reached."""

    def manifest(self, reference: str) -> bytes | None:
        raise RemoteError(f"away: {reference}")


def elsewhere(
    remote: FolderRemote,
    store: Store,
    *,
    reach: Reach = "any",
    engine: str = "process",
    forced: tuple[str, ...] = (),
) -> tuple[Elsewhere, list[str]]:
    notes: list[str] = []
    asking = Elsewhere(
        lambda: remote, store, engine=engine, reach=reach, forced=forced, notes=notes.append
    )
    return asking, notes


@pytest.fixture
def remote(tmp_path: Path) -> Counting:
    """Give a remote that has what a step made."""
    store = Store(tmp_path / "store")
    there = Counting(tmp_path / "remote")
    pushed(there, store, kept(store, tmp_path / "project"))
    there.asked.clear()
    return there


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "other-store")


def test_a_result_is_found_by_one_question(remote: Counting, store: Store) -> None:
    asking, _ = elsewhere(remote, store)

    found = asking.find("train", ABSENT, IDENTITY, None)

    assert found is not None
    assert found.made.run == RUN_ID
    assert found.made.metrics["auc"].last == 0.7
    assert len(remote.asked) == 1
    asking.bring(found.made.outputs.values())
    assert store.holds(found.made.outputs["model"])


def test_a_step_that_is_forced_is_not_asked_for(remote: Counting, store: Store) -> None:
    asking, _ = elsewhere(remote, store, forced=("train",))

    assert asking.find("train", ABSENT, IDENTITY, None) is None
    assert remote.asked == []


def test_what_another_engine_made_does_not_serve(remote: Counting, store: Store) -> None:
    asking, _ = elsewhere(remote, store, engine="docker")

    assert asking.find("train", ABSENT, IDENTITY, None) is None


@pytest.mark.parametrize("paths", [{}, {"model": None, "../elsewhere": None}, {"other": None}])
def test_a_result_with_other_paths_than_the_step_writes_does_not_serve(
    remote: Counting, store: Store, paths: dict[str, None]
) -> None:
    asking, _ = elsewhere(remote, store)

    assert asking.find("train", paths, IDENTITY, None) is None


def test_only_what_was_made_here_and_lost_is_asked_for_unless_wanted(
    remote: Counting, store: Store, tmp_path: Path
) -> None:
    content = kept(Store(tmp_path / "store"), tmp_path / "project")
    asking, _ = elsewhere(remote, store, reach="lost")

    assert asking.find("train", ABSENT, IDENTITY, None) is None
    assert asking.find("train", ABSENT, IDENTITY, Made({"model": content})) is None
    assert remote.asked == []
    found = asking.find("train", ABSENT, IDENTITY, Made({"model": content}, run=RUN_ID))
    assert found is not None
    assert "no longer in the store" in found.why


def test_a_remote_that_is_away_is_an_error_where_it_was_wanted(
    store: Store, tmp_path: Path
) -> None:
    asking, _ = elsewhere(Away(tmp_path), store)

    with pytest.raises(RemoteError, match="--from-remote: away") as raised:
        asking.find("train", ABSENT, IDENTITY, None)
    assert "leave --from-remote away" in (raised.value.hint or "")


def test_a_remote_that_is_away_is_told_once_where_it_was_not_wanted(
    store: Store, tmp_path: Path
) -> None:
    content = kept(Store(tmp_path / "store"), tmp_path / "project")
    asking, notes = elsewhere(Away(tmp_path), store, reach="lost")
    known = Made({"model": content}, run=RUN_ID)

    assert asking.find("train", ABSENT, IDENTITY, known) is None
    assert asking.find("train", ABSENT, IDENTITY, known) is None
    assert len(notes) == 1
