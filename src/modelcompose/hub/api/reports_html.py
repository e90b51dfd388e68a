"""A report built to one HTML file, for the browser to save."""

from __future__ import annotations

import asyncio
from contextvars import copy_context
from functools import partial

import msgspec
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from modelcompose.errors import ModelComposeError
from modelcompose.hub.api.endpoint import ROOT, Endpoint, check_role, check_text, problem_of
from modelcompose.hub.api.reports import OneReport, folder_of
from modelcompose.hub.calls import send_json
from modelcompose.hub.hub import Hub
from modelcompose.hub.mlflow.errors import MlflowError
from modelcompose.hub.reports.asking import InProcess
from modelcompose.hub.reports.building import build
from modelcompose.hub.reports.files import read_report

_PATH = "/projects/{project}/reports/{name}/html"


def file_routes(hub: Hub) -> list[BaseRoute]:
    """Give the routes that answer with a file."""
    return [Route(ROOT + _PATH, ReportHtml(hub), methods=["GET"])]


def described_files() -> list[Endpoint]:
    """Give what the API's document says of them."""
    return [Endpoint(_PATH, _html, OneReport, str, media="text/html")]


def _html(_hub: Hub, _asked: OneReport) -> None:
    """Build a report to one HTML file, as `modelcompose report build` does."""


class ReportHtml:
    """A built report, as an ASGI application."""

    def __init__(self, hub: Hub) -> None:
        """Take what fills it."""
        self._hub = hub

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer a request."""
        try:
            check_role("reader")
            check_text(scope["path_params"])
            asked = msgspec.convert(scope["path_params"], OneReport)
            # The context says who calls, and does not go into a thread by itself.
            work = partial(copy_context().run, _built, self._hub, asked)
            loop = asyncio.get_running_loop()
            page = await loop.run_in_executor(self._hub.threads, work)
        except (ModelComposeError, MlflowError, msgspec.MsgspecError) as error:
            status, problem = problem_of(error)
            await send_json(send, status, msgspec.json.encode(problem))
            return
        # It is to be saved, and never to be run as a page of the hub's own.
        headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-length", b"%d" % len(page)),
            (b"content-disposition", f'attachment; filename="{asked.name}.html"'.encode()),
            (b"content-security-policy", b"sandbox; default-src 'none'"),
            (b"x-content-type-options", b"nosniff"),
            (b"cache-control", b"no-store"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": page})


def _built(hub: Hub, asked: OneReport) -> bytes:
    folder = folder_of(hub, asked.project)
    file = read_report(folder, asked.name)
    return build(file, InProcess(hub), asked.project, folder).html.encode()
