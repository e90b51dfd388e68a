"""What MLflow's own client does with models and artifacts, against a hub that is served."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any
from uuid import uuid4

import httpx
import pytest

from modelcompose.database.database import Database
from modelcompose.registry.candidates import Candidate, register
from modelcompose.store.content import Content, Entry, Tree
from modelcompose.store.store import Store
from modelcompose.tracking.run import Run

pytest.importorskip("mlflow")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import mlflow
    import numpy as np
    from mlflow import MlflowClient
    from mlflow.data.numpy_dataset import from_numpy
    from mlflow.entities.webhook import WebhookEvent, WebhookStatus
    from mlflow.exceptions import MlflowException

pytestmark = [
    pytest.mark.xdist_group("mlflow"),  # the client's settings are those of its process
    pytest.mark.filterwarnings(
        "ignore"
    ),  # the client and what it imports have warnings of their own
]

PATIENCE_S = 20.0
QUICKLY = {"pip_requirements": ["scikit-learn"]}
"""Else the client starts an interpreter to find out what the model needs, for seconds."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    """Serve a hub of its own, as a user does."""
    serving = subprocess.Popen(
        [sys.executable, "-m", "modelcompose", "hub", "--port", "0"],
        env={"MODELCOMPOSE_HOME": str(home), "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert serving.stdout is not None
    yield serving.stdout.readline().strip()
    serving.terminate()
    assert serving.wait(PATIENCE_S) is not None
    serving.stdout.close()


@pytest.fixture
def client(address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[MlflowClient]:
    """Point the client at the hub, with an experiment of the test's own."""
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    monkeypatch.chdir(tmp_path)
    mlflow.set_tracking_uri(address)
    mlflow.set_experiment(f"test-{uuid4().hex[:8]}")
    yield MlflowClient()
    while mlflow.active_run():
        mlflow.end_run()
    mlflow.autolog(disable=True)


@pytest.fixture
def name() -> str:
    return f"model-{uuid4().hex[:8]}"


def fitted() -> Any:
    from sklearn.linear_model import LogisticRegression

    points = np.array([[0.0], [1.0], [2.0], [3.0]])
    return LogisticRegression().fit(points, np.array([0, 0, 1, 1])), points


def test_autolog_records_a_fit_with_its_model_and_its_data(client: MlflowClient) -> None:
    mlflow.autolog(silent=True)
    with mlflow.start_run() as run:
        fitted()

    found = client.get_run(run.info.run_id)
    assert found.data.params["C"] == "1.0"
    assert "training_score" in found.data.metrics
    assert found.inputs is not None
    assert found.outputs is not None
    assert [entry.dataset.name for entry in found.inputs.dataset_inputs] == ["dataset"]
    (output,) = found.outputs.model_outputs
    model = client.get_logged_model(output.model_id)
    assert (model.status, model.source_run_id) == ("READY", run.info.run_id)
    assert {metric.key for metric in model.metrics or ()} >= {"training_score"}


def test_a_model_logged_with_a_name_is_registered_and_loaded_by_its_alias(
    client: MlflowClient, name: str
) -> None:
    model, points = fitted()
    with mlflow.start_run() as run:
        logged = mlflow.sklearn.log_model(model, name="clf", registered_model_name=name, **QUICKLY)

    version = client.get_model_version(name, "1")
    assert version.run_id == run.info.run_id
    assert version.source == f"models:/{logged.model_id}"
    client.set_registered_model_alias(name, "champion", "1")
    loaded = mlflow.sklearn.load_model(f"models:/{name}@champion")
    assert (loaded.predict(points) == model.predict(points)).all()
    assert mlflow.pyfunc.load_model(f"models:/{name}/1").metadata.model_id == logged.model_id
    noted = json.loads(client.get_logged_model(logged.model_id).tags["mlflow.modelVersions"])
    assert noted == [{"name": name, "version": "1"}]


def test_a_second_model_of_one_name_is_its_second_version(client: MlflowClient, name: str) -> None:
    model, _ = fitted()
    for _ in range(2):
        with mlflow.start_run():
            mlflow.sklearn.log_model(model, name="clf", registered_model_name=name, **QUICKLY)

    assert [v.version for v in client.search_model_versions(f"name = '{name}'")] == ["2", "1"]
    assert client.get_model_version_by_alias(name, "latest").version == "2"


