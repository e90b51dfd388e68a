"""Calls an ASGI application in this process, without a server."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from starlette.types import ASGIApp


class Caller:
    """Asks an application, as a client of this machine does."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def __call__(self, method: str, path: str, **request: Any) -> httpx.Response:
        """Ask, and give the answer; `request` as httpx takes it."""

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(
                self._app, raise_app_exceptions=False, client=("127.0.0.1", 50_000)
            )
            async with httpx.AsyncClient(
                transport=transport, base_url="http://127.0.0.1:4750"
            ) as client:
                return await client.request(method, path, **request)

        return asyncio.run(asked())

    def get(self, path: str, **request: Any) -> httpx.Response:
        """Ask by GET."""
        return self("GET", path, **request)

    def post(self, path: str, **request: Any) -> httpx.Response:
        """Ask by POST."""
        return self("POST", path, **request)
