"""What MLflow recorded is the same in the hub, told by MLflow's own client on both sides."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
import uuid
import warnings
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from modelcompose.errors import UsageError
from modelcompose.hub.hub import open_hub
from modelcompose.hub.importing.http import Server
from modelcompose.hub.importing.intake import take
from modelcompose.hub.importing.mlflow import open_mlflow
from modelcompose.hub.importing.mlflow_file import merge_into_run
from modelcompose.hub.importing.server_files import server_files
from modelcompose.hub.importing.source import Place, SourceFile
from modelcompose.registry.aliases import set_alias
from modelcompose.registry.models import model_named
from modelcompose.registry.versions import version_of
from modelcompose.tracking.contact import LOST_TAG, end_lost
from modelcompose.tracking.experiments import create_experiment, find_experiment
from modelcompose.tracking.logged_runs import create_run
from tests.hub_server import running
from tests.imports import histories, kept_hub, params_of, runs_of, tags_of
from tests.workbench import wait_until

pytest.importorskip("mlflow")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import mlflow

    from tests.contract.mlflow_sources import MODEL, POINTS, files_of, make, told

pytestmark = [
    pytest.mark.xdist_group("mlflow"),  # the client's settings are those of its process
    pytest.mark.filterwarnings("ignore"),  # the client has warnings of its own
]

PATIENCE_S = 60.0


@pytest.fixture(autouse=True)
def _client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with MLflow's database, and the artifacts beside it."""
    folder = tmp_path_factory.mktemp("mlflow")
    make(f"sqlite:///{folder}/mlflow.db", folder / "artifacts")
    return folder


@pytest.fixture
def database(made: Path, tmp_path: Path) -> Path:
    """Give a copy of MLflow's database, which may be changed."""
    return Path(shutil.copy(made / "mlflow.db", tmp_path / "mlflow.db"))


def bring(home: Path, address: str) -> None:
    with kept_hub(home) as hub:
        source = open_mlflow(address, os.environ)
        take(hub, source)
        source.close()


def parent_of(recorded: dict[str, dict[str, dict[str, tuple[str, ...]]]]) -> str:
    runs = recorded["runs"]
    return next(run for run in runs if runs[run]["info"][0] == "parent")


def test_all_of_a_sqlite_file_is_the_same_in_the_hub(made: Path, tmp_path: Path) -> None:
    source = f"sqlite:///{made}/mlflow.db"
    bring(tmp_path / "home", source)

    with running(tmp_path / "home") as hub:
        theirs, ours = told(source), told(hub.address)
        run = parent_of(theirs)
        assert ours == theirs
        assert len(ours["histories"][run, "loss"]) == POINTS
        assert files_of(hub.address, run, tmp_path / "ours") == files_of(
            source, run, tmp_path / "theirs"
        )
        mlflow.set_tracking_uri(hub.address)
        mlflow.set_registry_uri(hub.address)
        loaded = mlflow.sklearn.load_model(f"models:/{MODEL}@champion")
        assert list(loaded.predict([[0.0], [1.0]])) == [0, 1]


def test_all_of_a_folder_is_the_same_in_the_hub(tmp_path: Path) -> None:
    source = (tmp_path / "mlruns").as_uri()
    make(source, None)
    bring(tmp_path / "home", str(tmp_path / "mlruns"))

    with running(tmp_path / "home") as hub:
        theirs, ours = told(source), told(hub.address)
        # Its files tell a value twice that a model shares.
        theirs["histories"] = {
            key: sorted(set(theirs["histories"][key])) for key in ours["histories"]
        }
        assert ours == theirs
        mlflow.set_tracking_uri(hub.address)
        mlflow.set_registry_uri(hub.address)
        assert mlflow.sklearn.load_model(f"models:/{MODEL}/1").predict([[1.0]])[0] == 1


