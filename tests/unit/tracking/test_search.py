from __future__ import annotations

import math
import time

import pytest

from modelcompose.errors import UsageError
from modelcompose.tracking.run import Code, Metric, Run
from modelcompose.tracking.runs import Runs
from tests.unit.tracking.making import FOLDER, a_run


def _metrics(**values: float) -> dict[str, Metric]:
    return {name: Metric(value, value, value) for name, value in values.items()}


@pytest.fixture
def recorded(runs: Runs) -> Runs:
    now = time.time()
    day = 86400.0
    for run in (
        a_run(
            "good",
            status="succeeded",
            created_at=now - 100,
            started_at=now - 100,
            ended_at=now - 90,
            params={"LR": "0.1", "name": "adam", "fast": True},
            metrics=_metrics(auc=0.9, loss=0.1),
            code=Code(branch="main"),
        ),
        a_run(
            "poor",
            status="succeeded",
            created_at=now - 3 * day,
            started_at=now - 3 * day,
            ended_at=now - 3 * day + 7200,
            params={"LR": 0.5, "name": "sgd", "fast": "false"},
            metrics=_metrics(auc=0.5, loss=math.nan),
        ),
        a_run("bad", status="failed", created_at=now - 2, exit_code=1, oom_killed=True),
        a_run("far", project="other", folder="/other", created_at=now - 1),
    ):
        runs.create(run)
    return runs


def _steps(runs: list[Run]) -> set[str]:
    return {run.step for run in runs}


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("step = good", {"good"}),
        ("step != good", {"poor", "bad", "far"}),
        ("status = succeeded and not step = poor", {"good"}),
        ("step = good or step = bad", {"good", "bad"}),
        ("project = other", {"far"}),
        ("branch = main", {"good"}),
        ("metrics.auc > 0.7", {"good"}),
        ("metrics.auc >= 0.5", {"good", "poor"}),
        ("not metrics.auc > 0.7", {"poor", "bad", "far"}),
        ("metrics.loss < 1", {"good"}),
        ("metrics.unknown < 1", set()),
        ("params.LR = 0.1", {"good"}),
        ("params.LR > 0.2", {"poor"}),
        ("params.LR = 0.50", {"poor"}),
        ("params.name = adam", {"good"}),
        ("params.name != adam", {"poor"}),
        ("params.name > b", {"poor"}),
        ("params.fast = true", {"good"}),
        ("params.fast = false", {"poor"}),
        ("params.LR = adam", set()),
        ("duration > 1h", {"poor"}),
        ("duration <= 10.5", {"good"}),
        ("created > 1d", {"good", "bad", "far"}),
        ("created < 2020-01-01", set()),
        ("created > 2020-01-01T10:00", {"good", "poor", "bad", "far"}),
        ("oom_killed = true", {"bad"}),
        ("oom_killed = no and exit_code = 1", set()),
        ("exit_code = 1", {"bad"}),
        ("", {"good", "poor", "bad", "far"}),
    ],
)
def test_a_filter_chooses(recorded: Runs, text: str, steps: set[str]) -> None:
    assert _steps(recorded.list(filter=text)) == steps


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("metrics.auc > high", "filter:15: expected a number, found 'high'"),
        ("duration > long", "filter:12: expected a duration such as 90s or 2h, found 'long'"),
        ("exit_code = x", "filter:13: expected a number, found 'x'"),
        ("oom_killed = 2", "filter:14: expected true or false, found '2'"),
    ],
)
def test_a_value_that_does_not_fit_names_the_position(runs: Runs, text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        runs.list(filter=text)
    assert caught.value.message == message


def test_values_are_never_read_as_sql(recorded: Runs) -> None:
    assert recorded.list(filter='step = "x\' OR 1 --"') == []
    assert recorded.list(filter='params."LR\' OR 1 --" = 1') == []
    assert len(recorded.list()) == 4


@pytest.mark.parametrize(
    ("sort", "steps"),
    [
        ("metrics.auc", ["poor", "good", "far", "bad"]),
        ("-metrics.auc", ["good", "poor", "far", "bad"]),
        ("-params.LR", ["poor", "good", "far", "bad"]),
        ("step", ["bad", "far", "good", "poor"]),
        ("-duration", ["poor", "good", "far", "bad"]),
        (None, ["far", "bad", "good", "poor"]),
    ],
)
def test_runs_are_sorted_those_without_the_value_last(
    recorded: Runs, sort: str | None, steps: list[str]
) -> None:
    assert [run.step for run in recorded.list(sort=sort)] == steps


def test_an_unknown_sort_key_is_an_error(runs: Runs) -> None:
    with pytest.raises(UsageError, match="sort:1: a run has no field 'sped'"):
        runs.list(sort="sped")


def test_a_list_is_limited_and_kept_to_a_project(recorded: Runs) -> None:
    assert [run.step for run in recorded.list(limit=1)] == ["far"]
    assert _steps(recorded.list(folder=FOLDER)) == {"good", "poor", "bad"}
    assert _steps(recorded.list(project="other")) == {"far"}
    assert recorded.list(limit=0) == []


def test_fields_that_are_not_asked_for_are_not_read(recorded: Runs) -> None:
    (run,) = recorded.list(filter="step = good", columns=["metrics"])
    assert run.metrics.keys() == {"auc", "loss"}
    assert run.params == {}
    assert run.parts == {}
