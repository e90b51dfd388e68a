"""Whoever looks elsewhere is told how a long run came out: `x-ml.notify`."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.workbench import PATIENCE_S, Workbench, end_of, hear, shell, wait_until

LONG_ENOUGH = {"after": "0s"}
SECRET = "xoxb-1234567890-secret"


class Chat:
    """A web service that takes messages, as chats do."""

    def __init__(self, status: int = 200, *, answers: bool = True) -> None:
        self.told: list[dict[str, Any]] = []
        self.headers: list[Mapping[str, str]] = []
        self.may_answer = threading.Event()
        if answers:
            self.may_answer.set()
        chat = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                chat.headers.append(dict(self.headers))
                chat.told.append(json.loads(body))
                chat.may_answer.wait(PATIENCE_S)
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/hooks/{SECRET}"


@contextmanager
def chat(status: int = 200, *, answers: bool = True) -> Iterator[Chat]:
    service = Chat(status, answers=answers)
    thread = threading.Thread(target=service.server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield service
    finally:
        service.may_answer.set()
        service.server.shutdown()
        service.server.server_close()
        thread.join()


def project(bench: Workbench, steps: Mapping[str, Any], url: str | None, **keys: Any) -> None:
    webhook = {} if url is None else {"webhook": url}
    bench.compose(steps, **{"x-ml": {"notify": {**webhook, **LONG_ENOUGH, **keys}}})


def test_a_webhook_is_told_how_each_step_came_out(bench: Workbench) -> None:
    train = shell("echo '{\"auc\": 0.71}' > m.json; echo 1 > model", "model", metrics=["m.json"])
    with chat() as service:
        project(bench, {"train": train}, service.url)
        done = bench.run("run")
    (told,) = service.told
    assert (told["event"], told["status"]) == ("run", "done")
    assert told["text"] == f"{bench.name}: train is done after 0:00:00"
    assert (told["project"], told["folder"]) == (bench.name, str(bench.folder))
    assert told["command"] == "modelcompose run"
    assert 0 < told["duration_s"] == pytest.approx(told["ended_at"] - told["started_at"])
    (step,) = told["steps"]
    assert (step["step"], step["ending"], step["metrics"]) == ("train", "done", {"auc": 0.71})
    assert step["run"] == bench.shown("train")["id"]
    assert service.headers[0]["Content-Type"] == "application/json"
    assert "note:" not in done.stderr


def test_a_failure_is_told_with_its_cause(bench: Workbench) -> None:
    with chat() as service:
        project(
            bench,
            {"train": shell("exit 3"), "test": {**shell("true"), "depends_on": ["train"]}},
            service.url,
        )
        bench.run("run", code=1)
    (told,) = service.told
    assert told["status"] == "failed"
    assert told["text"] == f"{bench.name}: train failed after 0:00:00: exit code 3"
    assert [step["ending"] for step in told["steps"]] == ["failed", "blocked"]


def test_by_default_what_takes_less_than_a_minute_is_not_told(bench: Workbench) -> None:
    with chat() as service:
        bench.compose({"train": shell("true")}, **{"x-ml": {"notify": {"webhook": service.url}}})
        bench.run("run")
    assert service.told == []


def test_where_nothing_ran_there_is_nothing_to_tell(bench: Workbench) -> None:
    with chat() as service:
        project(bench, {"train": shell("true")}, service.url)
        bench.run("run")
        bench.run("run")
    assert len(service.told) == 1


def test_only_the_ends_that_are_wanted_are_told(bench: Workbench) -> None:
    with chat() as service:
        project(bench, {"train": shell("true")}, service.url, on=["failed"])
        bench.run("run")
        assert service.told == []
        project(bench, {"train": shell("exit 3")}, service.url, on=["failed"])
        bench.run("run", code=1)
    assert [told["status"] for told in service.told] == ["failed"]


def test_what_the_user_stops_is_not_told(bench: Workbench) -> None:
    with chat() as service:
        project(bench, {"train": shell("echo begun; exec sleep 600")}, service.url)
        command = bench.start("run")
        hear(command, "begun")
        command.send_signal(signal.SIGINT)
        assert end_of(command)[0] == 130

        command = bench.start("run")
        hear(command, "begun")
        bench.run("runs", "stop", "train")
        end_of(command)
    assert service.told == []


def test_a_detached_run_tells_its_end_too(bench: Workbench) -> None:
    go = bench.folder.parent / "go"
    wait = f"until test -e {go}; do sleep 0.02; done"
    with chat() as service:
        project(bench, {"train": shell(wait)}, service.url)
        bench.run("run", "--detach", "train")
        assert service.told == []
        go.touch()
        wait_until(lambda: service.told, "the end to be told")
        bench.run("runs", "wait", "train")
    assert service.told[0]["steps"][0]["ending"] == "done"


def test_a_recorded_command_tells_its_end_too(bench: Workbench) -> None:
    with chat() as service:
        bench.compose({}, **{"x-ml": {"notify": {"webhook": service.url, **LONG_ENOUGH}}})
        bench.add("train")
        bench.run("run", "--record", "train", "sh", "-c", "exit 3", code=3)
    (told,) = service.told
    assert told["text"] == f"{bench.name}: train failed after 0:00:00: exit code 3"


def test_secrets_are_masked_in_what_is_told_and_the_url_is_one(bench: Workbench) -> None:
    with chat(500) as service:
        train = shell('echo "{\\"auc\\": 1}" > m.json; echo $API_KEY ${HOOK%/*}; exit 3')
        train["environment"] = {"API_KEY": "hunter2hunter2", "HOOK": service.url}
        project(bench, {"train": train}, service.url)
        done = bench.run("run", "-e", "TOKEN_FILE=hunter2hunter2", "train", code=1)
        shown = bench.run("runs", "show", "train").stdout
    everywhere = done.stdout + done.stderr + shown + json.dumps(service.told)
    assert "hunter2" not in everywhere
    assert service.url not in everywhere
    assert "***" in service.told[0]["command"]


def test_a_webhook_that_refuses_costs_a_note_and_nothing_else(bench: Workbench) -> None:
    with chat(403) as service:
        project(bench, {"train": shell("true")}, service.url)
        done = bench.run("run")
    assert "note: the webhook answered 403 Forbidden" in done.stderr
    assert bench.states() == {"train": "fresh"}


def test_a_webhook_that_is_not_there_costs_a_note_and_nothing_else(bench: Workbench) -> None:
    with chat() as service:
        gone = service.url
    project(bench, {"train": shell("true")}, gone)
    done = bench.run("run")
    assert "note: the webhook was not told: " in done.stderr
    assert SECRET not in done.stderr


def test_a_webhook_that_does_not_answer_holds_nothing_up_for_long(bench: Workbench) -> None:
    with chat(answers=False) as service:
        project(bench, {"train": shell("true")}, service.url)
        done = bench.run("run")
        assert service.told
    assert "note: the " in done.stderr
    assert bench.states() == {"train": "fresh"}


@pytest.fixture
def desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a program first on the PATH that writes down what a desktop would show."""
    program, shown = tmp_path / "bin" / "notify-send", tmp_path / "shown"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" > {shown}\n'
        'test -z "$TROUBLE" || { echo "$TROUBLE" >&2; exit 1; }\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    return shown


