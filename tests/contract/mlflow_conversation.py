"""What is said to MLflow's server and to the hub: requests right and wrong, in one order.

`$name` stands for what an answer before it gave, on each side its own.
"""

from __future__ import annotations

from typing import Any, NamedTuple

_LONG = "x" * 300
_TAG = {"key": "team", "value": "a"}


class Said(NamedTuple):
    """One request."""

    method: str
    path: str
    """After `/api/2.0/mlflow`."""
    body: Any = None
    """Of a GET, the query; text goes as it is."""
    keep: dict[str, str] | None = None
    """Names for parts of the answer, such as `run.info.run_id`."""
    differs: str = ""
    """Why the hub answers otherwise: a sentence of `docs/reference/mlflow.md`."""


TYPES = "A value of a wrong type is refused, where MLflow's server drops it or fails."
NAMES = "Names and values are checked wherever they are given"
LANGUAGE = "The filter language is larger"
MISTAKES = (
    "A mistake of the caller is answered with 400 or 404, where MLflow's server fails with 500."
)
PAGES = "Every search has a page size by default"
TEXT = "A filter that cannot be read whole is refused"
PLACES = "`search-datasets` stands under every prefix"


def ours(differs: str, said: Said) -> Said:
    """Say something that the hub answers otherwise, for a reason."""
    return said._replace(differs=differs)


def post(path: str, body: Any = None, /, **keep: str) -> Said:
    """Say a POST."""
    return Said("POST", path, {} if body is None else body, keep)


def get(path: str, /, **query: Any) -> Said:
    """Say a GET."""
    return Said("GET", path, query)


