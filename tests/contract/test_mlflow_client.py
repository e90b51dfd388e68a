"""MLflow's own client, unmodified, against the hub: what it is promised holds."""

from __future__ import annotations

import math
import os
import uuid
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests import hub_server, postgres

# MLflow and what it imports warn of each other.
pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(300)]

_CLIENT_VARIABLES = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    "MLFLOW_ENABLE_ASYNC_LOGGING": "false",
    "GIT_PYTHON_REFRESH": "quiet",
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def address(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Give the address of a hub, over each database in turn."""
    database = None
    if request.param == "postgresql":
        socket = request.getfixturevalue("postgres_server")
        database = postgres.new_database(socket, f"hub_{uuid.uuid4().hex[:12]}")
    with hub_server.running(tmp_path_factory.mktemp("home"), database) as hub:
        yield hub.address
        assert hub.process.poll() is None
        # A traceback there would be a bug that was answered with "internal error".
        assert "Traceback" not in hub.errors.read_text()


@pytest.fixture
def mlflow(address: str) -> Iterator[ModuleType]:
    """Give the module `mlflow`, with an experiment of the test's own chosen."""
    os.environ.update(_CLIENT_VARIABLES)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mlflow

    mlflow.set_tracking_uri(address)
    mlflow.set_registry_uri(address)
    mlflow.set_experiment(f"test-{uuid.uuid4().hex}")
    yield mlflow
    while mlflow.active_run():
        mlflow.end_run()


@pytest.fixture
def client(mlflow: ModuleType) -> Any:
    return mlflow.MlflowClient()


@pytest.fixture
def run_id(mlflow: ModuleType, client: Any) -> str:
    experiment = mlflow.set_experiment(f"test-{uuid.uuid4().hex}")
    created: str = client.create_run(experiment.experiment_id).info.run_id
    return created


@pytest.fixture
def error(mlflow: ModuleType) -> type[Exception]:
    found: type[Exception] = mlflow.exceptions.MlflowException
    return found


def test_the_fluent_api_records_a_run(mlflow: ModuleType, client: Any) -> None:
    with mlflow.start_run(run_name="first", tags={"a": "b"}, description="why") as run:
        mlflow.log_param("depth", 6)
        mlflow.log_params({"rate": 0.1, "kind": "tree"})
        mlflow.log_metric("loss", 0.5, step=1)
        mlflow.log_metrics({"loss": 0.25, "auc": 0.75}, step=2)
        mlflow.set_tags({"c": "d"})

    found = client.get_run(run.info.run_id)
    assert found.info.status == "FINISHED"
    assert found.info.run_name == "first"
    assert found.info.end_time >= found.info.start_time > 0
    assert found.info.lifecycle_stage == "active"
    assert found.data.params == {"depth": "6", "rate": "0.1", "kind": "tree"}
    assert found.data.metrics == {"loss": 0.25, "auc": 0.75}
    assert found.data.tags["a"] == "b"
    assert found.data.tags["c"] == "d"
    assert found.data.tags["mlflow.note.content"] == "why"
    assert found.data.tags["mlflow.runName"] == "first"


def test_a_run_that_raises_has_failed(mlflow: ModuleType, client: Any) -> None:
    with pytest.raises(ZeroDivisionError), mlflow.start_run() as run:
        _ = 1 / 0
    assert client.get_run(run.info.run_id).info.status == "FAILED"


def test_a_nested_run_knows_its_parent(mlflow: ModuleType, client: Any) -> None:
    with mlflow.start_run() as parent, mlflow.start_run(nested=True) as child:
        mlflow.log_metric("loss", 1.0)

    assert mlflow.get_parent_run(child.info.run_id).info.run_id == parent.info.run_id
    found = mlflow.search_runs(
        filter_string=f"tags.mlflow.parentRunId = '{parent.info.run_id}'", output_format="list"
    )
    assert [run.info.run_id for run in found] == [child.info.run_id]


def test_a_run_can_be_gone_on_with(mlflow: ModuleType, client: Any) -> None:
    with mlflow.start_run() as run:
        mlflow.log_metric("loss", 1.0, step=1)
    with mlflow.start_run(run_id=run.info.run_id):
        assert client.get_run(run.info.run_id).info.status == "RUNNING"
        mlflow.log_metric("loss", 2.0, step=2)
    assert client.get_run(run.info.run_id).data.metrics == {"loss": 2.0}


def test_asynchronous_logging_arrives_whole(mlflow: ModuleType, client: Any) -> None:
    with mlflow.start_run() as run:
        for step in range(300):
            mlflow.log_metric("loss", step / 7, step=step, synchronous=False)
        mlflow.log_params({f"p{i}": i for i in range(50)}, synchronous=False)
        mlflow.flush_async_logging()
    history = client.get_metric_history(run.info.run_id, "loss")
    assert {point.step: point.value for point in history} == {i: i / 7 for i in range(300)}
    assert len(client.get_run(run.info.run_id).data.params) == 50


def test_an_experiment_has_what_it_was_given(client: Any) -> None:
    name = f"größe-{uuid.uuid4().hex}"
    number = client.create_experiment(name, tags={"team": "a"})
    client.set_experiment_tag(number, "goal", "b")
    client.set_experiment_tag(number, "team", "c")

    found = client.get_experiment_by_name(name)
    assert found.experiment_id == number
    assert found.name == name
    assert found.tags == {"team": "c", "goal": "b"}
    assert found.artifact_location == f"mlflow-artifacts:/{number}"
    assert found.lifecycle_stage == "active"
    assert dict(client.get_experiment(number)) == dict(found)
    client.delete_experiment_tag(number, "goal")
    assert client.get_experiment(number).tags == {"team": "c"}


def test_an_experiment_keeps_the_place_of_artifacts_that_it_was_given(client: Any) -> None:
    number = client.create_experiment(uuid.uuid4().hex, artifact_location="s3://bucket/place/")
    run = client.create_run(number)
    assert client.get_experiment(number).artifact_location == "s3://bucket/place"
    assert run.info.artifact_uri == f"s3://bucket/place/{run.info.run_id}/artifacts"


def test_an_experiment_is_renamed_deleted_and_restored(client: Any, error: Any) -> None:
    name, new_name = uuid.uuid4().hex, uuid.uuid4().hex
    number = client.create_experiment(name)
    run = client.create_run(number)
    client.rename_experiment(number, new_name)
    client.delete_experiment(number)

    assert client.get_experiment(number).lifecycle_stage == "deleted"
    assert client.get_run(run.info.run_id).info.lifecycle_stage == "deleted"
    assert new_name not in {one.name for one in client.search_experiments()}
    with pytest.raises(error, match="must be in the 'active' state") as caught:
        client.create_run(number)
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"
    with pytest.raises(error, match="No Experiment with id=") as caught:
        client.delete_experiment(number)
    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"
    with pytest.raises(error, match="Cannot rename a non-active experiment") as caught:
        client.rename_experiment(number, name)
    assert caught.value.error_code == "INVALID_STATE"
    with pytest.raises(error, match="already exists"):
        client.create_experiment(new_name)

    client.restore_experiment(number)
    assert client.get_experiment(number).name == new_name
    assert client.get_run(run.info.run_id).info.lifecycle_stage == "active"


def test_what_is_not_there_is_an_error_of_its_own(client: Any, error: Any) -> None:
    assert client.get_experiment_by_name("nothing") is None
    calls: list[Callable[[], Any]] = [
        lambda: client.get_experiment("123456789"),
        lambda: client.get_experiment("99999999999999999999"),
        lambda: client.get_run("0" * 32),
        lambda: client.log_metric("0" * 32, "loss", 1.0),
        lambda: client.set_tag("0" * 32, "a", "b"),
        lambda: client.delete_run("0" * 32),
    ]
    for wanted in calls:
        with pytest.raises(error) as caught:
            wanted()
        assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"


def test_a_name_that_is_taken_is_refused(client: Any, error: Any) -> None:
    name = uuid.uuid4().hex
    client.create_experiment(name)
    with pytest.raises(error, match="already exists") as caught:
        client.create_experiment(name)
    assert caught.value.error_code == "RESOURCE_ALREADY_EXISTS"


def test_experiments_are_searched_for_and_paged_through(client: Any) -> None:
    prefix = uuid.uuid4().hex
    numbers = [
        client.create_experiment(f"{prefix}-{i}", tags={"parity": str(i % 2)}) for i in range(5)
    ]
    client.delete_experiment(numbers[4])

    found = client.search_experiments(filter_string=f"name LIKE '{prefix}%'")
    assert [one.experiment_id for one in found] == numbers[3::-1]
    found = client.search_experiments(
        filter_string=f"name ILIKE '{prefix.upper()}%' AND tags.parity = '1'", order_by=["name ASC"]
    )
    assert [one.experiment_id for one in found] == [numbers[1], numbers[3]]
    for view, expected in ((2, numbers[4:]), (3, numbers)):
        found = client.search_experiments(
            view_type=view, filter_string=f"name LIKE '{prefix}%'", order_by=["name"]
        )
        assert [one.experiment_id for one in found] == expected
    first = client.search_experiments(
        max_results=3, filter_string=f"name LIKE '{prefix}%'", order_by=["name"]
    )
    rest = client.search_experiments(
        max_results=3,
        filter_string=f"name LIKE '{prefix}%'",
        order_by=["name"],
        page_token=first.token,
    )
    assert [one.experiment_id for one in (*first, *rest)] == numbers[:4]
    assert not rest.token


def test_a_run_goes_to_the_trash_and_comes_back(client: Any, run_id: str, error: Any) -> None:
    client.delete_run(run_id)
    assert client.get_run(run_id).info.lifecycle_stage == "deleted"
    calls: list[Callable[[], Any]] = [
        lambda: client.log_metric(run_id, "loss", 1.0),
        lambda: client.log_param(run_id, "a", 1),
        lambda: client.set_tag(run_id, "a", "b"),
        lambda: client.update_run(run_id, "FINISHED"),
    ]
    for wanted in calls:
        with pytest.raises(error, match="must be in the 'active' state") as caught:
            wanted()
        assert caught.value.error_code == "INVALID_PARAMETER_VALUE"
    client.restore_run(run_id)
    client.log_metric(run_id, "loss", 1.0)
    assert client.get_run(run_id).info.lifecycle_stage == "active"


def test_a_run_is_renamed_by_its_tag_and_by_its_field(client: Any, run_id: str) -> None:
    client.set_tag(run_id, "mlflow.runName", "by tag")
    assert client.get_run(run_id).info.run_name == "by tag"
    client.update_run(run_id, status="SCHEDULED", name="by field")
    found = client.get_run(run_id)
    assert found.info.run_name == found.data.tags["mlflow.runName"] == "by field"
    assert found.info.status == "SCHEDULED"


@pytest.mark.parametrize("status", ["FINISHED", "FAILED", "KILLED"])
def test_a_run_ends_as_it_is_told(client: Any, run_id: str, status: str) -> None:
    client.set_terminated(run_id, status, end_time=1_700_000_000_123)
    info = client.get_run(run_id).info
    assert (info.status, info.end_time) == (status, 1_700_000_000_123)


@pytest.mark.parametrize("value", [math.inf, -math.inf, 1e308, -1e-308, 0.1, 3])
def test_a_value_comes_back_as_it_was(client: Any, run_id: str, value: float) -> None:
    client.log_metric(run_id, "loss", value)
    assert client.get_run(run_id).data.metrics == {"loss": value}
    assert [point.value for point in client.get_metric_history(run_id, "loss")] == [value]


def test_nan_is_a_value(client: Any, run_id: str) -> None:
    client.log_metric(run_id, "loss", math.nan, step=1)
    assert math.isnan(client.get_run(run_id).data.metrics["loss"])
    (point,) = client.get_metric_history(run_id, "loss")
    assert math.isnan(point.value)


def test_the_latest_value_is_the_one_of_the_highest_step(client: Any, run_id: str) -> None:
    for step, value in ((3, 0.3), (1, 0.1), (2, 0.2)):
        client.log_metric(run_id, "loss", value, step=step)
    client.log_metric(run_id, "negative", 1.0, step=-5)
    assert client.get_run(run_id).data.metrics == {"loss": 0.3, "negative": 1.0}


def test_history_has_every_point_in_the_order_of_time(
    mlflow: ModuleType, client: Any, run_id: str
) -> None:
    points = [(1.5, 2000, 7), (0.5, 1000, 9), (1.0, 2000, 3), (0.25, 2000, 3)]
    client.log_batch(run_id, [mlflow.entities.Metric("loss", *point) for point in points])
    history = client.get_metric_history(run_id, "loss")
    assert [(one.value, one.timestamp, one.step) for one in history] == [
        (0.5, 1000, 9),
        (0.25, 2000, 3),
        (1.0, 2000, 3),
        (1.5, 2000, 7),
    ]
    assert client.get_metric_history(run_id, "nothing") == []


def test_a_long_history_comes_page_by_page(mlflow: ModuleType, client: Any, run_id: str) -> None:
    count = 2500
    for start in range(0, count, 1000):
        client.log_batch(
            run_id,
            [
                mlflow.entities.Metric("loss", i / 3, 1_700_000_000_000 + i, i)
                for i in range(start, min(start + 1000, count))
            ],
        )
    history = client.get_metric_history(run_id, "loss")
    assert [point.step for point in history] == list(range(count))
    store = client._tracking_client.store  # noqa: SLF001 - what asks for pages is below it
    page = store.get_metric_history(run_id, "loss", max_results=1000)
    assert len(page) == 1000
    steps = [point.step for point in page]
    while page.token:
        page = store.get_metric_history(run_id, "loss", max_results=1000, page_token=page.token)
        steps += [point.step for point in page]
    assert steps == list(range(count))


def test_a_point_that_is_sent_twice_is_kept_once(
    mlflow: ModuleType, client: Any, run_id: str
) -> None:
    point = mlflow.entities.Metric("loss", 1.0, 1000, 1)
    client.log_batch(run_id, [point, point])
    client.log_batch(run_id, [point])
    assert len(client.get_metric_history(run_id, "loss")) == 1


def test_a_parameter_never_changes(
    mlflow: ModuleType, client: Any, run_id: str, error: Any
) -> None:
    client.log_param(run_id, "depth", 6)
    client.log_param(run_id, "depth", 6)
    with pytest.raises(error, match="Changing param values is not allowed") as caught:
        client.log_param(run_id, "depth", 7)
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"
    with pytest.raises(error, match="Changing param values is not allowed"):
        client.log_batch(
            run_id,
            metrics=[mlflow.entities.Metric("loss", 1.0, 1, 1)],
            params=[mlflow.entities.Param("depth", "8"), mlflow.entities.Param("new", "1")],
        )
    found = client.get_run(run_id).data
    assert found.params == {"depth": "6"}
    assert found.metrics == {}, "a batch is taken whole or not at all"


def test_values_of_any_sign_are_kept(client: Any, run_id: str) -> None:
    text = 'größe "quoted" back\\slash\nline\t🚀 \'%?_ {}'
    client.log_param(run_id, "text", text)
    client.log_param(run_id, "empty", "")
    client.set_tag(run_id, "text", text)
    found = client.get_run(run_id).data
    assert found.params == {"text": text, "empty": ""}
    assert found.tags["text"] == text


def test_a_tag_is_removed(client: Any, run_id: str, error: Any) -> None:
    client.set_tag(run_id, "a", "b")
    client.delete_tag(run_id, "a")
    assert "a" not in client.get_run(run_id).data.tags
    with pytest.raises(error, match="No tag with name: a") as caught:
        client.delete_tag(run_id, "a")
    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"


@pytest.mark.parametrize(
    ("what", "count", "message"),
    [
        ("metrics", 1001, "at most 1000 metrics. Got 1001"),
        ("params", 101, "at most 100 params. Got 101"),
        ("tags", 101, "at most 100 tags. Got 101"),
    ],
)
def test_a_batch_has_limits(  # noqa: PLR0917
    mlflow: ModuleType, run_id: str, address: str, what: str, count: int, message: str
) -> None:
    items: dict[str, list[dict[str, Any]]] = {
        "metrics": [{"key": f"k{i}", "value": 1.0, "timestamp": 1} for i in range(count)],
        "params": [{"key": f"k{i}", "value": "1"} for i in range(count)],
        "tags": [{"key": f"k{i}", "value": "1"} for i in range(count)],
    }
    answer = post(mlflow, address, "runs/log-batch", {"run_id": run_id, what: items[what]})
    assert answer.status_code == 400
    assert message in answer.json()["message"]
    assert answer.json()["error_code"] == "INVALID_PARAMETER_VALUE"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"metrics": [{"key": "a", "value": 1}]}, "parameter 'metrics[0].timestamp'"),
        (
            {"metrics": [{"key": "a", "value": 1, "timestamp": 1}, {"value": 1, "timestamp": 1}]},
            "parameter 'metrics[1].key'",
        ),
        ({"params": [{"value": "x"}]}, "parameter 'params[0].key'"),
        ({"tags": [{"key": None}]}, "parameter 'tags[0].key'"),
        (
            {"metrics": [{"key": "a", "value": 1, "timestamp": -1}]},
            "Timestamp must be a nonnegative long",
        ),
        (
            {"params": [{"key": "a", "value": "1"}, {"key": "a", "value": "1"}]},
            "Duplicate parameter keys have been submitted: ['a']",
        ),
        ({"tags": [{"key": "k" * 251, "value": "x"}]}, "maximum length of 250"),
        ({"metrics": [{"key": "k" * 251, "value": 1, "timestamp": 1}]}, "length of 250"),
        ({"params": [{"key": "a/../b", "value": "x"}]}, "This name would resolve to 'b'"),
        ({"params": [{"key": "a$b", "value": "x"}]}, "Names may only contain alphanumerics"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_batch_is_refused_in_mlflows_words(
    mlflow: ModuleType, run_id: str, address: str, body: dict[str, Any], message: str
) -> None:
    answer = post(mlflow, address, "runs/log-batch", {"run_id": run_id, **body})
    assert answer.status_code == 400
    assert answer.json()["error_code"] == "INVALID_PARAMETER_VALUE"
    assert message in answer.json()["message"]


def test_what_is_too_long_is_cut_as_mlflow_does(
    mlflow: ModuleType, client: Any, run_id: str
) -> None:
    long = "x" * 1_000_001
    client.log_param(run_id, "one", long)
    client.log_param(run_id, "one", long)
    client.set_tag(run_id, "one", long)
    param, tag = mlflow.entities.Param("two", long), mlflow.entities.RunTag("two", long)
    client.log_batch(run_id, params=[param], tags=[tag])
    data = client.get_run(run_id).data
    assert {name: len(value) for name, value in data.params.items()} == {"one": 6000, "two": 6000}
    assert [len(data.tags[name]) for name in ("one", "two")] == [8000, 8000]


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("runs/log-metric", {"key": "a", "value": 1, "timestamp": 1}, "INVALID_PARAMETER_VALUE"),
        ("runs/log-metric", {"run_id": "x", "key": "a"}, "INVALID_PARAMETER_VALUE"),
        ("runs/search", {"max_results": 50_001}, "INVALID_PARAMETER_VALUE"),
        ("runs/search", {"max_results": 0}, "INVALID_PARAMETER_VALUE"),
        ("runs/search", {"experiment_ids": ["a"]}, "INVALID_PARAMETER_VALUE"),
        ("runs/search", {"experiment_ids": "0"}, "INVALID_PARAMETER_VALUE"),
        ("runs/search", {"filter": "nonsense ="}, "INVALID_PARAMETER_VALUE"),
        ("runs/update", {"run_id": "x", "status": "DONE"}, "INVALID_PARAMETER_VALUE"),
        ("experiments/create", {}, "INVALID_PARAMETER_VALUE"),
        ("experiments/create", {"name": "x" * 501}, "INVALID_PARAMETER_VALUE"),
        ("experiments/create", {"name": 5}, "INVALID_PARAMETER_VALUE"),
        ("experiments/get", None, "INVALID_PARAMETER_VALUE"),
        ("runs/create", {"start_time": 10**400}, "INVALID_PARAMETER_VALUE"),
        ("runs/search", {"max_results": 2**70}, "INVALID_PARAMETER_VALUE"),
        ("runs/search", {"experiment_ids": ["0"], "page_token": "x"}, "INVALID_PARAMETER_VALUE"),
        (
            "runs/log-metric",
            {"run_id": "x", "key": "a", "value": 1, "timestamp": 2**64},
            "INVALID_PARAMETER_VALUE",
        ),
    ],
)
def test_a_wrong_request_is_refused(
    mlflow: ModuleType, address: str, path: str, body: dict[str, Any] | None, code: str
) -> None:
    answer = get(mlflow, address, path) if body is None else post(mlflow, address, path, body)
    assert answer.status_code == 400
    assert answer.json()["error_code"] == code