def test_the_desktop_shows_how_a_run_came_out(bench: Workbench, desktop: Path) -> None:
    project(bench, {"train": shell("true")}, None, desktop=True)
    assert "note:" not in bench.run("run").stderr
    assert desktop.read_text().splitlines()[-2:] == [bench.name, "train is done after 0:00:00"]


def test_a_desktop_that_is_not_there_costs_a_note(bench: Workbench, desktop: Path) -> None:
    project(bench, {"train": shell("true")}, None, desktop=True)
    done = bench.run("run", env={"TROUBLE": "Cannot autolaunch D-Bus"})
    assert "note: the desktop was not told: notify-send: Cannot autolaunch D-Bus" in done.stderr
    assert desktop.exists()


@pytest.mark.parametrize("url", ["chat.example.com/hook", "ftp://example.com/hook"])
def test_a_webhook_is_a_web_address(bench: Workbench, url: str) -> None:
    project(bench, {"train": shell("true")}, url)
    told = bench.run("status", code=1).stderr
    assert "x-ml.notify.webhook: expected a URL that begins with https:// or http://" in told


def test_a_webhook_whose_variable_is_empty_is_none(bench: Workbench) -> None:
    project(bench, {"train": shell("true")}, "${NO_SUCH_CHAT:-}")
    assert "note:" not in bench.run("run").stderr


@pytest.mark.docker
def test_a_run_that_another_command_adopted_is_told_since_it_began(bench: Workbench) -> None:
    wait = "echo begun; until test -e /go/now; do sleep 0.1; done"
    go = bench.folder.parent / "go"
    go.mkdir()
    with chat() as service:
        train = {**shell(wait), "volumes": [".:/app", f"{go}:/go"]}
        project(bench, {"train": train}, service.url, after="2s")
        command = bench.start("run")
        hear(command, "begun")
        began = time.monotonic()
        command.kill()
        end_of(command)
        wait_until(lambda: time.monotonic() > began + 2, "the run to be a long one")
        (go / "now").touch()
        bench.run("run")
    assert [step["ending"] for step in service.told[0]["steps"]] == ["done"]
