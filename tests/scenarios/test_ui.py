"""`modelcompose ui` opens the web UI, over the hub that runs or one that it starts."""

from __future__ import annotations

import signal
import socket
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import Popen

from tests.hub_server import running
from tests.workbench import Workbench, end_of

_NO_SCREEN = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "BROWSER": "", "WSL_DISTRO_NAME": ""}


@contextmanager
def _serving(bench: Workbench, *words: str) -> Iterator[tuple[Popen[str], str]]:
    process = bench.start("ui", *words, env=_NO_SCREEN)
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    try:
        yield process, address
    finally:
        process.send_signal(signal.SIGINT)
        end_of(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_hub_is_started_where_none_runs(bench: Workbench) -> None:
    with _serving(bench, "--port", str(_free_port())) as (_, address):
        with urllib.request.urlopen(f"{address}api/v1/session", timeout=30) as answer:
            assert answer.status == 200
        assert address.startswith("http://127.0.0.1:")


def test_a_hub_of_this_user_that_runs_is_used(bench: Workbench) -> None:
    with running(bench.home) as hub:
        port = hub.address.rpartition(":")[2]
        done = bench.run("ui", "--port", port, env=_NO_SCREEN)
        assert done.stdout.strip() == f"{hub.address}/"
        assert "no screen" in done.stderr


def test_a_port_that_something_else_has_is_left_to_it(bench: Workbench) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with _serving(bench, "--port", str(port), "--no-browser") as (_, address):
            assert f":{port}/" not in address
            assert address.startswith("http://127.0.0.1:")


def test_in_a_project_its_own_page_is_opened(bench: Workbench) -> None:
    bench.compose({"train": {"command": "true"}})
    with running(bench.home) as hub:
        port = hub.address.rpartition(":")[2]
        done = bench.run("ui", "--port", port, "--no-browser")
        assert done.stdout.startswith(f"{hub.address}/projects/")


def test_the_hub_that_the_environment_names_is_opened(bench: Workbench) -> None:
    env = {"MODELCOMPOSE_HUB": "https://hub.example.org/"}
    done = bench.run("ui", "--no-browser", env=env)
    assert done.stdout.strip() == "https://hub.example.org/"
