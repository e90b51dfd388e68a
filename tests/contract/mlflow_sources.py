"""What MLflow's own client makes to be brought over, and what it tells of two trackers alike."""

from __future__ import annotations

import math
import sys
import warnings
from pathlib import Path
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import mlflow
    import numpy as np
    from mlflow import MlflowClient
    from mlflow.data.numpy_dataset import from_numpy
    from mlflow.entities import Metric, Param, RunTag, ViewType

MODEL = "classifier"
POINTS = 300


def make(address: str, artifacts: Path | None, *, name: str = "flights") -> None:
    """Log into a tracker what a user may have: nested runs, models, data sets, deleted things."""
    client = MlflowClient(address, address)
    place = artifacts.as_uri() if artifacts else None
    experiment = client.create_experiment(name, place, tags={"team": "air"})
    mlflow.set_tracking_uri(address)
    mlflow.set_registry_uri(address)
    with mlflow.start_run(experiment_id=experiment, run_name="parent") as parent:
        _log(client, parent.info.run_id)
        _log_model(client)
        with mlflow.start_run(experiment_id=experiment, run_name="child", nested=True):
            mlflow.log_metric("loss", 3.0)
    client.set_tag(parent.info.run_id, "mlflow.note.content", "# a note\nof two lines")
    failed = client.create_run(experiment, run_name="failed")
    client.set_terminated(failed.info.run_id, "FAILED")
    client.delete_run(client.create_run(experiment, run_name="deleted").info.run_id)
    client.create_run(experiment, run_name="still running")
    client.delete_experiment(client.create_experiment(f"{name}, gone", place))


def _log(client: MlflowClient, run: str) -> None:
    mlflow.log_params({"lr": 0.1, "layers/first": "wide", "text": "x" * 500})
    points = [Metric("loss", 1 / (i + 1), 1_700_000_000_000 + i, i) for i in range(POINTS)]
    client.log_batch(run, points, [Param("late", "1")], [RunTag("quality", "good")])
    for value in (math.nan, math.inf, -math.inf):
        mlflow.log_metric(f"odd/{value}".replace("-", "minus "), value)
    mlflow.log_metric("again", 2.0, step=1)
    mlflow.log_metric("again", 1.0, step=0)
    mlflow.log_text("hello", "notes/deep/a.txt")
    mlflow.log_dict({"a": 1}, "b.json")
    mlflow.log_input(from_numpy(np.zeros((3, 2)), name="seats"), context="training")


def _log_model(client: MlflowClient) -> None:
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression().fit(np.array([[0.0], [1.0]]), np.array([0, 1]))
    info = mlflow.sklearn.log_model(
        fitted, name="model", registered_model_name=MODEL, pip_requirements=["scikit-learn"]
    )
    mlflow.log_metric("accuracy", 0.9, step=1, model_id=info.model_id)
    version = str(info.registered_model_version)
    client.set_registered_model_alias(MODEL, "champion", version)
    client.set_registered_model_tag(MODEL, "owner", "ada")
    client.set_model_version_tag(MODEL, version, "stage of life", "young")
    client.update_registered_model(MODEL, "says how late")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        client.transition_model_version_stage(MODEL, version, "Production")


def told(address: str) -> dict[str, Any]:
    """Give all that a tracker tells a client, but for what is its own: numbers and addresses."""
    client = MlflowClient(address, address)
    experiments = {
        each.experiment_id: each for each in client.search_experiments(view_type=ViewType.ALL)
    }
    runs = client.search_runs(list(experiments), run_view_type=ViewType.ALL, max_results=1000)
    return {
        "experiments": {
            each.name: (each.lifecycle_stage, dict(each.tags), each.creation_time)
            for each in experiments.values()
            if each.name != "Default"
        },
        "runs": {
            run.info.run_id: _run(run, experiments[run.info.experiment_id].name) for run in runs
        },
        "histories": {
            (run.info.run_id, name): _history(client, run.info.run_id, name)
            for run in runs
            for name in run.data.metrics
        },
        "models": {each.name: _model(client, each) for each in client.search_registered_models()},
        "logged": [
            _logged(each) for each in client.search_logged_models(experiment_ids=list(experiments))
        ],
    }


def files_of(address: str, run: str, folder: Path) -> dict[str, bytes]:
    """Fetch the artifacts of a run through the client, by path."""
    folder.mkdir()
    mlflow.set_tracking_uri(address)
    MlflowClient(address, address).download_artifacts(run, "", str(folder))
    found = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in found}


def _run(run: Any, experiment: str) -> dict[str, Any]:
    info, data = run.info, run.data
    return {
        "info": (info.run_name, info.user_id, info.status, info.lifecycle_stage),
        "times": (info.start_time, info.end_time),
        "experiment": experiment,
        "params": dict(data.params),
        "tags": dict(data.tags),
        "metrics": {name: _shown(value) for name, value in data.metrics.items()},
        "datasets": [
            (each.dataset.to_dictionary(), [(tag.key, tag.value) for tag in each.tags])
            for each in run.inputs.dataset_inputs
        ],
        "models": [(each.model_id, each.step) for each in run.outputs.model_outputs]
        if run.outputs
        else [],
    }


def _history(client: MlflowClient, run: str, name: str) -> list[tuple[int, int, str]]:
    points = client.get_metric_history(run, name)
    return sorted((point.timestamp, point.step, _shown(point.value)) for point in points)


def _model(client: MlflowClient, model: Any) -> dict[str, Any]:
    versions = client.search_model_versions(f"name='{model.name}'")
    return {
        "about": (model.description or "", dict(model.tags)),
        "aliases": {alias: int(version) for alias, version in model.aliases.items()},
        "created": model.creation_timestamp,
        "versions": [
            (
                *(int(each.version), each.run_id, each.source, each.current_stage),
                *(dict(each.tags), each.status, each.description or ""),
                each.creation_timestamp,
            )
            for each in versions
        ],
    }


def _logged(model: Any) -> dict[str, Any]:
    metrics = {(each.key, _shown(each.value), each.step, each.run_id) for each in model.metrics}
    return {
        "id": (model.model_id, model.name, str(model.status), model.source_run_id),
        "params": dict(model.params),
        "tags": dict(model.tags),
        "metrics": sorted(metrics),
        "created": model.creation_timestamp,
    }


def _shown(value: float) -> str:
    # MLflow's database has no infinity: it gives the largest number instead.
    return repr(math.copysign(math.inf, value) if abs(value) >= sys.float_info.max else value)