EXPERIMENTS = [
    post("experiments/create", {"name": "first"}, first="experiment_id"),
    post("experiments/create", {"name": "first"}),
    post("experiments/create", {}),
    post("experiments/create", {"name": ""}),
    post("experiments/create", {"name": None}),
    post("experiments/create", {"name": 3}),
    post("experiments/create", {"name": "x" * 501}),
    post("experiments/create", {"name": "tagged", "tags": [_TAG]}, tagged="experiment_id"),
    post("experiments/create", {"name": "t1", "tags": [{"key": "a" * 251, "value": "x"}]}),
    post("experiments/create", {"name": "t2", "tags": [{"value": "x"}]}),
    post("experiments/create", {"name": "t3", "unknown": 1}),
    post("experiments/create", {"name": "t4", "artifact_location": "s3://b/p#frag"}),
    post("experiments/create", {"name": "t5", "artifact_location": "mlflow-artifacts:/x?y=1"}),
    post("experiments/create", {"name": "t6", "artifact_location": "mlflow-artifacts:/x/../y"}),
    post("experiments/create", {"name": "t7", "artifact_location": "s3://bucket/path"}),
    get("experiments/get", experiment_id="$first"),
    get("experiments/get", experiment_id="$tagged"),
    get("experiments/get", experiment_id="424242"),
    get("experiments/get", experiment_id="abc"),
    get("experiments/get", experiment_id=""),
    get("experiments/get"),
    ours(MISTAKES, get("experiments/get", experiment_id="99999999999999999999")),
    get("experiments/get", experiment_id="-1"),
    get("experiments/get", experiment_id="0"),
    get("experiments/get-by-name", experiment_name="first"),
    get("experiments/get-by-name", experiment_name="nobody"),
    get("experiments/get-by-name"),
    post("experiments/set-experiment-tag", {"experiment_id": "$first", "key": "k", "value": "v"}),
    post("experiments/set-experiment-tag", {"experiment_id": "$first", "key": "k"}),
    post("experiments/set-experiment-tag", {"experiment_id": "$first", "value": "k"}),
    post("experiments/set-experiment-tag", {"key": "k", "value": "v"}),
    post("experiments/set-experiment-tag", {"experiment_id": "4242", "key": "k", "value": "v"}),
    post("experiments/set-experiment-tag", {"experiment_id": "$first", "key": "../k", "value": ""}),
    post("experiments/set-experiment-tag", {"experiment_id": "$first", "key": "a*b", "value": ""}),
    post("experiments/delete-experiment-tag", {"experiment_id": "$first", "key": "nothing"}),
    post("experiments/delete-experiment-tag", {"experiment_id": "$first", "key": "k"}),
    post("experiments/delete-experiment-tag", {"experiment_id": "$first"}),
    post("experiments/update", {"experiment_id": "$first", "new_name": "renamed"}),
    ours(MISTAKES, post("experiments/update", {"experiment_id": "$first", "new_name": "tagged"})),
    post("experiments/update", {"experiment_id": "$first", "new_name": ""}),
    post("experiments/update", {"experiment_id": "$first"}),
    post("experiments/update", {"experiment_id": "4242", "new_name": "z"}),
    post("experiments/update", {"new_name": "z"}),
    post("experiments/search", {"max_results": 1}),
    post("experiments/search", {"max_results": 0}),
    post("experiments/search", {"max_results": -1}),
    post("experiments/search", {"max_results": 50_001}),
    ours(PAGES, post("experiments/search", {})),
    post("experiments/search", {"max_results": 10, "filter": "name = 'renamed'"}),
    post("experiments/search", {"max_results": 10, "filter": "name ILIKE 'TAG%'"}),
    post("experiments/search", {"max_results": 10, "filter": "tags.team = 'a'"}),
    post("experiments/search", {"max_results": 10, "filter": "tags.team IS NULL"}),
    post("experiments/search", {"max_results": 10, "filter": "colour = 'red'"}),
    post("experiments/search", {"max_results": 10, "filter": "name"}),
    ours(LANGUAGE, post("experiments/search", {"max_results": 10, "filter": "name = renamed"})),
    post("experiments/search", {"max_results": 10, "filter": "metrics.a > 1"}),
    post("experiments/search", {"max_results": 10, "order_by": ["name DESC"]}),
    post("experiments/search", {"max_results": 10, "order_by": ["colour"]}),
    post("experiments/search", {"max_results": 10, "order_by": ["name SIDEWAYS"]}),
    post("experiments/search", {"max_results": 10, "view_type": "DELETED_ONLY"}),
    ours(TYPES, post("experiments/search", {"max_results": 10, "view_type": "NONSENSE"})),
    post("experiments/search", {"max_results": 10, "view_type": 3}),
    post("experiments/search", {"max_results": 10, "page_token": "nonsense"}),
    get("experiments/search", max_results="3", order_by="name ASC"),
    get("experiments/search", max_results="x"),
    post("experiments/delete", {"experiment_id": "$tagged"}),
    post("experiments/delete", {"experiment_id": "$tagged"}),
    post("experiments/delete", {"experiment_id": "4242"}),
    post("experiments/delete", {}),
    get("experiments/get", experiment_id="$tagged"),
    get("experiments/get-by-name", experiment_name="tagged"),
    post("experiments/create", {"name": "tagged"}),
    ours(MISTAKES, post("experiments/update", {"experiment_id": "$tagged", "new_name": "other"})),
    post("experiments/set-experiment-tag", {"experiment_id": "$tagged", "key": "k", "value": "v"}),
    post("runs/create", {"experiment_id": "$tagged"}),
    post("experiments/search", {"max_results": 10, "view_type": "DELETED_ONLY"}),
    post("experiments/restore", {"experiment_id": "$tagged"}),
    post("experiments/restore", {"experiment_id": "$tagged"}),
    post("experiments/restore", {"experiment_id": "4242"}),
    post("experiments/restore", {}),
]

_NEW_RUN = {
    "experiment_id": "$first",
    "user_id": "me",
    "run_name": "one",
    "start_time": 1_700_000_000_000,
    "tags": [_TAG],
}
_POINT = {"key": "m", "value": 1.5, "timestamp": 1_700_000_000_001, "step": 1}


def _batch(**fields: Any) -> Said:
    return post("runs/log-batch", {"run_id": "$run", **fields})


def _metric(**fields: Any) -> Said:
    point = {name: value for name, value in {**_POINT, **fields}.items() if value != "(left out)"}
    return post("runs/log-metric", {"run_id": "$run", **point})


