"""Looking at what an engine has: containers by a label, and an image's variables."""

from __future__ import annotations

from modelcompose.engine.docker.api import connect
from modelcompose.engine.docker.endpoint import find_endpoint
from modelcompose.errors import EngineError

_ALIVE = ["running", "restarting", "paused"]


def is_any_alive(label: str) -> bool | None:
    """Tell whether a container with a label runs; None where no engine answers.

    Args:
        label: `NAME=VALUE`.
    """
    query = {"all": True, "limit": 1, "filters": {"label": [label], "status": _ALIVE}}
    try:
        return bool(connect(find_endpoint()).get("/containers/json", query))
    except EngineError:
        return None


def image_variables(reference: str) -> dict[str, str]:
    """Give the environment variables of an image; none where it is not here."""
    try:
        found = connect(find_endpoint()).find(f"/images/{reference}/json") or {}
    except EngineError:
        return {}
    pairs = (str(entry).partition("=") for entry in (found.get("Config") or {}).get("Env") or ())
    return {name: value for name, _, value in pairs}
