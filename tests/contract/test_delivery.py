"""Webhooks: what is told to them, and how often."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue

import pytest

from modelcompose.database.database import Database
from modelcompose.errors import AlreadyExists
from modelcompose.hub.delivery import Deliveries, send, signature
from modelcompose.registry.models import create_model
from modelcompose.registry.webhooks import (
    Changes,
    Event,
    Webhook,
    create_webhook,
    delete_webhook,
    update_webhook,
)

CREATED = Event("registered_model", "created")


class Listener(ThreadingHTTPServer):
    def __init__(self) -> None:
        self.heard: Queue[tuple[dict[str, str], str]] = Queue()
        self.answers: list[int] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"


class _Handler(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.heard.put((dict(self.headers), body))
        self.send_response(self.server.answers.pop(0) if self.server.answers else 200)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def listener() -> Iterator[Listener]:
    server = Listener()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database.at(database_url)
    yield database
    database.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def deliveries(database: Database, clock: Clock) -> Deliveries:
    return Deliveries(database, clock, pauses_s=(10.0, 20.0))


def listening(database: Database, url: str) -> Webhook:
    with database.write() as connection:
        return create_webhook(
            connection, Changes(name="hook", url=url, events=[CREATED], secret="s"), 1.0
        )


def happens(database: Database, *names: str) -> None:
    with database.write() as connection:
        for name in names or ("delay",):
            create_model(connection, name, 1.0)


def waiting(database: Database) -> int:
    with database.read() as connection:
        row = connection.row("SELECT count(*) FROM webhook_deliveries")
    return int(row[0]) if row else 0


def test_an_event_is_told_once_and_signed(
    database: Database, deliveries: Deliveries, listener: Listener
) -> None:
    listening(database, listener.url)
    happens(database)
    assert (deliveries.send_due(), deliveries.send_due()) == (1, 0)
    headers, body = listener.heard.get_nowait()
    assert headers["X-MLflow-Signature"] == signature(
        "s", headers["X-MLflow-Delivery-Id"], int(headers["X-MLflow-Timestamp"]), body
    )
    assert json.loads(body)["data"]["name"] == "delay"
    assert waiting(database) == 0


def test_what_failed_is_tried_again_later_each_time_later(
    database: Database, deliveries: Deliveries, listener: Listener, clock: Clock
) -> None:
    listening(database, listener.url)
    happens(database)
    listener.answers = [503, 500]
    assert deliveries.send_due() == 1
    clock.now += 9.9
    assert deliveries.send_due() == 0
    clock.now += 0.2
    assert deliveries.send_due() == 1
    clock.now += 19.9
    assert deliveries.send_due() == 0
    clock.now += 0.2
    assert deliveries.send_due() == 1
    ids = {listener.heard.get_nowait()[0]["X-MLflow-Delivery-Id"] for _ in range(3)}
    assert len(ids) == 1
    assert waiting(database) == 0


def test_what_failed_too_often_is_given_up(
    database: Database, deliveries: Deliveries, clock: Clock
) -> None:
    listening(database, "http://127.0.0.1:1/nobody")
    happens(database)
    for _ in range(3):
        assert deliveries.send_due() == 1
        clock.now += 100
    assert waiting(database) == 0


@pytest.mark.parametrize("answer", [302, 404])
def test_a_refusal_is_not_tried_again_and_a_redirect_not_followed(
    database: Database, deliveries: Deliveries, listener: Listener, answer: int
) -> None:
    listening(database, listener.url)
    happens(database)
    listener.answers = [answer]
    deliveries.send_due()
    assert (listener.heard.qsize(), waiting(database)) == (1, 0)


def test_a_change_that_is_undone_is_never_told(
    database: Database, deliveries: Deliveries, listener: Listener
) -> None:
    listening(database, listener.url)
    with pytest.raises(AlreadyExists):
        happens(database, "delay", "delay")
    assert deliveries.send_due() == 0


def test_a_webhook_that_is_disabled_or_gone_hears_nothing(
    database: Database, deliveries: Deliveries, listener: Listener
) -> None:
    webhook = listening(database, listener.url)
    happens(database, "one")
    with database.write() as connection:
        update_webhook(connection, webhook, Changes(status="DISABLED"), 2.0)
    happens(database, "two")
    deliveries.send_due()
    with database.write() as connection:
        delete_webhook(connection, webhook)
    assert deliveries.send_due() == 0
    assert listener.heard.qsize() == 0


def test_a_thread_sends_in_the_background_and_ends_when_told(
    database: Database, listener: Listener
) -> None:
    listening(database, listener.url)
    sender = Deliveries(database, lambda: 1000.0)
    sender.start()
    happens(database)
    sender.wake()
    listener.heard.get(timeout=20)
    sender.stop()
    assert waiting(database) == 0


def test_addresses_of_the_machines_own_network_are_refused() -> None:
    with pytest.raises(OSError, match=r"network services|unreachable|timed out|refused"):
        send("http://169.254.169.254/latest", None, "{}", 1)
