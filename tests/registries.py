"""A real registry for tests: Debian's `docker-registry`, with or without a password."""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.workbench import wait_until

Settings = dict[str, Any]
PROGRAM = "docker-registry"
USER, PASSWORD = "ana", "s3cret-of-ana"


@contextmanager
def registry(
    folder: Path, *, has_password: bool = False, more: Settings | None = None
) -> Iterator[str]:
    """Run a registry whose data lies in a folder; give its host and port.

    `more` is merged into its configuration, such as `{"http": {"tls": …}}`.
    """
    if shutil.which(PROGRAM) is None:
        if os.environ.get("CI"):
            pytest.fail(f"{PROGRAM} is not installed: apt-get install {PROGRAM}")
        pytest.skip(f"{PROGRAM} is not installed: apt-get install {PROGRAM}")
    host = f"127.0.0.1:{free_port()}"
    folder.mkdir(parents=True)
    configuration = folder / "config.json"  # JSON is YAML, too
    settings = _configuration(folder, host, has_password=has_password)
    configuration.write_text(json.dumps(_merged(settings, more or {})))
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([PROGRAM, "serve", configuration], stdout=log, stderr=log)
        try:
            wait_until(lambda: answers(host) or server.poll() is not None, "the registry", 30)
            assert server.poll() is None, (folder / "log").read_text()
            yield host
        finally:
            server.terminate()
            server.wait(30)


def sign_in(folder: Path, host: str, password: str = PASSWORD) -> Path:
    """Write what `docker login` writes; give the folder for `DOCKER_CONFIG`."""
    auth = base64.b64encode(f"{USER}:{password}".encode()).decode()
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"auths": {host: {"auth": auth}}}))
    return folder


def answers(host: str) -> bool:
    """Whether a registry answers."""
    try:
        urllib.request.urlopen(f"http://{host}/v2/", timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def _merged(one: Settings, other: Settings) -> Settings:
    both = {
        key: _merged(one[key], other[key])
        for key in one.keys() & other.keys()
        if isinstance(one[key], dict)
    }
    return {**one, **other, **both}


def _configuration(folder: Path, host: str, *, has_password: bool) -> Settings:
    found: Settings = {
        "version": 0.1,
        "log": {"level": "warn"},
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}},
        "http": {"addr": host},
    }
    if has_password:
        line = subprocess.run(
            ["htpasswd", "-Bbn", USER, PASSWORD], capture_output=True, text=True, check=True
        ).stdout
        (folder / "htpasswd").write_text(line)
        found["auth"] = {"htpasswd": {"realm": "tests", "path": str(folder / "htpasswd")}}
    return found
