"""Reports over HTTP: files beside the hub, for its owner on this machine, and nobody else's."""

from __future__ import annotations

import http.client
import json
import os
import platform
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec
import pytest

from modelcompose.compose.project import Project
from modelcompose.hub.beside.places import place_of, remember
from tests.hub_server import RunningHub, running
from tests.viewer import need_viewer

ALL = "/api/v1/projects/flights/reports"
TEXT = "# Results\n\n```table\nlimit: 3\n```\n"


class Beside(NamedTuple):
    """A hub beside a project's folder."""

    hub: RunningHub
    folder: Path
    home: Path

    def ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """Call the hub with a path as it is, and give status and answer."""
        connection = http.client.HTTPConnection(urlsplit(self.hub.address).netloc, timeout=30)
        data = None if body is None else json.dumps(body)
        connection.request(method, path, data, headers or {})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        is_json = answer.getheader("content-type", "").startswith("application/json")
        return answer.status, json.loads(text) if is_json else text.decode()


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beside]:
    place = tmp_path_factory.mktemp("beside")
    folder, home = place / "flights", place / "home"
    (folder / "reports").mkdir(parents=True)
    (place / "secret.md").write_text("secret")
    (folder / "secret.md").write_text("secret")
    (folder / "reports" / "link.md").symlink_to(place / "secret.md")
    remember(home, Project("flights", folder, (), {}, {}), "process")
    with running(home) as hub:
        yield Beside(hub, folder, home)


@pytest.fixture
def written(beside: Beside, request: pytest.FixtureRequest) -> str:
    """Write a report; give its name."""
    name = re.sub(r"\W+", "-", request.node.name)[:60].strip("-")
    (beside.folder / "reports" / f"{name}.md").write_text(TEXT)
    return name


def test_reports_are_listed_with_their_titles(beside: Beside, written: str) -> None:
    status, listed = beside.ask("GET", ALL)
    assert (status, listed["folder"]) == (200, str(beside.folder))
    found = {one["name"]: one for one in listed["reports"]}
    assert found[written]["title"] == "Results"
    assert found[written]["path"] == f"reports/{written}.md"
    assert "link" not in found


def test_a_report_is_read_shown_and_written(beside: Beside, written: str) -> None:
    _, read = beside.ask("GET", f"{ALL}/{written}")
    assert read["text"] == TEXT
    _, shown = beside.ask("POST", f"{ALL}/{written}/document", {"text": read["text"]})
    assert [block["kind"] for block in shown["blocks"]] == ["prose", "table"]
    new = {"text": "# Changed\n", "digest": read["digest"]}
    status, done = beside.ask("PUT", f"{ALL}/{written}", new)
    assert (status, done["text"]) == (200, "# Changed\n")
    assert (beside.folder / "reports" / f"{written}.md").read_text() == "# Changed\n"


def test_who_read_an_older_version_is_told_and_nothing_is_lost(
    beside: Beside, written: str
) -> None:
    _, read = beside.ask("GET", f"{ALL}/{written}")
    beside.ask("PUT", f"{ALL}/{written}", {"text": "theirs", "digest": read["digest"]})
    for digest in (read["digest"], None):
        status, problem = beside.ask("PUT", f"{ALL}/{written}", {"text": "mine", "digest": digest})
        assert (status, problem["code"]) == (409, "already-exists")
    assert beside.ask("GET", f"{ALL}/{written}")[1]["text"] == "theirs"


def test_of_many_who_write_at_once_one_wins(beside: Beside, written: str) -> None:
    _, read = beside.ask("GET", f"{ALL}/{written}")
    answers: list[int] = []

    def write(number: int) -> None:
        body = {"text": f"# {number}", "digest": read["digest"]}
        answers.append(beside.ask("PUT", f"{ALL}/{written}", body)[0])

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] + [409] * 7


@pytest.mark.parametrize(
    "name",
    [
        "../secret",
        "..%2fsecret",
        "%2e%2e%2fsecret",
        "..%252fsecret",
        "..%5csecret",
        "%2fetc%2fpasswd",
        "secret%00",
        ".hidden",
        "a%0ab",
        "link",
        "x" * 101,
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "HTML"])
def test_no_path_leads_out_of_the_folder(beside: Beside, name: str, method: str) -> None:
    ending = {"POST": "/document", "HTML": "/html"}.get(method, "")
    body = {"text": "mine", "digest": None} if method in ("PUT", "POST") else None
    verb = "GET" if method == "HTML" else method
    status, answer = beside.ask(verb, f"{ALL}/{name}{ending}", body)
    if method == "POST" and name == "link":  # it is a name, and no file is touched
        assert status == 200
        return
    assert 400 <= status < 500
    assert isinstance(answer, str) or "secret" not in answer.get("text", "")
    assert (beside.folder / "secret.md").read_text() == "secret"
    assert (beside.folder.parent / "secret.md").read_text() == "secret"


