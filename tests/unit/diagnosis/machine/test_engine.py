"""Whether the engine answers, and why not."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from modelcompose.diagnosis.machine.engine import look_at_engine
from tests.unit.diagnosis.conftest import Examined

Program = Callable[[str, str], None]


@contextmanager
def as_nobody() -> Iterator[None]:
    """Be a user without rights for a while, where this is root, whom nothing is denied."""
    was = os.geteuid()
    if was == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(was)


@pytest.fixture
def silent_socket() -> Iterator[Path]:
    """Give a socket that takes connections and never answers; its path is short enough."""
    with TemporaryDirectory() as folder, closing(socket.socket(socket.AF_UNIX)) as server:
        path = Path(folder, "docker.sock")
        server.bind(str(path))
        server.listen(16)
        yield path


def test_without_docker_it_says_how_to_install_it(examined: Examined) -> None:
    (found,) = look_at_engine(examined())

    assert found.severity == "problem"
    assert found.what == "Docker is not installed"
    assert "https://docs.docker.com/engine/install/" in (found.fix or "")


def test_who_asked_for_the_process_engine_is_only_told(examined: Examined) -> None:
    (found,) = look_at_engine(examined(engine="process"))

    assert found.severity == "note"


def test_an_engine_that_was_named_and_is_not_there_is_told_by_that_name(
    examined: Examined, program: Program
) -> None:
    program("docker", "exit 1")
    (found,) = look_at_engine(examined())

    assert "no-docker.sock" in found.what
    assert "DOCKER_HOST says so" in found.what
    assert (found.fix or "").endswith("unset DOCKER_HOST")


def test_a_socket_that_is_closed_to_this_user_leads_to_the_docker_group(
    examined: Examined, silent_socket: Path
) -> None:
    silent_socket.chmod(0)
    subject = examined(variables={"DOCKER_HOST": f"unix://{silent_socket}"})

    with as_nobody():
        (found,) = look_at_engine(subject)

    assert "permission denied" in found.what
    assert "sudo usermod -aG docker $USER" in (found.fix or "")


def test_an_engine_that_hangs_is_told_as_such(examined: Examined, silent_socket: Path) -> None:
    subject = examined(variables={"DOCKER_HOST": f"unix://{silent_socket}"})
    subject.docker.limit_s = 0.1

    (found,) = look_at_engine(subject)

    assert "is there and gives no answer within 0.1 s" in found.what


def test_an_engine_on_another_machine_that_is_off_is_told_in_dockers_words(
    examined: Examined, program: Program
) -> None:
    program("docker", "echo 'Cannot connect to the Docker daemon' >&2; exit 1")
    (found,) = look_at_engine(examined(variables={"DOCKER_HOST": "tcp://farm:2375"}))

    assert found.severity == "problem"
    assert "tcp://farm:2375" in found.what
    assert "Cannot connect to the Docker daemon" in found.what


def test_an_engine_on_another_machine_runs_services_and_no_steps(
    examined: Examined, program: Program
) -> None:
    program("docker", """echo '{"ServerVersion": "28.1.0"}'""")
    (found,) = look_at_engine(examined(variables={"DOCKER_HOST": "ssh://ana@farm"}))

    assert found.severity == "warning"
    assert "docker 28.1.0 answers at ssh://ana@farm, on another machine" in found.what
