"""The language of searches: it chooses and sorts the same runs on every database."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest

from modelcompose.database.database import Connection, Database
from modelcompose.errors import UsageError
from modelcompose.tracking.experiments import create_experiment, find_experiment
from modelcompose.tracking.logged_runs import create_run, update_run
from modelcompose.tracking.logging import KeyValue, Point, log_batch
from modelcompose.tracking.query.search import compose, count, find, in_experiments
from modelcompose.tracking.series.store import SeriesStore
from tests import postgres

NOW = 1_700_000_000.0
DAY = 86400.0


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    with ExitStack() as stack:
        url = str(tmp_path_factory.mktemp("query") / "hub.db")
        if request.param == "postgresql":
            server = request.getfixturevalue("postgres_server")
            url = postgres.new_database(server, "test_query")
        database = stack.enter_context(closing(Database.at(url)))
        _fill(database)
        yield database


def _fill(database: Database) -> None:
    series = SeriesStore(database)
    with database.write() as connection:
        number = create_experiment(
            connection, "flights", NOW, tags={"modelcompose.objective.loss": "min"}
        )
        assert number == 1

        def add(name: str, age_s: float, metrics: dict[str, Any], **rest: dict[str, str]) -> None:
            run = create_run(
                connection,
                find_experiment(connection, "1"),
                NOW - age_s,
                name=name,
                user="ana",
                tags=[KeyValue(*tag) for tag in rest.get("tags", {}).items()],
            )
            points = [
                Point(key, value, 1000, step)
                for key, values in metrics.items()
                for step, value in enumerate(values)
            ]
            params = [KeyValue(*param) for param in rest.get("params", {}).items()]
            log_batch(connection, series, run, points, params)
            ended = {"status": "succeeded", "ended_at": NOW - age_s + 60}
            if rest.get("end"):
                update_run(connection, run, **ended)  # type: ignore[arg-type]

        add(
            "good",
            100,
            {"auc": [0.5, 0.9], "loss": [3.0, 0.1, 0.2]},
            params={"lr": "0.1", "opt": "Adam", "note": 'a "b"\nc\\d é'},
            tags={"team": "red", "a b": "x"},
            end={"yes": ""},
        )
        add(
            "poor",
            3 * DAY,
            {"auc": [0.5], "loss": [math.nan], "loss.min": [7.0]},
            params={"lr": "0.5", "opt": "sgd"},
            tags={"team": "blue"},
        )
        add("wild", 10, {"auc": [math.inf], "loss": [-math.inf]}, params={"lr": "auto"})
        add("bare", 1, {})


def names(database: Database, text: str | None, *keys: str, page: int = 50) -> list[str]:
    with database.read() as connection:
        query = compose(connection.dialect, NOW, text=text, keys=keys, clauses=in_experiments([1]))
        numbers: list[int] = []
        token = None
        while True:
            found = find(connection, query, page, token)
            numbers += found.numbers
            token = found.token
            if token is None:
                break
        assert count(connection, query) == len(numbers)
        return [_name(connection, number) for number in numbers]


def _name(connection: Connection, number: int) -> str:
    row = connection.row("SELECT name FROM runs WHERE number = ?", (number,))
    assert row is not None
    return str(row[0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # MLflow's
        ("metrics.auc > 0.7", {"good", "wild"}),
        ("metrics.auc = 0.5 AND params.lr = '0.5'", {"poor"}),
        ("metrics.loss != 0.2", {"poor", "wild"}),
        ("params.lr = '0.1'", {"good"}),
        ("params.lr != '0.1'", {"poor", "wild"}),
        ("params.opt LIKE 'A%'", {"good"}),
        ("params.opt LIKE 'a%'", set()),
        ("params.opt ILIKE 'a%'", {"good"}),
        ("params.opt LIKE '_gd'", {"poor"}),
        ("params.opt IS NULL", {"wild", "bare"}),
        ("params.opt IS NOT NULL", {"good", "poor"}),
        ("tags.team = 'red'", {"good"}),
        ("tags.team != 'red'", {"poor"}),
        ("tags.`a b` = 'x'", {"good"}),
        ('tags."a b" = "x"', {"good"}),
        ("tags.team IS NULL", {"wild", "bare"}),
        ("attributes.status = 'FINISHED'", {"good"}),
        ("attributes.status != 'FINISHED'", {"poor", "wild", "bare"}),
        ("status IN ('FINISHED', 'KILLED')", {"good"}),
        ("attributes.run_name = 'poor'", {"poor"}),
        ("run_name LIKE '%o%'", {"good", "poor"}),
        ("attributes.user_id = 'ana'", {"good", "poor", "wild", "bare"}),
        ("attributes.start_time > 1699990000000", {"good", "wild", "bare"}),
        ("start_time > 0", {"good", "poor", "wild", "bare"}),
        ("attributes.end_time > 0", {"good"}),
        ("run_id NOT IN ('x')", {"good", "poor", "wild", "bare"}),
        ("datasets.name = 'x'", set()),
        ("dataset.context = 'train'", set()),
        # ours
        ("metrics.auc > 0.7 or params.lr = 0.50", {"good", "wild", "poor"}),
        ("not metrics.auc > 0.7", {"poor", "bare"}),
        ("not (tags.team = red or tags.team = blue)", {"wild", "bare"}),
        ("metrics.auc between 0.5 and 0.95", {"good", "poor"}),
        ("metrics.auc not between 0 and 0.7", {"good", "wild"}),
        ("metrics.auc in (0.9, 0.5)", {"good", "poor"}),
        ("metrics.auc not in (0.9, 0.5)", {"wild"}),
        ("metrics.loss not in (0.2)", {"poor", "wild"}),
        ("metrics.auc = inf", {"wild"}),
        ("metrics.loss = nan", {"poor"}),
        ("metrics.loss != nan", {"good", "wild"}),
        ("metrics.loss is null", {"bare"}),
        ("metrics.loss is not null", {"good", "poor", "wild"}),
        ("metrics.loss.max = 3", {"good"}),
        ("metrics.loss.min = 0.1", {"good"}),
        ("metrics.loss.min = 7", {"poor"}),
        ("metrics.`loss`.min = 7", set()),
        ("metrics.loss.mean between 1.0 and 1.2", {"good"}),
        ("metrics.loss.best = 0.1", {"good"}),
        ("metrics.auc.best > 0", set()),
        ("metrics.loss.count = 3", {"good"}),
        ("params.lr > 0.2", {"poor"}),
        ("params.lr < '0.2'", {"good"}),
        ("params.lr in (0.10, auto)", {"good", "wild"}),
        ("params.lr not in ('0.1', 'auto')", {"poor"}),
        ("params.opt ~ '^[As]'", {"good", "poor"}),
        ("params.opt rlike 'd.m$'", {"good"}),
        ("params.opt !~ 'd.m$'", {"poor"}),
        ("tags.team ~ '(?i)RED|GREEN'", {"good"}),
        ("""params.note = 'a "b"\nc\\d é'""", {"good"}),
        ("""params.note like '%"b"\nc\\d é'""", {"good"}),
        ("params.note like '%*%'", set()),
        ("status like 'succ%'", {"good"}),
        ("status not like 'FIN%'", {"poor", "wild", "bare"}),
        ("created > 1d", {"good", "wild", "bare"}),
        ("created < 2023-11-12", {"poor"}),
        ("created between 2023-11-01 and '2023-11-13T00:00'", {"poor"}),
        ("ended is null", {"poor", "wild", "bare"}),
        ("duration >= 1m", {"good"}),
        ("oom_killed = false and timed_out != true", {"good", "poor", "wild", "bare"}),
        ("exit_code = 0", set()),
        ("experiment = flights and experiment_id = 1", {"good", "poor", "wild", "bare"}),
        ("kind = logged", {"good", "poor", "wild", "bare"}),
    ],
)
def test_a_filter_chooses(database: Database, text: str, expected: set[str]) -> None:
    assert set(names(database, text)) == expected


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ((), ["bare", "wild", "good", "poor"]),
        (("metrics.loss",), ["wild", "good", "poor", "bare"]),
        (("metrics.loss ASC",), ["wild", "good", "poor", "bare"]),
        (("metrics.loss DESC",), ["good", "wild", "poor", "bare"]),
        (("-metrics.loss",), ["good", "wild", "poor", "bare"]),
        (("metrics.`loss`.best desc",), ["good", "wild", "poor", "bare"]),
        (("params.lr",), ["good", "poor", "wild", "bare"]),
        (("params.`lr` DESC",), ["poor", "good", "wild", "bare"]),
        (("tags.team", "attributes.start_time ASC"), ["poor", "good", "wild", "bare"]),
        (("run_name",), ["bare", "good", "poor", "wild"]),
        (("attribute.end_time DESC",), ["good", "bare", "wild", "poor"]),
        (("created",), ["poor", "good", "wild", "bare"]),
    ],
)
@pytest.mark.parametrize("page", [1, 2, 50])
def test_an_order_is_kept_over_pages(
    database: Database, keys: tuple[str, ...], expected: list[str], page: int
) -> None:
    assert names(database, None, *keys, page=page) == expected


@pytest.mark.parametrize("page", [1, 50])
def test_a_filter_on_what_is_sorted_by_changes_no_order(database: Database, page: int) -> None:
    assert names(database, "metrics.auc > 0", "metrics.auc DESC", page=page) == [
        "wild",
        "good",
        "poor",
    ]


def test_values_and_names_are_never_read_as_sql(database: Database) -> None:
    assert names(database, "tags.team = 'x'' OR 1=1 --'") == []
    assert names(database, "metrics.`a' OR 1=1 --` > 0") == []
    assert names(database, None, "metrics.`a' OR 1=1 --`")[0] == "bare"
    assert names(database, "params.opt ~ '%s ? %'") == []


def test_a_token_of_another_order_is_refused(database: Database) -> None:
    with database.read() as connection:
        by_time = compose(connection.dialect, NOW)
        token = find(connection, by_time, 1).token
        by_name = compose(connection.dialect, NOW, keys=["name"])
        with pytest.raises(UsageError, match="another order"):
            find(connection, by_name, 1, token)
        with pytest.raises(UsageError, match="none that was given out"):
            find(connection, by_time, 1, "no token")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("metrics.auc > high", "filter:15: expected a number, found 'high'"),
        ("metrics.auc > nan", "filter:15: expected a number, found 'nan'"),
        ("metrics.auc like 'a'", "filter:18: LIKE is for texts, and 'auc' is none"),
        ("step ~ '('", "filter:8: the regular expression '(': a `(` that is not closed"),
        ("oom_killed > true", "filter:1: 'oom_killed' takes `= true` or `= false`"),
        (
            "created > 2025-13-01",
            "filter:11: expected a date such as 2025-03-01, or an age such as 2d, found '2025-13-01'",  # noqa: E501
        ),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_names_the_position(
    database: Database, text: str, message: str
) -> None:
    with pytest.raises(UsageError) as caught:
        names(database, text)
    assert caught.value.message == message


def test_names_of_one_query_are_bounded(database: Database) -> None:
    with pytest.raises(UsageError, match="more than 50 different"):
        names(database, " or ".join(f"metrics.m{i} > 0" for i in range(51)))