def test_all_of_a_server_is_the_same_in_the_hub(database: Path, made: Path, tmp_path: Path) -> None:
    port = _free_port()
    words = ["server", "--backend-store-uri", f"sqlite:///{database}", "--workers", "1"]
    address = f"http://127.0.0.1:{port}"
    serving = subprocess.Popen(
        [Path(sys.executable).with_name("mlflow"), *words, "--port", str(port)],
        cwd=tmp_path,
        env={**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_until(lambda: _answers(address), "MLflow's server", PATIENCE_S)
        bring(tmp_path / "home", address)
        with running(tmp_path / "home") as hub:
            theirs, ours = told(address), told(hub.address)
            run = parent_of(theirs)
            assert ours == theirs
            assert files_of(hub.address, run, tmp_path / "ours")["notes/deep/a.txt"] == b"hello"
        make(address, None, name="through the server")
        bring(tmp_path / "home", address)
        with running(tmp_path / "home") as hub:
            assert told(hub.address) == told(address)
            client = mlflow.MlflowClient(address, address)
            (logged,) = (model for model in client.search_logged_models([_experiment(client)]))
            places = (
                Place(logged.source_run_id or "", "s3://elsewhere"),
                Place(logged.model_id, "s3://elsewhere", is_model=True),
                Place(logged.model_id, logged.artifact_location, is_model=True),
            )
            asked = Server(address, {})
            found = [
                {file.path: _read(file) for file in server_files(asked, each)} for each in places
            ]
            assert found[0]["notes/deep/a.txt"] == b"hello"
            assert "MLmodel" in found[1]
            assert found[1] == found[2]
    finally:
        os.killpg(serving.pid, signal.SIGKILL)
        serving.wait(PATIENCE_S)


def test_a_second_import_adds_nothing_and_a_changed_source_only_what_is_new(
    database: Path, tmp_path: Path, database_url: str
) -> None:
    hub = open_hub(database_url, tmp_path / "home")
    source = open_mlflow(str(database), {})
    try:
        first, again = take(hub, source), take(hub, source)
        with sqlite3.connect(database) as connection:
            run = connection.execute("SELECT run_uuid FROM runs WHERE name = 'still running'")
            run_id = run.fetchone()[0]
            connection.execute(
                "UPDATE runs SET status = 'FINISHED', end_time = 1800000000000 WHERE run_uuid = ?",
                (run_id,),
            )
            connection.execute(
                "INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) "
                "SELECT key, value, timestamp - 5, run_uuid, 1000 + step, 0 FROM metrics "
                "WHERE key = 'loss' AND step < 3 AND timestamp = 1700000000000 + step"
            )
        changed = take(hub, source)
        status = {row.name: row.status for row in runs_of(hub)}
        loss = histories(hub)["parent"]["loss"]
    finally:
        source.close()
        hub.close()
    assert (first.runs, first.unchanged) == (5, 0)
    assert first.points > POINTS
    assert (again.runs, again.points, again.files, again.versions) == (0, 0, 0, 0)
    assert again.unchanged == 5
    assert (changed.runs, changed.points, changed.unchanged) == (0, 3, 3)
    assert len(loss) == POINTS + 3
    assert status["still running"] == "succeeded"


def test_an_import_that_is_killed_goes_on_and_has_each_point_once(
    database: Path, tmp_path: Path
) -> None:
    _grow(database, runs=60, points=2000)
    home = tmp_path / "home"
    words = [sys.executable, "-m", "modelcompose", "hub", "import", "mlflow", str(database)]
    environment = {**os.environ, "MODELCOMPOSE_HOME": str(home)}
    for least in (5, 20, 40):
        killed = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL)
        wait_until(partial(_is_at, home, least, killed), f"{least} runs", PATIENCE_S)
        killed.kill()
        killed.wait(PATIENCE_S)
    subprocess.run(words, env=environment, check=True, stdout=subprocess.DEVNULL)

    with kept_hub(home) as hub:
        runs = histories(hub)
    assert all(Counter(runs[f"grown {i}"]["m"]).most_common(1)[0][1] == 1 for i in range(60))
    assert {len(runs[f"grown {i}"]["m"]) for i in range(60)} == {2000}


def test_files_that_cannot_be_read_are_named_and_come_when_they_can(
    database: Path, made: Path, tmp_path: Path
) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE runs SET artifact_uri = 's3://bucket/' || run_uuid")
    with kept_hub(tmp_path / "home") as hub:
        source = open_mlflow(str(database), {})
        first = take(hub, source)
        with sqlite3.connect(database) as connection:
            connection.execute(
                "UPDATE runs SET artifact_uri = ? || run_uuid || '/artifacts'",
                (f"{(made / 'artifacts').as_uri()}/",),
            )
        second = take(hub, source)
        source.close()
    assert len(first.left_out) == 5
    assert "s3 cannot be read from here" in first.left_out[0].reason
    assert second.left_out == []
    assert second.files == 2


def test_an_alias_follows_its_source_until_the_hub_moves_it(database: Path, tmp_path: Path) -> None:
    def at() -> int | None:
        with hub.database.read() as connection:
            return model_named(connection, MODEL).aliases.get("champion")

    def move(version: int) -> None:
        with sqlite3.connect(database) as theirs:
            theirs.execute("UPDATE registered_model_aliases SET version = ?", (version,))
        take(hub, source)

    with sqlite3.connect(database) as theirs:
        columns = "name, creation_time, current_stage, source, run_id, status, last_updated_time"
        theirs.execute(
            f"INSERT INTO model_versions (version, {columns}) "
            f"SELECT 2, {columns} FROM model_versions"
        )
        theirs.execute("UPDATE model_versions SET creation_time = 5 WHERE version = 2")
    with kept_hub(tmp_path / "home") as hub:
        source = open_mlflow(str(database), {})
        take(hub, source)
        assert at() == 1
        move(2)
        assert at() == 2
        with hub.database.write() as connection:
            model = model_named(connection, MODEL)
            set_alias(connection, model, "champion", version_of(connection, MODEL, 1), 1.0)
        move(2)
        assert at() == 1
        source.close()


def test_a_version_whose_number_is_taken_is_left_out_and_told(
    database: Path, tmp_path: Path
) -> None:
    with kept_hub(tmp_path / "home") as hub:
        source = open_mlflow(str(database), {})
        take(hub, source)
        with sqlite3.connect(database) as connection:
            connection.execute("UPDATE model_versions SET creation_time = creation_time + 1")
        second = take(hub, source)
        source.close()
    assert [left.what for left in second.left_out] == [f"model {MODEL} version 1"]


def test_an_experiment_that_the_hub_has_in_its_trash_is_left_out_and_told(
    database: Path, tmp_path: Path
) -> None:
    with kept_hub(tmp_path / "home") as hub:
        with hub.database.write() as connection:
            create_experiment(connection, "flights", 1.0)
            connection.execute("UPDATE experiments SET deleted_at = 2 WHERE name = 'flights'")
        source = open_mlflow(str(database), {})
        summary = take(hub, source)
        source.close()
    assert summary.runs == 0
    assert "trash" in summary.left_out[0].reason


def test_a_run_that_was_lost_here_ends_as_its_source_says(database: Path, tmp_path: Path) -> None:
    with kept_hub(tmp_path / "home") as hub:
        source = open_mlflow(str(database), {})
        take(hub, source)
        with hub.database.write() as connection:
            assert len(end_lost(connection, time.time() + 1)) == 2  # one is in the trash
        with sqlite3.connect(database) as connection:
            connection.execute(
                "UPDATE runs SET status = 'FINISHED', end_time = 5 WHERE name = 'still running'"
            )
        take(hub, source)
        source.close()
        run = next(run for run in runs_of(hub) if run.name == "still running")
        tags = tags_of(hub, run)
    assert run.status == "succeeded"
    assert LOST_TAG not in tags


def test_of_a_chosen_experiment_only_its_runs_and_their_models_come_over(
    database: Path, tmp_path: Path
) -> None:
    with kept_hub(tmp_path / "home") as hub:
        source = open_mlflow(str(database), {})
        none = take(hub, source, wanted=lambda name: name == "flights, gone")
        some = take(hub, source, wanted=lambda name: name == "flights")
        source.close()
    assert (none.experiments, none.runs, none.models) == (1, 0, 0)
    assert (some.experiments, some.runs, some.versions) == (1, 5, 1)


def test_an_experiment_that_is_not_there_is_said_with_those_that_are(
    database: Path, tmp_path: Path
) -> None:
    with kept_hub(tmp_path / "home") as hub:
        source = open_mlflow(str(database), {})
        with pytest.raises(UsageError, match="no experiment") as found:
            take(hub, source, wanted=lambda _: False)
        source.close()
    assert "flights" in (found.value.hint or "")


def test_the_command_says_what_it_did_to_people_and_to_programs(
    database: Path, tmp_path: Path
) -> None:
    words = [sys.executable, "-m", "modelcompose", "hub", "import", "mlflow", str(database)]
    environment = {**os.environ, "MODELCOMPOSE_HOME": str(tmp_path / "home")}
    run = partial(subprocess.run, env=environment, capture_output=True, text=True, check=True)
    first, again = run(words), run([*words, "--format", "json"])

    assert first.stdout.splitlines()[1:3] == ["  experiments  2", "  runs         5"]
    assert first.stderr == ""
    assert json.loads(again.stdout)["unchanged"] == 5


def test_the_runs_of_a_file_become_part_of_a_run_and_runs_below_it(
    database: Path, made: Path, tmp_path: Path
) -> None:
    with kept_hub(tmp_path / "home") as hub:
        with hub.database.write() as connection:
            run = create_run(connection, find_experiment(connection, "0"), 5.0, name="train")
        moved = tmp_path / "moved"
        shutil.copytree(made / "artifacts", moved)
        folders = {str(made / "artifacts"): moved}
        first = merge_into_run(hub, database, run, folders=folders)
        again = merge_into_run(hub, database, run, folders=folders)

        train = next(each for each in runs_of(hub) if each.id == run)
        below = {each.name for each in runs_of(hub) if each.id != run}
        parents = {
            tags_of(hub, each).get("mlflow.parentRunId") for each in runs_of(hub) if each.id != run
        }
        loss = histories(hub)["train"]["loss"]
        params = params_of(hub, train)
    assert len(loss) == POINTS
    assert params["lr"] == "0.1"
    assert (train.name, train.status) == ("train", "running")
    assert below == {"child", "failed", "still running"}
    assert parents == {run}
    assert (first.versions, first.files > 2) == (1, True)
    assert (again.points, again.versions, again.files) == (0, 0, 0)


def test_no_file_is_taken_through_a_link_that_stands_for_the_folder(
    database: Path, made: Path, tmp_path: Path
) -> None:
    with kept_hub(tmp_path / "home") as hub:
        with hub.database.write() as connection:
            run = create_run(connection, find_experiment(connection, "0"), 5.0)
        link = tmp_path / "link"
        link.symlink_to(made / "artifacts")
        taken = merge_into_run(hub, database, run, folders={str(made / "artifacts"): link})
    assert taken.runs > 0
    assert taken.files == 0


@pytest.mark.parametrize("content", [b"no database", b""])
def test_what_is_none_of_mlflows_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(UsageError, match="database"):
        open_mlflow(str(tmp_path / "file"), {})
    with pytest.raises(UsageError, match="no such file"):
        open_mlflow(str(tmp_path / "none"), {})
    with pytest.raises(UsageError, match="no experiments"):
        open_mlflow(str(tmp_path), {})
    with pytest.raises(UsageError, match="does not answer"):
        open_mlflow("http://127.0.0.1:1", {})


def _grow(database: Path, *, runs: int, points: int) -> None:
    with sqlite3.connect(database) as connection:
        for number in range(runs):
            run = uuid.uuid4().hex
            connection.execute(
                "INSERT INTO runs (run_uuid, name, source_type, user_id, status, start_time, "
                "lifecycle_stage, artifact_uri, experiment_id) "
                "VALUES (?, ?, 'LOCAL', 'ada', 'FINISHED', ?, 'active', '', 1)",
                (run, f"grown {number}", 1_700_000_000_000 + number),
            )
            connection.executemany(
                "INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) "
                "VALUES ('m', ?, ?, ?, ?, 0)",
                [(step / 7, 1_700_000_000_000 + step, run, step) for step in range(points)],
            )


def _imported(home: Path) -> int:
    if not (home / "hub.db").exists():
        return 0
    with sqlite3.connect(f"{(home / 'hub.db').as_uri()}?mode=ro", uri=True) as connection:
        return int(connection.execute("SELECT count(*) FROM runs").fetchone()[0])


def _is_at(home: Path, runs: int, importing: subprocess.Popen[bytes]) -> bool:
    return _imported(home) >= runs or importing.poll() is not None


def _experiment(client: mlflow.MlflowClient) -> str:
    found = client.get_experiment_by_name("through the server")
    assert found is not None
    return str(found.experiment_id)


def _read(file: SourceFile) -> bytes:
    with file.open() as stream:
        return stream.read()


def _free_port() -> int:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
