"""The Compose file as one picture."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from modelcompose.compose.project import (
    Build,
    DataSource,
    ModelMount,
    ModelRule,
    Mount,
    Project,
    Step,
)
from modelcompose.pipeline.graph import build_graph
from modelcompose.pipeline.picture import (
    data_of,
    edges_of,
    inputs_of,
    models_of,
    outputs_of,
    services_of,
)
from modelcompose.store.content import Content
from tests.unit.pipeline.making import project, service, step

RAW = Content("folder", f"sha256:{'a' * 64}", 12)


def served(model: str) -> tuple[Mount, ...]:
    return (Mount("bind", "/m", "/project/m", model=ModelMount(model, "champion", "m")),)


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    return replace(
        project(
            service("clean", step(inputs=["data/raw", "clean.py"], outputs=["data/clean"])),
            service("train", step(inputs=["data/clean"], outputs=["models/m"]), depends_on=["db"]),
            service("test", step(inputs=[], outputs=[]), depends_on=["train"]),
            service("db"),
            service("api", mounts=served("delay")),
            directory=tmp_path,
        ),
        data=(DataSource("data/raw", "s3://user:secret@bucket/raw"),),
        models=(ModelRule("delay", "models/m", ("test",), "test.auc > 0.5", "challenger"),),
    )


def edges(made: Project) -> set[tuple[str, str, str]]:
    return {(e.source, e.kind, e.target) for e in edges_of(made, build_graph(made))}


def test_everything_in_the_file_is_tied_together(shop: Project) -> None:
    assert edges(shop) == {
        ("data:data/raw", "reads", "step:clean"),
        ("step:clean", "writes", "data:data/clean"),
        ("data:data/clean", "reads", "step:train"),
        ("step:train", "writes", "data:models/m"),
        ("step:train", "after", "step:test"),
        ("service:db", "needs", "step:train"),
        ("data:models/m", "makes", "model:delay"),
        ("model:delay", "serves", "service:api"),
    }


def test_code_is_told_with_its_step_and_is_no_data_of_the_picture(shop: Project) -> None:
    (raw, code) = inputs_of(shop, shop.steps["clean"], {"data/raw": RAW})
    assert (raw.path, raw.kind, raw.digest, raw.size_bytes) == (
        "data/raw",
        "folder",
        RAW.digest,
        12,
    )
    assert (code.path, code.kind, code.digest) == ("clean.py", "file", None)
    assert not any("clean.py" in end for edge in edges(shop) for end in edge)


def test_a_folder_of_code_that_nobody_declares_as_data_is_code(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "lib.py").touch()
    (tmp_path / "corpus").mkdir()
    made = project(
        service("train", step(inputs=["src", "corpus"], outputs=["m"])), directory=tmp_path
    )
    assert ("data:corpus", "reads", "step:train") in edges(made)
    assert ("data:src", "reads", "step:train") not in edges(made)


def test_metrics_are_data_where_somebody_reads_them() -> None:
    evaluate = Step(inputs=(), metrics=("metrics.json", "other.json"), plots=("roc.csv",))
    made = project(service("evaluate", evaluate), service("report", step(inputs=["metrics.json"])))
    assert edges(made) == {
        ("step:evaluate", "writes", "data:metrics.json"),
        ("data:metrics.json", "reads", "step:report"),
    }
    roles = {place.path: place.role for place in outputs_of(made, evaluate, {})}
    assert roles == {"metrics.json": "metrics", "other.json": "metrics", "roc.csv": "plots"}


def test_data_is_told_with_its_version_and_its_source_without_credentials(shop: Project) -> None:
    (raw,) = data_of(shop, {"data/raw": RAW})
    assert raw.digest == RAW.digest
    assert raw.source.startswith("s3://")
    assert "secret" not in raw.source


def test_models_are_told_with_their_gate_and_who_serves_them(shop: Project) -> None:
    (delay,) = models_of(shop)
    assert (delay.requires, delay.when, delay.alias) == (["test"], "test.auc > 0.5", "challenger")
    assert [(one.service, one.reference) for one in delay.served_by] == [("api", "champion")]


def test_a_model_of_another_project_is_told_where_a_service_mounts_it() -> None:
    made = project(service("api", mounts=served("other")))
    assert [model.name for model in models_of(made)] == ["other"]
    assert edges(made) == {("model:other", "serves", "service:api")}


def test_services_are_told_with_ports_and_what_they_are_built_from() -> None:
    ports = [
        {"target": 80, "published": "8080", "host_ip": "127.0.0.1", "protocol": "tcp"},
        {"target": 53, "protocol": "udp"},
    ]
    made = project(replace(service("api"), document={"ports": ports}, build=Build("/project/api")))
    (api,) = services_of(made)
    assert api.ports == ["127.0.0.1:8080→80", "53/udp"]
    assert api.build == "api"
    assert not api.is_step