def test_numbers_may_come_as_text_as_protocol_buffers_have_them(
    mlflow: ModuleType, client: Any, address: str, run_id: str
) -> None:
    point = {"key": "loss", "value": "-Infinity", "timestamp": "1700000000000", "step": "3"}
    answer = post(mlflow, address, "runs/log-batch", {"run_id": run_id, "metrics": [point]})
    assert answer.status_code == 200
    (found,) = client.get_metric_history(run_id, "loss")
    assert (found.value, found.timestamp, found.step) == (-math.inf, 1_700_000_000_000, 3)


def test_runs_are_filtered_and_ordered(mlflow: ModuleType, client: Any) -> None:
    made = {}
    for depth in range(6):
        with mlflow.start_run(run_name=f"run {depth}") as run:
            mlflow.log_param("depth", depth)
            mlflow.log_metric("auc", depth / 10)
            mlflow.set_tag("parity", "even" if depth % 2 == 0 else "odd")
        made[depth] = run.info.run_id

    def depths(text: str, **more: Any) -> list[int]:
        found = mlflow.search_runs(filter_string=text, output_format="list", **more)
        return [int(run.data.params["depth"]) for run in found]

    assert depths("") == [5, 4, 3, 2, 1, 0]
    assert depths("metrics.auc > 0.25", order_by=["metrics.auc ASC"]) == [3, 4, 5]
    assert depths("params.depth = '2'") == [2]
    assert depths("tags.parity = 'odd' and metrics.auc <= 0.3") == [3, 1]
    assert depths("attributes.status = 'FINISHED'", max_results=2) == [5, 4]
    assert depths("attributes.run_name LIKE 'run %'", order_by=["params.depth DESC"]) == [
        5,
        4,
        3,
        2,
        1,
        0,
    ]
    assert depths(f"attributes.run_id IN ('{made[1]}', '{made[4]}')") == [4, 1]
    assert depths("metrics.auc > 0.45 OR NOT (params.depth != '0')") == [5, 0]

    table = mlflow.search_runs(order_by=["metrics.auc DESC"])
    assert list(table["params.depth"]) == ["5", "4", "3", "2", "1", "0"]
    client.delete_run(made[0])
    assert depths("") == [5, 4, 3, 2, 1]
    assert depths("", run_view_type=2) == [0]
    assert depths("", run_view_type=3) == [5, 4, 3, 2, 1, 0]


