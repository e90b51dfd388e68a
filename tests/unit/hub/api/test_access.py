from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from modelcompose.hub.access import KNOWN_S, Access, Rules
from modelcompose.hub.app import create_app
from modelcompose.hub.hub import Hub
from modelcompose.hub.tokens import store
from modelcompose.hub.tokens.failures import MOST, WINDOW_S
from modelcompose.hub.tokens.principal import Role
from tests.unit.hub.api.clock import Clock

LOCAL = "http://127.0.0.1:4750"
OUTSIDE = "http://10.0.0.5:4750"
SEARCH = "/api/2.0/mlflow/experiments/search"
LAB = "https://lab.example.org"

Ask = Callable[..., httpx.Response]


@pytest.fixture
def ask(hub: Hub) -> Ask:
    """Send one request to the application, as a server would hand it over."""
    return asking_of(hub, Rules(hosts=("hub.lab",), origins=(LAB,)))


@pytest.fixture
def closed(hub: Hub) -> Ask:
    """Do the same with a hub that a command keeps for what it started."""
    return asking_of(hub, Rules(is_closed=True))


def asking_of(hub: Hub, rules: Rules) -> Ask:
    app = create_app(hub, rules)

    def asking(
        method: str, path: str, *, base: str = OUTSIDE, token: str | None = None, **more: Any
    ) -> httpx.Response:
        client_address = more.pop("client", "10.0.0.9")
        headers = {**more.pop("headers", {})}
        if token:
            headers["Authorization"] = f"Bearer {token}"

        async def sent() -> httpx.Response:
            transport = httpx.ASGITransport(app, client=(client_address, 1))
            async with httpx.AsyncClient(transport=transport, base_url=base) as client:
                return await client.request(method, path, headers=headers, **more)

        return asyncio.run(sent())

    return asking


def a_token(hub: Hub, run: str | None = None, **grants: Role) -> str:
    named: dict[str, Role] = {
        "" if name == "everything" else name: role for name, role in grants.items()
    }
    with hub.database.write() as connection:
        return store.create(connection, "ana", named, hub.clock(), run=run)[1]


def an_experiment(ask: Ask, name: str) -> str:
    made = ask("POST", "/api/2.0/mlflow/experiments/create", base=LOCAL, json={"name": name})
    return str(made.json()["experiment_id"])


def a_run(ask: Ask, experiment: str, **more: Any) -> str:
    body = {"experiment_id": experiment, "start_time": 1, **more}
    made = ask("POST", "/api/2.0/mlflow/runs/create", base=LOCAL, json=body)
    return str(made.json()["run"]["info"]["run_id"])


def a_logged_model(ask: Ask, experiment: str) -> str:
    body = {"experiment_id": experiment, "name": "model"}
    made = ask("POST", "/api/2.0/mlflow/logged-models", base=LOCAL, json=body)
    return str(made.json()["model"]["info"]["model_id"])


def search(ask: Ask, **more: Any) -> httpx.Response:
    return ask("POST", SEARCH, json={"max_results": 10}, **more)


@pytest.mark.parametrize("base", [LOCAL, "http://[::1]:4750", "http://localhost:4750"])
def test_on_loopback_no_token_is_needed(ask: Ask, base: str) -> None:
    assert search(ask, base=base).status_code == 200


def test_on_any_other_address_a_token_is_needed(ask: Ask) -> None:
    answer = search(ask)
    assert answer.status_code == 401
    assert answer.json()["error_code"] == "UNAUTHENTICATED"
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert ask("GET", "/health").status_code == 200


def test_behind_a_proxy_a_token_is_needed_on_loopback_too(ask: Ask) -> None:
    assert search(ask, base=LOCAL, headers={"X-Forwarded-For": "8.8.8.8"}).status_code == 401


@pytest.mark.parametrize(
    "header", ["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"]
)
def test_whatever_a_proxy_adds_tells_of_it(ask: Ask, header: str) -> None:
    assert search(ask, base=LOCAL, headers={header: "127.0.0.1"}).status_code == 401


def test_a_token_lets_in(ask: Ask, hub: Hub) -> None:
    token = a_token(hub, everything="reader")
    assert search(ask, token=token).status_code == 200
    basic = base64.b64encode(f"user:{token}".encode()).decode()
    assert search(ask, headers={"Authorization": f"Basic {basic}"}).status_code == 200


