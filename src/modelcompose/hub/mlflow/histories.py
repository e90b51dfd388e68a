"""Histories of metrics over MLflow's protocol: page by page, of many runs, and sampled."""

from __future__ import annotations

import math
from array import array
from functools import partial

import msgspec
from msgspec import UNSET, Struct, UnsetType
from starlette.routing import Route

from modelcompose.database.database import Connection, one_of
from modelcompose.hub.calls import call
from modelcompose.hub.hub import Hub
from modelcompose.hub.mlflow.errors import MlflowError
from modelcompose.hub.mlflow.experiments import require
from modelcompose.hub.mlflow.messages import Metric, RunMetric, number, whole_step
from modelcompose.tracking.limits import Int64, invalid
from modelcompose.tracking.series import history
from modelcompose.tracking.series.points import LARGEST_STEP, Points

_ROOT = "/mlflow/metrics"
_PAGE = 25_000
_RUNS_AT_ONCE = 100
_SAMPLES = 2500
_encode = msgspec.json.Encoder().encode


def routes(hub: Hub) -> list[Route]:
    """Give the routes of this area."""
    long = partial(call, hub, methods=("GET",), is_long=True)
    return [
        long(f"{_ROOT}/get-history", _history, _History),
        long(f"{_ROOT}/get-history-bulk", _bulk, _Bulk),
        long(f"{_ROOT}/get-history-bulk-interval", _interval, _Interval),
    ]


class _History(Struct):
    run_id: str = ""
    run_uuid: str = ""
    metric_key: str = ""
    page_token: str = ""
    max_results: Int64 | UnsetType = UNSET


class _Page(Struct, omit_defaults=True):
    metrics: list[Metric] = []
    next_page_token: str = ""


class _Bulk(Struct):
    run_id: list[str] = []
    metric_key: str | None = None
    max_results: Int64 = _PAGE


class _Interval(Struct):
    run_ids: list[str] = []
    metric_key: str = ""
    start_step: float | None = None
    end_step: float | None = None
    max_results: Int64 = _SAMPLES


class _OfRuns(Struct):
    metrics: list[RunMetric]


def _history(hub: Hub, asked: _History) -> Struct | bytes:
    run_id = asked.run_id or asked.run_uuid
    require(run_id=run_id, metric_key=asked.metric_key)
    if asked.max_results is not UNSET and asked.max_results <= 0:
        raise _wrong(
            f"Invalid value {asked.max_results} for parameter 'max_results' supplied. "
            "It must be a positive integer."
        )
    with hub.database.read() as connection:
        run = _numbers(connection, [run_id]).get(run_id)
        if run is None:
            return _Page()
        after = asked.page_token or None
        if asked.max_results is UNSET:
            return _whole(connection, run, asked.metric_key, after)
        page = history.page(connection, run, asked.metric_key, after, asked.max_results)
    return _Page(_metrics(asked.metric_key, page.points), page.after or "")


def _whole(connection: Connection, run: int, key: str, after: str | None) -> bytes:
    """Give all that is left, written a page at a time: a value for each point costs memory."""
    pieces: list[bytes] = []
    while True:
        page = history.page(connection, run, key, after, _PAGE)
        written = _encode(_metrics(key, page.points))[1:-1]
        if written:
            pieces.append(written)
        after = page.after
        if after is None:
            return b'{"metrics":[' + b",".join(pieces) + b"]}"


def _bulk(hub: Hub, asked: _Bulk) -> _OfRuns:
    if not asked.run_id:
        raise _wrong("GetMetricHistoryBulk request must specify at least one run_id.")
    if len(asked.run_id) > _RUNS_AT_ONCE:
        raise _wrong(
            f"GetMetricHistoryBulk request cannot specify more than {_RUNS_AT_ONCE} run_ids. "
            f"Received {len(asked.run_id)} run_ids."
        )
    if asked.metric_key is None:
        raise _wrong("GetMetricHistoryBulk request must specify a metric_key.")
    wanted = min(asked.max_results, _PAGE)
    found: list[RunMetric] = []
    with hub.database.read() as connection:
        runs = _numbers(connection, asked.run_id)
        for run_id in sorted(runs):
            if len(found) < wanted:
                left = wanted - len(found)
                page = history.page(connection, runs[run_id], asked.metric_key, None, left)
                found += _run_metrics(asked.metric_key, page.points, run_id)
    return _OfRuns(found)


def _interval(hub: Hub, asked: _Interval) -> _OfRuns:
    _check_interval(asked)
    found: list[RunMetric] = []
    with hub.database.read() as connection:
        runs = _numbers(connection, asked.run_ids)
        for run_id in asked.run_ids:
            if run_id in runs:
                points = history.sample(
                    connection,
                    runs[run_id],
                    asked.metric_key,
                    asked.max_results,
                    asked.start_step,
                    asked.end_step,
                )
                found += _run_metrics(asked.metric_key, points, run_id)
    return _OfRuns(found)


def _check_interval(asked: _Interval) -> None:
    if not asked.run_ids:
        require(run_ids="")
    require(metric_key=asked.metric_key)
    if len(asked.run_ids) > _RUNS_AT_ONCE:
        raise _wrong(
            f"GetMetricHistoryBulkInterval request must specify at most {_RUNS_AT_ONCE} run_ids. "
            f"Received {len(asked.run_ids)} run_ids."
        )
    if not 1 <= asked.max_results <= _SAMPLES:
        raise _wrong(
            invalid(
                "max_results", asked.max_results, f"max_results must be between 1 and {_SAMPLES}."
            )
        )
    if (asked.start_step is None) != (asked.end_step is None):
        raise _wrong("If either start step or end step are specified, both must be specified.")
    first, last = asked.start_step, asked.end_step
    if first is not None and last is not None and first > last:
        raise _wrong(
            "end_step must be greater than start_step. "
            f"Found start_step={first:g} and end_step={last:g}."
        )


def _numbers(connection: Connection, run_ids: list[str]) -> dict[str, int]:
    these, parameter = one_of(connection, "id", run_ids)
    rows = connection.rows(f"SELECT id, number FROM runs WHERE {these}", [parameter])  # noqa: S608
    return dict(rows)


def _metrics(key: str, points: Points) -> list[Metric]:
    return [Metric(key, *cells) for cells in _cells(points)]


def _run_metrics(key: str, points: Points, run_id: str) -> list[RunMetric]:
    return [RunMetric(key, *cells, run_id) for cells in _cells(points)]


def _cells(points: Points) -> list[tuple[float | str, int, int]]:
    """Give value, milliseconds and step of each point; one that is there twice is given once."""
    values: array[float] | list[float | str] = points.values  # type: ignore[assignment] # numbers
    if not math.isfinite(sum(points.values)):  # type: ignore[arg-type] # as above
        values = [number(value) for value in points.values]  # type: ignore[arg-type] # as above
    times = [round(time * 1000) for time in points.times]
    has_largest = max(points.steps, default=0.0) >= LARGEST_STEP
    steps = map(whole_step if has_largest else int, points.steps)
    cells = list(zip(values, times, steps, strict=True))
    unique = dict.fromkeys(cells)
    return cells if len(unique) == len(cells) else list(unique)


def _wrong(message: str) -> MlflowError:
    return MlflowError("INVALID_PARAMETER_VALUE", message)
