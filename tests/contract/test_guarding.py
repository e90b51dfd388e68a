"""Every route of MLflow's protocol keeps to what a token was granted."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.routing import Route

from modelcompose.hub.api.endpoint import Endpoint
from modelcompose.hub.api.routes import endpoints
from modelcompose.hub.app import create_app
from modelcompose.hub.guarding import role_of
from modelcompose.hub.hub import Hub, open_hub
from modelcompose.hub.mlflow import mount
from modelcompose.hub.tokens import store
from modelcompose.hub.tokens.principal import Role

OUTSIDE = "http://10.0.0.5:4750"
LOCAL = "http://127.0.0.1:4750"
ROOT = "/api/2.0/mlflow"

OPEN = {"/mlflow/server-info"}
FILTERED = {
    "/mlflow/experiments/search",
    "/mlflow/registered-models/search",
    "/mlflow/registered-models/get-latest-versions",
    "/mlflow/model-versions/search",
}
"""Lists over all projects, without what may not be seen."""

UNGUESSABLE = {"/mlflow-artifacts/mpu/part/{upload}/{number:int}"}


class Party:
    """A hub with two projects, `own` and `other`, and a model of each."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.app = create_app(hub)
        self.own = self._project("own")
        self.other = self._project("other")

    def ask(
        self, method: str, path: str, token: str | None = None, **request: Any
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, client=("10.0.0.9", 1))
            base = OUTSIDE if token else LOCAL
            async with httpx.AsyncClient(transport=transport, base_url=base) as client:
                return await client.request(method, path, headers=headers, **request)

        return asyncio.run(asked())

    def token(self, **grants: Role) -> str:
        with self.hub.database.write() as connection:
            return store.create(connection, "ana", dict(grants), self.hub.clock())[1]

    def make(self, path: str, body: Mapping[str, Any]) -> Any:
        answer = self.ask("POST", f"{ROOT}/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def _project(self, name: str) -> dict[str, str]:
        experiment = self.make("experiments/create", {"name": name})["experiment_id"]
        run = self.make("runs/create", {"experiment_id": experiment, "start_time": 1})["run"]
        run_id, place = run["info"]["run_id"], run["info"]["artifact_uri"]
        logged = self.make("logged-models", {"experiment_id": experiment, "name": "m"})
        self.make("registered-models/create", {"name": f"{name}-model"})
        self.make(
            "model-versions/create",
            {"name": f"{name}-model", "run_id": run_id, "source": f"{place}/model"},
        )
        return {
            "experiment_id": experiment,
            "run_id": run_id,
            "model_id": logged["model"]["info"]["model_id"],
            "model": f"{name}-model",
            "name": name,
            "place": f"{experiment}/{run_id}/artifacts/a.txt",
        }


@pytest.fixture(scope="module")
def party(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Party]:
    home: Path = tmp_path_factory.mktemp("guarding")
    hub = open_hub(home / "hub.db", home)
    yield Party(hub)
    hub.close()


def routes() -> list[tuple[str, str]]:
    """Give all routes below one prefix, each with its method."""

    class Nobody:
        def __getattr__(self, _name: str) -> Any:
            return Nobody()

    found = set()
    for route in mount.routes(Nobody()):  # type: ignore[arg-type]
        assert isinstance(route, Route)
        if route.path.startswith("/api/2.0/") and route.path != f"{ROOT}/{{rest:path}}":
            for method in sorted((route.methods or set()) - {"HEAD"}):
                found.add((method, route.path.removeprefix("/api/2.0")))
    return sorted(found)


def asking_for(project: Mapping[str, str], path: str) -> tuple[str, dict[str, Any]]:
    """Give a path and fields that touch things of a project, and of that project alone."""
    filled = path
    for name, value in (
        ("{model_id}", project["model_id"]),
        ("{path:path}", project["place"]),
        ("{folder:path}", project["place"].rpartition("/")[0]),
    ):
        filled = filled.replace(name, value)
    filled = re.sub(r"\{[^}]+\}", "1", filled)
    fields: dict[str, Any] = {"run_id": project["run_id"], "run_ids": [project["run_id"]]}
    if "/registered-models/" in path or "/model-versions/" in path:
        return filled, {"name": project["model"], "version": "1"}
    if "/logged-models/" in path and "{model_id}" in path:
        return filled, {}
    if "/experiments/" in path:
        return filled, {
            "experiment_id": project["experiment_id"],
            "experiment_ids": [project["experiment_id"]],
            "experiment_name": project["name"],
            "name": project["name"],
        }
    if path.startswith("/mlflow-artifacts"):
        return filled, {"path": project["place"]}
    if path == "/mlflow/runs/create" or "search" in path or path == "/mlflow/logged-models":
        number = project["experiment_id"]
        return filled, {"experiment_id": number, "experiment_ids": [number], "name": "m"}
    return filled, fields


@pytest.mark.parametrize(("method", "path"), routes())
def test_no_route_serves_another_project(party: Party, method: str, path: str) -> None:
    if path in OPEN | FILTERED | UNGUESSABLE:
        return
    filled, fields = asking_for(party.other, path)
    token = party.token(own="admin")
    for prefix in mount.PREFIXES:
        answer = party.ask(
            method,
            prefix + filled,
            token,
            **({"params": fields} if method == "GET" else {"json": fields}),
        )
        assert (answer.status_code, prefix) == (403, prefix)


@pytest.mark.parametrize(("method", "path"), routes())
def test_no_route_that_writes_serves_a_reader(party: Party, method: str, path: str) -> None:
    if path in OPEN | FILTERED or role_of(method, path) == "reader":
        return
    filled, fields = asking_for(party.own, path)
    answer = party.ask(method, f"/api/2.0{filled}", party.token(own="reader"), json=fields)
    assert answer.status_code == 403


@pytest.mark.parametrize("path", sorted(FILTERED))
def test_lists_over_all_projects_hold_those_that_may_be_seen(party: Party, path: str) -> None:
    name = {"name": "other-model"} if path.endswith("get-latest-versions") else {}
    answer = party.ask("GET", f"/api/2.0{path}", party.token(own="reader"), params=name)
    assert answer.status_code == 200
    assert party.other["model"] not in answer.text
    assert '"other"' not in answer.text


@pytest.mark.parametrize(
    ("path", "body"),
    [
        # A folder of another project as one's own.
        ("experiments/create", {"name": "own", "artifact_location": "mlflow-artifacts:/2"}),
        ("experiments/create", {"name": "own", "artifact_location": " MLFLOW-artifacts:/2"}),
        # A project of another name.
        ("experiments/update", {"experiment_id": "{experiment_id}", "new_name": "third"}),
        # A copy of a version of another project.
        ("model-versions/create", {"name": "own-model", "source": "models:/other-model/1"}),
        ("model-versions/create", {"name": "own-model", "source": "models:/other%2Dmodel/1"}),
        # Numbers on a model of another project, or a link to it.
        ("runs/log-batch", {"metrics": [{"key": "a", "value": 1, "model_id": "{other}"}]}),
        ("runs/log-metric", {"key": "a", "value": 1, "timestamp": 1, "model_id": "{other}"}),
        ("runs/log-inputs", {"models": [{"model_id": "{other}"}]}),
        ("runs/outputs", {"models": [{"model_id": "{other}"}]}),
        # Both names of a run, and an experiment beside it.
        ("runs/set-tag", {"run_uuid": "{run}", "key": "a", "value": "b"}),
        ("runs/search", {"experiment_ids": ["{experiment_id}", "2"]}),
    ],
)
def test_what_leads_to_another_project_is_refused(
    party: Party, path: str, body: dict[str, Any]
) -> None:
    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: filled(one) for name, one in value.items()}
        if isinstance(value, list):
            return [filled(one) for one in value]
        text = str(value).replace("{experiment_id}", party.own["experiment_id"])
        text = text.replace("{other}", party.other["model_id"])
        return text.replace("{run}", party.other["run_id"]) if isinstance(value, str) else value

    fields = {"run_id": party.own["run_id"]} if path.startswith("runs/") else {}
    token = party.token(own="writer")
    answer = party.ask("POST", f"{ROOT}/{path}", token, json={**fields, **filled(body)})
    assert (answer.status_code, answer.json()["error_code"]) == (403, "PERMISSION_DENIED")


