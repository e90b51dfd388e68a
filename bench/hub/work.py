"""What the servers are asked: each piece of work that a row measures, and the logging before it."""

from __future__ import annotations

import json
from typing import Any

from hub.filling import BASE_MS
from hub.servers import Server
from measure import CommandFailedError

BATCH = 1000
HISTORY = 100_000
RUNS = 5000
BEST = 100
SEARCH = json.dumps(
    {
        "experiment_ids": ["0"],
        "filter": "metrics.m1 > 0.5",
        "order_by": ["metrics.m2 DESC"],
        "max_results": BEST,
    }
).encode()


def new_experiment(server: Server) -> str:
    """Make a place for runs beside those that are searched; give its id."""
    made: str = server.post("experiments/create", {"name": "written"})["experiment_id"]
    return made


def new_run(server: Server, experiment: str) -> str:
    """Begin a run; give its id."""
    body = {"experiment_id": experiment, "start_time": BASE_MS}
    made: str = server.post("runs/create", body)["run"]["info"]["run_id"]
    return made


def batch_bodies(run_id: str, keys: int, count: int) -> list[bytes]:
    """Give so many requests, each of 1000 points of so many metrics."""
    return [
        json.dumps({"run_id": run_id, "metrics": _points(keys, call * BATCH)}).encode()
        for call in range(count)
    ]


def _points(keys: int, first: int) -> list[dict[str, Any]]:
    return [
        {"key": f"k{i % keys}", "value": i / 7, "timestamp": BASE_MS + first + i, "step": first + i}
        for i in range(BATCH)
    ]


def log_batch(server: Server, body: bytes) -> None:
    """Log 1000 points."""
    server.ask("POST", "runs/log-batch", body)


def new_history(server: Server, experiment: str, count: int = HISTORY) -> str:
    """Make a run with a long series of one metric; give its id."""
    run_id = new_run(server, experiment)
    for body in batch_bodies(run_id, 1, count // BATCH):
        log_batch(server, body)
    return run_id


def whole_run(server: Server, experiment: str) -> None:
    """Begin a run, log 10 parameters and 10 metrics, and end it."""
    run_id = new_run(server, experiment)
    points = _points(10, 0)[:10]
    params = [{"key": f"p{i}", "value": str(i)} for i in range(10)]
    server.post("runs/log-batch", {"run_id": run_id, "params": params, "metrics": points})
    server.post("runs/update", {"run_id": run_id, "status": "FINISHED", "end_time": BASE_MS + 1})


def search(server: Server) -> None:
    """Search all runs by a metric, and take the best by another."""
    found = len(server.ask("POST", "runs/search", SEARCH).get("runs", ()))
    _require(server, "runs found", BEST, found)


def into_pandas(server: Server, count: int = RUNS) -> None:
    """Read runs into pandas through MLflow's client."""
    import mlflow

    mlflow.set_tracking_uri(server.address)
    table = mlflow.search_runs(["0"], max_results=count)
    _require(server, "rows", count, len(table))


def client_history(server: Server, run_id: str) -> None:
    """Read a long series through MLflow's client."""
    from mlflow import MlflowClient

    found = MlflowClient(server.address).get_metric_history(run_id, "k0")
    _require(server, "points", HISTORY, len(found))


def chart(server: Server, run_id: str, name: str, count: int, buckets: int = 1000) -> None:
    """Read a chart from our API."""
    path = f"/api/v1/series?run={run_id}&name={name}&width={buckets}"
    (series,) = json.loads(server.fetch("GET", path))["series"]
    _require(server, "points in buckets", count, sum(series["buckets"]["counts"]))


def sample(server: Server, run_id: str, name: str) -> None:
    """Read a chart of 320 points, as MLflow's own pages do."""
    path = f"metrics/get-history-bulk-interval?run_ids={run_id}&metric_key={name}&max_results=320"
    data = json.loads(server.fetch("GET", f"/ajax-api/2.0/mlflow/{path}"))
    _require(server, "points in a sample", 320, len(data["metrics"]))


def _require(server: Server, what: str, wanted: int, found: int) -> None:
    if found != wanted:
        raise CommandFailedError(f"{server.name}: expected {wanted} {what}, got {found}")
