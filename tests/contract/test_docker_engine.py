"""What the docker engine does beyond what every engine does."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from modelcompose.compose.project import ComposeOptions, Project, Service, Step
from modelcompose.engine.docker.endpoint import find_endpoint
from modelcompose.engine.docker.engine import DockerEngine
from modelcompose.engine.docker.execution import LOST_EXIT_CODE
from modelcompose.engine.protocol import InputMount, Job
from modelcompose.errors import EngineError
from modelcompose.testing.engine_bench import Bench, Log, end_of
from tests.workbench import wait_until

pytestmark = pytest.mark.docker

IMAGE = "python:3.11-slim"
WAIT = "import time; print('ready', flush=True); time.sleep(600)"


@pytest.fixture
def engine() -> DockerEngine:
    return DockerEngine()


@pytest.fixture
def kit(engine: DockerEngine, tmp_path: Path) -> Bench:
    return Bench(engine, tmp_path / "project", IMAGE)


def docker(*arguments: str) -> str:
    done = subprocess.run(["docker", *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def container_of(job: Job) -> str:
    return docker("ps", "--all", "--quiet", "--filter", f"label=modelcompose.run={job.run}")


# Mounts


def test_a_folder_from_elsewhere_stays_as_the_user_mounts_it(kit: Bench, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    volumes = [kit.bind(kit.folder, "/app"), kit.bind(cache, "/cache")]

    kit.run(kit.job("open('/cache/new', 'w')", volumes=volumes))

    assert (cache / "new").exists()


def test_external_data_is_read_only_where_the_service_mounts_it(kit: Bench, tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "deep").mkdir(parents=True)
    (data / "deep" / "a").write_text("precious")
    volumes = [kit.bind(kit.folder, "/app"), kit.bind(data, "/data")]
    mounts = [InputMount(data / "deep", str(data / "deep"))]
    script = """
