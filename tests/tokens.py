"""A token server for Docker's registry: signs who may do what, for those who know a password.

Source: https://distribution.github.io/distribution/spec/auth/jwt/
"""

from __future__ import annotations

import base64
import json
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from tests.registries import PASSWORD, USER

ISSUER, SERVICE = "tests", "registry of the tests"


class TokenServer:
    """What a test knows of it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.key, self.certificate = folder / "token.key", folder / "token.pem"
        self.address = ""
        self.lasts_s = 300
        self.hidden: set[str] = set()
        """Repositories that nobody may read."""
        self.scopes: list[str] = []
        subprocess.run(
            [
                *(
                    "openssl",
                    "req",
                    "-x509",
                    "-newkey",
                    "rsa:2048",
                    "-nodes",
                    "-subj",
                    "/CN=tokens",
                ),
                *("-days", "2", "-keyout", self.key, "-out", self.certificate),
            ],
            check=True,
            capture_output=True,
        )

    @property
    def settings(self) -> dict[str, Any]:
        """Give what a registry's configuration says of it."""
        token = {
            "realm": self.address,
            "service": SERVICE,
            "issuer": ISSUER,
            "rootcertbundle": str(self.certificate),
        }
        return {"auth": {"token": token}}

    def sign(self, scopes: list[str]) -> str:
        """Give a token."""
        der = base64.b64encode(_der(self.certificate)).decode()
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "sub": USER,
            "aud": SERVICE,
            "iat": now,
            "nbf": now - 60,
            "exp": now + self.lasts_s,
            "jti": uuid.uuid4().hex,
            "access": [self._access(scope) for scope in scopes],
        }
        head = _text({"typ": "JWT", "alg": "RS256", "x5c": [der]})
        signed = f"{head}.{_text(claims)}"
        signature = subprocess.run(
            ["openssl", "dgst", "-sha256", "-sign", self.key],
            input=signed.encode(),
            capture_output=True,
            check=True,
        ).stdout
        return f"{signed}.{_plain(signature)}"

    def _access(self, scope: str) -> dict[str, Any]:
        kind, name, actions = scope.split(":")
        allowed = [] if name in self.hidden else actions.split(",")
        return {"type": kind, "name": name, "actions": allowed}


class _Handler(BaseHTTPRequestHandler):
    server_of_tokens: ClassVar[TokenServer]

    def do_GET(self) -> None:
        wanted = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        tokens = self.server_of_tokens
        scopes = parse_qs(urlsplit(self.path).query).get("scope", [""])[0].split()
        tokens.scopes += scopes
        is_good = self.headers.get("Authorization") == wanted
        answer = {"token": tokens.sign(scopes), "expires_in": tokens.lasts_s} if is_good else {}
        body = json.dumps(answer).encode()
        self.send_response_only(200 if is_good else 401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
        """Say nothing."""


@contextmanager
def token_server(folder: Path) -> Iterator[TokenServer]:
    """Run a token server."""
    found = TokenServer(folder)
    handler = type("Handler", (_Handler,), {"server_of_tokens": found})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    found.address = f"http://127.0.0.1:{server.server_address[1]}/token"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _der(certificate: Path) -> bytes:
    lines = certificate.read_text().splitlines()
    return base64.b64decode("".join(line for line in lines if not line.startswith("-----")))


def _text(document: Any) -> str:
    return _plain(json.dumps(document).encode())


def _plain(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