def test_texts_tables_figures_and_images_come_back_as_they_were(client: MlflowClient) -> None:
    with mlflow.start_run() as run:
        mlflow.log_text("grüße", "notes/läuft gut 100%.txt")
        mlflow.log_dict({"a": 1}, "config.json")
        mlflow.log_table({"x": [1, 2], "y": ["a", "b"]}, "table.json")
        mlflow.log_image(np.zeros((4, 4, 3), dtype=np.uint8), "black.png")
        mlflow.log_image(np.zeros((4, 4, 3), dtype=np.uint8), key="step", step=1)
    run_id = run.info.run_id

    assert mlflow.artifacts.load_text(f"runs:/{run_id}/notes/läuft gut 100%.txt") == "grüße"
    assert mlflow.artifacts.load_dict(f"runs:/{run_id}/config.json") == {"a": 1}
    assert list(mlflow.load_table("table.json", run_ids=[run_id])["y"]) == ["a", "b"]
    assert mlflow.artifacts.load_image(f"runs:/{run_id}/black.png").size == (4, 4)
    assert {f.path for f in client.list_artifacts(run_id)} >= {"notes", "config.json", "images"}


def test_a_figure_is_kept(client: MlflowClient) -> None:
    pyplot = pytest.importorskip("matplotlib.pyplot")
    figure, axes = pyplot.subplots()
    axes.plot([1, 2])
    with mlflow.start_run() as run:
        mlflow.log_figure(figure, "plots/line.png")
    pyplot.close(figure)

    (found,) = client.list_artifacts(run.info.run_id, "plots")
    assert (found.path, found.is_dir) == ("plots/line.png", False)
    assert (found.file_size or 0) > 1000


def test_a_folder_goes_up_and_comes_down_whole(client: MlflowClient, tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "deep" / "er").mkdir(parents=True)
    (source / "deep" / "er" / "one").write_bytes(b"1" * 3_000_000)
    (source / "empty").write_bytes(b"")
    with mlflow.start_run() as run:
        mlflow.log_artifacts(str(source), "kept")

    place = mlflow.artifacts.download_artifacts(
        run_id=run.info.run_id, artifact_path="kept", dst_path=str(tmp_path / "back")
    )
    back = {
        str(p.relative_to(place)): p.read_bytes() for p in Path(place).rglob("*") if p.is_file()
    }
    assert back == {"deep/er/one": b"1" * 3_000_000, "empty": b""}


