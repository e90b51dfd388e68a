"""A hub that is served over a filled database, SQLite or PostgreSQL, and a client of its API."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from modelcompose.database.database import Connection, Database
from modelcompose.hub.tokens import store
from modelcompose.tracking.series.store import SeriesStore
from tests import hub_server

Fill = Callable[[Connection, SeriesStore], None]


class Answer(NamedTuple):
    """What the hub said."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """Calls one hub's API, with a token where there is one."""

    def __init__(self, address: str, url: str, home: Path, secret: str | None = None) -> None:
        self.address = address
        self.url = url
        self.home = home
        self._secret = secret

    def with_token(self, **grants: Any) -> Client:
        """Give a client whose token may so much: roles by project, `everywhere` for all."""
        roles = {"" if name == "everywhere" else name: role for name, role in grants.items()}
        with closing(Database.at(self.url)) as database, database.write() as connection:
            _, secret = store.create(connection, "somebody", roles, time.time())
        return Client(self.address, self.url, self.home, secret)

    def ask(self, method: str, path: str, body: Any = None, **query: Any) -> Answer:
        """Call, whatever is answered."""
        whole = f"{self.address}/api/v1{path}"
        if query:
            whole += "?" + urllib.parse.urlencode(query)
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(whole, data=data, method=method)
        if self._secret:
            request.add_header("Authorization", f"Bearer {self._secret}")
        try:
            with urllib.request.urlopen(request) as answer:
                return Answer(answer.status, dict(answer.headers), answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, dict(error.headers), error.read())

    def get(self, path: str, **query: Any) -> Any:
        answer = self.ask("GET", path, **query)
        assert answer.status == 200, answer.body
        return answer.json

    def post(self, path: str, body: Any = None) -> Any:
        answer = self.ask("POST", path, body)
        assert answer.status == 200, answer.body
        return answer.json


@contextmanager
def serving(home: Path, url: str, fill: Fill) -> Iterator[Client]:
    """Serve a hub over a database that was filled before."""
    with closing(Database.at(url)) as database:
        series = SeriesStore(database)
        with database.write() as connection:
            fill(connection, series)
    with hub_server.running(home, url) as hub:
        yield Client(hub.address, url, home)