import pathlib
print(pathlib.Path("/data/deep/a").read_text())
pathlib.Path("/data/new").touch()
pathlib.Path("/data/deep/a").write_text("damaged")
"""

    ran = kit.run(kit.job(script, mounts=mounts, volumes=volumes))

    assert ran.log.stdout == b"precious\n"
    assert ran.outcome.exit_code == 1
    assert (data / "new").exists()
    assert (data / "deep" / "a").read_text() == "precious"


def test_mount_points_belong_to_the_caller_and_the_project_stays_clean(kit: Bench) -> None:
    (kit.folder / "large").write_text("x")
    volumes = [kit.bind(kit.folder / "data", "/data"), kit.bind(kit.folder, "/app")]
    job = kit.job(
        "open('/data/out', 'w')",
        volumes=volumes,
        mounts=[InputMount(kit.folder / "large", "inputs/large")],
    )

    assert kit.run(job).outcome.exit_code == 0
    assert (job.workspace / "data" / "out").exists()
    assert (job.workspace / "inputs" / "large").stat().st_uid == os.geteuid()
    assert sorted(path.name for path in kit.folder.iterdir()) == [".ml", "large"]


def test_logging_and_ports_of_the_service_do_not_bear_on_a_step(kit: Bench) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        keys: dict[str, Any] = {
            "logging": {"driver": "none"},
            "ports": [{"target": 80, "published": port, "host_ip": "127.0.0.1"}],
            "restart": "always",
            "container_name": "modelcompose-kit-fixed",
            "depends_on": {"missing": {"condition": "service_started"}},
            "profiles": ["never"],
        }
        assert kit.run(kit.job("print('heard')", **keys)).log.stdout == b"heard\n"


def test_a_terminal_of_the_service_does_not_mix_the_streams(kit: Bench) -> None:
    script = "import sys; print('out'); print('err', file=sys.stderr)"

    log = kit.run(kit.job(script, tty=True, stdin_open=True)).log

    assert (log.stdout, log.of("stderr")) == (b"out\n", b"err\n")


def test_a_step_killed_for_its_memory_says_so(kit: Bench) -> None:
    outcome = kit.run(kit.job("bytearray(256 * 2**20)", mem_limit="32m")).outcome

    assert outcome.oom_killed
    assert outcome.exit_code == 137


def test_the_caller_s_wish_to_remove_orphans_spares_other_services(
    kit: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPOSE_REMOVE_ORPHANS", "1")
    other, _ = kit.start(kit.job(WAIT, stop_grace_period_s=0.1))

    kit.run(kit.job("pass"))

    assert other.wait(0.01) is None
    other.stop()
    end_of(other)


# An engine or a container that goes away


class Wire:
    """A socket in front of the Docker engine's own, which can be cut and mended."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._target = find_endpoint().socket
        self._open: list[socket.socket] = []
        self._server: socket.socket | None = None
        self._guard = threading.Lock()
        self.mend()

    def mend(self) -> None:
        self.path.unlink(missing_ok=True)
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(self.path))
        self._server.listen()
        threading.Thread(target=self._serve, args=(self._server,), daemon=True).start()

    def cut(self) -> None:
        with self._guard:
            ends, self._open = self._open, []
            if self._server is not None:
                ends.append(self._server)
            self._server = None  # by which a connection that is just being made knows of it
        for each in ends:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _serve(self, server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = server.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(str(self._target))
                with self._guard:
                    if server is not self._server:
                        near.close()
                        far.close()
                        return
                    self._open += [near, far]
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=self._pump, args=ends, daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


@pytest.fixture
def wire(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    wire = Wire(Path(os.path.relpath(tmp_path / "docker.sock")))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path / 'docker.sock'}")
    yield wire
    wire.cut()


COUNT = """
import os, time
print("ready", flush=True)
number = 0
while not os.path.exists("enough"):
    print("line", number := number + 1, flush=True)
    time.sleep(0.01)
print("last", number)
"""


def test_an_engine_that_comes_back_loses_nothing(kit: Bench, wire: Wire) -> None:
    job = kit.job(COUNT)
    execution, log = kit.start(job)
    log.await_text(b"line 20\n")

    wire.cut()
    (job.workspace / "enough").touch()
    wire.mend()
    outcome = end_of(execution)

    *lines, last = log.stdout.decode().splitlines()[1:]
    assert outcome.exit_code == 0
    assert outcome.lost is None
    assert lines == [f"line {number}" for number in range(1, len(lines) + 1)]
    assert last == f"last {len(lines)}"


def test_a_container_is_measured_on_once_the_engine_is_back(kit: Bench, wire: Wire) -> None:
    execution, _ = kit.start(kit.job(WAIT))
    wait_until(execution.samples, "a first sample")
    wire.cut()
    wire.mend()
    measured = len(execution.samples())
    wait_until(lambda: len(execution.samples()) > measured, "another sample")
    execution.kill()
    end_of(execution)


def test_an_engine_that_stays_away_is_told_of(
    kit: Bench, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = kit.job(WAIT)
    execution, _ = kit.start(job)

    wire.cut()
    outcome = end_of(execution)

    assert outcome.exit_code == LOST_EXIT_CODE
    assert "no Docker engine answers" in str(outcome.lost)
    monkeypatch.delenv("DOCKER_HOST")
    assert DockerEngine().reclaim(job.project, [job.run]) == [job.run]


def test_a_container_that_somebody_removes_has_failed(kit: Bench) -> None:
    job = kit.job(WAIT)
    execution, _ = kit.start(job)

    docker("rm", "--force", container_of(job))

    assert end_of(execution).exit_code in {137, LOST_EXIT_CODE}


def test_reclaim_keeps_what_other_commands_run(kit: Bench, engine: DockerEngine) -> None:
    job = kit.job(WAIT, stop_grace_period_s=0.1)
    execution, _ = kit.start(job)

    assert engine.reclaim(job.project, ["0" * 32]) == []
    assert container_of(job)
    execution.stop()
    end_of(execution)


# An engine that is not here


@pytest.mark.parametrize("host", ["ssh://build@farm", "tcp://10.0.0.1:2375"])
def test_an_engine_on_another_machine_is_refused_with_what_it_cannot_see(
    kit: Bench, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("DOCKER_HOST", host)
    job = kit.job("pass")

    for use in (
        lambda: DockerEngine().check(job.project),
        lambda: DockerEngine().start(job, Log()),
    ):
        with pytest.raises(EngineError, match="another machine") as caught:
            use()
        assert host in caught.value.message
        assert f"services.step.volumes: {kit.folder}:/app" in caught.value.message


# Services


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Callable[[str], Project]]:
    """Write a Compose file of services, and give the project it makes."""
    folder = tmp_path / "stack"
    folder.mkdir()
    file = folder / "compose.yaml"
    name = f"kit-{tmp_path.name[-8:].lower().strip('_-')}-{os.getpid()}"

    def make(text: str) -> Project:
        file.write_text(text)
        arguments = ["--file", str(file), "--project-name", name, "config", "--format", "json"]
        document = json.loads(docker("compose", *arguments))
        services = {
            key: Service(
                name=key,
                document=value,
                image=value["image"],
                depends_on={k: v["condition"] for k, v in value.get("depends_on", {}).items()},
                step=Step() if key.startswith("step") else None,
            )
            for key, value in document["services"].items()
        }
        return Project(
            name=name,
            directory=folder,
            files=(file,),
            document=document,
            services=services,
            options=ComposeOptions(files=(str(file),)),
        )

    yield make
    docker("compose", "--file", str(file), "--project-name", name, "down", "--timeout", "0")


def running(project: Project) -> set[str]:
    label = f"label=com.docker.compose.project={project.name}"
    form = '{{.Label "com.docker.compose.service"}}'
    return set(docker("ps", "--filter", label, "--format", form).split())


SERVICE = "{image: 'python:3.11-slim', init: true, stop_grace_period: 0s, command: sleep 600"


def test_services_are_started_with_what_they_need_and_stopped_after(
    engine: DockerEngine, stack: Callable[[str], Project]
) -> None:
    project = stack(
        f"services:\n  db: {SERVICE}}}\n"
        "  step: {image: 'python:3.11-slim', command: 'exit 1'}\n"
        f"  api: {SERVICE}, depends_on: {{db: {{condition: service_started}}, "
        "step: {condition: service_completed_successfully}}}\n"
        f"  unrelated: {SERVICE}}}\n"
    )

    started = engine.start_services(project, ["api"])

    assert sorted(started) == ["api", "db"]
    assert running(project) == {"api", "db"}
    engine.stop_services(project, started)
    assert running(project) == set()


def test_a_service_that_ran_before_is_not_among_the_started(
    engine: DockerEngine, stack: Callable[[str], Project]
) -> None:
    project = stack(f"services:\n  db: {SERVICE}}}\n")
    engine.start_services(project, ["db"])

    assert DockerEngine().start_services(project, ["db"]) == []


def test_a_service_that_lay_stopped_is_stopped_again_not_removed(
    engine: DockerEngine, stack: Callable[[str], Project]
) -> None:
    project = stack(f"services:\n  db: {SERVICE}}}\n")
    file = str(project.files[0])
    docker("compose", "--file", file, "--project-name", project.name, "create")
    created = docker("compose", "--file", file, "-p", project.name, "ps", "--all", "--quiet")

    engine.stop_services(project, engine.start_services(project, ["db"]))

    now = docker("compose", "--file", file, "-p", project.name, "ps", "--all", "--quiet")
    assert now == created


def test_services_can_be_stopped_after_an_interruption(
    engine: DockerEngine, stack: Callable[[str], Project]
) -> None:
    project = stack(f"services:\n  db: {SERVICE}}}\n")
    started = engine.start_services(project, ["db"])

    engine.interrupt()
    engine.stop_services(project, started)

    assert running(project) == set()


def test_a_service_that_becomes_unhealthy_is_an_error_with_its_log(
    engine: DockerEngine, stack: Callable[[str], Project]
) -> None:
    check = "{test: [CMD, 'false'], interval: 100ms, retries: 1}"
    project = stack(
        f"services:\n  db: {SERVICE.replace('sleep 600', '')}"
        f"\"sh -c 'echo cannot open the disk; sleep 600'\", healthcheck: {check}}}\n"
    )

    with pytest.raises(EngineError, match=r"services\.db: did not come up") as caught:
        engine.start_services(project, ["db"])

    assert "cannot open the disk" in caught.value.message
    assert running(project) == set()


def test_a_project_of_the_same_name_in_another_folder_is_an_error(
    engine: DockerEngine, stack: Callable[[str], Project], tmp_path: Path
) -> None:
    project = stack(f"services:\n  db: {SERVICE}}}\n")
    engine.start_services(project, ["db"])
    clone = msgspec.structs.replace(project, directory=tmp_path / "clone")

    with pytest.raises(EngineError, match=str(project.directory)) as caught:
        engine.start_services(clone, ["db"])

    assert "-p" in (caught.value.hint or "")


# Owners of files


@contextmanager
def another_user(number: int) -> Iterator[None]:
    """Be a user who may do nothing but use Docker."""
    groups = os.getgroups()
    os.setgroups([Path(str(find_endpoint().socket)).stat().st_gid])
    os.setegid(number)
    os.seteuid(number)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
def test_another_user_than_root_is_given_root_s_files_too(kit: Bench) -> None:
    job = kit.job("pass")
    (job.workspace / "locked" / "deep").mkdir(parents=True)
    (job.workspace / "locked" / "deep" / "file").write_text("x")
    (job.workspace / "locked").chmod(0o700)
    (job.workspace / "link").symlink_to("/etc/passwd")
    for parent in [job.workspace, *job.workspace.parents][:-2]:
        parent.chmod(0o755)

    with another_user(12345):
        DockerEngine().own(job, [job.workspace])

    assert {path.lstat().st_uid for path in job.workspace.rglob("*")} == {12345}
    assert Path("/etc/passwd").stat().st_uid == 0


def test_a_step_in_the_project_itself_leaves_the_rest_of_it_alone(
    kit: Bench, engine: DockerEngine
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can make files of other users")
    for name in ("written", "untouched"):
        (kit.folder / name).touch()
        os.chown(kit.folder / name, 12345, 12345)
    job = kit.job("pass")
    service = msgspec.structs.replace(job.service, step=Step(metrics=("written",)))
    job = msgspec.structs.replace(job, service=service, workspace=kit.folder)

    engine.own(job, [kit.folder])

    assert (kit.folder / "written").stat().st_uid == 0
    assert (kit.folder / "untouched").stat().st_uid == 12345
