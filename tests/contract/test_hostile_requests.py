"""No text and no number in any field of MLflow's protocol is answered as a bug of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, get_args, get_origin
from urllib.parse import quote, urlencode

import msgspec
import pytest
from starlette.routing import Route

from modelcompose.hub.app import create_app
from modelcompose.hub.calls import JsonCall
from modelcompose.hub.hub import open_hub
from modelcompose.hub.mlflow import mount
from tests.asgi import Caller

PREFIX = "/api/2.0/"
TEXTS = ("a\0b", "\ud800", "x" * 300, "")
NUMBERS = (10**30, 2**63, -(2**63) - 1, -1)
HOSTILE = [*((text, 1) for text in TEXTS), *(("0", number) for number in NUMBERS)]
DEEPEST = 5
BUG = 500


def value(kind: Any, text: str, number: int, depth: int = 0) -> Any:
    """Give a value of a field's type that is made of one text and one number."""
    plain = {str: text, int: number, float: 1.5, bool: True}
    if kind in plain:
        return plain[kind]
    inner = get_args(kind)
    if get_origin(kind) in (list, tuple):
        return [value(inner[0], text, number, depth + 1)]
    if get_origin(kind) is dict:
        return {text: value(inner[1], text, number, depth + 1)}
    if inner:  # a union: its first
        return value(inner[0], text, number, depth)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and depth < DEEPEST:
        return {
            field.encode_name: value(field.type, text, number, depth + 1)
            for field in msgspec.structs.fields(kind)
        }
    return text


def requests(
    run: str, route: Route, kind: type[msgspec.Struct]
) -> Iterator[tuple[str, str, bytes]]:
    """Give calls of a route: each field hostile in turn beside harmless ones, then all of them."""
    known = {"run_id": run, "run_uuid": run, "run_ids": [run], "experiment_id": "0"}
    fields = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
    harmless = {name: known.get(name, value(of, "m", 1)) for name, of in fields.items()}
    for text, number in HOSTILE:
        hostile = {name: value(of, text, number) for name, of in fields.items()}
        for body in (hostile, *({**harmless, name: hostile[name]} for name in fields)):
            path = route.path
            for name in route.param_convertors:
                given = quote(str(body.get(name, "m")), safe="", errors="surrogatepass")
                path = path.replace(f"{{{name}}}", given).replace(f"{{{name}:path}}", given)
            for method in (route.methods or set()) - {"HEAD"}:
                if method == "GET":
                    asked = urlencode(body, doseq=True, errors="surrogatepass")
                    yield method, f"{path}?{asked}", b""
                else:
                    yield method, path, json.dumps(body).encode()


@pytest.mark.timeout(120)
def test_whatever_a_field_holds_the_hub_answers(database_url: str, tmp_path: Path) -> None:
    with closing(open_hub(database_url, tmp_path)) as hub:
        call = Caller(create_app(hub))
        made = call.post(f"{PREFIX}mlflow/runs/create", json={"experiment_id": "0"}).json()
        run = made["run"]["info"]["run_id"]
        bugs = [
            (method, path, body, answer.text)
            for route in mount.routes(hub)
            if isinstance(route, Route)
            and isinstance(asks := route.endpoint, JsonCall)
            and route.path.startswith(PREFIX)
            for method, path, body in requests(run, route, asks.takes)
            if (answer := call(method, path, content=body)).status_code == BUG
        ]
    assert bugs == []
