"""MLflow's own server and the hub, told the same: what a client can see of the answers agrees."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import pytest

from tests import hub_server
from tests.contract import mlflow_conversation as runs
from tests.contract import mlflow_models_conversation as models
from tests.contract.mlflow_conversation import Said
from tests.workbench import wait_until

pytestmark = pytest.mark.timeout(180)

CONVERSATION = (
    *runs.EXPERIMENTS,
    *runs.RUNS,
    *runs.SEARCHES,
    *models.REGISTERED,
    *models.VERSIONS,
    *models.LOGGED,
    *models.WEBHOOKS,
    *runs.OTHERWISE,
    *models.OTHERWISE,
)
_PAGE = Path(__file__).parents[2] / "docs" / "reference" / "mlflow.md"

_PATIENCE_S = 90
_SETTINGS = {
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
}
_TIMES = re.compile(r"(start|end|creation|last_updated?)_time(stamp)?(_ms)?")
_SORTED = frozenset({"tags", "params", "metrics", "aliases"})
_LEFT_OUT = frozenset({"sqlstate", "error_class", "workspace"})
_OWN_WORDS = re.compile(
    r"(filter|order_by):\d|page token: |after: |invalid path: |model json |.*'tags\[0\].key'"
)
_PLACE = re.compile(r"\$(\w+)")


class Answer(NamedTuple):
    """What a server said."""

    status: int
    code: str
    body: Any


class Side:
    """One of the two servers, and the names that its answers gave."""

    def __init__(self, address: str) -> None:
        split = urlsplit(address)
        self.names: dict[str, str] = {}
        self._connection = http.client.HTTPConnection(str(split.hostname), split.port, timeout=60)

    def hear(self, said: Said) -> Answer:
        """Answer a request."""
        path, body = self._filled(f"/api/2.0/mlflow/{said.path}"), self._filled(said.body)
        text = None
        if said.method == "GET":
            path += "?" + urlencode(body or {}, doseq=True)
        elif body is not None:
            text = body if isinstance(body, str) else json.dumps(body)
        headers = {"Content-Type": "application/json"}
        self._connection.request(said.method, path, text, headers)
        answer = self._connection.getresponse()
        got = _parsed(answer.read())
        for name, place in (said.keep or {}).items():
            self.names[name] = str(_at(got, place))
        return Answer(answer.status, str(got.get("error_code", "")), self._plain(got))

    def close(self) -> None:
        self._connection.close()

    def _filled(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._filled(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self._filled(one) for one in value]
        if isinstance(value, str):
            return _PLACE.sub(lambda match: self.names.get(match[1], match[0]), value)
        return value

    def _plain(self, value: Any, name: str = "") -> Any:
        """Give an answer without what differs from one server to the next."""
        if isinstance(value, dict):
            plain = {key: self._plain(one, key) for key, one in value.items()}
            return {k: v for k, v in plain.items() if k not in _LEFT_OUT and v not in ("", {}, [])}
        if isinstance(value, list):
            items = [self._plain(one) for one in value]
            return sorted(items, key=json.dumps) if name in _SORTED else items
        if _TIMES.fullmatch(name) or name == "next_page_token":
            return f"<{name}>" if value is not None else ""
        if isinstance(value, str):
            return self._without_names(value, name)
        return "" if value is None else value

    def _without_names(self, text: str, name: str) -> str:
        for known, value in self.names.items():
            if len(value) > len("experiment") or (name == "experiment_id" and text == value):
                text = text.replace(value, f"${known}")
        text = re.sub(r"[0-9a-f]{32}", "<id>", text)
        text = re.sub(r"mlflow-artifacts:/\d+", "mlflow-artifacts:/<number>", text)
        return "<number>" if name == "experiment_id" and text.isdecimal() else text


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, tuple[Answer, Answer]]]:
    """Give what both said to each request, the hub's answer first."""
    home = tmp_path_factory.mktemp("side-by-side")
    with (
        _mlflow_server(home) as theirs,
        hub_server.running(home / "hub") as hub,
        closing(Side(hub.address)) as mine,
        closing(Side(theirs)) as other,
    ):
        yield {
            number: (mine.hear(said), other.hear(said)) for number, said in enumerate(CONVERSATION)
        }


def test_the_hub_answers_as_mlflows_server_does(
    answers: dict[int, tuple[Answer, Answer]],
) -> None:
    wrong = [
        f"{said.method} {said.path} {str(said.body)[:200]}\n  hub    {mine}\n  mlflow {other}"
        for number, (mine, other) in answers.items()
        if not (said := CONVERSATION[number]).differs and not _agree(mine, other)
    ]
    assert not wrong, "\n".join(wrong)


def test_what_the_hub_answers_otherwise_is_so_and_is_documented(
    answers: dict[int, tuple[Answer, Answer]],
) -> None:
    page = _PAGE.read_text()
    for number, (mine, other) in answers.items():
        said = CONVERSATION[number]
        if said.differs:
            assert not _agree(mine, other), (said, mine)
            assert mine.status < 500, (said, mine)
            assert said.differs in page, said


def _agree(mine: Answer, other: Answer) -> bool:
    if (mine.status, mine.code) != (other.status, other.code):
        return False
    if not mine.code:
        return _covers(mine.body, other.body)
    words, wanted = mine.body["message"].casefold(), other.body["message"].casefold()
    is_own = _OWN_WORDS.match(words) is not None or "hint: value was of type" in wanted
    return is_own or _shared(words) in wanted or _shared(wanted) in words


def _shared(message: str) -> str:
    """Give what both must say: the sentence before a database's or a parser's own words."""
    return re.split(r"\. | error: |: input data|source: ", message, maxsplit=1)[0].rstrip(".")


def _covers(mine: Any, other: Any) -> bool:
    """Tell whether an answer holds at least what the other one does."""
    if isinstance(mine, dict) and isinstance(other, dict):
        return all(name in mine and _covers(mine[name], one) for name, one in other.items())
    if isinstance(mine, list) and isinstance(other, list):
        return len(mine) == len(other) and all(map(_covers, mine, other))
    # MLflow's databases have no infinity: it keeps the largest number there is.
    is_infinite = mine in ("Infinity", "-Infinity") and abs(float(other)) == sys.float_info.max
    return bool(mine == other or is_infinite)


def _parsed(text: bytes) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(text)
    except ValueError:
        return {"page": text.decode(errors="replace")}
    return found


def _at(value: Any, place: str) -> Any:
    for name in place.split("."):
        value = value[name]
    return value


@contextmanager
def _mlflow_server(home: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["--backend-store-uri", f"sqlite:///{home}/mlflow.db", "--workers", "1"]
    words += ["--artifacts-destination", str(home / "artifacts"), "--port", str(port)]
    with (home / "mlflow.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "mlflow", "server", *words],
            env={**os.environ, **_SETTINGS},
            stdout=log,
            stderr=log,
            start_new_session=True,  # its worker is another process
        )
    try:
        wait_until(lambda: _is_up(port), "the MLflow server", _PATIENCE_S)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, 15)
        process.wait(_PATIENCE_S)


def _is_up(port: int) -> bool:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == 200
        except OSError:
            return False