def test_a_search_goes_on_where_the_page_before_ended(mlflow: ModuleType, client: Any) -> None:
    experiment = mlflow.set_experiment(f"test-{uuid.uuid4().hex}").experiment_id
    made = [client.create_run(experiment, start_time=1000).info.run_id for _ in range(7)]
    found: list[str] = []
    token = None
    while True:
        page = client.search_runs([experiment], max_results=3, page_token=token)
        found += [run.info.run_id for run in page]
        token = page.token
        if not token:
            break
    assert sorted(found) == sorted(made)


def test_files_and_texts_are_kept_with_the_run(
    mlflow: ModuleType, client: Any, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "data.bin").write_bytes(bytes(range(256)) * 10_000)
    with mlflow.start_run() as run:
        mlflow.log_text("hello", "texts/a.txt")
        mlflow.log_dict({"a": 1}, "b.json")
        mlflow.log_artifacts(str(tmp_path / "folder"), "files")

    listed = {entry.path for entry in client.list_artifacts(run.info.run_id)}
    assert listed == {"texts", "b.json", "files"}
    assert mlflow.artifacts.load_text(f"{run.info.artifact_uri}/texts/a.txt") == "hello"
    assert mlflow.artifacts.load_dict(f"runs:/{run.info.run_id}/b.json") == {"a": 1}
    local = mlflow.artifacts.download_artifacts(f"runs:/{run.info.run_id}/files/data.bin")
    assert Path(local).read_bytes() == bytes(range(256)) * 10_000


