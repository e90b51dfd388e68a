"""The trash is emptied, over both databases: rows, points, files, logs and abandoned uploads."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelcompose.errors import AlreadyExists
from modelcompose.hub.artifacts.paths import parts_of, parts_of_uri
from modelcompose.hub.gc.collect import Collection, collect
from modelcompose.hub.hub import Hub, open_hub
from modelcompose.registry.logged_models import create_logged_model, delete_logged_model
from modelcompose.registry.models import create_model, delete_model
from modelcompose.registry.sources import Source
from modelcompose.registry.versions import create_version
from modelcompose.tracking.experiments import (
    create_experiment,
    delete_experiment,
    find_experiment,
    run_artifacts,
)
from modelcompose.tracking.logged_runs import create_run, delete_run
from modelcompose.tracking.logging import Point, log_batch

NOW = 10_000_000.0


@pytest.fixture
def hub(database_url: str, tmp_path: Path) -> Iterator[Hub]:
    hub = open_hub(database_url, tmp_path / "home", lambda: NOW)
    yield hub
    hub.close()


def a_run(hub: Hub, experiment: str = "0", *, content: bytes = b"weights") -> str:
    """Make a run with a point, a log and an artifact."""
    with hub.database.write() as connection:
        run = create_run(connection, find_experiment(connection, experiment), 1.0)
        log_batch(connection, hub.series, run, [Point("loss", 1.0, 1)])
        parts = parts_of_uri(run_artifacts(connection, run))
    assert parts
    put(hub, (*parts, "model", "weights.bin"), content)
    log = hub.home / "runs" / run[:2] / run / "output.log"
    log.parent.mkdir(parents=True)
    log.write_text("hello\n")
    return run


def put(hub: Hub, parts: tuple[str, ...], content: bytes) -> None:
    writing = hub.artifacts.create(parts)
    writing.write(content)
    writing.commit()


def trash(hub: Hub, run: str, at: float = 5.0) -> None:
    with hub.database.write() as connection:
        delete_run(connection, run, at)


def everything(hub: Hub, *, is_sure: bool = True, before: float = NOW) -> Collection:
    return collect(hub, before, is_sure=is_sure)


def count(hub: Hub, table: str) -> int:
    with hub.database.read() as connection:
        row = connection.row(f"SELECT count(*) FROM {table}")
    return int(row[0]) if row else 0


def test_deleted_runs_go_with_their_points_logs_and_files(hub: Hub) -> None:
    gone, stays = a_run(hub), a_run(hub)
    trash(hub, gone)

    told = everything(hub)

    assert (told.runs, told.files, told.size_bytes) == (1, 2, len(b"weights") + len("hello\n"))
    assert [entry.name for entry in hub.artifacts.entries(("0",))] == [stays]
    assert not (hub.home / "runs" / gone[:2] / gone).exists()
    assert (count(hub, "runs"), count(hub, "metrics"), count(hub, "series_log")) == (1, 1, 1)


def test_nothing_goes_unless_it_is_sure(hub: Hub) -> None:
    run = a_run(hub)
    trash(hub, run)

    told = everything(hub, is_sure=False)

    assert (told.is_done, told.runs, told.files) == (False, 1, 2)
    assert count(hub, "runs") == 1
    assert len(hub.artifacts.entries(parts_of(f"0/{run}/artifacts"))) == 1


def test_what_was_deleted_lately_stays_where_an_age_is_asked_for(hub: Hub) -> None:
    old, new = a_run(hub), a_run(hub)
    trash(hub, old, 5.0)
    trash(hub, new, 500.0)

    assert everything(hub, before=100.0).runs == 1
    assert count(hub, "runs") == 1


def test_the_names_of_what_went_are_free_again(hub: Hub) -> None:
    with hub.database.write() as connection:
        number = create_experiment(connection, "flights", 1.0)
    a_run(hub, str(number))
    with hub.database.write() as connection:
        delete_experiment(connection, find_experiment(connection, str(number)), 5.0)
        delete_model(connection, create_model(connection, "delay", 1.0), 5.0)
        create_model(connection, "delay", 6.0)  # at once: it need not wait for this
        with pytest.raises(AlreadyExists):
            create_experiment(connection, "flights", 6.0)

    told = everything(hub)

    assert (told.runs, told.experiments, told.models) == (1, 1, 1)
    assert hub.artifacts.entries(()) == []
    with hub.database.write() as connection:
        assert create_experiment(connection, "flights", 7.0) > number


def test_what_a_version_is_made_of_stays(hub: Hub) -> None:
    run = a_run(hub)
    with hub.database.write() as connection:
        source = Source(f"runs:/{run}/model", f"runs:/{run}/model", run)
        create_version(connection, create_model(connection, "delay", 1.0), source, 1.0)
    trash(hub, run)

    told = everything(hub)

    assert (told.runs, told.kept[0].reason) == (0, "its files are those of delay@1")
    assert len(hub.artifacts.entries(parts_of(f"0/{run}/artifacts"))) == 1


def test_an_experiment_stays_as_long_as_a_version_is_one_of_its_logged_models(hub: Hub) -> None:
    with hub.database.write() as connection:
        number = create_experiment(connection, "flights", 1.0)
        experiment = find_experiment(connection, str(number))
        logged = create_logged_model(connection, experiment, 1.0)
        source = Source(f"models:/{logged.id}", logged.artifacts, None, logged.id)
        create_version(connection, create_model(connection, "delay", 1.0), source, 1.0)
        delete_experiment(connection, experiment, 5.0)

    told = everything(hub)

    assert (told.experiments, told.kept[0].what) == (0, "experiment flights")
    assert count(hub, "logged_models") == 1


def test_a_deleted_logged_model_goes_with_its_files(hub: Hub) -> None:
    with hub.database.write() as connection:
        logged = create_logged_model(connection, find_experiment(connection, "0"), 1.0)
        delete_logged_model(connection, logged, 5.0)
    put(hub, ("0", "models", logged.id, "artifacts", "MLmodel"), b"flavors")

    told = everything(hub)

    assert (told.logged_models, told.files) == (1, 1)
    assert hub.artifacts.entries(("0", "models")) == []


def test_files_of_what_is_no_more_go_and_other_folders_stay(hub: Hub) -> None:
    run, lost = a_run(hub), "0" * 32
    put(hub, ("0", lost, "artifacts", "a"), b"a")
    put(hub, ("0", "models", f"m-{lost}", "artifacts", "b"), b"b")
    put(hub, ("mine", "c"), b"c")
    log = hub.home / "runs" / "00" / lost / "output.log"
    log.parent.mkdir(parents=True)
    log.write_text("gone")

    told = everything(hub)

    assert (told.orphans, told.files, told.size_bytes) == (3, 3, 6)
    assert {entry.name for entry in hub.artifacts.entries(("0",))} - {"models"} == {run}
    assert hub.artifacts.entries(("0", "models")) == []  # a bucket has no empty folders
    assert [entry.name for entry in hub.artifacts.entries(())] == ["0", "mine"]
    assert not log.parent.exists()


def test_uploads_that_nobody_goes_on_with_are_dropped(hub: Hub) -> None:
    for age_s in (2 * 86_400.0, 60.0):
        upload = hub.artifacts.begin_parts(("0", "big"))
        part = hub.artifacts.create_part(upload, 1)
        part.write(b"12345")
        part.commit()
        folder = hub.home / "artifacts.uploads" / upload
        for path in (*folder.iterdir(), folder):
            os.utime(path, (NOW - age_s, NOW - age_s))

    told = everything(hub)

    assert told.uploads == 1
    assert len(list((hub.home / "artifacts.uploads").iterdir())) == 1
