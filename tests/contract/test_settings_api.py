"""What the page of settings asks for: tokens, storage and the trash."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from modelcompose.database.database import Connection, Database
from modelcompose.hub.api.logs import log_path
from modelcompose.registry.models import create_model, delete_model, model_named
from modelcompose.registry.sources import Source
from modelcompose.registry.versions import create_version, delete_version, version_of
from modelcompose.tracking.experiments import create_experiment, find_experiment
from modelcompose.tracking.logged_runs import create_run
from modelcompose.tracking.series.store import SeriesStore
from tests import postgres
from tests.served_hub import Client, serving

PATIENCE_S = 30


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def hub(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Client]:
    home = tmp_path_factory.mktemp("hub")
    url = str(home / "hub.db")
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        url = postgres.new_database(server, "test_settings")
    write_files(home)
    with serving(home, url, fill) as client:
        yield client


def fill(connection: Connection, _series: SeriesStore) -> None:
    for project in ("flights", "ships"):
        experiment = find_experiment(connection, str(create_experiment(connection, project, 1.0)))
        run = create_run(connection, experiment, 1.0, name=project)
        connection.execute("UPDATE runs SET id = ? WHERE id = ?", (run_id(project), run))
    for name in ("delay", "route"):
        model = create_model(connection, name, 1.0)
        for _ in range(2):
            source = Source("models:/x", "mlflow-artifacts:/1/x", run=run_id("flights"))
            create_version(connection, model, source, 2.0)


def run_id(project: str) -> str:
    return project.encode().hex().ljust(32, "0")


def write_files(home: Path) -> None:
    artifact = home / "artifacts" / "1" / run_id("flights") / "artifacts" / "plot.png"
    artifact.parent.mkdir(parents=True)
    artifact.write_bytes(b"x" * 1000)
    log = log_path(home, run_id("flights"))
    log.parent.mkdir(parents=True)
    log.write_bytes(b"x" * 300)


def test_a_token_is_made_used_and_revoked(hub: Client) -> None:
    made = hub.post("/tokens", {"name": "ana", "grants": {"flights": "reader"}, "days": 1})
    user = Client(hub.address, hub.url, hub.home, made["secret"])
    assert user.ask("GET", "/projects/flights").status == 200
    assert user.ask("GET", "/projects/ships").status == 403
    (listed,) = (one for one in hub.get("/tokens")["tokens"] if one["id"] == made["id"])
    assert (listed["name"], listed["grants"]) == ("ana", {"flights": "reader"})
    assert listed["expires_at"] == pytest.approx(made["expires_at"])
    assert made["secret"] not in str(hub.get("/tokens"))
    assert hub.ask("DELETE", f"/tokens/{made['id']}").status == 200
    (listed,) = (one for one in hub.get("/tokens")["tokens"] if one["id"] == made["id"])
    assert listed["revoked_at"] is not None


def test_a_token_is_revoked_by_its_id_alone(hub: Client) -> None:
    hub.post("/tokens", {"name": "ben", "grants": {"": "reader"}})
    assert hub.ask("DELETE", "/tokens/ben").status == 404


@pytest.mark.parametrize(
    "body",
    [
        {"name": "", "grants": {"": "reader"}},
        {"name": "x", "grants": {}},
        {"name": "x", "grants": {"": "king"}},
        {"name": "x", "grants": {"": "reader"}, "days": 0},
    ],
)
def test_a_wrong_token_is_not_made(hub: Client, body: dict[str, Any]) -> None:
    assert hub.ask("POST", "/tokens", body).status == 400


def test_only_an_admin_of_all_sees_tokens_and_empties_the_trash(hub: Client) -> None:
    for limited in (hub.with_token(flights="admin"), hub.with_token(everywhere="writer")):
        assert limited.ask("GET", "/tokens").status == 403
        grant = {"name": "x", "grants": {"": "admin"}}
        assert limited.ask("POST", "/tokens", grant).status == 403
        assert limited.ask("DELETE", "/tokens/12345678").status == 403
        assert limited.ask("POST", "/trash/purge", {}).status == 403


def test_storage_is_measured_in_the_background(hub: Client) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while (told := hub.get("/storage"))["age_s"] is None:
        assert told["is_measuring"]
        assert time.monotonic() < deadline
    assert told["artifacts"] == {"files": 1, "size_bytes": 1000}
    assert told["logs"] == {"files": 1, "size_bytes": 300}
    assert told["database"]["size_bytes"] > 100_000
    largest = told["projects"][0]
    assert largest["project"] == "flights"
    assert largest["artifacts"]["size_bytes"] + largest["logs"]["size_bytes"] == 1300
    seen = hub.with_token(ships="reader").get("/storage")["projects"]
    assert [one["project"] for one in seen] == ["ships"]
    assert hub.get("/storage", refresh="true")["age_s"] is not None


def test_models_and_versions_come_back_from_the_trash(hub: Client) -> None:
    with closing(Database.at(hub.url)) as database, database.write() as connection:
        delete_version(connection, version_of(connection, "delay", 1), 3.0)
        delete_model(connection, model_named(connection, "route"), 4.0)
    items = hub.get("/trash", kind="model,version")["items"]
    assert [(one["kind"], one["name"], one["projects"]) for one in items] == [
        ("model", "route", ["flights"]),
        ("version", "delay@1", ["flights"]),
    ]
    limited = hub.with_token(ships="writer")
    assert limited.get("/trash")["items"] == []
    chosen = [{"kind": one["kind"], "id": one["id"]} for one in items]
    for one in chosen:
        refused = limited.ask("POST", "/trash/restore", {"items": [one]})
        assert refused.status in (403, 404)
    assert hub.post("/trash/restore", {"items": chosen}) == {"count": 2}
    assert len(hub.get("/models/route")["versions"]) == 2
    assert len(hub.get("/models/delay")["versions"]) == 2
    assert hub.ask("POST", "/trash/restore", {"items": chosen}).status == 404


def test_the_trash_is_emptied_only_when_it_is_said_so(hub: Client) -> None:
    run = run_id("ships")
    hub.post("/runs/delete", {"runs": [run]})
    assert hub.post("/trash/purge", {"before": 1.0, "is_sure": True})["runs"] == 0
    told = hub.post("/trash/purge", {})
    assert (told["runs"], told["is_done"]) == (1, False)
    assert hub.get("/trash", kind="run")["counts"] == {"run": 1}
    assert hub.post("/trash/purge", {"is_sure": True})["runs"] == 1
    assert hub.get("/trash", kind="run")["counts"] == {"run": 0}
    assert hub.ask("GET", f"/runs/{run}").status == 404