def test_tables_and_images_are_kept_with_the_run(mlflow: ModuleType) -> None:
    import numpy as np

    with mlflow.start_run() as run:
        mlflow.log_table({"a": [1, 2], "b": ["x", "y"]}, "table.json")
        mlflow.log_image(np.zeros((4, 4, 3), dtype=np.uint8), key="dog", step=1)
        mlflow.log_image(np.zeros((4, 4, 3), dtype=np.uint8), "image.png")
    table = mlflow.load_table("table.json", run_ids=[run.info.run_id])
    assert list(table["b"]) == ["x", "y"]


def test_a_dataset_is_an_input_of_its_run(mlflow: ModuleType, client: Any) -> None:
    import pandas as pd

    data = mlflow.data.from_pandas(pd.DataFrame({"a": [1, 2, 3]}), name="numbers")
    with mlflow.start_run() as run:
        mlflow.log_input(data, context="training")
    (found,) = client.get_run(run.info.run_id).inputs.dataset_inputs
    assert found.dataset.name == "numbers"
    assert found.dataset.digest == data.digest
    assert [(tag.key, tag.value) for tag in found.tags] == [("mlflow.data.context", "training")]


def test_autolog_of_scikit_learn_needs_no_change(mlflow: ModuleType, client: Any) -> None:
    from sklearn.linear_model import LogisticRegression

    mlflow.sklearn.autolog(log_input_examples=False)
    try:
        with mlflow.start_run() as run:
            LogisticRegression(C=0.5).fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1])
    finally:
        mlflow.sklearn.autolog(disable=True)
    found = client.get_run(run.info.run_id)
    assert found.data.params["C"] == "0.5"
    assert found.data.metrics["training_accuracy_score"] == 1.0
    assert found.outputs.model_outputs
    model = mlflow.sklearn.load_model(f"models:/{found.outputs.model_outputs[0].model_id}")
    assert list(model.predict([[0.0], [3.0]])) == [0, 1]


