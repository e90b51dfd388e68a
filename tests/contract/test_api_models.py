"""Aliases moved over our API: who may, what is said before, what follows; versions restored."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from modelcompose.compose.project import ModelMount
from modelcompose.hub.app import create_app
from modelcompose.hub.hub import Hub, open_hub
from modelcompose.hub.tokens import store
from modelcompose.hub.tokens.principal import Role
from modelcompose.pipeline.model_mounts.marking import mark
from modelcompose.pipeline.model_mounts.places import Mounted, MountedProject
from modelcompose.registry.candidates import Candidate, register
from modelcompose.registry.gates import parse_gate
from modelcompose.registry.models import model_named
from modelcompose.registry.versions import version_of
from modelcompose.registry.webhooks import Changes, Event, create_webhook
from modelcompose.store.content import Content
from modelcompose.tracking.experiments import create_experiment, experiment_named
from modelcompose.tracking.logged_runs import create_run
from modelcompose.tracking.run import Metric, Run

OUTSIDE = "http://10.0.0.5:4750"
LOCAL = "http://127.0.0.1:4750"
GATE = "evaluate.auc >= 0.5 and evaluate.auc > @champion.evaluate.auc"
ALIAS = "models/delay/aliases/champion"


class Party:
    """A hub with three versions of a model of the project `flights`."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.app = create_app(hub)
        with hub.database.write() as connection:
            for letter, auc in (("a", 0.6), ("b", 0.7), ("c", 0.8)):
                register(connection, candidate(letter, auc), 1.0)

    def ask(
        self, method: str, path: str, token: str | None = None, **request: Any
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, client=("10.0.0.9", 1))
            base = OUTSIDE if token else LOCAL
            async with httpx.AsyncClient(transport=transport, base_url=base) as client:
                return await client.request(method, f"/api/v1/{path}", headers=headers, **request)

        return asyncio.run(asked())

    def get(self, path: str) -> Any:
        answer = self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def move(self, version: int, expected: int | None, **more: Any) -> httpx.Response:
        body = {"version": version, "expected": expected, "reason": "it is better"}
        return self.ask("PUT", ALIAS, json=body, **more)

    def token(self, **grants: Role) -> str:
        with self.hub.database.write() as connection:
            return store.create(connection, "ana", dict(grants), self.hub.clock())[1]

    def token_of_a_run(self) -> str:
        with self.hub.database.write() as connection:
            create_experiment(connection, "flights", 1.0)
            experiment = experiment_named(connection, "flights")
            assert experiment is not None
            run = create_run(connection, experiment, 1.0, name="train")
            grants: dict[str, Role] = {"flights": "writer"}
            return store.create(connection, "step", grants, self.hub.clock(), run=run)[1]

    def serve(self, version: int, service: str = "api") -> None:
        mounted = Mounted(service, ModelMount("delay", "champion", "served"))
        with self.hub.database.write() as connection:
            found = version_of(connection, "delay", version)
            mark(connection, "flights", mounted, found, 2.0)


def candidate(letter: str, auc: float) -> Candidate:
    def run(step: str, metrics: dict[str, Metric]) -> Run:
        return Run(
            id=f"{letter}{len(step)}".ljust(32, "0"),
            project="flights",
            folder="/work/flights",
            step=step,
            status="succeeded",
            engine="docker",
            created_at=1.0,
            metrics=metrics,
        )

    runs = {"train": run("train", {}), "evaluate": run("evaluate", {"auc": Metric(auc, auc, auc)})}
    content = Content("folder", f"sha256:{letter * 64}", 10, 2)
    return Candidate("delay", "models/delay", content, runs, parse_gate(GATE), "challenger")


@pytest.fixture
def party(tmp_path: Path, database_url: str) -> Iterator[Party]:
    hub = open_hub(database_url, tmp_path / "home")
    yield Party(hub)
    hub.close()


def test_an_effect_says_from_where_to_where_and_moves_nothing(party: Party) -> None:
    assert party.get(f"{ALIAS}/effect?version=1")["kind"] == "new"
    assert party.move(1, None).status_code == 200
    found = party.get(f"{ALIAS}/effect?version=challenger")
    assert (found["old"], found["new"], found["kind"]) == (1, 3, "move")
    assert found["headline"] == "delay@champion moves from version 1 to version 3."
    assert found["command"] == "modelcompose alias set delay@3 champion"
    assert found["undo"] == "modelcompose alias set delay@1 champion"
    assert found["moves"][0]["cause"] == "it is better"
    assert party.get("models/delay")["model"]["aliases"]["champion"] == 1


def test_going_back_leads_to_where_the_alias_pointed_before(party: Party) -> None:
    party.move(1, None)
    party.move(3, 1)
    assert party.get(f"{ALIAS}/effect?version=2")["previous"] == 1
    found = party.get(f"{ALIAS}/effect?version=1")
    assert (found["kind"], found["headline"]) == (
        "back",
        "delay@champion goes back from version 3 to version 1.",
    )
    assert found["gate"]["passed"] is False
    assert [one["holds"] for one in found["gate"]["findings"]] == [True, False]
    assert [one["against"] for one in found["gate"]["findings"]] == [[0.5], [0.8]]