def test_a_wrong_token_is_refused_on_loopback_too(ask: Ask) -> None:
    assert search(ask, token="mc_wrong").status_code == 401
    assert search(ask, token="mc_wrong", base=LOCAL).status_code == 401


def test_only_the_hash_of_a_token_is_stored(hub: Hub) -> None:
    token = a_token(hub, everything="reader")
    with hub.database.read() as connection:
        cells = str(connection.rows("SELECT * FROM tokens"))
    assert token not in cells
    assert store.hashed(token) in cells


def test_a_revoked_token_ends_within_seconds(ask: Ask, hub: Hub, clock: Clock) -> None:
    token = a_token(hub, everything="reader")
    assert search(ask, token=token).status_code == 200
    with hub.database.write() as connection:
        store.revoke(connection, "ana", clock())
    clock.now += KNOWN_S + 0.1
    assert search(ask, token=token).status_code == 401


def test_a_token_ends_by_itself(ask: Ask, hub: Hub, clock: Clock) -> None:
    with hub.database.write() as connection:
        _, token = store.create(connection, "ana", {"": "reader"}, clock(), expires_at=clock() + 60)
    assert search(ask, token=token).status_code == 200
    clock.now += 60 + KNOWN_S
    assert search(ask, token=token).status_code == 401


def test_who_fails_too_often_waits_and_others_do_not(ask: Ask, hub: Hub, clock: Clock) -> None:
    token, known = a_token(hub, everything="reader"), a_token(hub, everything="reader")
    search(ask, token=known)
    for _ in range(MOST):
        assert search(ask, token="mc_wrong", client="10.0.0.66").status_code == 401
    assert search(ask, token="mc_wrong", client="10.0.0.66").status_code == 429
    assert search(ask, token=token, client="10.0.0.66").status_code == 429
    assert search(ask, token=known, client="10.0.0.66").status_code == 200
    assert search(ask, token=token, client="10.0.0.7").status_code == 200
    clock.now += WINDOW_S
    assert search(ask, token=token, client="10.0.0.66").status_code == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("evil.example.org", 403),
        ("127.0.0.1.evil.org:4750", 403),
        ("localhost:4750", 200),
        ("host.docker.internal:4750", 403),
        ("hub.lab", 200),
        ("[::1]:4750", 200),
    ],
)
def test_without_a_token_the_host_must_name_this_machine(ask: Ask, host: str, status: int) -> None:
    assert search(ask, base=LOCAL, headers={"Host": host}).status_code == status


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://127.0.0.1:4750", 200),
        (LAB, 200),
        ("http://127.0.0.1:8000", 403),
        ("https://evil.example.org", 403),
        ("null", 403),
    ],
)
def test_without_a_token_a_strangers_page_is_refused(ask: Ask, origin: str, status: int) -> None:
    assert search(ask, base=LOCAL, headers={"Origin": origin}).status_code == status


def test_only_chosen_origins_may_read_answers(ask: Ask, hub: Hub) -> None:
    token = a_token(hub, everything="reader")
    asking = {"Access-Control-Request-Method": "POST"}
    allowed = ask("OPTIONS", SEARCH, headers={**asking, "Origin": LAB})
    assert allowed.status_code == 204
    assert allowed.headers.get_list("access-control-allow-origin") == [LAB]
    assert "authorization" in allowed.headers["access-control-allow-headers"]
    assert (
        search(ask, token=token, headers={"Origin": LAB}).headers["access-control-allow-origin"]
        == LAB
    )
    refused = ask("OPTIONS", SEARCH, headers={**asking, "Origin": "https://evil.org"})
    assert refused.status_code == 403
    assert "access-control-allow-origin" not in refused.headers


def test_a_reader_reads_and_a_writer_writes(ask: Ask, hub: Hub) -> None:
    number = an_experiment(ask, "flights")
    reader, writer = a_token(hub, flights="reader"), a_token(hub, flights="writer")
    body = {"experiment_id": number, "start_time": 1}
    assert ask("POST", "/api/2.0/mlflow/runs/create", token=reader, json=body).status_code == 403
    made = ask("POST", "/api/2.0/mlflow/runs/create", token=writer, json=body)
    assert made.status_code == 200
    run = made.json()["run"]["info"]["run_id"]
    read = ask("GET", f"/api/2.0/mlflow/runs/get?run_id={run}", token=reader)
    assert read.status_code == 200
    tag = {"run_id": run, "key": "a", "value": "b"}
    assert ask("POST", "/api/2.0/mlflow/runs/set-tag", token=reader, json=tag).status_code == 403
    assert ask("POST", "/api/2.0/mlflow/runs/set-tag", token=writer, json=tag).status_code == 200


