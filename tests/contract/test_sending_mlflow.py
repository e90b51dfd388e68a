"""What MLflow's own client logged into a user's hub, loaded by it from a team's."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modelcompose.registry.candidates import Candidate, register
from modelcompose.store.content import Content, Entry, Tree
from modelcompose.store.store import Store
from tests.shared_hub import PROJECT, Own, Team, step_run

pytest.importorskip("mlflow")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import mlflow
    import numpy as np
    from mlflow import MlflowClient
    from mlflow.data.numpy_dataset import from_numpy

pytestmark = [
    pytest.mark.xdist_group("mlflow"),  # the client's settings are those of its process
    pytest.mark.filterwarnings("ignore"),  # the client has warnings of its own
]


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    team = Team(tmp_path / "team", str(tmp_path / "team" / "hub.db"))
    team.start()
    yield team
    team.stop()


@pytest.fixture
def own(tmp_path: Path, team: Team, monkeypatch: pytest.MonkeyPatch) -> Iterator[Own]:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    monkeypatch.chdir(tmp_path)
    own = Own(tmp_path / "own", team.address)
    yield own
    while mlflow.active_run():
        mlflow.end_run()
    own.close()


def test_a_model_that_was_logged_here_is_loaded_by_its_alias_from_there(
    own: Own, team: Team
) -> None:
    from sklearn.linear_model import LogisticRegression

    here = Team(own.home, str(own.home / "hub.db"))
    here.start()
    points: Any = np.array([[0.0], [1.0], [2.0], [3.0]])
    model = LogisticRegression().fit(points, np.array([0, 0, 1, 1]))
    try:
        mlflow.set_tracking_uri(here.address)
        mlflow.set_experiment(PROJECT)
        with mlflow.start_run() as parent, mlflow.start_run(nested=True) as run:
            mlflow.log_param("lr", 0.1)
            mlflow.log_metric("auc", 0.9, step=1)
            mlflow.log_text("<b>hello</b>", "notes/page.html")
            mlflow.log_input(from_numpy(points, name="points"))
            made = mlflow.sklearn.log_model(
                model, name="model", registered_model_name="delay", pip_requirements=["x"]
            )
        MlflowClient().set_registered_model_alias("delay", "champion", "1")
    finally:
        here.stop()

    assert own.send()

    mlflow.set_tracking_uri(team.address)
    loaded = mlflow.sklearn.load_model("models:/delay@champion")
    assert loaded.predict(points).tolist() == [0, 0, 1, 1]
    found = MlflowClient().get_run(run.info.run_id)
    assert found.data.params == {"lr": "0.1"}
    assert found.data.metrics == {"auc": 0.9}
    assert found.data.tags["mlflow.parentRunId"] == parent.info.run_id
    assert found.inputs is not None
    assert found.outputs is not None
    assert [one.dataset.name for one in found.inputs.dataset_inputs] == ["points"]
    assert [one.model_id for one in found.outputs.model_outputs] == [made.model_id]
    text = mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/notes/page.html")
    assert text == "<b>hello</b>"
    assert mlflow.get_logged_model(made.model_id).status == "READY"


def test_the_files_of_a_gated_version_are_fetched_by_its_alias_from_there(
    own: Own, team: Team, tmp_path: Path
) -> None:
    store = Store(own.home / "store")
    entries = [
        Entry(name, store.put_bytes(name.encode()), len(name)) for name in ("a/b.txt", "weights")
    ]
    content = Content("folder", store.put_tree(Tree(tuple(entries))), 14, 2)
    run = step_run(status="succeeded", outputs={"model": content})
    own.runs.create(run)
    with own.database.write() as connection:
        candidate = Candidate("gated", "model", content, {"train": run}, alias="champion")
        register(connection, candidate, time.time())

    assert own.send()

    mlflow.set_tracking_uri(team.address)
    place = mlflow.artifacts.download_artifacts("models:/gated@champion", dst_path=str(tmp_path))
    assert (Path(place) / "a" / "b.txt").read_text() == "a/b.txt"
    assert (Path(place) / "weights").read_text() == "weights"
