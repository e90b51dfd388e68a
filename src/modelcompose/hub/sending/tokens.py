"""The tokens with which this user's runs are sent: one for each hub, in a file of their own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from modelcompose.errors import UsageError

TOKEN_VARIABLE = "MODELCOMPOSE_HUB_TOKEN"  # noqa: S105 - its name
_FILE = "hub-tokens.json"


def token_for(home: Path, hub: str, environment: Mapping[str, str]) -> str | None:
    """Give the token for a hub: that of the environment, else the one that was stored.

    Raises:
        UsageError: the file of tokens cannot be read.
    """
    return environment.get(TOKEN_VARIABLE) or stored_tokens(home).get(hub)


def stored_tokens(home: Path) -> dict[str, str]:
    """Give all tokens that were stored, by the hub's address.

    Raises:
        UsageError: their file cannot be read.
    """
    path = home / _FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.MsgspecError) as error:
        raise UsageError(
            f"{path}: the tokens of hubs cannot be read: {error}",
            hint=f"delete it and log in again: rm {path}; modelcompose hub login ADDRESS",
        ) from error


def store_token(home: Path, hub: str, token: str | None) -> None:
    """Keep a token, which only this user may read; None forgets it.

    Raises:
        UsageError: the file of tokens cannot be read or written.
    """
    tokens = stored_tokens(home)
    tokens.pop(hub, None)
    if token is not None:
        tokens[hub] = token
    path, new = home / _FILE, home / f"{_FILE}.{os.getpid()}"
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        new.unlink(missing_ok=True)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(tokens)) + b"\n")
        new.rename(path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from error