def test_a_project_is_closed_to_the_tokens_of_others(ask: Ask, hub: Hub) -> None:
    own, other = an_experiment(ask, "flights"), an_experiment(ask, "taxis")
    run = a_run(ask, other)
    logged, mine = a_logged_model(ask, other), a_logged_model(ask, own)
    token = a_token(hub, flights="admin")
    asked = [
        ("GET", f"/api/2.0/mlflow/runs/get?run_id={run}", None),
        ("GET", f"/api/2.0/mlflow/experiments/get?experiment_id={other}", None),
        ("GET", "/api/2.0/mlflow/experiments/get-by-name?experiment_name=taxis", None),
        ("POST", "/api/2.0/mlflow/runs/search", {"experiment_ids": [own, other]}),
        ("POST", "/ajax-api/2.0/mlflow/runs/search", {"experiment_ids": [other]}),
        ("POST", "/api/2.0/mlflow/runs/log-batch", {"run_id": run}),
        ("GET", f"/api/2.0/mlflow-artifacts/artifacts/{other}/{run}/artifacts/a", None),
        ("GET", f"/api/2.0/mlflow-artifacts/artifacts?path={other}/{run}/artifacts", None),
        ("PUT", f"/api/2.0/mlflow-artifacts/artifacts/{other}/{run}/artifacts/a", None),
        ("POST", "/api/2.0/mlflow/experiments/create", {"name": "third"}),
        ("GET", "/api/2.0/mlflow/webhooks", None),
        ("GET", "/api/2.0/mlflow/runs/get?run_id=unknown", None),
        ("GET", "/api/2.0/mlflow/something/new", None),
        ("GET", f"/api/2.0/mlflow/experiments/get?experiment_id={own}", {"experiment_id": other}),
        ("GET", f"/api/2.0/mlflow/metrics/get-history-bulk?run_id=x&run_id={run}", None),
        ("POST", "/api/2.0/mlflow-artifacts/mpu/create", {"path": f"{other}/{run}/artifacts/a"}),
        ("POST", f"/api/2.0/mlflow/logged-models/{logged}/params", {"model_id": mine}),
    ]
    for method, path, body in asked:
        answer = ask(method, path, token=token, **({} if body is None else {"json": body}))
        assert (answer.status_code, path) == (403, path)
    found = search(ask, token=token).json()
    assert [one["name"] for one in found["experiments"]] == ["flights"]
    fine = ask("POST", "/api/2.0/mlflow/runs/search", token=token, json={"experiment_ids": [own]})
    assert fine.status_code == 200


def test_a_runs_token_writes_to_that_run_alone(ask: Ask, hub: Hub) -> None:
    number = an_experiment(ask, "flights")
    own, other = a_run(ask, number), a_run(ask, number)
    token = a_token(hub, run=own, flights="writer")

    def tagged(run: str) -> int:
        body = {"run_id": run, "key": "a", "value": "b"}
        return ask("POST", "/api/2.0/mlflow/runs/set-tag", token=token, json=body).status_code

    assert tagged(own) == 200
    assert tagged(other) == 403
    read = ask("GET", f"/api/2.0/mlflow/runs/get?run_id={other}", token=token)
    assert read.status_code == 200
    below = {"experiment_id": number, "tags": [{"key": "mlflow.parentRunId", "value": own}]}
    made = ask("POST", "/api/2.0/mlflow/runs/create", token=token, json=below)
    assert made.status_code == 200
    assert tagged(made.json()["run"]["info"]["run_id"]) == 200
    elsewhere = {**below, "tags": [{"key": "mlflow.parentRunId", "value": other}]}
    refused = ask("POST", "/api/2.0/mlflow/runs/create", token=token, json=elsewhere)
    assert refused.status_code == 403
    put = "/api/2.0/mlflow-artifacts/artifacts"
    for run, status in ((own, 200), (other, 403)):
        path = f"{put}/{number}/{run}/artifacts/a.txt"
        assert ask("PUT", path, token=token, content=b"x").status_code == status


