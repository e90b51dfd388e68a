"""Where MLflow's routes stand: each area's, under every prefix that a client may use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module

from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from modelcompose.hub.calls import send_json
from modelcompose.hub.hub import Hub
from modelcompose.hub.mlflow.errors import MlflowError, error_answer

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
    return [*found, *(Route(f"{prefix}/mlflow/{{rest:path}}", _Missing()) for prefix in PREFIXES)]


class _Missing:
    """Says in MLflow's words that there is no such endpoint: its client shows them."""

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        text = f"{scope['method']} {scope['path']}: this tracking server has no such endpoint."
        told = error_answer(MlflowError("ENDPOINT_NOT_FOUND", text))
        assert told is not None  # noqa: S101 - MLflow's own errors can always be told
        await send_json(send, *told)


def under_prefixes(relative: Sequence[Route]) -> list[BaseRoute]:
    """Give each route once for every prefix."""
    return [
        Route(prefix + route.path, route.endpoint, methods=sorted(route.methods or ()) or None)
        for prefix in PREFIXES
        for route in relative
    ]
