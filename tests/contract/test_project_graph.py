"""A hub beside a project's folder: what it tells is what is there now, seen over real HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from modelcompose.database.database import Database
from modelcompose.hub.sending.destinations import set_destination
from modelcompose.hub.tokens import store as tokens
from modelcompose.tracking.plans import keep_plan
from tests import hub_server
from tests.shared_hub import Own, Team
from tests.workbench import IMAGE, Workbench, shell, wait_until


class Told:
    """The graph of a project as a hub gives it."""

    def __init__(self, address: str, project: str, token: str | None = None) -> None:
        self._url = f"{address}/api/v1/projects/{project}/graph"
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def __call__(self) -> dict[str, Any]:
        answer = httpx.get(self._url, headers=self._headers, timeout=30)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def node(self, name: str) -> dict[str, Any]:
        """Give a node by its id."""
        found: dict[str, Any] = {node["id"]: node for node in self()["nodes"]}
        return dict(found[name])


@pytest.fixture
def project(bench: Workbench) -> Workbench:
    bench.write({"data.txt": "1"})
    bench.compose(
        {
            "clean": shell("cp data.txt clean.txt", "clean.txt", inputs=["data.txt"]),
            "train": shell("cp clean.txt model.txt", "model.txt", inputs=["clean.txt"]),
        }
    )
    bench.run("run")
    return bench


@pytest.fixture
def address(project: Workbench) -> Iterator[str]:
    with hub_server.running(project.home) as hub:
        yield hub.address


def test_a_file_that_changes_is_seen_without_a_command(project: Workbench, address: str) -> None:
    told = Told(address, project.name)
    found = told()
    assert found["is_live"], found["reason"]
    assert found["folder"] == str(project.folder)
    drawn = ("step:clean", "step:train", "data:clean.txt", "data:model.txt")
    assert {node["id"]: node["state"] for node in found["nodes"]} == dict.fromkeys(drawn, "fresh")
    lock = project.lock
    project.write({"data.txt": "2"})
    wait_until(lambda: told.node("step:clean")["state"] == "stale", "the hub sees it", 30)
    assert told.node("step:clean")["cause"] == "data.txt changed"
    assert told.node("step:train")["cause"] == "after clean"
    assert project.lock == lock


def test_a_step_that_runs_is_seen_running(project: Workbench, address: str) -> None:
    told = Told(address, project.name)
    document = json.loads(project.read("compose.yaml"))
    document["services"]["train"]["command"] = [
        "sh",
        "-c",
        "while [ ! -e $$GATE ]; do sleep 0.05; done; cp clean.txt model.txt",
    ]
    gate = project.folder / "gate"
    document["services"]["train"]["environment"] = {"GATE": str(gate)}
    project.write({"compose.yaml": json.dumps(document)})
    process = project.start("run")
    wait_until(lambda: told.node("step:train")["state"] == "running", "it runs", 30)
    assert told.node("step:train")["going"]["step"] == "train"
    gate.touch()
    process.communicate(timeout=30)
    assert process.returncode == 0
    wait_until(lambda: told.node("step:train")["state"] == "fresh", "it has run", 30)


def test_who_is_not_the_owner_sees_what_was_told(project: Workbench, address: str) -> None:
    database = Database.at(project.home / "hub.db")
    with database.write() as connection:
        token = tokens.create(connection, "ben", {project.name: "reader"}, time.time())[1]
    database.close()
    found = Told(address, project.name, token)()
    assert not found["is_live"]
    assert "owner" in found["reason"]
    assert found["as_of"] is not None
    assert "step:train" in {node["id"] for node in found["nodes"]}


def test_a_probe_is_not_run_by_a_look(bench: Workbench) -> None:
    mark = bench.folder.parent / "asked"
    step = shell("touch out", "out", inputs=[])
    step["step"]["inputs"] = [{"probe": f"date >> {mark}; echo 1"}]
    bench.compose({"fetch": step})
    bench.run("run")
    asked = mark.read_text()
    with hub_server.running(bench.home) as hub:
        found = Told(hub.address, bench.name)()
    assert found["is_live"], found["reason"]
    assert {n["id"]: n["state"] for n in found["nodes"]}["step:fetch"] == "fresh"
    assert mark.read_text() == asked


def test_a_secret_in_the_file_is_masked_in_the_picture(bench: Workbench) -> None:
    bench.variables["API_TOKEN"] = "very-secret-value"
    bench.write({"data.txt": "1"})
    bench.compose({"a": shell("cp data.txt very", "very", inputs=["data.txt"])})
    bench.add(
        "api", image="registry/very-secret-value:1", environment={"API_TOKEN": "${API_TOKEN}"}
    )
    bench.run("run", "a")
    with hub_server.running(bench.home, variables=bench.variables) as hub:
        found = Told(hub.address, bench.name)()
    assert found["is_live"], found["reason"]
    assert "service:api" in {node["id"] for node in found["nodes"]}
    assert "very-secret-value" not in json.dumps(found)
    assert "very-secret-value" not in _stored(bench.home)


def _stored(home: Path) -> str:
    database = Database.at(home / "hub.db")
    try:
        with database.read() as connection:
            return str(connection.rows("SELECT document FROM project_plans"))
    finally:
        database.close()


def test_the_picture_travels_to_a_shared_hub(tmp_path: Path) -> None:
    team = Team(tmp_path / "team", str(tmp_path / "team" / "hub.db"))
    team.start()
    own = Own(tmp_path / "own", team.address)
    try:
        name = f"new-{os.urandom(4).hex()}"
        set_destination(own.raw, name, "/new", own.hub, time.time())
        document = (
            '{"taken_at":5.0,"steps":[{"name":"train","action":"run","state":"missing"}],'
            '"services":["api"],"folder":"/new","host":"box",'
            '"details":[{"name":"api","image":"nginx","state":"running","health":"unhealthy"}],'
            '"edges":[{"source":"step:train","target":"service:api","kind":"after"}],"later":1}'
        )
        with own.database.write() as connection:
            keep_plan(connection, name, document, taken_at=5.0, objective={}, now=6.0)
        assert own.send()
        found = team.get(f"/projects/{name}/graph")
        assert not found["is_live"]
        assert (found["host"], found["as_of"]) == ("box", 5.0)
        assert {n["id"]: (n["state"], n["health"]) for n in found["nodes"]} == {
            "step:train": ("missing", ""),
            "service:api": ("running", "unhealthy"),
        }
        assert len(found["edges"]) == 1
    finally:
        own.close()
        team.stop()


@pytest.mark.docker
def test_the_health_of_services_is_seen(bench: Workbench) -> None:
    bench.compose({"train": shell("echo 1 > m", "m")})
    check = {"test": ["CMD", "test", "-e", "/tmp/well"], "interval": "1s", "retries": 1}
    command = ["sh", "-c", "touch /tmp/well; exec sleep 600"]
    document = json.loads(bench.read("compose.yaml"))
    document["services"]["api"] = {
        "image": IMAGE, "command": command, "init": True, "healthcheck": check,
    }  # fmt: skip
    bench.write({"compose.yaml": json.dumps(document)})
    bench.run("status")
    with hub_server.running(bench.home) as hub:
        told = Told(hub.address, bench.name)
        assert told.node("service:api")["state"] == "absent"
        subprocess.run(
            ["docker", "compose", "up", "--detach", "--wait", "api"],
            cwd=bench.folder,
            check=True,
            capture_output=True,
        )
        wait_until(lambda: told.node("service:api")["health"] == "healthy", "it is well", 30)
        container = bench.containers()["api"]
        subprocess.run(["docker", "exec", container, "rm", "/tmp/well"], check=True)
        wait_until(lambda: told.node("service:api")["health"] == "unhealthy", "it is ill", 30)
        assert told.node("service:api")["state"] == "running"