LISTS = (
    *("/projects", "/models", "/registry", "/home", "/session", "/storage", "/trash", "/views"),
)
"""Of what may be seen, or of the caller."""

OF_NOBODY = ("/runs/check",)


def api_calls() -> list[Endpoint]:
    return [one for one in endpoints() if one.path not in (*LISTS, *OF_NOBODY)]


@pytest.mark.parametrize("one", api_calls(), ids=lambda one: f"{one.method} {one.path}")
def test_no_call_of_our_own_api_serves_another_project(party: Party, one: Endpoint) -> None:
    other = party.other
    path = one.path.replace("{run}", other["run_id"]).replace("{project}", other["name"])
    path = path.replace("{model}", other["model"]).replace("{version}", "1")
    path = path.replace("{alias}", "champion")
    query = {
        "run": other["run_id"],
        "project": other["name"],
        "of": f"{other['model']}@1" if "lineage" in path else "duration",
        "name": "a",
        "text": "a",
        "by": "step",
        "columns": "step",
        "path": "a",
        "digest": "sha256:a",
        "old": "1" if "models" in path else party.own["run_id"],
        "new": "1" if "models" in path else other["run_id"],
    }
    token = party.token(own="admin")
    request: dict[str, Any] = {"params": query}
    if one.method != "GET":
        request["json"] = {}
    answer = party.ask(one.method, f"/api/v1{path}", token, **request)
    # What is wrong in a body is said before anybody is asked whose it is.
    assert answer.status_code in ((403, 404) if one.method == "GET" else (400, 403, 404))


