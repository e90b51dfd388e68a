"""A search that MLflow knows chooses the same runs, in the same order, as MLflow's own store."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from modelcompose.database.database import Database
from modelcompose.tracking.experiments import find_experiment
from modelcompose.tracking.logged_runs import create_run, update_run
from modelcompose.tracking.logging import KeyValue, Point, log_batch
from modelcompose.tracking.query.search import compose, find, in_experiments
from modelcompose.tracking.series.store import SeriesStore

# MLflow's own warnings are not ours; it is imported in the tests, since collecting would warn too.
pytestmark = pytest.mark.filterwarnings("ignore")

RUNS: list[dict[str, Any]] = [
    {"name": "a", "metrics": {"m": 1.0, "n": 5.0}, "params": {"p": "x"}, "tags": {"t": "red"}},
    {"name": "b", "metrics": {"m": math.nan}, "params": {"p": "Xy"}, "tags": {"t": "blue"}},
    {"name": "c", "metrics": {"m": -math.inf}, "params": {"q": "1"}, "tags": {}},
    {"name": "d", "metrics": {"m": math.inf, "n": 0.0}, "params": {}, "tags": {"t": "Red"}},
    {"name": "e", "metrics": {}, "params": {"p": "x_y"}, "tags": {"t": "50%", "a.b-c": "v"}},
    {"name": "f", "metrics": {"m": 1.0, "n": 4.0}, "params": {"p": "x"}, "tags": {"t": "red"}},
    {"name": "g", "metrics": {"m": 1e-30, "a b": 2.0}, "params": {"p": ""}, "tags": {"t": ""}},
]


class Both:
    """The same runs in MLflow's store and in ours."""

    def __init__(self, theirs: Any, ours: Database) -> None:
        self._theirs = theirs
        self._ours = ours
        series = SeriesStore(ours)
        for place, run in enumerate(RUNS):
            ms = 1_700_000_000_000 + place * 1000
            self._add_theirs(run, ms)
            self._add_ours(series, run, ms)

    def _add_theirs(self, run: dict[str, Any], ms: int) -> None:
        from mlflow.entities import Metric, Param, RunTag

        made = self._theirs.create_run("0", "ana", ms, [], run["name"])
        self._theirs.log_batch(
            made.info.run_id,
            [Metric(key, value, ms, 0) for key, value in run["metrics"].items()],
            [Param(*param) for param in run["params"].items()],
            [RunTag(*tag) for tag in run["tags"].items()],
        )
        if run["name"] < "d":
            self._theirs.update_run_info(made.info.run_id, 3, ms + 10, None)

    def _add_ours(self, series: SeriesStore, run: dict[str, Any], ms: int) -> None:
        with self._ours.write() as connection:
            experiment = find_experiment(connection, "0")
            made = create_run(connection, experiment, ms / 1000, name=run["name"], user="ana")
            log_batch(
                connection,
                series,
                made,
                [Point(key, value, ms, 0) for key, value in run["metrics"].items()],
                [KeyValue(*param) for param in run["params"].items()],
                [KeyValue(*tag) for tag in run["tags"].items()],
            )
            if run["name"] < "d":
                update_run(connection, made, status="succeeded", ended_at=(ms + 10) / 1000)

    def theirs(self, text: str, keys: list[str]) -> list[str]:
        from mlflow.entities import ViewType

        found = self._theirs.search_runs(["0"], text, ViewType.ALL, order_by=keys)
        return [run.info.run_name for run in found]

    def ours(self, text: str, keys: list[str]) -> list[str]:
        with self._ours.read() as connection:
            clauses = in_experiments([0])
            query = compose(connection.dialect, 0, text=text, keys=keys, clauses=clauses)
            numbers = find(connection, query, 100).numbers
            rows = dict(connection.rows("SELECT number, name FROM runs"))
        return [rows[number] for number in numbers]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    folder = tmp_path_factory.mktemp("both")
    make: Any = SqlAlchemyStore  # which has no types
    theirs = make(f"sqlite:///{folder / 'mlflow.db'}", str(folder / "artifacts"))
    with closing(Database.at(folder / "hub.db")) as ours:
        yield Both(theirs, ours)
    theirs.engine.dispose()


FILTERS = [
    "",
    "metrics.m > 0",
    "metrics.m >= 1.0",
    "metrics.m < 0",
    "metrics.m <= 1",
    "metrics.m = 1",
    "metrics.m != 1",
    "metric.n != 5 and metrics.m = 1",
    "metrics.`a b` > 1",
    'metrics."a b" > 1',
    "metrics.none > 1",
    "metrics.none != 1",
    "params.p = 'x'",
    'params.p = "x"',
    "params.p != 'x'",
    "param.p = ''",
    "params.p LIKE 'x%'",
    "params.p like 'X_'",
    "params.p LIKE 'x_y'",
    "params.p ILIKE 'X%'",
    "parameters.q = '1'",
    "params.p IS NULL",
    "params.p IS NOT NULL",
    "tags.t = 'red'",
    "tags.t != 'red'",
    "tags.t ILIKE 'RED'",
    "tags.t LIKE '%0%'",
    "tags.t = '50%'",
    "tags.`a.b-c` = 'v'",
    "tag.t IS NULL",
    "tag.t IS NOT NULL AND metrics.m > 0",
    "tags.none != 'x'",
    "tags.mlflow.runName = 'a'",
    "attributes.status = 'FINISHED'",
    "attributes.status != 'FINISHED'",
    "attribute.status LIKE 'RUN%'",
    "status = 'RUNNING'",
    "attributes.run_name = 'a'",
    "attributes.`run name` = 'a'",
    "run_name LIKE 'A'",
    "run_name ILIKE 'A'",
    "run_name != 'a'",
    "attributes.user_id = 'ana'",
    "attributes.start_time > 1700000003000",
    "attributes.start_time = 1700000003000",
    "start_time <= 1700000003000 and end_time > 0",
    "attributes.created >= 1700000003000",
    "attributes.Created >= 1700000003000",
    "attributes.end_time > 1700000001000",
    "attributes.end_time != 1700000001010",
    "attributes.run_id IN ('a', 'b')",
    "attributes.run_id NOT IN ('a', 'b')",
    "run_id = 'a'",
    "datasets.name = 'a'",
    "dataset.context IN ('a', 'b')",
]


@pytest.mark.parametrize("text", FILTERS)
def test_a_filter_chooses_what_mlflow_chooses(both: Both, text: str) -> None:
    assert both.ours(text, []) == both.theirs(text, [])


@pytest.mark.parametrize(
    "keys",
    [
        ["metrics.m"],
        ["metrics.m ASC"],
        ["metrics.m DESC"],
        ["metric.n desc", "metrics.m asc"],
        ["metrics.`a b` DESC"],
        ["params.p"],
        ["params.p DESC"],
        ["tags.t"],
        ["tag.t DESC", "start_time ASC"],
        ["attributes.start_time"],
        ["start_time DESC"],
        ["attributes.end_time"],
        ["attributes.end_time DESC"],
        ["attribute.run_name"],
        ["attribute.Created ASC"],
        ["status", "run_name DESC"],
        ["user_id", "metrics.none"],
    ],
)
def test_an_order_is_mlflows(both: Both, keys: list[str]) -> None:
    assert both.ours("", keys) == both.theirs("", keys)