def test_many_runs_history_is_given_at_once(mlflow: ModuleType, address: str, client: Any) -> None:
    experiment = mlflow.set_experiment(f"test-{uuid.uuid4().hex}").experiment_id
    ids = [client.create_run(experiment).info.run_id for _ in range(2)]
    for run in ids:
        client.log_batch(
            run, [mlflow.entities.Metric("loss", i / 2, 1000 + i, i) for i in range(1000)]
        )
    bulk = get(mlflow, address, "metrics/get-history-bulk", run_id=ids, metric_key="loss")
    assert [(one["run_id"], one["step"]) for one in bulk.json()["metrics"]] == [
        (run, step) for run in sorted(ids) for step in range(1000)
    ]
    sampled = get(
        mlflow,
        address,
        "metrics/get-history-bulk-interval",
        run_ids=ids,
        metric_key="loss",
        max_results=10,
        start_step=100,
        end_step=500,
    ).json()["metrics"]
    for run in ids:
        steps = [one["step"] for one in sampled if one["run_id"] == run]
        assert len(steps) <= 12
        assert steps[0] == 100
        assert steps[-1] == 500
        assert steps == sorted(steps)


def test_the_server_says_what_it_is(mlflow: ModuleType, address: str) -> None:
    assert raw_get(mlflow, f"{address}/health").text == "OK"
    version = raw_get(mlflow, f"{address}/version").text
    assert version.split(".")[0] == mlflow.__version__.split(".")[0]
    info = raw_get(mlflow, f"{address}/api/3.0/mlflow/server-info").json()
    assert info["store_type"] == "SqlStore"
    assert info["workspaces_enabled"] is False


def test_traces_are_refused_clearly(mlflow: ModuleType, address: str, error: Any) -> None:
    with pytest.raises(error, match="Tracing is not supported") as caught:
        mlflow.search_traces(locations=["0"])
    assert caught.value.error_code == "NOT_IMPLEMENTED"


def test_every_prefix_leads_to_the_same(mlflow: ModuleType, address: str) -> None:
    for prefix in ("/api/2.0", "/ajax-api/2.0"):
        answer = raw_get(mlflow, f"{address}{prefix}/mlflow/experiments/get?experiment_id=0")
        assert answer.json()["experiment"]["name"] == "Default"


def raw_get(mlflow: ModuleType, url: str, **parameters: Any) -> Any:
    import requests

    return requests.get(url, params=parameters, timeout=60)


def get(mlflow: ModuleType, address: str, path: str, **parameters: Any) -> Any:
    return raw_get(mlflow, f"{address}/ajax-api/2.0/mlflow/{path}", **parameters)


def post(mlflow: ModuleType, address: str, path: str, body: dict[str, Any]) -> Any:
    import requests

    return requests.post(f"{address}/api/2.0/mlflow/{path}", json=body, timeout=60)