def test_a_large_file_goes_up_and_down_in_parts(
    client: MlflowClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, value in {
        "MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD": "true",
        "MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD": "true",
        "MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE": "6000000",
        "MLFLOW_MULTIPART_DOWNLOAD_MINIMUM_FILE_SIZE": "6000000",
        "MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE": "5242880",
        "MLFLOW_MULTIPART_DOWNLOAD_CHUNK_SIZE": "5242880",
    }.items():
        monkeypatch.setenv(variable, value)
    data = np.random.default_rng(1).bytes(12_345_678)
    (tmp_path / "large.bin").write_bytes(data)
    with mlflow.start_run() as run:
        mlflow.log_artifact(str(tmp_path / "large.bin"), "folder")

    place = mlflow.artifacts.download_artifacts(
        f"runs:/{run.info.run_id}/folder/large.bin", dst_path=str(tmp_path / "back")
    )
    assert hashlib.sha256(Path(place).read_bytes()).digest() == hashlib.sha256(data).digest()


def test_prompts_are_not_among_the_models_and_models_not_among_the_prompts(
    client: MlflowClient, name: str
) -> None:
    client.create_registered_model(name, tags={"team": "a"})
    prompt = mlflow.genai.register_prompt(f"p{name}", "Hello {{who}}")

    models = client.search_registered_models(filter_string=f"name LIKE '%{name}'")
    assert [model.name for model in models] == [name]
    assert [p.name for p in mlflow.genai.search_prompts(f"name LIKE '%{name}'")] == [prompt.name]
    assert mlflow.genai.load_prompt(f"prompts:/{prompt.name}/1").template == "Hello {{who}}"


def test_models_are_searched_by_tags_and_names_in_pages(client: MlflowClient, name: str) -> None:
    for number in range(5):
        client.create_registered_model(f"{name}-{number}", tags={"odd": str(number % 2)})

    first = client.search_registered_models(
        filter_string=f"name LIKE '{name}-%'", max_results=3, order_by=["name DESC"]
    )
    second = client.search_registered_models(
        filter_string=f"name LIKE '{name}-%'",
        max_results=3,
        order_by=["name DESC"],
        page_token=first.token,
    )
    assert [model.name[-1] for model in [*first, *second]] == ["4", "3", "2", "1", "0"]
    assert not second.token
    odd = client.search_registered_models(f"name ILIKE '{name.upper()}%' AND tags.odd = '1'")
    assert [model.name[-1] for model in odd] == ["1", "3"]


def test_a_model_is_described_renamed_tagged_and_deleted(client: MlflowClient, name: str) -> None:
    client.create_registered_model(name, description="first")
    client.set_registered_model_tag(name, "team", "a")
    client.update_registered_model(name, "second")
    client.rename_registered_model(name, f"{name}-2")

    found = client.get_registered_model(f"{name}-2")
    assert (found.description, found.tags) == ("second", {"team": "a"})
    client.delete_registered_model_tag(f"{name}-2", "team")
    assert client.get_registered_model(f"{name}-2").tags == {}
    client.delete_registered_model(f"{name}-2")
    with pytest.raises(MlflowException, match="not found") as error:
        client.get_registered_model(f"{name}-2")
    assert error.value.error_code == "RESOURCE_DOES_NOT_EXIST"
    client.create_registered_model(f"{name}-2")  # the name is free at once


def test_a_taken_name_is_said_to_be_taken(client: MlflowClient, name: str) -> None:
    client.create_registered_model(name)

    with pytest.raises(MlflowException) as error:
        client.create_registered_model(name)

    assert error.value.error_code == "RESOURCE_ALREADY_EXISTS"


def new_version(client: MlflowClient, name: str) -> str:
    with mlflow.start_run() as run:
        mlflow.log_text("x", "model/MLmodel")
        source = f"{run.info.artifact_uri}/model"
    return str(client.create_model_version(name, source, run.info.run_id).version)


def test_versions_move_through_stages(client: MlflowClient, name: str) -> None:
    client.create_registered_model(name)
    for _ in range(2):
        new_version(client, name)

    client.transition_model_version_stage(name, "1", "production")
    client.transition_model_version_stage(name, "2", "Production", archive_existing_versions=True)

    assert client.get_model_version(name, "1").current_stage == "Archived"
    latest = {v.current_stage: v.version for v in client.get_latest_versions(name)}
    assert latest == {"Archived": "1", "Production": "2"}
    assert [v.version for v in client.get_latest_versions(name, ["Production"])] == ["2"]
    with pytest.raises(MlflowException, match="Invalid Model Version stage"):
        client.transition_model_version_stage(name, "1", "nowhere")


def test_a_version_is_described_tagged_and_deleted_and_its_number_never_given_again(
    client: MlflowClient, name: str
) -> None:
    client.create_registered_model(name)
    assert new_version(client, name) == "1"
    assert new_version(client, name) == "2"
    client.update_model_version(name, "2", "better")
    client.set_model_version_tag(name, "2", "passed", "yes")
    client.set_registered_model_alias(name, "best", "2")

    found = client.get_model_version(name, "2")
    assert (found.description, found.tags, found.aliases) == ("better", {"passed": "yes"}, ["best"])
    assert client.get_registered_model(name).aliases == {"best": "2"}
    client.delete_model_version_tag(name, "2", "passed")
    client.delete_model_version(name, "2")
    assert client.get_registered_model(name).aliases == {}
    assert new_version(client, name) == "3"


def test_a_version_is_copied_to_another_model(client: MlflowClient, name: str) -> None:
    client.create_registered_model(name)
    new_version(client, name)

    copy = client.copy_model_version(f"models:/{name}/1", f"{name}-prod")

    assert copy.source == f"models:/{name}/1"
    assert client.get_model_version_download_uri(f"{name}-prod", "1").endswith("/model")


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_what_a_pipeline_registered_is_fetched_like_any_other_version(
    client: MlflowClient, name: str, home: Path, kind: str, tmp_path: Path
) -> None:
    store = Store(home / "store")
    file = store.put_bytes(b"weights")
    tree = store.put_tree(Tree((Entry("deep/weights", file, 7), Entry("more", file, 7))))
    content = {
        "folder": Content("folder", tree, 14, 2),
        "file": Content("file", file, 7),
    }[kind]
    run = Run(uuid4().hex, "flights", "/work", "train", "succeeded", "docker", 1.0)
    database = Database.at(home / "hub.db")
    with database.write() as connection:
        register(connection, Candidate(name, "models/delay", content, {"train": run}), 2.0)
    database.close()

    assert client.get_model_version(name, "1").run_id == run.id
    place = mlflow.artifacts.download_artifacts(f"models:/{name}/1", dst_path=str(tmp_path))
    found = {str(p.relative_to(place)) for p in Path(place).rglob("*") if p.is_file()}
    assert found == ({"deep/weights", "more"} if kind == "folder" else {"delay"})


def test_a_source_outside_of_the_run_is_refused(client: MlflowClient, name: str) -> None:
    client.create_registered_model(name)
    with mlflow.start_run() as run:
        pass

    for source in (
        "/etc",
        "file:///etc",
        "mlflow-artifacts:/0/other/artifacts",
        f"{run.info.artifact_uri}/../../other",
        f"{run.info.artifact_uri}/%2e%2e/%252e%252e/other",
        f"runs:/{uuid4().hex}/model",
        "models:/m-0123456789abcdef0123456789abcdef",
    ):
        with pytest.raises(MlflowException, match="Invalid model version source"):
            client.create_model_version(name, source, run.info.run_id)


def test_logged_models_are_searched_by_metric_parameter_and_data(client: MlflowClient) -> None:
    experiment = mlflow.set_experiment(f"logged-{uuid4().hex[:8]}").experiment_id
    data = from_numpy(np.array([1.0]), name="held-out")
    with mlflow.start_run():
        for number in range(3):
            model = mlflow.create_external_model(name=f"m{number}", params={"depth": str(number)})
            mlflow.log_metric("auc", number / 10, model_id=model.model_id, dataset=data)

    def found(**wanted: Any) -> list[str]:
        models = mlflow.search_logged_models([experiment], output_format="list", **wanted)
        return [model.name for model in models]

    best = [{"field_name": "metrics.auc", "ascending": False}]
    assert found(order_by=best) == ["m2", "m1", "m0"]
    assert found(filter_string="metrics.auc >= 0.1 AND params.depth = '1'") == ["m1"]
    assert found(filter_string="metrics.auc > 0", datasets=[{"dataset_name": "o'ther"}]) == []
    assert sorted(found(datasets=[{"dataset_name": "held-out"}])) == ["m0", "m1", "m2"]
    assert found(filter_string="name = 'm2'", max_results=1) == ["m2"]


def test_a_logged_model_is_tagged_and_deleted(client: MlflowClient) -> None:
    model = mlflow.create_external_model(name="mine", tags={"a": "1"})
    client.set_logged_model_tags(model.model_id, {"b": "2"})
    client.delete_logged_model_tag(model.model_id, "a")

    assert client.get_logged_model(model.model_id).tags == {"b": "2"} | {
        key: value for key, value in model.tags.items() if key != "a"
    }
    client.delete_logged_model(model.model_id)
    with pytest.raises(MlflowException, match="not found"):
        client.get_logged_model(model.model_id)


class Listener(ThreadingHTTPServer):
    """A webhook: keeps what it hears, and refuses the first `refusals` times."""

    def __init__(self) -> None:
        self.heard: Queue[tuple[dict[str, str], str]] = Queue()
        self.refusals = 0
        super().__init__(("127.0.0.1", 0), _Hearing)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook?a=1"


class _Hearing(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.heard.put((dict(self.headers), body))
        is_refused = self.server.refusals > 0
        self.server.refusals -= is_refused
        self.send_response(503 if is_refused else 200)
        self.end_headers()
        self.wfile.write(b"heard")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def listener() -> Iterator[Listener]:
    server = Listener()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_webhook_hears_what_happens_signed_and_again_after_a_refusal(
    client: MlflowClient, name: str, listener: Listener
) -> None:
    listener.refusals = 1
    webhook = client.create_webhook(
        name="hook", url=listener.url, events=["registered_model.created"], secret="s3cret"
    )
    client.create_registered_model(name, tags={"a": "1"}, description="mine")

    (first, text), (again, same) = (listener.heard.get(timeout=PATIENCE_S) for _ in range(2))
    client.delete_webhook(webhook.webhook_id)
    assert same == text
    assert again["X-MLflow-Delivery-Id"] == first["X-MLflow-Delivery-Id"]
    signed = f"{again['X-MLflow-Delivery-Id']}.{again['X-MLflow-Timestamp']}.{text}"
    made = hmac.new(b"s3cret", signed.encode(), hashlib.sha256).digest()
    assert again["X-MLflow-Signature"] == f"v1,{base64.b64encode(made).decode()}"
    document = json.loads(text)
    assert (document["entity"], document["action"]) == ("registered_model", "created")
    assert document["data"] == {"name": name, "tags": {"a": "1"}, "description": "mine"}


def test_a_webhook_hears_of_versions_aliases_and_tags_until_it_is_disabled(
    client: MlflowClient, name: str, listener: Listener
) -> None:
    webhook = client.create_webhook(
        name="hook",
        url=listener.url,
        events=["model_version.created", "model_version_alias.created", "model_version_tag.set"],
    )
    client.create_registered_model(name)
    new_version(client, name)
    client.set_registered_model_alias(name, "best", "1")
    client.set_model_version_tag(name, "1", "k", "v")

    heard = [json.loads(listener.heard.get(timeout=PATIENCE_S)[1]) for _ in range(3)]
    assert {(event["entity"], event["data"]["name"]) for event in heard} == {
        ("model_version", name),
        ("model_version_alias", name),
        ("model_version_tag", name),
    }
    changed = client.update_webhook(webhook.webhook_id, status=WebhookStatus.DISABLED)
    assert changed.status == WebhookStatus.DISABLED
    assert webhook.webhook_id in {found.webhook_id for found in client.list_webhooks()}
    tested = client.test_webhook(webhook.webhook_id)
    assert (tested.success, tested.response_status, tested.response_body) == (True, 200, "heard")
    client.delete_webhook(webhook.webhook_id)
    with pytest.raises(MlflowException, match="not found"):
        client.get_webhook(webhook.webhook_id)


def test_a_webhook_that_cannot_be_is_refused(client: MlflowClient) -> None:
    event = WebhookEvent.from_str("model_version.created")
    for name, url in (("a b", "http://localhost/"), ("a", "ftp://x/"), ("a", "http://u:p@x/")):
        with pytest.raises(MlflowException) as error:
            client.create_webhook(name=name, url=url, events=[event])
        assert error.value.error_code == "INVALID_PARAMETER_VALUE"


@pytest.mark.parametrize(
    "path",
    [
        "../outside",
        "%2e%2e/outside",
        "%2e%2e%2foutside",
        "a/%252e%252e/b",
        "a/../../b",
        "/etc/passwd",
        "a%00b",
        "a//b",
        "./a",
        "a%5c..%5cb",
        "x" * 300,
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_no_path_leads_out_of_the_artifacts(address: str, method: str, path: str) -> None:
    # Not by httpx, which would resolve the path itself.
    connection = HTTPConnection(address.removeprefix("http://"), timeout=PATIENCE_S)
    connection.request(
        method, f"/api/2.0/mlflow-artifacts/artifacts/{path}", b"x" * (method == "PUT")
    )
    answer = connection.getresponse()
    told = json.loads(answer.read())
    connection.close()

    assert (answer.status, told["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_a_page_among_the_artifacts_cannot_act_as_one_of_the_hub(address: str) -> None:
    url = f"{address}/ajax-api/2.0/mlflow-artifacts/artifacts/0/run/artifacts/evil.svg"
    httpx.put(url, content=b"<svg xmlns='http://www.w3.org/2000/svg'/>").raise_for_status()

    answer = httpx.get(url)

    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
