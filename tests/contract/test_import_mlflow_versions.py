"""Files that older MLflow made come over, too: the schemas are made by MLflow's own migrations."""

from __future__ import annotations

import sqlite3
import uuid
import warnings
from pathlib import Path

import pytest

from modelcompose.hub.importing.intake import take
from modelcompose.hub.importing.mlflow import open_mlflow
from tests.imports import histories, kept_hub, params_of, runs_of, tags_of

pytest.importorskip("mlflow")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import sqlalchemy
    from alembic import command
    from mlflow.store.db.utils import _get_alembic_config
    from mlflow.store.tracking.dbmodels.initial_models import Base

pytestmark = [
    pytest.mark.xdist_group("mlflow"),
    pytest.mark.filterwarnings("ignore"),  # the client has warnings of its own
]

SCHEMAS = {"2.0": "cc1f77228345", "2.3": "7f2a7d5fae7d", "2.22": "0584bdc529eb"}


@pytest.fixture(params=SCHEMAS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Give a file of an older MLflow with a run and a registered model."""
    path = tmp_path / "mlflow.db"
    url = f"sqlite:///{path}"
    engine = sqlalchemy.create_engine(url)
    Base.metadata.create_all(engine)
    configuration = _get_alembic_config(url)  # type: ignore[no-untyped-call]
    command.upgrade(configuration, SCHEMAS[request.param])
    engine.dispose()
    run, files = uuid.uuid4().hex, tmp_path / "mlruns" / "1" / "run" / "artifacts"
    (files / "model").mkdir(parents=True)
    (files / "model" / "MLmodel").write_text("flavors: {}\n")
    with sqlite3.connect(path) as connection:
        _fill(connection, run, files.as_uri())
    return path


def _fill(connection: sqlite3.Connection, run: str, files: str) -> None:
    connection.execute(
        "INSERT INTO experiments (experiment_id, name, artifact_location, lifecycle_stage) "
        "VALUES (1, 'flights', 'x', 'active')"
    )
    connection.execute(
        "INSERT INTO runs (run_uuid, name, source_type, user_id, status, start_time, end_time, "
        "lifecycle_stage, artifact_uri, experiment_id) "
        "VALUES (?, 'old', 'LOCAL', 'ada', 'FINISHED', 1600000000000, 1600000001000, 'active', "
        "?, 1)",
        (run, files),
    )
    connection.execute("INSERT INTO params VALUES ('lr', '0.1', ?)", (run,))
    connection.execute("INSERT INTO tags VALUES ('a', 'b', ?)", (run,))
    connection.executemany(
        "INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) "
        "VALUES ('loss', ?, 1600000000000, ?, ?, ?)",
        [(0.5, run, 0, 0), (0.0, run, 1, 1)],
    )
    connection.execute("INSERT INTO registered_models VALUES ('delay', 1600000000000, NULL, NULL)")
    connection.execute(
        "INSERT INTO model_versions (name, version, creation_time, current_stage, source, run_id, "
        "status) VALUES ('delay', 3, 1600000000000, 'Staging', ?, ?, 'READY')",
        (f"{files}/model", run),
    )


def test_a_file_of_an_older_mlflow_comes_over(database: Path, tmp_path: Path) -> None:
    with kept_hub(tmp_path / "home") as hub:
        source = open_mlflow(str(database), {})
        summary, again = take(hub, source), take(hub, source)
        source.close()

        (run,) = runs_of(hub)
        assert (run.name, run.status) == ("old", "succeeded")
        assert params_of(hub, run) == {"lr": "0.1"}
        assert tags_of(hub, run) == {"a": "b"}
        steps = [(step, repr(value)) for step, _, value in histories(hub)["old"]["loss"]]
        with hub.database.read() as connection:
            version = connection.row("SELECT version, stage, storage FROM model_versions")
    assert steps == [(0.0, "0.5"), (1.0, "nan")]
    place = f"mlflow-artifacts:/{run.experiment}/{run.id}/artifacts/model"
    assert version == (3, "Staging", place)
    assert (summary.points, summary.files, summary.versions) == (2, 1, 1)
    assert (again.points, again.files, again.versions, again.unchanged) == (0, 0, 0, 1)
