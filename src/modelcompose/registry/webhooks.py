"""Webhooks: who wants to hear of what happens to models."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from modelcompose.database.database import Cell, Connection, one_of
from modelcompose.errors import NotFound, UsageError
from modelcompose.registry.events import EVENTS
from modelcompose.tracking.limits import check_length, check_text

STATUSES = ("ACTIVE", "DISABLED")

_NAME = re.compile(r"(?=.{1,63}$)[a-z0-9]([a-z0-9._-]*[a-z0-9])?", re.IGNORECASE)
_LONGEST_URL = 500
_LONGEST_TEXT = 1000
_COLUMNS = "number, id, name, description, url, secret, status, created_at, updated_at"
_INSERT = """
    INSERT INTO webhooks (id, name, description, url, secret, status, created_at, updated_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING number
"""


class Event(Struct, frozen=True, order=True):
    """One thing that can happen."""

    entity: str
    action: str


class Webhook(Struct, frozen=True):
    """An address that hears of events."""

    number: int
    id: str
    name: str
    description: str | None
    url: str
    secret: str | None
    """Signs what is sent; never shown."""
    status: str
    created_at: float
    updated_at: float
    events: tuple[Event, ...] = ()


class Changes(Struct, frozen=True):
    """What is to be changed of a webhook; None stays as it is."""

    name: str | None = None
    description: str | None = None
    url: str | None = None
    events: Sequence[Event] | None = None
    secret: str | None = None
    status: str | None = None


def create_webhook(connection: Connection, wanted: Changes, now: float) -> Webhook:
    """Make a webhook.

    Args:
        connection: of a write block.
        wanted: with a name, an address and events.
        now: seconds since the epoch.

    Raises:
        UsageError: something is missing or wrong.
    """
    _check(wanted)
    if wanted.name is None or wanted.url is None:
        raise UsageError("A webhook needs a name and a URL.")
    if not wanted.events:
        raise UsageError("Webhook events must be a non-empty list: [].")
    webhook_id = str(uuid.uuid4())
    cells = (wanted.name, wanted.description, wanted.url, wanted.secret or None)
    row = connection.row(_INSERT, (webhook_id, *cells, wanted.status or "ACTIVE", now, now))
    _set_events(connection, int(row[0]) if row else 0, wanted.events)
    return find_webhook(connection, webhook_id)


def find_webhook(connection: Connection, webhook_id: str) -> Webhook:
    """Give a webhook.

    Raises:
        NotFound: there is none of this id.
    """
    found = read_webhooks(connection, "id = ? AND deleted_at IS NULL", (webhook_id,))
    if not found:
        raise NotFound(f"Webhook with ID {webhook_id} not found.")
    return found[0]


def read_webhooks(
    connection: Connection, condition: str, values: Sequence[Any] = ()
) -> list[Webhook]:
    """Read webhooks with their events.

    Args:
        connection: of any block.
        condition: SQL after WHERE, with ORDER BY and LIMIT where they are wanted.
        values: of its placeholders.
    """
    rows = connection.rows(f"SELECT {_COLUMNS} FROM webhooks WHERE {condition}", values)  # noqa: S608
    events: dict[int, list[Event]] = {row[0]: [] for row in rows}
    if rows:
        these, value = one_of(connection, "webhook", list(events))
        for number, entity, action in connection.rows(
            f"SELECT webhook, entity, action FROM webhook_events WHERE {these}"  # noqa: S608
            " ORDER BY entity, action",
            (value,),
        ):
            events[number].append(Event(entity, action))
    return [Webhook(*[*row, tuple(events[row[0]])]) for row in rows]


def update_webhook(
    connection: Connection, webhook: Webhook, changes: Changes, now: float
) -> Webhook:
    """Change a webhook.

    Raises:
        UsageError: something is wrong.
    """
    _check(changes)
    cells: dict[str, Cell] = {
        name: value
        for name in ("name", "description", "url", "secret", "status")
        if (value := getattr(changes, name)) is not None
    }
    cells["updated_at"] = now
    assignments = ", ".join(f"{name} = ?" for name in cells)
    connection.execute(
        f"UPDATE webhooks SET {assignments} WHERE number = ?",  # noqa: S608
        (*cells.values(), webhook.number),
    )
    if changes.events is not None:
        connection.execute("DELETE FROM webhook_events WHERE webhook = ?", (webhook.number,))
        _set_events(connection, webhook.number, changes.events)
    return find_webhook(connection, webhook.id)


def delete_webhook(connection: Connection, webhook: Webhook) -> None:
    """Delete a webhook, its secret, and what was still to be sent to it."""
    connection.execute("DELETE FROM webhooks WHERE number = ?", (webhook.number,))


def event_of(document: Mapping[str, str]) -> Event:
    """Give an event as a request names it, in capitals or not.

    Raises:
        UsageError: there is no such event.
    """
    return _checked(Event(document.get("entity", "").lower(), document.get("action", "").lower()))


def _checked(event: Event) -> Event:
    if event.entity not in EVENTS:
        raise UsageError(f"Invalid entity {event.entity!r} of a webhook event.")
    if event.action not in EVENTS[event.entity]:
        raise UsageError(
            f"Invalid action '{event.action}' for entity '{event.entity}'. "
            f"Valid actions are: {sorted(EVENTS[event.entity])}"
        )
    return event


def _set_events(connection: Connection, webhook: int, events: Sequence[Event]) -> None:
    connection.executemany(
        "INSERT INTO webhook_events (webhook, entity, action) VALUES (?, ?, ?)",
        [(webhook, event.entity, event.action) for event in sorted(set(events))],
    )


def _check(changes: Changes) -> None:
    if changes.name is not None and not _NAME.fullmatch(changes.name):
        raise UsageError(
            f"Webhook name {changes.name!r} is invalid. It must start and end with a letter or "
            "digit, be less than 63 characters long, and contain only letters, digits, dots (.), "
            "underscores (_), and hyphens (-)."
        )
    if changes.url is not None:
        _check_url(changes.url)
    if changes.status is not None and changes.status not in STATUSES:
        raise UsageError(f"Invalid webhook status {changes.status!r}: use one of {STATUSES}.")
    for event in changes.events or ():
        _checked(event)
    for what in ("description", "secret"):
        check_length(what, getattr(changes, what) or "", _LONGEST_TEXT)
        check_text(what, getattr(changes, what) or "")


def _check_url(url: str) -> None:
    check_length("url", url, _LONGEST_URL)
    try:
        split = urlsplit(url)
        hostname, _port = split.hostname, split.port
    except ValueError as error:
        raise UsageError(f"Invalid Webhook URL {url!r}: {error}") from error
    if split.scheme not in ("http", "https"):
        raise UsageError(
            f"Invalid Webhook URL scheme: {split.scheme!r}. Allowed schemes are: 'http', 'https'."
        )
    if split.username or split.password:
        raise UsageError(f"Webhook URL must not include embedded credentials: {url!r}")
    if not hostname or not url.isprintable() or " " in url:
        raise UsageError(f"Webhook URL must include a hostname: {url!r}")
