"""Docker's own credentials: its config file and the helpers that it names."""

from __future__ import annotations

import base64
import binascii
import json
import os
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from modelcompose.errors import RemoteError

_HUB = "https://index.docker.io/v1/"
_HUB_HOSTS = frozenset({"docker.io", "index.docker.io", "registry-1.docker.io"})
_TOKEN_USER = "<token>"  # noqa: S105 - the name that helpers give a token in place of a user
_HELPER_TIMEOUT_S = 60


class Credentials(NamedTuple):
    """A user with a password, or an identity token."""

    user: str
    password: str
    token: str = ""

    @property
    def basic(self) -> str:
        """Give the header for basic authentication."""
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()


def credentials_for(host: str) -> Credentials | None:
    """Give what `docker login HOST` kept; None where nobody has signed in.

    Raises:
        RemoteError: a credential helper is named that cannot be run.
    """
    config = _config()
    keys = [_HUB] if host in _HUB_HOSTS else [host, f"https://{host}", f"https://{host}/v2/"]
    helpers = config.get("credHelpers") or {}
    for key in keys:
        helper = helpers.get(key) or helpers.get(host) or config.get("credsStore")
        found = _of_helper(helper, key) if helper else None
        found = found or _of_file((config.get("auths") or {}).get(key))
        if found is not None:
            return found
    return None


def _config() -> dict[str, Any]:
    folder = os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker"
    try:
        found = json.loads((Path(folder) / "config.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _of_file(entry: Any) -> Credentials | None:
    if not isinstance(entry, dict):
        return None
    token = str(entry.get("identitytoken") or "")
    try:
        text = base64.b64decode(str(entry.get("auth") or "")).decode()
    except (binascii.Error, UnicodeDecodeError):
        text = ""
    user, _, password = text.rstrip("\0").partition(":")
    user, password = (
        user or str(entry.get("username") or ""),
        password or str(entry.get("password") or ""),
    )
    return Credentials(user, password, token) if (user and password) or token else None


def _of_helper(helper: str, key: str) -> Credentials | None:
    program = f"docker-credential-{helper}"
    try:
        done = subprocess.run(
            [program, "get"],
            input=key,
            capture_output=True,
            text=True,
            timeout=_HELPER_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RemoteError(
            f"{key}: the credential helper {program} cannot be run: {type(error).__name__}",
            hint=f"install it, or take it out of Docker's config.json, then: docker login {key}",
        ) from error
    if done.returncode != 0:
        return None  # it knows nothing of that registry
    try:
        found = json.loads(done.stdout)
        user, secret = str(found["Username"]), str(found["Secret"])
    except (ValueError, KeyError, TypeError):
        return None
    return Credentials("", "", secret) if user == _TOKEN_USER else Credentials(user, secret)
