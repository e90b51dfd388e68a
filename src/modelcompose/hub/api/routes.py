"""The routes of our API: every endpoint, the stream of events, and the document of them all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from modelcompose.hub.api import model_files, previews, reports_html, runs_csv
from modelcompose.hub.api.endpoint import ROOT, ApiCall, Endpoint, Problem
from modelcompose.hub.api.live import Live, RunState, Watched
from modelcompose.hub.api.openapi import document
from modelcompose.hub.api.session import PATH as SESSION
from modelcompose.hub.api.session import Sessions
from modelcompose.hub.api.session import described as of_sessions
from modelcompose.hub.hub import Hub

AREAS = (
    "session",
    "projects",
    "graph",
    "home",
    "groups",
    "runs",
    "runs_table",
    "names",
    "runs_edit",
    "saved_views",
    "project_edits",
    "tokens",
    "storage",
    "trash",
    "series",
    "series_columns",
    "metric_names",
    "logs",
    "artifacts",
    "previews",
    "code",
    "relatives",
    "comparison",
    "comparison_files",
    "lineage",
    "models",
    "model_aliases",
    "model_edits",
    "model_files",
    "model_gates",
    "registry",
    "data",
    "data_contents",
    "data_users",
    "intake",
    "intake_series",
    "intake_models",
    "reports",
)
"""Modules of this package, in the order of their routes."""

_EVENTS = "/events"


def routes(hub: Hub) -> list[BaseRoute]:
    """Give the routes of the API.

    An area is a module of this package with `endpoints() -> list[Endpoint]`.
    """
    found: list[BaseRoute] = [
        Route(ROOT + one.path, ApiCall(hub, one), methods=[one.method]) for one in endpoints()
    ]
    return [
        *runs_csv.file_routes(hub),
        *reports_html.file_routes(hub),
        *sorted(found, key=lambda route: "{" in getattr(route, "path", "")),
        *previews.file_routes(hub),
        *model_files.file_routes(hub),
        Route(ROOT + _EVENTS, Live(hub), methods=["GET"]),
        Route(ROOT + SESSION, Sessions(), methods=["POST", "DELETE"]),
        Route(f"{ROOT}/openapi.json", _document, methods=["GET"]),
        Route(f"{ROOT}/{{rest:path}}", _missing),
    ]


def endpoints() -> list[Endpoint]:
    """Give all endpoints."""
    found: list[Endpoint] = []
    for area in AREAS:
        make: Callable[[], Sequence[Endpoint]] = import_module(f"{__package__}.{area}").endpoints
        found += make()
    return found


def described() -> list[Endpoint]:
    """Give what the document describes: all endpoints, files, and the stream."""
    stream = Endpoint(_EVENTS, _events, Watched, RunState, media="text/event-stream")
    return [
        *endpoints(),
        *runs_csv.described_files(),
        *reports_html.described_files(),
        *previews.described_files(),
        *model_files.described_files(),
        *of_sessions(),
        stream,
    ]


def _events(_hub: Hub, _asked: Watched) -> None:
    """Follow runs: events `state` with all, then `run` with each that changed, and `gone`."""


async def _missing(request: Request) -> Response:
    problem = Problem(
        "not-found",
        f"{request.method} {request.url.path}: there is no such call",
        f"see which there are: GET {ROOT}/openapi.json",
    )
    return Response(msgspec.json.encode(problem), 404, media_type="application/json")


async def _document(_request: Request) -> Response:
    return Response(msgspec.json.encode(document(described())), media_type="application/json")
