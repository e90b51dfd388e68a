"""What a registry wants to be shown: basic credentials, or a token of its own server.

Source: https://distribution.github.io/distribution/spec/auth/token/
"""

from __future__ import annotations

import json
import re
import threading
import time
from urllib.parse import urlencode, urlsplit

from modelcompose.errors import RemoteError
from modelcompose.store.remotes.http import Client, in_memory
from modelcompose.store.remotes.oci.credentials import Credentials, credentials_for

_PARAMETER = re.compile(r'(\w+)="([^"]*)"')
_LOOPBACK = re.compile(r"(localhost|127(\.\d+){3}|\[::1\])(:\d+)?")
_OK = 200
_EARLY_S = 10.0
_SHORTEST_S = 60.0


class Authorization:
    """The headers that authorize requests to one registry; for any thread."""

    def __init__(self, client: Client, host: str, scope: str) -> None:
        """Take what is needed; nobody is asked before a registry wants it.

        Args:
            client: sends the requests for tokens.
            host: the registry's.
            scope: what tokens are to be good for, such as `repository:NAME:pull,push`.
        """
        self._client = client
        self._host = host
        self._scope = scope
        self._guard = threading.Lock()
        self._header: str | None = None
        self._until = float("inf")
        self._challenge = ""

    def header(self) -> str | None:
        """Give the value of `Authorization`, as far as one is known to be wanted."""
        with self._guard:
            if self._header is not None and time.monotonic() > self._until:
                self._renew()
            return self._header

    def answer(self, challenge: str, shown: str | None) -> bool:
        """Do as a `WWW-Authenticate` header says; whether trying again makes sense.

        Raises:
            RemoteError: no token is given.
        """
        with self._guard:
            if self._header != shown:  # another thread was quicker
                return True
            if shown is not None and self._until == float("inf"):
                return False
            self._challenge = challenge
            return self._renew()

    def _renew(self) -> bool:
        kind, _, rest = self._challenge.partition(" ")
        before = self._header
        if kind.lower() == "basic":
            found = credentials_for(self._host)
            self._header = None if found is None else found.basic
        elif kind.lower() == "bearer":
            self._header = f"Bearer {self._token(dict(_PARAMETER.findall(rest)))}"
        return self._header is not None and self._header != before

    def _token(self, asked: dict[str, str]) -> str:
        realm = asked.get("realm", "")
        parts = urlsplit(realm)
        found = credentials_for(self._host)
        if parts.scheme != "https" and not is_loopback(parts.netloc):
            raise RemoteError(f"{self._host}: wants a token of {realm!r}, which is not encrypted")
        query = {"service": asked.get("service", ""), "scope": asked.get("scope") or self._scope}
        answer = self._ask(realm, query, found)
        try:
            document = json.loads(answer)
            token = str(document.get("token") or document["access_token"])
            lasts_s = float(document.get("expires_in") or _SHORTEST_S)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise RemoteError(f"{parts.netloc}: gave no token that can be read") from error
        self._until = time.monotonic() + max(1.0, lasts_s - _EARLY_S)
        return token

    def _ask(self, realm: str, query: dict[str, str], found: Credentials | None) -> bytes:
        if found is not None and found.token:
            form = urlencode(
                {
                    **query,
                    "grant_type": "refresh_token",
                    "client_id": "modelcompose",
                    "refresh_token": found.token,
                }
            ).encode()
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            answer = self._client.request("POST", realm, headers, body=in_memory(form))
        else:
            headers = {} if found is None else {"Authorization": found.basic}
            joint = "&" if urlsplit(realm).query else "?"
            answer = self._client.request("GET", f"{realm}{joint}{urlencode(query)}", headers)
        data = answer.body()
        if answer.status != _OK:
            raise refused(self._host, f"its token server answers {answer.status}")
        return data


def is_loopback(host: str) -> bool:
    """Whether a host, with its port, is this machine itself, by name alone."""
    return _LOOPBACK.fullmatch(host) is not None


def refused(host: str, why: str) -> RemoteError:
    """Give the error for a registry that does not let this user in."""
    return RemoteError(
        f"{host}: refuses access: {why}", hint=f"sign in: docker login {host.partition('/')[0]}"
    )
