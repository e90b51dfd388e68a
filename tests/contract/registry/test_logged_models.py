"""Logged models and what goes into runs and comes out of them, over both databases."""

from __future__ import annotations

import math

import pytest

from modelcompose.database.database import Connection
from modelcompose.errors import NotFound, UsageError
from modelcompose.registry.datasets import (
    Dataset,
    DatasetInput,
    DatasetSummary,
    ModelLink,
    dataset_summaries,
    log_inputs,
    log_outputs,
)
from modelcompose.registry.logged_models import (
    LoggedModel,
    add_logged_params,
    create_logged_model,
    delete_logged_model,
    delete_logged_tag,
    finish_logged_model,
    log_on_models,
    logged_model,
    note_version,
    set_logged_tags,
)
from modelcompose.registry.logged_search import DatasetChoice, Order, search_logged_models
from modelcompose.tracking.experiments import find_experiment
from modelcompose.tracking.logged_runs import create_run
from modelcompose.tracking.logging import Point

BEST_FIRST = Order("metrics.auc", ascending=False)


def a_model(connection: Connection, name: str = "m", now: float = 1.0) -> LoggedModel:
    experiment = find_experiment(connection, "0")
    return create_logged_model(connection, experiment, now, name=name, params={"depth": name})


def a_run(connection: Connection) -> str:
    return create_run(connection, find_experiment(connection, "0"), 1.0)


def found(
    connection: Connection,
    text: str = "",
    *order: Order,
    datasets: tuple[DatasetChoice, ...] = (),
) -> list[str]:
    page = search_logged_models(
        connection, ["0"], text, order, datasets=datasets, size=100, token=None, now=0.0
    )
    return [model.name for model in page.items]


def test_a_model_is_begun_filled_and_finished(connection: Connection) -> None:
    model = a_model(connection)
    assert model.status == "LOGGED_MODEL_PENDING"
    assert model.artifacts == f"mlflow-artifacts:/0/models/{model.id}/artifacts"
    add_logged_params(connection, model.number, {"depth": "other", "lr": "1"})
    set_logged_tags(connection, model, {"a": "1", "b": "2"}, 2.0)
    delete_logged_tag(connection, logged_model(connection, model.id), "a")
    done = finish_logged_model(connection, model, "LOGGED_MODEL_READY", 3.0)
    assert (done.status, done.updated_at) == ("LOGGED_MODEL_READY", 3.0)
    assert (done.params, done.tags) == ({"depth": "m", "lr": "1"}, {"b": "2"})
    with pytest.raises(UsageError):
        finish_logged_model(connection, model, "DONE", 4.0)
    with pytest.raises(NotFound):
        delete_logged_tag(connection, done, "a")


def test_a_deleted_model_is_found_only_by_who_asks_for_it(connection: Connection) -> None:
    model = a_model(connection)
    delete_logged_model(connection, model, 2.0)
    with pytest.raises(NotFound):
        logged_model(connection, model.id)
    assert logged_model(connection, model.id, also_deleted=True).id == model.id
    assert found(connection) == []


def test_a_version_is_noted_once(connection: Connection) -> None:
    model = a_model(connection)
    for _ in range(2):
        note_version(connection, model.id, "delay", 1)
    assert logged_model(connection, model.id).tags == {
        "mlflow.modelVersions": '[{"name": "delay", "version": "1"}]'
    }


def test_the_latest_value_of_a_metric_counts_whatever_the_order_of_arrival(
    connection: Connection,
) -> None:
    model, run = a_model(connection), a_run(connection)
    log_on_models(connection, run, [Point("auc", 0.3, 3000, 3, model.id)])
    log_on_models(
        connection,
        run,
        [
            Point("auc", 0.1, 1000, 1, model.id),
            Point("auc", 0.2, 2000, 2, model.id),
            Point("auc", math.nan, 1000, 1, model.id, "held-out", "d1"),
            Point("other", 1.0, 1000, 1),
        ],
    )
    metrics = {m.dataset_name: m for m in logged_model(connection, model.id).metrics}
    assert (metrics[""].value, metrics[""].step, metrics[""].time) == (0.3, 3, 3.0)
    assert math.isnan(metrics["held-out"].value)
    with pytest.raises(NotFound):
        log_on_models(connection, run, [Point("auc", 0.1, 1, 1, "m-0")])


def test_models_are_chosen_and_sorted_by_their_metrics(connection: Connection) -> None:
    run = a_run(connection)
    for number, name in enumerate("abc"):
        model = a_model(connection, name, float(number))
        points = [
            Point("auc", number / 10, 1000, 1, model.id),
            Point("auc", 1 - number / 10, 2000, 1, model.id, "it's", "d"),
        ]
        log_on_models(connection, run, points[: 2 if name != "c" else 1])
    assert found(connection) == ["c", "b", "a"]
    assert found(connection, "", BEST_FIRST) == ["a", "b", "c"]
    assert found(connection, "metrics.auc < 0.5") == ["c"]
    assert found(connection, "params.depth = 'b' or name = 'a'") == ["b", "a"]
    assert found(connection, "status = 'PENDING' and creation_timestamp >= 1000") == ["c", "b"]
    its = (DatasetChoice("it's"),)
    assert found(connection, "metrics.auc > 0.95", datasets=its) == ["a"]
    assert found(connection, "", BEST_FIRST, datasets=its) == ["a", "b"]
    assert found(connection, "", datasets=(DatasetChoice("it's", "x"),)) == []
    assert found(connection, "", Order("metrics.auc", dataset_name="it's")) == ["b", "a", "c"]


def test_what_went_into_a_run_is_kept_once(connection: Connection) -> None:
    run, other = a_run(connection), a_run(connection)
    given = DatasetInput(
        Dataset("flights", "d1", "local", "{}", profile="{}"), {"mlflow.data.context": "train"}
    )
    for each in (run, run, other):
        log_inputs(connection, each, [given, given], ["m-1"])
    assert connection.row("SELECT count(*) FROM datasets") == (1,)
    assert connection.row("SELECT count(*) FROM run_datasets") == (2,)
    assert dataset_summaries(connection, [0]) == [DatasetSummary(0, "flights", "d1", "train")]
    assert dataset_summaries(connection, [7]) == []


def test_what_came_out_of_a_run_must_be_a_model(connection: Connection) -> None:
    run, model = a_run(connection), a_model(connection)
    log_outputs(connection, run, [ModelLink(model.id, 3)])
    assert connection.rows("SELECT role, logged_model, step FROM run_models") == [
        ("output", model.id, 3)
    ]
    with pytest.raises(NotFound):
        log_outputs(connection, run, [ModelLink("m-0")])


def test_a_dataset_out_of_bounds_is_refused(connection: Connection) -> None:
    with pytest.raises(UsageError, match="'digest' exceeds the maximum length of 36"):
        log_inputs(
            connection, a_run(connection), [DatasetInput(Dataset("a", "d" * 37, "local", "{}"))]
        )
