"""What a request of MLflow's protocol names, wherever it names it: path, query or body."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, unquote

import msgspec
from msgspec import Struct

from modelcompose.hub.mlflow.errors import MlflowError

PARTS = "/mlflow-artifacts/mpu/part/"
"""Pieces of an upload, whose name nobody can guess: it was given to who may write."""

_LISTS = ("tags", "metrics", "models")
_OF_MODEL = b'"model_id"'


class Tag(Struct):
    """A tag that a request gives."""

    key: str = ""
    value: str | None = None


class OfModel(Struct):
    """What may belong to a logged model."""

    model_id: str | None = None


class Fields(Struct):
    """What a request may name; empty where it does not."""

    run_id: str = ""
    run_uuid: str = ""
    source_run_id: str = ""
    run_ids: list[str] = []
    experiment_id: str = ""
    experiment_ids: list[str] = []
    experiment_name: str = ""
    name: str = ""
    model_id: str = ""
    version: str = ""
    path: str = ""
    source: str = ""
    new_name: str = ""
    artifact_location: str = ""
    tags: list[Tag] | None = None
    metrics: list[OfModel] = []
    models: list[OfModel] = []


class Call(Struct, frozen=True):
    """A request, as far as it tells what it touches."""

    method: str
    path: str
    """Decoded, without the host and the query."""
    query: bytes = b""
    body: bytes = b""


def fields_of(call: Call) -> Fields:
    """Give what a request names.

    Raises:
        MlflowError: it cannot be read.
    """
    raw: dict[str, Any] = {}
    for name, values in parse_qs(call.query.decode("latin-1")).items():
        many = name in ("run_ids", "experiment_ids", "run_id") and len(values) > 1
        raw["run_ids" if name == "run_id" and many else name] = values if many else values[-1]
    for name in ("run_ids", "experiment_ids"):
        if isinstance(raw.get(name), str):
            raw[name] = [raw[name]]
    for name in _LISTS:
        raw.pop(name, None)
    try:
        given = msgspec.json.decode(call.body, type=dict[str, msgspec.Raw]) if call.body else {}
        known = {
            name: msgspec.json.decode(value)
            for name, value in given.items()
            if name in Fields.__struct_fields__ and (name != "metrics" or _OF_MODEL in bytes(value))
        }
        clean = {name: value for name, value in known.items() if value is not None}
        return msgspec.convert({**raw, **clean}, Fields, strict=False)
    except msgspec.MsgspecError as error:
        raise MlflowError("BAD_REQUEST", f"The request cannot be read: {error}") from error


def artifact_place(path: str) -> list[str]:
    """Give the first two names of an artifact's path, and the rest."""
    place = re.sub(r"^/mlflow-artifacts/(?:artifacts|mpu/\w+|presigned)/?", "", path)
    return unquote(place).strip("/").split("/", 2)


def logged_model_in(path: str) -> str:
    """Give the id of the logged model that a path names."""
    match = re.match(r"/mlflow/logged-models/(?!search$)([^/]+)", path)
    return match[1] if match else ""