def _points(count: int) -> list[dict[str, Any]]:
    return [{**_POINT, "key": f"many{index}"} for index in range(count)]


def _pairs(count: int) -> list[dict[str, str]]:
    return [{"key": f"many{index}", "value": "x"} for index in range(count)]


RUNS = [
    post("runs/create", _NEW_RUN, run="run.info.run_id"),
    post("runs/create", {**_NEW_RUN, "run_name": "two", "start_time": 1_600_000_000_000}),
    post(
        "runs/create",
        {**_NEW_RUN, "run_name": "three", "start_time": 1_800_000_000_000},
        other="run.info.run_id",
    ),
    post("runs/create", {"experiment_id": "4242"}),
    post("runs/create", {"experiment_id": "abc"}),
    post("runs/create", {"experiment_id": "$first", "start_time": "soon"}),
    post("runs/create", {"experiment_id": 3.5}),
    post("runs/create", {**_NEW_RUN, "tags": [{"key": "mlflow.runName", "value": "else"}]}),
    get("runs/get", run_id="$run"),
    get("runs/get", run_uuid="$run"),
    get("runs/get", run_id="nobody"),
    get("runs/get", run_id=""),
    get("runs/get"),
    _metric(),
    _metric(step="(left out)"),
    _metric(timestamp="(left out)"),
    _metric(value="(left out)"),
    _metric(key="(left out)"),
    _metric(key=""),
    _metric(key="../m"),
    _metric(key="/m"),
    _metric(key="a/b"),
    _metric(key="a$b"),
    _metric(key=_LONG),
    _metric(key="x" * 250),
    _metric(value="high"),
    _metric(value=None),
    _metric(value="NaN", key="nan"),
    _metric(value="Infinity", key="inf"),
    _metric(value="-Infinity", key="minus"),
    _metric(value=1e308, key="huge"),
    _metric(timestamp="late"),
    _metric(timestamp=-5, key="before"),
    _metric(step="2", key="text"),
    _metric(step=-3, key="minus_step"),
    _metric(run_id="nobody"),
    _metric(run_id="(left out)"),
    _metric(run_id="(left out)", run_uuid="$run"),
    post("runs/log-parameter", {"run_id": "$run", "key": "p", "value": "1"}),
    post("runs/log-parameter", {"run_id": "$run", "key": "p", "value": "1"}),
    post("runs/log-parameter", {"run_id": "$run", "key": "p", "value": "2"}),
    post("runs/log-parameter", {"run_id": "$run", "key": "empty"}),
    post("runs/log-parameter", {"run_id": "$run", "value": "1"}),
    post("runs/log-parameter", {"key": "p", "value": "1"}),
    post("runs/log-parameter", {"run_id": "nobody", "key": "p", "value": "1"}),
    post("runs/log-parameter", {"run_id": "$run", "key": "long", "value": "x" * 6001}),
    post("runs/log-parameter", {"run_id": "$run", "key": _LONG, "value": "x"}),
    post("runs/log-parameter", {"run_id": "$run", "key": "../p", "value": "x"}),
    post("runs/log-parameter", {"run_id": "$run", "key": "n", "value": 7}),
    post("runs/set-tag", {"run_id": "$run", "key": "t", "value": "1"}),
    post("runs/set-tag", {"run_id": "$run", "key": "t", "value": "2"}),
    post("runs/set-tag", {"run_id": "$run", "key": "t2"}),
    post("runs/set-tag", {"run_id": "$run", "value": "2"}),
    post("runs/set-tag", {"run_id": "nobody", "key": "t", "value": "2"}),
    post("runs/set-tag", {"key": "t", "value": "2"}),
    post("runs/set-tag", {"run_id": "$run", "key": "a:b c-d", "value": "2"}),
    post("runs/set-tag", {"run_id": "$run", "key": "a\\b", "value": "2"}),
    post("runs/set-tag", {"run_id": "$run", "key": "", "value": "2"}),
    post("runs/set-tag", {"run_id": "$run", "key": ".", "value": "2"}),
    post("runs/set-tag", {"run_id": "$run", "key": "long", "value": "x" * 8001}),
    post("runs/set-tag", {"run_id": "$run", "key": "mlflow.runName", "value": "renamed"}),
    post("runs/delete-tag", {"run_id": "$run", "key": "t"}),
    post("runs/delete-tag", {"run_id": "$run", "key": "t"}),
    post("runs/delete-tag", {"run_id": "nobody", "key": "t"}),
    post("runs/delete-tag", {"run_id": "$run"}),
    get("runs/get", run_id="$run"),
    _batch(metrics=[{**_POINT, "step": 2, "value": 2.5}], params=_pairs(1), tags=[_TAG]),
    _batch(metrics=[{**_POINT, "step": 2, "value": 2.5}], params=_pairs(1), tags=[_TAG]),
    _batch(),
    _batch(metrics=_points(1001)),
    _batch(params=_pairs(101)),
    _batch(tags=_pairs(101)),
    _batch(metrics=_points(900), params=_pairs(60), tags=_pairs(60)),
    _batch(metrics=[{"key": "m"}]),
    _batch(metrics=[_POINT, {**_POINT, "key": "../x"}]),
    _batch(metrics=[{**_POINT, "key": _LONG}]),
    _batch(metrics=[{**_POINT, "timestamp": None}]),
    _batch(metrics="none"),
    _batch(params=[{"key": "p", "value": "other"}]),
    _batch(params=[{"key": "q", "value": "1"}, {"key": "q", "value": "2"}]),
    _batch(params=[{"key": "q", "value": "1"}, {"key": "q", "value": "1"}]),
    _batch(params=[{"key": "nothing"}]),
    _batch(params=[{"value": "nothing"}]),
    _batch(params=[{"key": "long", "value": "x" * 6001}]),
    _batch(tags=[{"key": "k", "value": "x" * 8001}]),
    _batch(tags=[{"key": "k"}]),
    _batch(tags=[{"value": "k"}]),
    _batch(tags=[{"key": "*", "value": "k"}]),
    post("runs/log-batch", {"run_id": "nobody", "metrics": [_POINT]}),
    post("runs/log-batch", {"metrics": [_POINT]}),
    post("runs/log-batch", {"run_id": "$run", "pad": "x" * 1_000_001}),
    get("metrics/get-history", run_id="$run", metric_key="m"),
    get("metrics/get-history", run_id="$run", metric_key="nothing"),
    get("metrics/get-history", run_id="$run"),
    get("metrics/get-history", metric_key="m"),
    get("metrics/get-history", run_id="nobody", metric_key="m"),
    get("metrics/get-history", run_id="$run", metric_key="m", max_results="1"),
    get("metrics/get-history", run_id="$run", metric_key="m", page_token="nonsense"),
    get("metrics/get-history", run_id="$run", metric_key="nan"),
    get("metrics/get-history", run_id="$run", metric_key="inf"),
    get("metrics/get-history", run_id="$run", metric_key="minus"),
    get("metrics/get-history-bulk-interval", run_ids="$run", metric_key="m", max_results="10"),
    get("metrics/get-history-bulk-interval", run_ids="$run", max_results="10"),
    get("metrics/get-history-bulk-interval", metric_key="m", max_results="10"),
    get("metrics/get-history-bulk-interval", run_ids="$run", metric_key="m", max_results="0"),
    get("metrics/get-history-bulk-interval", run_ids="$run", metric_key="m", max_results="2501"),
    get("metrics/get-history-bulk-interval", run_ids="$run", metric_key="m", start_step="2"),
    get(
        "metrics/get-history-bulk-interval",
        run_ids="$run",
        metric_key="m",
        start_step="2",
        end_step="1",
    ),
    post("runs/update", {"run_id": "$run", "status": "FINISHED", "end_time": 1_700_000_000_100}),
    post("runs/update", {"run_id": "$run", "run_name": "again"}),
    post("runs/update", {"run_id": "$run", "end_time": "late"}),
    post("runs/update", {"run_id": "nobody", "status": "FAILED"}),
    post("runs/update", {"status": "FAILED"}),
    post("runs/update", {"run_id": "$run", "status": "RUNNING"}),
    post("runs/update", {"run_id": "$run", "status": "KILLED"}),
    get("runs/get", run_id="$run"),
    post("runs/delete", {"run_id": "$run"}),
    post("runs/delete", {"run_id": "$run"}),
    post("runs/delete", {"run_id": "nobody"}),
    post("runs/delete", {}),
    get("runs/get", run_id="$run"),
    _metric(),
    _batch(metrics=[_POINT]),
    post("runs/set-tag", {"run_id": "$run", "key": "t", "value": "1"}),
    post("runs/log-parameter", {"run_id": "$run", "key": "p9", "value": "1"}),
    post("runs/update", {"run_id": "$run", "status": "FAILED"}),
    post("runs/restore", {"run_id": "$run"}),
    post("runs/restore", {"run_id": "$run"}),
    post("runs/restore", {"run_id": "nobody"}),
    post("runs/restore", {}),
    post("runs/log-inputs", {"run_id": "$run", "datasets": []}),
    post(
        "runs/log-inputs",
        {
            "run_id": "$run",
            "datasets": [
                {
                    "dataset": {
                        "name": "flights",
                        "digest": "abc",
                        "source_type": "local",
                        "source": "{}",
                    },
                    "tags": [{"key": "mlflow.data.context", "value": "training"}],
                }
            ],
        },
    ),
    post("runs/log-inputs", {"run_id": "nobody", "datasets": []}),
    post("runs/log-inputs", {"datasets": []}),
    post("runs/outputs", {"run_id": "$run", "models": []}),
    post("runs/outputs", {"run_id": "nobody", "models": [{"model_id": "m-1", "step": 0}]}),
    post("runs/log-model", {"run_id": "$run", "model_json": "{"}),
    post("runs/log-model", {"run_id": "$run", "model_json": "{}"}),
    post("runs/log-model", {"run_id": "$run"}),
    get("runs/get", run_id="$run"),
    ours(PLACES, post("experiments/search-datasets", {"experiment_ids": ["$first"]})),
    get("artifacts/list", run_id="$run"),
    get("artifacts/list", run_id="$run", path="nothing/here"),
    get("artifacts/list", run_id="$run", path="../.."),
    get("artifacts/list", run_id="$run", path="/etc"),
    get("artifacts/list", run_id="nobody"),
    get("artifacts/list"),
]


