"""Calls of MLflow's protocol, by Python's own HTTP client."""

from __future__ import annotations

import base64
import json
import os
import ssl
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, BinaryIO

from modelcompose_sdk.settings import Settings, read

_TIMEOUT_S = 30.0
_FILE_TIMEOUT_S = 600.0
_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
_ARTIFACTS = "mlflow-artifacts:"


class Away(Exception):
    """The server cannot be reached, or fails: it may have taken the call, or not."""


class Refused(Exception):
    """The server does not take the call, and never will."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Client:
    """One server; of one thread."""

    def __init__(self, settings: Settings) -> None:
        """Take where it is, and who calls."""
        self._address = str(settings.address)
        self._headers = _credentials(settings)
        self._opener = urllib.request.build_opener(*_handlers(self._address, settings))

    @classmethod
    def at(cls, address: str, token: str) -> Client:
        """Give the client of an address, for who has a token."""
        return cls(read({"MLFLOW_TRACKING_URI": address, "MLFLOW_TRACKING_TOKEN": token}))

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Make a call that sends JSON.

        Raises:
            Away: it cannot be told whether the call was taken.
            Refused: it was not.
        """
        data = json.dumps(body).encode()
        return self._call("POST", f"/api/2.0/mlflow/{path}", data, _TIMEOUT_S)

    def get(self, path: str, **query: str) -> dict[str, Any]:
        """Make a call that asks; raises as `post` does."""
        asked = urllib.parse.urlencode(query)
        return self._call("GET", f"/api/2.0/mlflow/{path}?{asked}", None, _TIMEOUT_S)

    def put_file(self, root: str, name: str, file: BinaryIO, kind: str) -> None:
        """Upload a file; raises as `post` does.

        Args:
            root: the run's `artifact_uri`.
            name: the path below it.
            file: the file, open for reading.
            kind: its media type.
        """
        if not root.startswith(_ARTIFACTS):
            raise Refused(400, f"artifacts at {root} are not written through the server")
        place = urllib.parse.urlsplit(root).path.strip("/")
        url = urllib.parse.quote(f"/api/2.0/mlflow-artifacts/artifacts/{place}/{name}")
        size = os.fstat(file.fileno()).st_size
        headers = {"Content-Type": kind, "Content-Length": str(size)}
        self._call("PUT", url, file, _FILE_TIMEOUT_S, headers)

    def _call(
        self,
        method: str,
        path: str,
        data: Any,
        timeout_s: float,
        headers: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        given = {"Content-Type": "application/json", **self._headers, **(headers or {})}
        request = urllib.request.Request(  # noqa: S310 - settings take http and https alone
            self._address + path, data=data, method=method, headers=given
        )
        try:
            with self._opener.open(request, timeout=timeout_s) as answer:
                body = answer.read()
        except urllib.error.HTTPError as error:
            message = _message(error)
            if error.code in (408, 429) or error.code >= 500:  # noqa: PLR2004 - HTTP's numbers
                raise Away(message) from error
            raise Refused(error.code, message) from error
        except (OSError, ValueError) as error:
            raise Away(str(error)) from error
        except Exception as error:  # http.client's own, of half answers
            raise Away(str(error)) from error
        return json.loads(body) if body else {}


def _credentials(settings: Settings) -> dict[str, str]:
    if settings.token:
        return {"Authorization": f"Bearer {settings.token}"}
    if settings.user and settings.password:
        pair = base64.b64encode(f"{settings.user}:{settings.password}".encode()).decode()
        return {"Authorization": f"Basic {pair}"}
    return {}


def _handlers(address: str, settings: Settings) -> list[urllib.request.BaseHandler]:
    handlers: list[urllib.request.BaseHandler] = []
    if urllib.parse.urlsplit(address).hostname in _THIS_MACHINE:
        handlers.append(urllib.request.ProxyHandler({}))  # no proxy leads to this machine
    if address.startswith("https:"):
        context = ssl.create_default_context()
        if settings.is_insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        handlers.append(urllib.request.HTTPSHandler(context=context))
    return handlers


def _message(error: urllib.error.HTTPError) -> str:
    try:
        text = error.read().decode(errors="replace")
        return str(json.loads(text).get("message") or text)
    except Exception:  # noqa: BLE001 - whatever it was, the status is enough
        return f"HTTP status {error.code}"
