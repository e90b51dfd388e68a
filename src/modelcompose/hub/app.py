"""The hub as one ASGI application."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Match, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from modelcompose.errors import ModelComposeError
from modelcompose.hub.access import Access, Rules
from modelcompose.hub.api.routes import routes as api_routes
from modelcompose.hub.hub import Hub
from modelcompose.hub.lost import LostRuns, lost_after_s
from modelcompose.hub.mlflow import mount
from modelcompose.hub.mlflow.errors import MlflowError, error_answer
from modelcompose.hub.mlflow.server import MLFLOW_VERSION, trace_intake
from modelcompose.hub.pages import Pages, first_parts, is_page
from modelcompose.hub.sending.forwarder import Forwarder
from modelcompose.tracking.series.background import Compactor


def create_app(hub: Hub, rules: Rules | None = None) -> Starlette:
    """Give the application over a hub; it closes the hub when it ends.

    Args:
        hub: what it works with.
        rules: who may call it beside the defaults.

    Raises:
        UsageError: the environment says wrongly when a run is lost.
    """
    lost = LostRuns(hub.database, hub.clock, lost_after_s(os.environ))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        hub.deliveries.start()
        compactor = Compactor(hub.series)
        compactor.start()
        forwarder = Forwarder(hub.home, hub.database)
        forwarder.start()
        lost.start()
        yield
        lost.stop()
        forwarder.stop()
        compactor.stop()
        hub.close()

    routes = [*_own_routes(), trace_intake(hub), *mount.routes(hub), *api_routes(hub)]
    return Starlette(
        routes=[_Table(routes, Pages())],
        lifespan=lifespan,
        middleware=[Middleware(Access, hub=hub, rules=rules, calls=first_parts(routes))],
        exception_handlers=cast(
            "Mapping[Any, Callable[[Request, Exception], Response]]",
            {MlflowError: _told, ModelComposeError: _told},
        ),
    )


def _own_routes() -> list[BaseRoute]:
    return [Route("/health", _health), Route("/version", _version)]


def _health(_request: Request) -> Response:
    return PlainTextResponse("OK")


def _version(_request: Request) -> Response:
    # A client that finds no version of MLflow's here turns features off.
    return PlainTextResponse(MLFLOW_VERSION)


def _told(_request: Request, error: Exception) -> Response:
    told = error_answer(error)
    if told is None:
        raise error
    status, body = told
    return Response(body, status, media_type="application/json")


class _Table(BaseRoute):
    """Routes found by their whole path where it has no parameters: most are, and there are many."""

    def __init__(self, routes: Sequence[BaseRoute], pages: ASGIApp) -> None:
        self._exact: dict[tuple[str, str], ASGIApp] = {}
        others: list[BaseRoute] = []
        for route in routes:
            others.append(route)
            if isinstance(route, Route) and "{" not in route.path:
                for method in route.methods or ():
                    self._exact.setdefault((method, route.path), route.app)
        self._others = Router(others)
        self._pages = pages
        self._calls = first_parts(routes)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Take every request."""
        return (Match.FULL if scope["type"] == "http" else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request by its route."""
        app = self._exact.get((scope["method"], scope["path"]))
        if app is None:
            is_for_pages = is_page(scope["method"], scope["path"], self._calls)
            app = self._pages if is_for_pages else self._others
        await app(scope, receive, send)