def _search(**fields: Any) -> Said:
    return post("runs/search", {"experiment_ids": ["$first"], **fields})


_FILTERS = [
    "metrics.m > 1",
    "metrics.m > 'x'",
    "metrics.m LIKE 'x'",
    "metrics.`m` <= 2.5",
    'metrics."m" <= 2.5',
    "metric.m != 9",
    "params.p = '1'",
    'params.p = "1"',
    "params.p LIKE '%'",
    "params.p IS NULL",
    "params.nothing IS NULL",
    "params.p IS NOT NULL",
    "parameters.p ILIKE '1'",
    "tags.team = 'a' AND metrics.m > 1",
    "tags.`mlflow.runName` LIKE '%'",
    "tag.team != 'b'",
    "attributes.status = 'KILLED'",
    "status = 'KILLED'",
    "attributes.status = 'NONSENSE'",
    "attributes.run_name ILIKE 'AG%'",
    "run_name = 'two'",
    "attributes.`run name` = 'two'",
    "attributes.Created > 0",
    "attributes.start_time > 0",
    "start_time > 'x'",
    "attributes.user_id = 'me'",
    "attributes.artifact_uri LIKE '%'",
    "attributes.run_id IN ('$run', '$other')",
    "attributes.run_id IN ()",
    "attributes.run_id = '$run'",
    "run_id IN ('$run')",
    "attributes.colour = 'red'",
    "colour.a = 'red'",
    "datasets.name = 'flights'",
    "dataset.digest LIKE 'a%'",
    "dataset.context = 'training'",
    "dataset.colour = 'x'",
    "metrics.m >",
    "metrics.m 1",
    "= 1",
    "metrics.m > 1;",
    "metrics.m > 1 # x",
    "params.p = 'it''s'",
    "params.p = 'open",
    "'m' = 1",
    "1 = metrics.m",
]

