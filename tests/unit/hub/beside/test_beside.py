"""When a hub looks into a project's folder, and what it says where it does not."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from msgspec.structs import replace

from modelcompose.database.database import Database
from modelcompose.hub.beside import looking
from modelcompose.hub.beside.beside import Beside, Seen
from modelcompose.hub.beside.looking import Look
from modelcompose.hub.beside.places import Place, place_of, remember
from modelcompose.hub.tokens.principal import OWNER, Principal
from modelcompose.tracking.plan_document import Plan
from tests.unit.pipeline.making import project, service, step
from tests.unit.tracking.making import new_database


class Bench:
    """A home, its hub's database and a project folder."""

    def __init__(self, home: Path, folder: Path) -> None:
        self.home = home
        folder.mkdir()
        new_database(home / "hub.db").close()
        self.database = Database.at(home / "hub.db")
        self.threads = ThreadPoolExecutor(4)
        self.beside = Beside()
        self.made = project(service("train", step(outputs=["m"])), directory=folder)
        remember(home, self.made, "process")

    def ask(self, who: Principal = OWNER, name: str = "test") -> Seen:
        return self.beside.ask(
            name, who, home=self.home, database=self.database, threads=self.threads
        )


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv("MODELCOMPOSE_HOME", str(tmp_path / "home"))
    made = Bench(tmp_path / "home", tmp_path / "project")
    yield made
    made.threads.shutdown()
    made.database.close()


def test_a_command_tells_where_its_project_lies(bench: Bench) -> None:
    place = place_of(bench.home, "test")
    assert place == Place("test", str(bench.made.directory), platform.node(), "process")
    assert place_of(bench.home, "other") is None


@pytest.mark.parametrize(
    "who",
    [
        Principal("t", {"test": "admin"}),
        Principal("t", {"": "writer"}),
        Principal("t", {"": "admin"}, run="r"),
    ],
)
def test_only_the_owner_is_shown_a_folder_live(bench: Bench, who: Principal) -> None:
    assert bench.ask(who).look is None
    assert "owner" in bench.ask(who).reason


def test_a_project_that_only_the_api_told_of_is_never_looked_at(bench: Bench) -> None:
    assert "no command of this machine" in bench.ask(name="told-by-a-client").reason


def test_a_folder_that_is_gone_is_not_looked_at(bench: Bench) -> None:
    bench.made.directory.rmdir()
    assert "not there any more" in bench.ask().reason


def test_a_place_on_another_machine_is_named(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "node", lambda: "elsewhere")
    assert bench.ask().reason.startswith("its folder is on ")


def test_a_hub_with_a_database_of_its_own_is_not_beside(bench: Bench, tmp_path: Path) -> None:
    new_database(tmp_path / "other.db").close()
    bench.database.close()
    bench.database = Database.at(tmp_path / "other.db")
    assert "keeps its runs apart" in bench.ask().reason


def test_a_hub_of_another_home_is_not_beside(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MODELCOMPOSE_HOME", str(tmp_path / "another"))
    assert "not the embedded one" in bench.ask().reason


def test_a_project_that_cannot_be_read_gives_the_reason(bench: Bench) -> None:
    (bench.made.directory / "compose.yaml").write_text("services: [", encoding="utf-8")
    seen = bench.ask()
    assert seen.look is None
    assert "cannot be looked at" in seen.reason


def test_many_who_ask_at_once_share_one_look(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[Place] = []

    def look(_home: Path, place: Place) -> Look:
        looks.append(place)
        return Look(Plan(1.0, []), {})

    monkeypatch.setattr(looking, "look", look)
    assert all(bench.ask().look is not None for _ in range(5))
    assert len(looks) == 1


def test_a_look_that_takes_long_holds_nobody_up(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = Event()

    def look(_home: Path, _place: Place) -> Look:
        done.wait(30)
        return Look(Plan(1.0, []), {})

    monkeypatch.setattr(looking, "look", look)
    monkeypatch.setattr("modelcompose.hub.beside.beside.PATIENCE_S", 0.05)
    assert "takes longer" in bench.ask().reason
    done.set()


def test_a_bug_in_a_look_fails_no_call(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def look(_home: Path, _place: Place) -> Look:
        raise KeyError("x")

    monkeypatch.setattr(looking, "look", look)
    assert "log says why" in bench.ask().reason


def test_a_place_is_written_anew_where_the_project_moved(bench: Bench, tmp_path: Path) -> None:
    moved = replace(bench.made, directory=tmp_path)
    remember(bench.home, moved, "docker")
    place = place_of(bench.home, "test")
    assert place is not None
    assert (place.directory, place.engine) == (str(tmp_path), "docker")
