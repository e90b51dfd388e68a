"""A run whose client was killed is not running for ever, whatever becomes of the hub."""

from __future__ import annotations

import signal
from pathlib import Path

import httpx

from tests.hub_server import running, start, stop
from tests.workbench import wait_until

SOON = {"MODELCOMPOSE_HUB_LOST_AFTER": "1s"}


def call(address: str, route: str, **body: object) -> httpx.Response:
    return httpx.post(f"{address}/api/2.0/mlflow/{route}", json=body).raise_for_status()


def info(address: str, run: str) -> tuple[str, dict[str, str]]:
    got = httpx.get(f"{address}/api/2.0/mlflow/runs/get", params={"run_id": run}).json()["run"]
    return got["info"]["status"], {tag["key"]: tag["value"] for tag in got["data"]["tags"]}


def test_a_run_without_a_client_is_killed_and_the_next_call_brings_it_back(tmp_path: Path) -> None:
    with running(tmp_path, variables=SOON) as hub:
        created = call(hub.address, "runs/create", experiment_id="0").json()
        run = created["run"]["info"]["run_id"]
        wait_until(lambda: info(hub.address, run)[0] == "KILLED", "the end of the run")
        assert "modelcompose.lost" in info(hub.address, run)[1]

        call(hub.address, "runs/log-metric", run_id=run, key="loss", value=1.0, timestamp=1)

        status, tags = info(hub.address, run)
        assert (status, "modelcompose.lost" in tags) == ("RUNNING", False)


def test_a_run_that_a_killed_hub_took_is_ended_by_the_next(tmp_path: Path) -> None:
    hub = start(tmp_path)
    created = call(hub.address, "runs/create", experiment_id="0").json()
    run = created["run"]["info"]["run_id"]
    hub.process.send_signal(signal.SIGKILL)
    stop(hub)

    with running(tmp_path, variables=SOON) as again:
        wait_until(lambda: info(again.address, run)[0] == "KILLED", "the end of the run")
