"""Which shared hub the runs of a project are sent to."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from urllib.parse import urlsplit

from modelcompose.errors import UsageError

HUB_VARIABLE = "MODELCOMPOSE_HUB"

_FIND = "SELECT hub FROM outbox_destinations WHERE project = ? AND folder = ?"
_SET = """
    INSERT INTO outbox_destinations (project, folder, hub, set_at) VALUES (?, ?, ?, ?)
    ON CONFLICT (project, folder) DO UPDATE SET
        hub = excluded.hub, set_at = excluded.set_at, plan_sent = 0
"""
_FORGET = "DELETE FROM outbox_destinations WHERE project = ? AND folder = ?"
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def chosen_hub(key: str | None, environment: Mapping[str, str]) -> str:
    """Give the address of the hub that a project's runs go to, empty for none.

    Args:
        key: the project's `x-ml.hub`; None where it does not say.
        environment: whose `MODELCOMPOSE_HUB` counts then.

    Raises:
        UsageError: the variable holds no address.
    """
    if key is not None:
        return key.rstrip("/")
    return hub_address(environment.get(HUB_VARIABLE, ""), HUB_VARIABLE) if _has(environment) else ""


def hub_address(text: str, where: str) -> str:
    """Give an address as it is compared: without a slash at its end.

    Args:
        text: `http://…` or `https://…`.
        where: what messages name.

    Raises:
        UsageError: it is no such address, or holds a password.
    """
    try:
        parts = urlsplit(text)
        is_right = parts.scheme in ("http", "https") and bool(parts.hostname)
        has_user = "@" in parts.netloc
        _ = parts.port
    except ValueError:
        is_right, has_user = False, False
    if has_user:
        raise UsageError(
            f"{where}: an address with a user or password in it",
            hint="give the token by itself: modelcompose hub login ADDRESS",
        )
    if not is_right:
        raise UsageError(
            f"{where}: expected an http or https address, found {text!r}",
            hint="such as https://hub.example.org",
        )
    return text.rstrip("/")


def is_in_the_clear(hub: str) -> bool:
    """Tell whether what is sent to a hub can be read on the way: http to another machine."""
    parts = urlsplit(hub)
    return parts.scheme == "http" and parts.hostname not in LOOPBACK


def set_destination(
    connection: sqlite3.Connection, project: str, folder: str, hub: str, now: float
) -> bool:
    """Remember where the runs of a project go that are made from now on.

    Args:
        connection: in autocommit mode; it is written to only when something changes.
        project: its name.
        folder: the project folder; runs that clients log go where the latest of a name says.
        hub: the address; empty for none.
        now: seconds since the epoch.

    Returns:
        Whether it changed.
    """
    row = connection.execute(_FIND, (project, folder)).fetchone()
    if (row[0] if row else "") == hub:
        return False
    if hub:
        connection.execute(_SET, (project, folder, hub, now))
    else:
        connection.execute(_FORGET, (project, folder))
    return True


def _has(environment: Mapping[str, str]) -> bool:
    return bool(environment.get(HUB_VARIABLE))
