"""The team's deployment of `deploy/hub`, up for tests, and taken down with all that it kept."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.workbench import wait_until

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "deploy" / "hub"
_IMAGE = "modelcompose-hub-test"
_MLFLOW = "/api/2.0/mlflow"


class TeamHub:
    """One deployment: its address, its containers, its tokens."""

    def __init__(self, folder: Path) -> None:
        """Make its settings, as the guide says, in a folder of its own."""
        self.name = f"hub-{uuid.uuid4().hex[:10]}"
        self.password = secrets.token_hex(32)
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._settings = folder / ".env"
        image = subprocess.check_output([ROOT / "scripts" / "postgres-image"], text=True).strip()
        lines = {
            "POSTGRES_PASSWORD": self.password,
            "POSTGRES_IMAGE": image,
            "HUB_IMAGE": _IMAGE,
            "HUB_LISTEN": f"127.0.0.1:{self.port}",
            "HUB_TRUSTED_PROXIES": "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16",
        }
        self._settings.write_text("".join(f"{name}={text}\n" for name, text in lines.items()))

    def compose(
        self,
        *words: str,
        check: bool = True,
        into: Path | None = None,
        out_of: Path | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run Compose on the deployment; `into` takes its output, `out_of` is its input."""
        known = {name: text for name, text in os.environ.items() if "POSTGRES" not in name}
        given = b"" if out_of is None else out_of.read_bytes()
        done = subprocess.run(
            [*self._compose(), *words], env=known, input=given, capture_output=True, check=False
        )
        errors = done.stderr.decode(errors="replace")
        assert done.returncode == 0 or not check, f"{words}: {done.stdout!r}{errors}"
        if into is not None:
            into.write_bytes(done.stdout)
        output = done.stdout.decode(errors="replace")
        return subprocess.CompletedProcess(done.args, done.returncode, output, errors)

    def _compose(self) -> list[str]:
        return [
            *("docker", "compose", "--project-name", self.name, "--progress", "quiet"),
            *("--project-directory", str(FOLDER), "--env-file", str(self._settings)),
        ]

    def token(self, name: str, *words: str) -> str:
        """Make a token, as the guide says."""
        made = self.compose(
            *("exec", "--no-TTY", "hub", "modelcompose", "hub", "token", "create", name, *words)
        )
        return made.stdout.strip()

    def ask(
        self, method: str, path: str, token: str | None, body: Any = None, **headers: str
    ) -> tuple[int, Any]:
        """Ask the hub; gives the status, and the answer's JSON or text."""
        request = urllib.request.Request(
            self.address + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={name.replace("_", "-"): text for name, text in headers.items()},
        )
        if token is not None:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, _read(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, _read(error.read())

    def post(self, call: str, token: str, body: Any) -> dict[str, Any]:
        """Make a call of MLflow's protocol that succeeds."""
        status, answer = self.ask("POST", f"{_MLFLOW}/{call}", token, body)
        assert status == 200, answer
        found: dict[str, Any] = answer
        return found

    def get(self, call: str, token: str) -> dict[str, Any]:
        """Make a call of MLflow's protocol that succeeds."""
        status, answer = self.ask("GET", f"{_MLFLOW}/{call}", token)
        assert status == 200, answer
        found: dict[str, Any] = answer
        return found

    def container(self, service: str) -> dict[str, Any]:
        """Give what Docker says of a service's container."""
        identifier = self.compose("ps", "--all", "--quiet", service).stdout.strip()
        told = subprocess.check_output(["docker", "inspect", identifier], text=True)
        found: dict[str, Any] = json.loads(told)[0]
        return found

    def wait(self) -> None:
        """Wait until the hub takes calls."""
        wait_until(self._is_up, "the team's hub", 60)

    def _is_up(self) -> bool:
        try:
            return self.ask("GET", "/health", None) == (200, "OK")
        except OSError:
            return False


@contextmanager
def deployed(folder: Path) -> Iterator[TeamHub]:
    """Build the image and bring the deployment up while the block runs."""
    hub = TeamHub(folder)
    try:
        hub.compose("up", "--build", "--detach", "--wait")
        yield hub
    finally:
        hub.compose("down", "--volumes", "--timeout", "5")


def _read(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return data.decode()


def _free_port() -> int:
    # Docker chooses another port at each start of a container that asks for any.
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
