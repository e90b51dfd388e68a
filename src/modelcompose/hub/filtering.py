"""Lists over all projects, without what a caller may not see."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from modelcompose.database.database import Connection
from modelcompose.hub.guarding import visible_models
from modelcompose.hub.tokens.principal import Principal

_LISTS = {
    "/mlflow/experiments/search": "experiments",
    "/mlflow/registered-models/search": "registered_models",
    "/mlflow/registered-models/get-latest-versions": "model_versions",
    "/mlflow/model-versions/search": "model_versions",
}
_PREFIX = re.compile(r"/(?:ajax-)?api/[23]\.0")


def is_filtered(path: str) -> bool:
    """Tell whether a path answers with a list over all projects."""
    return _PREFIX.sub("", path, count=1) in _LISTS


def filtered(connection: Connection, principal: Principal, path: str, body: bytes) -> bytes:
    """Give such an answer without what a caller may not see."""
    answer: dict[str, Any] = msgspec.json.decode(body)
    key = _LISTS[_PREFIX.sub("", path, count=1)]
    items: list[dict[str, Any]] = answer.get(key, [])
    names = {item.get("name", "") for item in items}
    if key == "experiments":
        seen = {name for name in names if principal.may("reader", [name])}
    else:
        seen = visible_models(connection, principal, names)
    answer[key] = [item for item in items if item.get("name", "") in seen]
    return msgspec.json.encode(answer)
