"""What webhooks are to hear, sent in the background, signed, and again where nobody listened."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import ssl
from collections.abc import Callable, Sequence
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from threading import Event, Lock, Thread
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from msgspec import Struct

from modelcompose.database.database import Database
from modelcompose.errors import ModelComposeError

PAUSES_S = (1.0, 5.0, 30.0, 120.0, 600.0, 3600.0)
"""After each failure; after the last of them a delivery is given up."""

TIMEOUT_S = 10.0
LONGEST_ANSWER_BYTES = 64 * 1024

_AT_ONCE = 8
_GRACE_S = 2.0
_LEASE_S = 90.0
"""How long a delivery that is being sent is left alone by other processes."""
_LOOK_EVERY_S = 5.0
"""Other processes add deliveries too, and wake nobody here."""
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_FIRST_ERROR = 400

_CLAIM = """
    UPDATE webhook_deliveries SET due_at = ?, attempts = attempts + 1
    WHERE due_at <= ? AND number IN (
        SELECT number FROM webhook_deliveries WHERE due_at <= ? ORDER BY number LIMIT ?
    )
    RETURNING number, webhook, id, body, attempts
"""
_TARGETS = "SELECT url, secret FROM webhooks WHERE number = ? AND status = 'ACTIVE'"
_log = logging.getLogger(__name__)


class Answer(Struct, frozen=True):
    """What a webhook said."""

    status: int
    body: str

    @property
    def is_welcome(self) -> bool:
        """Whether it took what it was sent."""
        return self.status < _FIRST_ERROR


class Deliveries:
    """The sender of one hub: a thread that wakes when there is something to send.

    What is to be sent is in the database, so that nothing is lost when the hub ends; a webhook
    hears of everything at least once, and knows a delivery again by its id.
    """

    def __init__(
        self, database: Database, clock: Callable[[], float], pauses_s: Sequence[float] = PAUSES_S
    ) -> None:
        """Take the database and the clock; nothing is sent before `start`."""
        self._database = database
        self._clock = clock
        self._pauses_s = pauses_s
        self._wake = Event()
        self._is_stopped = False
        self._is_left = False
        self._thread: Thread | None = None
        self._lock = Lock()

    def start(self) -> None:
        """Begin to send; a second time does nothing."""
        with self._lock:
            if self._thread is None and not self._is_stopped:
                self._thread = Thread(target=self._run, name="webhooks", daemon=True)
                self._thread.start()

    def wake(self) -> None:
        """Say that there may be something to send."""
        self._wake.set()

    def stop(self) -> None:
        """End; what somebody is slow to take is sent again by the next hub."""
        with self._lock:
            self._is_stopped = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(_GRACE_S)
            self._is_left = self._thread.is_alive()

    def send_due(self) -> int:
        """Send what is due, once; tells how many there were."""
        now = self._clock()
        with self._database.write() as connection:
            claimed = connection.rows(_CLAIM, (now + _LEASE_S, now, now, _AT_ONCE))
        senders = [Thread(target=self._try_to_send, args=(one,), daemon=True) for one in claimed]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        return len(claimed)

    def _run(self) -> None:
        while not self._is_stopped:
            try:
                pause_s = self._until_due()
                if pause_s <= 0:
                    self.send_due()
                    continue
            except ModelComposeError as error:  # the database is away: look again later
                _log.warning("webhooks: %s", error.message)
                pause_s = _LOOK_EVERY_S
            except Exception:  # noqa: BLE001 - a bug, and to be seen; other deliveries are due
                if self._is_left:  # the database is closed
                    return
                _log.exception("webhooks: sending failed; again later")
                pause_s = _LOOK_EVERY_S
            self._wake.wait(pause_s)
            self._wake.clear()

    def _until_due(self) -> float:
        with self._database.read() as connection:
            row = connection.row("SELECT min(due_at) FROM webhook_deliveries")
        if row is None or row[0] is None:
            return _LOOK_EVERY_S
        return min(float(row[0]) - self._clock(), _LOOK_EVERY_S)

    def _try_to_send(self, claimed: tuple[Any, ...]) -> None:
        try:
            self._send(claimed)
        except ModelComposeError as error:  # the lease runs out, and it is sent again
            _log.warning("webhooks: %s", error.message)

    def _send(self, claimed: tuple[Any, ...]) -> None:
        number, webhook, delivery, body, attempts = claimed
        with self._database.read() as connection:
            target = connection.row(_TARGETS, (webhook,))
        trouble = None
        if target is not None:
            url, secret = target
            trouble = _trouble(url, secret, delivery, body, int(self._clock()))
        if self._is_left:  # the database may be closed by now
            return
        with self._database.write() as connection:
            if trouble is not None and attempts <= len(self._pauses_s):
                due_at = self._clock() + self._pauses_s[attempts - 1]
                connection.execute(
                    "UPDATE webhook_deliveries SET due_at = ? WHERE number = ?", (due_at, number)
                )
                return
            connection.execute("DELETE FROM webhook_deliveries WHERE number = ?", (number,))
        if trouble is not None:
            _log.warning("webhook %s: given up: %s", target[0] if target else webhook, trouble)


def send(url: str, secret: str | None, body: str, now: int, delivery: str | None = None) -> Answer:
    """Send a body to an address, once.

    Args:
        url: `http` or `https`.
        secret: signs what is sent, where there is one.
        body: JSON.
        now: whole seconds since the epoch.
        delivery: the id by which the webhook knows a repetition; by default a new one.

    Raises:
        OSError: nobody answers.
        HTTPException: what answers speaks no HTTP.

    Source:
        `mlflow/webhooks/delivery.py` of MLflow 3.17: header names and what is signed.
    """
    delivery = delivery or str(uuid4())
    headers = {
        "Content-Type": "application/json",
        "X-MLflow-Delivery-Id": delivery,
        "X-MLflow-Timestamp": str(now),
    }
    if secret:
        headers["X-MLflow-Signature"] = signature(secret, delivery, now, body)
    split = urlsplit(url)
    target = (split.path or "/") + (f"?{split.query}" if split.query else "")
    connection = _connected(split.scheme, split.hostname or "", split.port)
    try:
        # A redirect is an answer like any other: it is not followed to where nobody allowed.
        connection.request("POST", target, body.encode(), headers)
        answer = connection.getresponse()
        text = answer.read(LONGEST_ANSWER_BYTES).decode(errors="replace")
        return Answer(answer.status, text)
    finally:
        connection.close()


def signature(secret: str, delivery: str, now: int, body: str) -> str:
    """Give what proves that a delivery is ours: `v1,` and an HMAC in base64."""
    signed = f"{delivery}.{now}.{body}".encode()
    made = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(made).decode()}"


def _connected(scheme: str, host: str, port: int | None) -> HTTPConnection:
    connection: HTTPConnection
    if scheme == "https":
        context = ssl.create_default_context()
        connection = HTTPSConnection(host, port, timeout=TIMEOUT_S, context=context)
    else:
        connection = HTTPConnection(host, port, timeout=TIMEOUT_S)
    connection.connect()
    # Looked at when it is connected: a name may stand for another address each time it is asked.
    address = ip_address(connection.sock.getpeername()[0].partition("%")[0])
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        connection.close()
        raise ConnectionRefusedError(f"{address} belongs to the machine's own network services")
    return connection


def _trouble(url: str, secret: str | None, delivery: str, body: str, now: int) -> str | None:
    """Send once; give what went wrong where another try may help or none did."""
    try:
        answer = send(url, secret, body, now, delivery)
    except (OSError, HTTPException, ValueError) as error:
        return f"{type(error).__name__}: {error}"
    if answer.status in _AGAIN:
        return f"it answered {answer.status}"
    if not answer.is_welcome:
        _log.warning("webhook %s: it answered %s", url, answer.status)
    return None