@pytest.mark.parametrize(
    "path",
    [
        *("projects", "models", "runs", "runs/table?columns=step,experiment", "registry", "home"),
        *("runs/groups?by=project", "runs/csv", "runs/values?name=project"),
    ],
)
def test_lists_of_our_own_api_hold_those_that_may_be_seen(party: Party, path: str) -> None:
    text = party.ask("GET", f"/api/v1/{path}", party.token(own="reader")).text
    assert "own" in text
    assert not any(party.other[name] in text for name in ("run_id", "model", "model_id"))
    assert '"other"' not in text


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("registry", {"model": "other-model"}),
        ("home", {"pinned": "other"}),
        ("home", {"filter": "other"}),
        ("trash", {}),
        ("storage", {}),
        ("session", {}),
        ("views", {}),
        ("runs/check", {"filter": "project = 'other'", "sort": "metrics.`other`"}),
    ],
)
def test_nothing_that_is_asked_by_name_tells_of_another_project(
    party: Party, path: str, query: dict[str, str]
) -> None:
    for project in ("own", "other"):
        view = {"name": f"{project} view", "query": ""}
        party.ask("POST", f"/api/v1/projects/{project}/views", json=view)
    answer = party.ask("GET", f"/api/v1/{path}", party.token(own="reader"), params=query)
    assert answer.status_code == 200
    assert "other view" not in answer.text
    other = party.other
    assert not any(other[name] in answer.text for name in ("run_id", "model", "model_id"))
    assert '"other"' not in answer.text


def test_the_check_of_a_filter_says_the_same_whether_or_not_there_is_what_it_names(
    party: Party,
) -> None:
    token = party.token(own="reader")
    party.make(
        "runs/log-batch",
        {
            "run_id": party.other["run_id"],
            "metrics": [{"key": "theirs", "value": 1, "timestamp": 1, "step": 0}],
        },
    )
    answers = [
        party.ask(
            "GET",
            "/api/v1/runs/check",
            token,
            params={"filter": f"metrics.{name} > 0", "sort": f"-metrics.{name}"},
        ).json()
        for name in ("theirs", "nobody")
    ]
    assert answers[0] == answers[1]


def test_json_that_is_nested_too_deeply_is_a_wrong_request(party: Party) -> None:
    for nested in ("[" * 100_000, '{"rows": ' + "[" * 900 + "]" * 900 + "}"):
        answer = party.ask("POST", "/api/v1/runs/cells", content=nested)
        assert answer.status_code == 400


def test_the_lineage_of_ones_own_leads_to_nothing_of_others(party: Party) -> None:
    token = party.token(own="reader")
    version = f"{party.own['model']}@1"
    answer = party.ask("GET", "/api/v1/lineage", token, params={"of": version})
    assert answer.status_code == 200
    assert party.other["run_id"] not in answer.text


