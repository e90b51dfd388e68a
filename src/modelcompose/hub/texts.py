"""Texts that no database of a hub takes are refused before anything is done, by every route.

PostgreSQL's text has no NUL. SQLite's has, and refuses it here all the same: what one user's hub
keeps is delivered to a team's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from modelcompose.hub.mlflow.errors import MlflowError

_ESCAPED = b"\\u0000"
"""The only way in which JSON can write it."""


def check_texts(body: bytes, query: bytes, path_params: Mapping[str, Any]) -> None:
    """Check that no text of a request has a NUL.

    Raises:
        MlflowError: one has; the message names the parameter.
    """
    found = None
    if _ESCAPED in body:  # or an escaped backslash before it: only reading tells
        found = _place(msgspec.json.decode(body), "")
    if found is None and b"%00" in query:
        found = "query"
    if found is None and any("\0" in str(value) for value in path_params.values()):
        found = "path"
    if found is not None:
        raise MlflowError(
            "INVALID_PARAMETER_VALUE",
            f"Invalid value for parameter '{found}' supplied: the text has a NUL character.",
        )


def _place(value: Any, path: str) -> str | None:
    """Give the path of the first text with a NUL."""
    if isinstance(value, str):
        return (path or "request") if "\0" in value else None
    items: list[tuple[str, Any]] = []
    if isinstance(value, dict):
        if any("\0" in key for key in value):
            return path or "request"
        items = [(f"{path}.{key}" if path else key, each) for key, each in value.items()]
    elif isinstance(value, list):
        items = [(f"{path}[{index}]", each) for index, each in enumerate(value)]
    return next((found for at, each in items if (found := _place(each, at)) is not None), None)
