"""Asks a server that another tracker runs: JSON and files, with patience for short absences."""

from __future__ import annotations

import base64
import json
import ssl
import time
from collections.abc import Mapping
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit, urlunsplit
from urllib.request import HTTPSHandler, Request, build_opener

from modelcompose.errors import UsageError

_TIMEOUT_S = 120.0
_PAUSES_S = (1.0, 3.0, 9.0)
_AGAIN = frozenset({429, 500, 502, 503, 504})
_REFUSED = frozenset({401, 403})
_MISSING = frozenset({400, 404, 405, 501})


class Answerless(Exception):
    """The server has nothing of this kind."""


class Server:
    """One server; by one thread at a time."""

    def __init__(self, address: str, variables: Mapping[str, str]) -> None:
        """Take its address, and the environment with what it takes to be let in."""
        split = urlsplit(address)
        host = split.netloc.rpartition("@")[2]
        self.address = urlunsplit((split.scheme, host, split.path.rstrip("/"), "", ""))
        self._headers = {"Accept": "application/json", **_credentials(split, variables)}
        context = ssl.create_default_context()
        if variables.get("MLFLOW_TRACKING_INSECURE_TLS", "").lower() in ("true", "1"):
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        self._opener = build_opener(HTTPSHandler(context=context))

    def get(self, path: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Ask by GET; give the answer's JSON.

        Raises:
            Answerless: it has nothing of this kind.
            UsageError: it does not answer, or refuses.
        """
        with self.open(path, asked) as answer:
            return self._json(answer)

    def post(self, path: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Ask by POST; give the answer's JSON; raises what `get` does."""
        body = json.dumps(asked).encode()
        headers = {**self._headers, "Content-Type": "application/json"}
        with self._open(Request(self.address + path, body, headers)) as answer:  # noqa: S310
            return self._json(answer)

    def open(self, path: str, asked: Mapping[str, Any] | None = None) -> HTTPResponse:
        """Open what is at a path, to be read and closed; raises what `get` does."""
        query = f"?{urlencode(asked)}" if asked else ""
        address = f"{self.address}{quote(path)}{query}"
        return self._open(Request(address, headers=self._headers))  # noqa: S310 - http and https

    def _open(self, request: Request) -> HTTPResponse:
        for pause_s in (*_PAUSES_S, None):
            try:
                answer: HTTPResponse = self._opener.open(request, timeout=_TIMEOUT_S)
            except HTTPError as error:
                with error:
                    if error.code not in _AGAIN or pause_s is None:
                        raise self._refusal(error) from error
            except (URLError, HTTPException, OSError) as error:
                if pause_s is None or isinstance(getattr(error, "reason", None), ConnectionError):
                    raise self._absence(error) from error
            else:
                return answer
            time.sleep(pause_s)
        raise AssertionError

    def _json(self, answer: HTTPResponse) -> dict[str, Any]:
        try:
            found = json.load(answer)
        except ValueError as error:
            raise self._no_mlflow("it does not answer in JSON") from error
        except (HTTPException, OSError) as error:
            raise self._absence(error) from error
        if not isinstance(found, dict):
            raise self._no_mlflow("it answers something else")
        return found

    def _refusal(self, error: HTTPError) -> Exception:
        if error.code in _REFUSED:
            return UsageError(
                f"{self.address}: refused: {error.code} {error.reason}",
                hint="set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and "
                "MLFLOW_TRACKING_PASSWORD",
            )
        if error.code in _MISSING:
            return Answerless(f"{error.url}: {error.code} {error.reason}")
        return UsageError(f"{error.url}: {error.code} {error.reason}")

    def _absence(self, error: Exception) -> UsageError:
        reason = getattr(error, "reason", None) or error
        return UsageError(
            f"{self.address}: does not answer: {getattr(reason, 'strerror', None) or reason}",
            hint="look whether the server runs; run the command again, and it goes on",
        )

    def _no_mlflow(self, reason: str) -> UsageError:
        return UsageError(
            f"{self.address}: this is no server of MLflow's: {reason}",
            hint="give what MLFLOW_TRACKING_URI is set to",
        )


def _credentials(split: Any, variables: Mapping[str, str]) -> dict[str, str]:
    user = split.username or variables.get("MLFLOW_TRACKING_USERNAME")
    password = split.password or variables.get("MLFLOW_TRACKING_PASSWORD")
    if user and password:
        pair = base64.b64encode(f"{user}:{password}".encode()).decode()
        return {"Authorization": f"Basic {pair}"}
    if token := variables.get("MLFLOW_TRACKING_TOKEN"):
        return {"Authorization": f"Bearer {token}"}
    return {}