def test_a_writer_may_do_all_of_it_in_their_own_project(party: Party) -> None:
    token = party.token(own="writer")
    own = party.own
    for path, body in (
        ("runs/log-batch", {"metrics": [{"key": "a", "value": 1, "timestamp": 1, "step": 0}]}),
        ("runs/outputs", {"models": [{"model_id": own["model_id"]}]}),
        ("model-versions/create", {"name": own["model"], "source": f"models:/{own['model']}/1"}),
    ):
        fields = {"run_id": own["run_id"]} if path.startswith("runs/") else {}
        answer = party.ask("POST", f"{ROOT}/{path}", token, json={**fields, **body})
        assert answer.status_code == 200, answer.text
    put = party.ask(
        "PUT", f"/api/2.0/mlflow-artifacts/artifacts/{own['place']}", token, content="x"
    )
    assert put.status_code == 200


def test_a_file_that_is_called_search_is_written_by_no_reader(party: Party) -> None:
    folder = party.own["place"].rpartition("/")[0]
    for method, path in (
        ("PUT", f"artifacts/{folder}/search"),
        ("DELETE", f"artifacts/{folder}/search"),
        ("POST", f"mpu/create/{folder}/search"),
    ):
        token = party.token(own="reader")
        answer = party.ask(method, f"/api/2.0/mlflow-artifacts/{path}", token, json={"path": "a"})
        assert (answer.status_code, path) == (403, path)
    tag = f"{ROOT}/logged-models/{party.own['model_id']}/tags/search"
    assert party.ask("DELETE", tag, party.token(own="reader")).status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "experiments/delete", {"experiment_id": "{experiment}"}),
        ("POST", "experiments/update", {"experiment_id": "{experiment}", "new_name": "own"}),
        ("DELETE", "registered-models/delete", {"name": "own-model"}),
        ("POST", "registered-models/set-tag", {"name": "own-model", "key": "a", "value": "b"}),
        ("DELETE", "model-versions/delete", {"name": "own-model", "version": "1"}),
        ("POST", "registered-models/alias", {"name": "own-model", "version": "1", "alias": "a"}),
        ("POST", "logged-models", {"experiment_id": "{experiment}", "source_run_id": "{first}"}),
    ],
)
def test_the_token_of_a_run_writes_to_nothing_else_by_naming_its_run(
    party: Party, method: str, path: str, body: dict[str, str]
) -> None:
    experiment = party.own["experiment_id"]
    made = party.make("runs/create", {"experiment_id": experiment, "start_time": 1})
    run = made["run"]["info"]["run_id"]
    with party.hub.database.write() as connection:
        token = store.create(connection, "step", {"own": "writer"}, party.hub.clock(), run=run)[1]
    names = {"{experiment}": experiment, "{first}": party.own["run_id"]}
    fields = {name: names.get(value, value) for name, value in body.items()}
    answer = party.ask(method, f"{ROOT}/{path}", token, json={"run_id": run, **fields})
    assert (answer.status_code, answer.json()["error_code"]) == (403, "PERMISSION_DENIED")


def test_nobody_lays_a_file_beside_the_experiments(party: Party) -> None:
    token = party.token(own="writer")
    for verb in ("create", "complete", "abort"):
        body = {"path": party.own["place"], "upload_id": "x"}
        answer = party.ask("POST", f"/api/2.0/mlflow-artifacts/mpu/{verb}", token, json=body)
        assert answer.status_code == 403


def test_the_parts_of_an_upload_go_where_the_caller_knows_the_hub(party: Party) -> None:
    folder = party.own["place"].rpartition("/")[0]
    headers = {"x-forwarded-proto": "https", "x-forwarded-host": "hub.example.org"}
    answer = asyncio.run(_asked(party, folder, {**headers, **_bearer(party)}))
    url = answer.json()["credentials"][0]["url"]
    assert url.startswith("https://hub.example.org/api/2.0/mlflow-artifacts/mpu/part/")


def _bearer(party: Party) -> dict[str, str]:
    return {"Authorization": f"Bearer {party.token(own='writer')}"}


async def _asked(party: Party, folder: str, headers: dict[str, str]) -> httpx.Response:
    transport = httpx.ASGITransport(party.app, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url=LOCAL) as client:
        path = f"/api/2.0/mlflow-artifacts/mpu/create/{folder}"
        return await client.post(path, headers=headers, json={"path": "a.txt", "num_parts": 1})
