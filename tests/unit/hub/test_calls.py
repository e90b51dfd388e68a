from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from msgspec import Struct
from starlette.applications import Starlette
from starlette.routing import Route

from modelcompose.errors import (
    AlreadyExists,
    Busy,
    DatabaseError,
    NotFound,
    StorageFull,
    UsageError,
)
from modelcompose.hub.app import create_app
from modelcompose.hub.calls import call
from modelcompose.hub.hub import Hub, open_hub
from modelcompose.hub.mlflow.errors import MlflowError
from tests.asgi import Caller
from tests.unit.tracking.making import new_database


class Asked(Struct):
    name: str = ""
    count: int = 0
    words: list[str] = []


class Answer(Struct):
    name: str
    count: int
    words: list[str]
    thread: str


def echo(_hub: Hub, asked: Asked) -> Answer:
    return Answer(asked.name, asked.count, asked.words, threading.current_thread().name)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    new_database(tmp_path / "hub.db").close()
    hub = open_hub(tmp_path / "hub.db", tmp_path)
    yield hub
    hub.close()


def client_of(*routes: Route) -> Caller:
    return Caller(Starlette(routes=list(routes)))


def test_a_body_becomes_a_value_and_the_answer_json(hub: Hub) -> None:
    client = client_of(call(hub, "/echo", echo, Asked))
    answer = client.post("/echo", content=b'{"name": "a", "count": "3", "unknown": [1]}')
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() | {"thread": ""} == {"name": "a", "count": 3, "words": [], "thread": ""}


def test_a_query_string_becomes_a_value_with_lists_where_the_type_has_them(hub: Hub) -> None:
    client = client_of(call(hub, "/echo", echo, Asked, methods=("GET",)))
    answer = client.get("/echo?name=x&name=gr%C3%B6%C3%9Fe&count=4&words=one&words=two").json()
    assert (answer["name"], answer["count"], answer["words"]) == ("größe", 4, ["one", "two"])


def test_parameters_of_the_path_are_fields_too(hub: Hub) -> None:
    client = client_of(call(hub, "/echo/{name}", echo, Asked, methods=("GET", "PATCH")))
    assert client.get("/echo/a?count=2").json()["name"] == "a"
    assert client("PATCH", "/echo/b", json={"name": "c", "count": 5}).json()["name"] == "b"


def test_a_long_call_runs_beside_the_event_loop(hub: Hub) -> None:
    client = client_of(call(hub, "/echo", echo, Asked, is_long=True))
    assert client.post("/echo", json={}).json()["thread"].startswith("hub")


def test_a_function_may_answer_nothing_or_bytes(hub: Hub) -> None:
    client = client_of(
        call(hub, "/nothing", lambda _hub, _asked: None, Asked),
        call(hub, "/bytes", lambda _hub, _asked: b"[1]", Asked),
    )
    assert client.post("/nothing").json() == {}
    assert client.post("/bytes").json() == [1]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NotFound("away"), 404, "RESOURCE_DOES_NOT_EXIST"),
        (AlreadyExists("there"), 400, "RESOURCE_ALREADY_EXISTS"),
        (UsageError("wrong", hint="say it right"), 400, "INVALID_PARAMETER_VALUE"),
        (Busy("later"), 409, "RESOURCE_CONFLICT"),
        (DatabaseError("locked"), 503, "TEMPORARILY_UNAVAILABLE"),
        (StorageFull("full"), 507, "INTERNAL_ERROR"),
        (MlflowError("NOT_IMPLEMENTED", "no"), 501, "NOT_IMPLEMENTED"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_an_error_is_told_in_mlflows_words(
    hub: Hub, error: Exception, status: int, code: str
) -> None:
    def fail(_hub: Hub, _asked: Asked) -> None:
        raise error

    answer = client_of(call(hub, "/fail", fail, Asked)).post("/fail")
    assert answer.status_code == status
    assert answer.json()["error_code"] == code
    assert answer.json()["message"].startswith(str(error))


def test_a_hint_is_told_too(hub: Hub) -> None:
    def fail(_hub: Hub, _asked: Asked) -> None:
        raise UsageError("wrong", hint="say it right")

    answer = client_of(call(hub, "/fail", fail, Asked)).post("/fail")
    assert answer.json()["message"] == "wrong\nhint: say it right"


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        (b'{"count": "x"}', 400, "parameter 'count'"),
        (b'{"count":', 400, "no JSON"),
        (b"[]", 400, "Expected `object`"),
        (b'{"words": "one"}', 400, "parameter 'words'"),
        (b'{"name": "\xff"}', 400, "no JSON"),
        (b"[" * 90, 400, ""),
        (b'{"name": "' + b"x" * 200 + b'"}', 400, "more than 100 bytes"),
    ],
    ids=range(7),
)
def test_a_body_that_does_not_fit_is_the_callers_mistake(
    hub: Hub, body: bytes, status: int, message: str
) -> None:
    client = client_of(call(hub, "/echo", echo, Asked, limit=100))
    answer = client.post("/echo", content=body)
    assert answer.status_code == status
    assert message in answer.json()["message"]


def test_a_body_that_comes_in_pieces_is_bounded(hub: Hub) -> None:
    client = client_of(call(hub, "/echo", echo, Asked, limit=100))
    pieces = (b'{"name": "', b"a" * 50, b'"}')
    assert client.post("/echo", content=sent(*pieces)).json()["name"] == "a" * 50
    assert client.post("/echo", content=sent(*pieces * 3)).status_code == 400


async def sent(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


def test_the_application_knows_its_routes_and_no_other(hub: Hub) -> None:
    client = Caller(create_app(hub))
    assert client.get("/health").text == "OK"
    for path in ("nothing", "gateway/endpoints/list", "runs/create"):  # the last: by POST alone
        answer = client.get(f"/ajax-api/3.0/mlflow/{path}")
        assert (answer.status_code, answer.json()["error_code"]) == (404, "ENDPOINT_NOT_FOUND")
    assert client.post("/api/2.0/mlflow/runs/create", json={}).status_code == 200
    assert client.post("/ajax-api/2.0/mlflow/traces/search").status_code == 501
    assert client.post("/v1/traces").status_code == 501


@pytest.mark.parametrize("size_bytes", [1, 3_000_000])
def test_an_upload_that_cannot_be_kept_is_told_why(hub: Hub, size_bytes: int) -> None:
    client = Caller(create_app(hub))
    file = "/api/2.0/mlflow-artifacts/artifacts/0/run/a.txt"
    assert client("PUT", file, content=b"x").status_code == 200
    answer = client("PUT", f"{file}/b.txt", content=b"x" * size_bytes)
    assert answer.status_code == 400
    assert "leads through what is no folder" in answer.json()["message"]