_OTHERWISE = {
    "metrics.m = NaN": LANGUAGE,
    "params.p = 1": LANGUAGE,
    "params.p > '0'": LANGUAGE,
    "params.p IN ('1', '2')": LANGUAGE,
    "attributes.end_time IS NULL": LANGUAGE,
    "   ": LANGUAGE,
    "metrics.m > 1 AND": TEXT,
    "AND metrics.m > 1": TEXT,
    "metrics.m > 1 metrics.m < 2": TEXT,
    "metrics. > 1": TEXT,
}

SEARCHES = [
    _search(),
    *(ours(why, _search(filter=text)) for text, why in _OTHERWISE.items()),
    *(_search(filter=text) for text in _FILTERS),
    _search(order_by=["metrics.m DESC"]),
    _search(order_by=["metrics.m"]),
    _search(order_by=["params.p ASC", "attributes.start_time"]),
    _search(order_by=["start_time DESC"]),
    _search(order_by=["run_name"]),
    _search(order_by=["colour.a"]),
    _search(order_by=["attributes.colour"]),
    _search(order_by=["metrics.m SIDEWAYS"]),
    _search(order_by=["metrics"]),
    _search(order_by=[""]),
    _search(order_by="metrics.m"),
    _search(max_results=1),
    _search(max_results=0),
    _search(max_results=-1),
    _search(max_results=50_001),
    _search(max_results="x"),
    _search(page_token="nonsense"),
    _search(run_view_type="DELETED_ONLY"),
    _search(run_view_type="ALL"),
    post("runs/search", {"experiment_ids": []}),
    post("runs/search", {}),
    post("runs/search", {"experiment_ids": ["4242"]}),
    post("runs/search", {"experiment_ids": ["abc"]}),
    post("runs/search", {"experiment_ids": "abc"}),
]


