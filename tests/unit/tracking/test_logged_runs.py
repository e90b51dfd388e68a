from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from modelcompose.database.connection import open_database
from modelcompose.database.database import Database
from modelcompose.errors import AlreadyExists, NotFound, UsageError
from modelcompose.tracking import experiments
from modelcompose.tracking.experiments import create_experiment, find_experiment
from modelcompose.tracking.logged_runs import create_run, delete_run, restore_run, update_run
from modelcompose.tracking.logging import KeyValue, Point, log_batch, log_metric, param_text
from modelcompose.tracking.run import Metric
from modelcompose.tracking.runs import Runs
from modelcompose.tracking.series.store import SeriesStore
from tests.unit.tracking.making import a_run, new_database


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "home" / "hub.db"
    new_database(path).close()
    return path


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    database = Database.at(path)
    yield database
    database.close()


@pytest.fixture
def series(database: Database) -> SeriesStore:
    return SeriesStore(database)


@pytest.fixture
def run_id(database: Database) -> str:
    with database.write() as connection:
        return create_run(connection, find_experiment(connection, "0"), 1000.5)


def test_an_experiment_gets_the_next_number(database: Database) -> None:
    with database.write() as connection:
        assert create_experiment(connection, "a", 1.0) == 1
        assert create_experiment(connection, "b", 1.0, tags={"x": "y"}) == 2
        assert find_experiment(connection, "2").tags == {"x": "y"}


def test_a_number_is_never_given_twice(database: Database) -> None:
    with database.write() as connection:
        create_experiment(connection, "a", 1.0)
        connection.execute("DELETE FROM experiments WHERE name = 'a'")
        assert create_experiment(connection, "b", 1.0) == 2


def test_a_name_may_be_kept_but_not_taken(database: Database) -> None:
    with database.write() as connection:
        create_experiment(connection, "a", 1.0)
        create_experiment(connection, "b", 1.0)
        a = find_experiment(connection, "1")
        experiments.rename_experiment(connection, a, "a", 2.0)
        with pytest.raises(AlreadyExists, match="name=b"):
            experiments.rename_experiment(connection, a, "b", 2.0)


def test_an_experiment_is_restored_once(database: Database) -> None:
    with database.write() as connection:
        default = find_experiment(connection, "")
        with pytest.raises(NotFound):
            experiments.restore_experiment(connection, default, 1.0)


def test_a_run_without_a_name_is_given_one(database: Database, run_id: str) -> None:
    with database.read() as connection:
        row = connection.row("SELECT name, step, kind, status FROM runs WHERE id = ?", (run_id,))
    assert row is not None
    name, step, kind, status = row
    assert name == step
    assert name.count("-") == 2
    assert (kind, status) == ("logged", "running")


def test_two_names_are_one_too_many(database: Database) -> None:
    with (
        database.write() as connection,
        pytest.raises(UsageError, match="Both 'run_name' argument"),
    ):
        create_run(
            connection,
            find_experiment(connection, "0"),
            1.0,
            name="a",
            tags=[KeyValue("mlflow.runName", "b")],
        )


def test_a_batch_is_taken_whole_or_not_at_all(
    database: Database, series: SeriesStore, run_id: str
) -> None:
    with pytest.raises(UsageError), database.write() as connection:
        log_batch(
            connection,
            series,
            run_id,
            [Point("loss", 1.0, 1)],
            [KeyValue("a", "1"), KeyValue("a", "2")],
        )
    with database.read() as connection:
        assert connection.row("SELECT count(*) FROM metrics") == (0,)
        assert connection.row("SELECT count(*) FROM params") == (0,)


def test_a_parameter_is_also_a_number_where_it_reads_as_one(
    database: Database, series: SeriesStore, run_id: str
) -> None:
    values = {"a": "0.5", "b": "1e3", "c": "nan", "d": "six", "e": "-inf", "f": ""}
    with database.write() as connection:
        params = [KeyValue(*pair) for pair in values.items()]
        log_batch(connection, series, run_id, params=params)
        rows = connection.rows("SELECT name, value, number FROM params ORDER BY name")
    assert {name: param_text(value) for name, value, _ in rows} == values
    assert [number for _, _, number in rows] == [0.5, 1000.0, None, None, -math.inf, None]


@pytest.mark.parametrize("cell", ['"plain"', '"a\\"b\\\\n"', "0.1", "[1,2]", '""', '"\\u00e9"'])
def test_a_parameter_reads_as_its_json_does(cell: str) -> None:
    expected = {'"plain"': "plain", '"a\\"b\\\\n"': 'a"b\\n', '""': "", '"\\u00e9"': "é"}
    assert param_text(cell) == expected.get(cell, cell)


def test_a_run_in_the_trash_takes_nothing(
    database: Database, series: SeriesStore, run_id: str
) -> None:
    with database.write() as connection:
        delete_run(connection, run_id, 2000.0)
        with pytest.raises(UsageError, match="Current state is deleted"):
            log_metric(connection, series, run_id, Point("loss", 1.0, 1))
        with pytest.raises(UsageError, match="Current state is deleted"):
            update_run(connection, run_id, status="failed")
        restore_run(connection, run_id)
        log_metric(connection, series, run_id, Point("loss", 1.0, 1))


def test_a_run_that_the_pipeline_records_is_in_the_experiment_of_its_project(path: Path) -> None:
    with closing(open_database(path)) as connection:
        Runs(connection).create(a_run(project="flights"))
        Runs(connection).create(a_run(id="2" * 32, project="flights"))
        rows = connection.execute(
            "SELECT experiments.name, runs.name, runs.step FROM runs "
            "JOIN experiments ON experiments.number = runs.experiment"
        ).fetchall()
    assert len(rows) == 2
    for experiment, name, step in rows:
        assert (experiment, name) == ("flights", step)


def test_what_a_steps_own_code_logged_outlives_the_end_of_its_run(
    path: Path, database: Database, series: SeriesStore
) -> None:
    run = a_run(params={"depth": 6}, metrics={"auc": Metric(0.5, 0.5, 0.5)})
    with closing(open_database(path)) as connection:
        runs = Runs(connection)
        runs.create(a_run(id=run.id, params={"depth": 6}))
        with database.write() as writing:
            log_batch(
                writing,
                series,
                run.id,
                [Point("loss", 0.25, 1000, 1), Point("loss", 0.125, 2000, 2)],
                [KeyValue("rate", "0.1"), KeyValue("depth", "6")],
            )
        runs.finish(run)
        found = runs.get(run.id)
    assert found.params == {"depth": 6, "rate": "0.1"}
    assert set(found.metrics) == {"auc", "loss"}
    assert found.metrics["loss"].last == 0.125
    assert found.metrics["loss"].count == 2


def test_what_a_client_logged_is_among_the_runs(
    path: Path, database: Database, run_id: str
) -> None:
    with closing(open_database(path)) as connection:
        (found,) = Runs(connection).list()
    assert (found.id, found.project, found.kind) == (run_id, "Default", "logged")
    assert found.created_at == found.started_at == 1000.5