def test_a_runs_token_tells_no_plan_of_its_project(ask: Ask, hub: Hub) -> None:
    own = a_run(ask, an_experiment(ask, "flights"))
    plan = {"taken_at": 1.0, "objective": {"loss": "max"}, "steps": []}
    for run, status in ((own, 403), (None, 200)):
        token = a_token(hub, run=run, flights="writer")
        answer = ask("PUT", "/api/v1/projects/flights/plan", token=token, json=plan)
        assert answer.status_code == status, answer.text


def test_what_a_step_begins_by_itself_is_below_its_run(ask: Ask, hub: Hub) -> None:
    number = an_experiment(ask, "flights")
    own = a_run(ask, number)
    token = a_token(hub, run=own, flights="writer")
    body = {"experiment_id": number}
    made = ask("POST", "/api/2.0/mlflow/runs/create", token=token, json=body)
    tags = {tag["key"]: tag["value"] for tag in made.json()["run"]["data"]["tags"]}
    assert tags["mlflow.parentRunId"] == own


def test_any_experiment_that_a_step_names_is_its_runs(ask: Ask, hub: Hub) -> None:
    number = an_experiment(ask, "flights")
    token = a_token(hub, run=a_run(ask, number), flights="writer")
    for name in ("anything", "flights"):
        path = f"/api/2.0/mlflow/experiments/get-by-name?experiment_name={name}"
        found = ask("GET", path, token=token)
        assert found.json()["experiment"]["experiment_id"] == number
    made = ask("POST", "/api/2.0/mlflow/experiments/create", token=token, json={"name": "new"})
    assert made.json() == {"experiment_id": number}


def test_a_runs_token_does_not_wait_for_others_behind_its_address(ask: Ask, hub: Hub) -> None:
    own = a_run(ask, an_experiment(ask, "flights"))
    token = a_token(hub, run=own, flights="writer")
    path = f"/api/2.0/mlflow/runs/get?run_id={own}"
    assert ask("GET", path, token=token).status_code == 200
    for _ in range(MOST + 1):
        search(ask, token="mc_ended")
    assert search(ask, token="mc_ended").status_code == 429
    assert ask("GET", path, token=token).status_code == 200


def test_behind_one_address_no_step_waits_for_those_that_have_ended(
    ask: Ask, hub: Hub, closed: Ask
) -> None:
    own = a_run(ask, an_experiment(ask, "flights"))
    token = a_token(hub, run=own, flights="writer")
    for _ in range(MOST):
        assert search(closed, token="mc_ended").status_code == 401
    assert search(closed, token="mc_ended").status_code == 429
    path = f"/api/2.0/mlflow/runs/get?run_id={own}"
    assert closed("GET", path, token=token).status_code == 200


def test_a_runs_token_ends_with_the_run(ask: Ask, hub: Hub) -> None:
    own = a_run(ask, an_experiment(ask, "flights"))
    token = a_token(hub, run=own, flights="writer")
    path = f"/api/2.0/mlflow/runs/get?run_id={own}"
    assert ask("GET", path, token=token).status_code == 200
    body = {"run_id": own, "status": "FINISHED"}
    assert ask("POST", "/api/2.0/mlflow/runs/update", token=token, json=body).status_code == 200
    assert ask("GET", path, token=token).status_code == 401


def test_a_closed_hub_wants_a_token_on_loopback_too(hub: Hub) -> None:
    asked: list[int] = []

    async def send(message: Any) -> None:
        asked.append(message.get("status", 0))

    scope = {
        "type": "http",
        "path": "/api/v1/runs",
        "method": "GET",
        "headers": [],
        "server": ("127.0.0.1", 4750),
        "query_string": b"",
    }
    nothing: Any = None
    asyncio.run(Access(nothing, hub, Rules(is_closed=True))(scope, nothing, send))
    assert asked[0] == 401


def test_what_is_no_http_passes() -> None:
    seen: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    nothing: Any = None
    asyncio.run(Access(app, nothing)({"type": "lifespan"}, nothing, nothing))
    assert seen == ["lifespan"]
