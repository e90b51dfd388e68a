"""Containers that outlived the command which started them, found by their labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from modelcompose.engine.docker.api import Api
from modelcompose.engine.docker.rendering import RUN_LABEL

_STARTED = frozenset({"running", "paused", "exited"})
"""States of a container that began its work and is not being taken away."""


class Kept(Struct, frozen=True):
    """A container that runs, or has ended and is still there."""

    id: str
    is_running: bool
    environment: Mapping[str, str]


def find_kept(api: Api, runs: Sequence[str]) -> dict[str, Kept]:
    """Give the containers of runs by the run's id; those that were never started are left out."""
    if not runs:
        return {}
    query = {"all": True, "filters": {"label": [RUN_LABEL]}}
    found: dict[str, Kept] = {}
    for container in api.get("/containers/json", query):
        run = container["Labels"][RUN_LABEL]
        if run not in runs or container["State"] not in _STARTED:
            continue
        details = api.find(f"/containers/{container['Id']}/json")
        if details is not None:
            pairs = (entry.partition("=") for entry in details["Config"].get("Env") or ())
            environment = {name: value for name, _, value in pairs}
            is_running = container["State"] != "exited"
            found[run] = Kept(container["Id"], is_running, environment)
    return found
