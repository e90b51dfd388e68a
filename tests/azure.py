"""A local server of Azure's blobs: `azurite-blob`, where `npm install azurite` put it on the PATH.

It weighs 190 MB, so nothing here installs it; without it, its tests are skipped.
"""

from __future__ import annotations

import base64
import email.utils
import hashlib
import hmac
import shutil
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.registries import free_port
from tests.workbench import wait_until

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The one that Azurite's own documentation gives."""
_VERSION = "2021-08-06"


@contextmanager
def azurite(folder: Path) -> Iterator[str]:
    """Run the server; give what stands in `AZURE_STORAGE_ENDPOINT`."""
    program = shutil.which("azurite-blob")
    if program is None:
        pytest.skip("azurite-blob is not on the PATH: npm install azurite")
    port = free_port()
    options = ["--location", str(folder), "--silent", "--skipApiVersionCheck", "--disableTelemetry"]
    server = subprocess.Popen([program, "--blobPort", str(port), *options])
    try:
        wait_until(lambda: _listens(port), "azurite", 60)
        yield f"http://127.0.0.1:{port}/{ACCOUNT}"
    finally:
        server.terminate()
        server.wait(30)


def make_container(endpoint: str, name: str) -> None:
    """Make a container, as `az storage container create` does."""
    headers = {"x-ms-date": email.utils.formatdate(usegmt=True), "x-ms-version": _VERSION}
    lines = [f"{key}:{value}" for key, value in headers.items()]
    resource = f"/{ACCOUNT}/{ACCOUNT}/{name}\nrestype:container"
    signed = "\n".join(["PUT", *[""] * 11, *lines, resource])
    mac = hmac.new(base64.b64decode(KEY), signed.encode(), hashlib.sha256).digest()
    headers["Authorization"] = f"SharedKey {ACCOUNT}:{base64.b64encode(mac).decode()}"
    address = f"{endpoint}/{name}?restype=container"
    request = urllib.request.Request(address, method="PUT", headers=headers)
    urllib.request.urlopen(request, timeout=10).close()


def _listens(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0