def test_a_move_that_somebody_else_forestalled_is_refused_and_changes_nothing(
    party: Party,
) -> None:
    party.move(1, None)
    party.move(2, 1)
    refused = party.move(3, 1)
    assert refused.status_code == 409
    assert "points to version 2 now" in refused.json()["message"]
    assert party.get("models/delay")["model"]["aliases"]["champion"] == 2
    removed = party.ask("DELETE", f"{ALIAS}?expected=1")
    assert removed.status_code == 409
    assert party.ask("DELETE", f"{ALIAS}?expected=2").json()["move"]["new"] is None


def test_an_effect_tells_what_services_here_and_elsewhere_will_see(
    party: Party, tmp_path: Path
) -> None:
    party.move(1, None)
    party.serve(1, "api")
    party.serve(1, "batch")
    mount = ModelMount("delay", "champion", "served", "signal", "SIGHUP")
    here = MountedProject("flights", str(tmp_path), (Mounted("api", mount),))
    place = party.hub.home / "mounts" / "0.json"
    place.parent.mkdir(parents=True)
    place.write_bytes(msgspec.json.encode(here))

    api, batch = party.get(f"{ALIAS}/effect?version=2")["services"]

    assert (api["service"], api["reach"], api["command"]) == ("api", "here", None)
    assert api["text"] == (
        "served gets the files of delay@2 within moments; then api gets SIGHUP, where it runs"
    )
    assert (batch["reach"], batch["command"]) == ("elsewhere", "modelcompose up --detach batch")
    assert "holds version 1 in served" in batch["text"]
    assert party.get("models/delay/aliases/challenger/effect?version=1")["services"] == []


def test_services_of_projects_that_a_caller_may_not_see_are_counted_alone(party: Party) -> None:
    party.move(1, None)
    with party.hub.database.write() as connection:
        mounted = Mounted("secret", ModelMount("delay", "champion", "served"))
        mark(connection, "other", mounted, version_of(connection, "delay", 1), 2.0)
    token = party.token(flights="reader")
    found = party.ask("GET", f"{ALIAS}/effect?version=2", token).json()
    assert (found["services"], found["hidden_services"]) == ([], 1)


def test_a_move_is_told_to_webhooks_as_over_mlflows_protocol(party: Party) -> None:
    event = Event("model_version_alias", "created")
    with party.hub.database.write() as connection:
        create_webhook(connection, Changes("w", url="https://example.org", events=[event]), 1.0)
    assert party.get(f"{ALIAS}/effect?version=1")["webhooks"] == 1
    party.move(1, None)
    with party.hub.database.read() as connection:
        ((body,),) = connection.rows("SELECT body FROM webhook_deliveries")
    told = msgspec.json.decode(body)
    assert told["data"] == {"name": "delay", "alias": "champion", "version": "1"}


def test_only_writers_of_every_project_that_made_a_version_move_its_aliases(party: Party) -> None:
    for grants, status in (
        ({"flights": "reader"}, 403),
        ({"other": "writer"}, 404),
        ({"flights": "writer"}, 200),
    ):
        token = party.token(**grants)  # type: ignore[arg-type]
        assert party.move(1, None, token=token).status_code == status, grants
    assert party.move(2, 1, token=party.token_of_a_run()).status_code == 403
    edit = {"json": {"tags": {"a": "b"}}}
    reader = party.token(flights="reader")
    assert party.ask("POST", "models/delay/edit", reader, **edit).status_code == 403
    assert party.ask("DELETE", "models/delay/versions/1", reader).status_code == 403
    stranger = party.token(other="admin")
    for path in ("", "/candidates", "/versions/1/gate", "/versions/1/files", "/trash"):
        assert party.ask("GET", f"models/delay{path}", stranger).status_code == 404, path
    assert party.ask("GET", "registry", stranger).json() == {"models": []}


def test_a_deleted_version_comes_back_with_the_aliases_that_still_point_nowhere(
    party: Party,
) -> None:
    party.move(3, None)
    trash = party.ask("DELETE", "models/delay/versions/3").json()
    assert [one["version"] for one in trash["versions"]] == [3]
    assert party.get("models/delay")["model"]["aliases"] == {}
    assert party.move(2, None).status_code == 200
    back = party.ask("POST", "models/delay/versions/3/restore").json()
    assert back["aliases"] == ["challenger"]
    assert party.get("models/delay")["model"]["aliases"] == {"challenger": 3, "champion": 2}
    causes = [one["cause"] for one in party.get("models/delay")["alias_moves"]]
    assert "version 3 was deleted" in causes
    assert party.ask("POST", "models/delay/versions/3/restore").status_code == 404


def test_descriptions_and_tags_change_alone_when_they_are_named(party: Party) -> None:
    path = "models/delay/versions/2/edit"
    party.ask("POST", path, json={"description": "The **second**", "tags": {"a": "1", "b": "2"}})
    changed = party.ask("POST", path, json={"tags": {"a": None}}).json()
    assert (changed["description"], changed["tags"]) == ("The **second**", {"b": "2"})
    model = party.ask("POST", "models/delay/edit", json={"description": ""}).json()
    assert model["description"] == ""


def test_the_registry_tells_how_the_metric_that_counts_went(party: Party) -> None:
    (one,) = party.get("registry")["models"]
    assert (one["versions"], one["newest"]["version"], one["projects"]) == (3, 3, ["flights"])
    assert (one["metric"]["name"], one["metric"]["why"]) == ("evaluate.auc", "gate")
    assert [point["value"] for point in one["metric"]["points"]] == [0.6, 0.7, 0.8]
    with party.hub.database.read() as connection:
        assert one["model"]["updated_at"] == model_named(connection, "delay").updated_at