def test_a_project_that_is_elsewhere_says_where_its_reports_are(beside: Beside) -> None:
    status, listed = beside.ask("GET", "/api/v1/projects/other/reports")
    assert (status, listed["folder"], listed["reports"]) == (200, None, [])
    assert listed["reason"]
    status, problem = beside.ask("GET", "/api/v1/projects/other/reports/a")
    assert status == 404
    assert "modelcompose ui" in problem["hint"]


def test_a_folder_of_another_machine_is_not_touched(beside: Beside) -> None:
    place = place_of(beside.home, "flights")
    assert place is not None
    there = msgspec.structs.replace(place, project="there", host=f"not-{platform.node()}")
    _keep(beside.home, there)
    body = {"text": "x", "digest": None}
    assert beside.ask("PUT", "/api/v1/projects/there/reports/a", body)[0] == 404


def test_a_token_reads_and_writes_no_file_of_this_machine(beside: Beside, written: str) -> None:
    for role in ("reader", "writer", "admin"):
        held = {"Authorization": f"Bearer {_token(beside.home, role)}"}
        new = {"text": "mine", "digest": None}
        assert beside.ask("PUT", f"{ALL}/new-{role}", new, held)[0] in (403, 404)
        assert not (beside.folder / "reports" / f"new-{role}.md").exists()
    assert beside.ask("GET", f"{ALL}/{written}", headers=held)[0] in (200, 404)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Host": "evil.example"},
        {"X-Forwarded-For": "192.0.2.1"},
    ],
)
def test_no_page_of_a_stranger_and_no_other_machine_writes(
    beside: Beside, written: str, headers: dict[str, str]
) -> None:
    _, read = beside.ask("GET", f"{ALL}/{written}")
    body = {"text": "theirs", "digest": read["digest"]}
    assert beside.ask("PUT", f"{ALL}/{written}", body, headers)[0] in (401, 403)
    assert beside.ask("GET", f"{ALL}/{written}", headers=headers)[0] in (401, 403)


def test_a_call_to_another_address_of_this_machine_needs_a_token(
    beside: Beside, written: str
) -> None:
    address = _own_address()
    if address is None:
        pytest.skip("this machine has no address but its own")
    place = beside.home
    process = subprocess.Popen(
        [sys.executable, "-m", "modelcompose", "hub", "--host", address, "--port", "0"],
        env={**os.environ, "MODELCOMPOSE_HOME": str(place)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        far = Beside(RunningHub(process.stdout.readline().strip(), process, place), place, place)
        assert far.ask("PUT", f"{ALL}/{written}", {"text": "x", "digest": None})[0] == 401
        assert far.ask("GET", f"{ALL}/{written}")[0] == 401
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


def test_a_report_is_had_as_a_file_that_is_saved_and_never_run_here(
    beside: Beside, written: str
) -> None:
    need_viewer()
    connection = http.client.HTTPConnection(urlsplit(beside.hub.address).netloc, timeout=30)
    connection.request("GET", f"{ALL}/{written}/html")
    answer = connection.getresponse()
    page = answer.read().decode()
    connection.close()
    assert answer.status == 200
    assert answer.getheader("content-disposition") == f'attachment; filename="{written}.html"'
    assert "sandbox" in (answer.getheader("content-security-policy") or "")
    assert page.startswith("<!doctype html>")


def _token(home: Path, role: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "modelcompose", "hub", "token", "create", role, "--role", role],
        env={**os.environ, "MODELCOMPOSE_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"mc_\S+", done.stdout)
    assert found is not None, done.stdout
    return found[0]


def _keep(home: Path, place: Any) -> None:
    """Write a place as a command of another machine would have."""
    from modelcompose.hub.beside import places

    path = places._path(home, place.project)  # noqa: SLF001 - where places lie is theirs to say
    path.write_bytes(msgspec.json.encode(place))


def _own_address() -> str | None:
    """Give an address of this machine that is not a loopback one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # nothing is sent
        except OSError:
            return None
        found = str(probe.getsockname()[0])
    return None if found.startswith("127.") else found
