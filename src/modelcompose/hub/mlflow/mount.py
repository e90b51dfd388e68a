"""Where MLflow's routes stand: each area's, under every prefix that a client may use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module

from starlette.routing import BaseRoute, Route

from modelcompose.hub.hub import Hub

PREFIXES = ("/api/2.0", "/api/3.0", "/ajax-api/2.0", "/ajax-api/3.0")

AREAS = (
    "experiments",
    "runs",
    "search",
    "metrics",
    "histories",
    "artifacts",
    "models",
    "versions",
    "logged_models",
    "datasets",
    "webhooks",
    "server",
)
"""Modules of this package, in the order of their routes."""


def routes(hub: Hub) -> list[BaseRoute]:
    """Give the routes of all areas.

    An area is a module of this package with `routes(hub) -> list[Route]`; its paths begin after
    the prefix, such as `/mlflow/runs/create` or `/mlflow-artifacts/artifacts/{path:path}`.
    """
    found: list[BaseRoute] = []
    for area in AREAS:
        make: Callable[[Hub], Sequence[Route]] = import_module(f"{__package__}.{area}").routes
        found += under_prefixes(make(hub))
    return found


def under_prefixes(relative: Sequence[Route]) -> list[BaseRoute]:
    """Give each route once for every prefix."""
    return [
        Route(prefix + route.path, route.endpoint, methods=sorted(route.methods or ()) or None)
        for prefix in PREFIXES
        for route in relative
    ]