def _spare(**fields: Any) -> Said:
    return ours(TYPES, post("runs/log-batch", {"run_id": "$spare", **fields}))


def _spare_metric(**fields: Any) -> Said:
    return ours(TYPES, post("runs/log-metric", {"run_id": "$spare", **_POINT, **fields}))


OTHERWISE = [
    post("runs/create", {**_NEW_RUN, "run_name": "spare"}, spare="run.info.run_id"),
    ours(TYPES, post("experiments/create", "{")),
    ours(MISTAKES, post("experiments/create", "[]")),
    ours(MISTAKES, post("experiments/create", '"text"')),
    ours(NAMES, post("runs/create", {**_NEW_RUN, "tags": [{"key": "../a", "value": "x"}]})),
    ours(NAMES, post("runs/create", {**_NEW_RUN, "tags": [{"key": _LONG, "value": "x"}]})),
    ours(NAMES, post("runs/create", {**_NEW_RUN, "tags": [{"key": "k", "value": "x" * 8001}]})),
    ours(TYPES, post("runs/create", {**_NEW_RUN, "tags": "team"})),
    _spare_metric(value=True),
    _spare_metric(step=1.5),
    _spare_metric(step=2**63),
    _spare(metrics=[{**_POINT, "value": "x"}]),
    _spare(metrics=[{**_POINT, "step": "x"}]),
    _spare(metrics=[3]),
    ours(TYPES, get("metrics/get-history", run_id="$spare", metric_key="m", max_results="x")),
    ours(TYPES, post("runs/update", {"run_id": "$spare", "status": "NONSENSE"})),
    ours(TYPES, post("runs/update", {"run_id": "$spare", "status": 3})),
    ours(
        NAMES,
        post("runs/log-inputs", {"run_id": "$spare", "datasets": [{"dataset": {"name": "x"}}]}),
    ),
    ours(NAMES, post("runs/log-inputs", {"run_id": "$spare", "datasets": [{"tags": []}]})),
    ours(TYPES, _search(run_view_type="NONSENSE")),
]
