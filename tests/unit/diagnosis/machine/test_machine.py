"""What is judged of the machine, from what was measured."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from modelcompose.diagnosis.facts.docker import Docker
from modelcompose.diagnosis.machine import clock, disk, memory
from modelcompose.diagnosis.machine.disk import Place, Space, measured
from modelcompose.diagnosis.machine.gpus import look_at_gpu_runtime, way_to_gpus
from modelcompose.diagnosis.machine.interpreter import look_at_interpreter
from modelcompose.diagnosis.machine.plugins import judge_compose, look_at_buildx, look_at_compose
from modelcompose.diagnosis.machine.versions import Version, parse_version
from modelcompose.diagnosis.sizes import GIGABYTE, in_words
from modelcompose.diagnosis.subject import Subject
from modelcompose.diagnosis.waiting import Fact
from modelcompose.engine.docker.endpoint import Endpoint
from tests.unit.diagnosis.conftest import Examined

Program = Callable[[str, str], None]
HERE = Path("/data")
ASKED_AT = 1_700_000_000.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2.40.3-3\n", (2, 40, 3)),
        ("v2.29.1-desktop.1", (2, 29, 1)),
        ("github.com/docker/buildx v0.12.1 30feaa1", (0, 12, 1)),
        ("28.5", (28, 5, 0)),
        ("dev", None),
    ],
)
def test_a_version_is_found_in_what_a_program_tells(text: str, expected: Version | None) -> None:
    assert parse_version(text) == expected


@pytest.mark.parametrize(
    ("version", "severity"),
    [
        ((2, 24, 3), "problem"),
        ((2, 24, 4), "ok"),
        ((2, 32, 1), "warning"),
        ((2, 33, 0), "ok"),
        ((5, 0, 0), "ok"),
    ],
)
def test_compose_is_judged_by_what_it_is_known_to_do(version: Version, severity: str) -> None:
    assert judge_compose(version).severity == severity


def test_plugins_that_are_not_there_are_told_with_their_packages(
    examined: Examined, program: Program, tmp_path: Path
) -> None:
    program("docker", "echo \"docker: 'buildx' is not a docker command\" >&2; exit 1")
    broken = tmp_path / ".docker" / "cli-plugins" / "docker-compose"
    broken.parent.mkdir(parents=True)
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    subject = examined()

    (compose,) = look_at_compose(subject)
    (buildx,) = look_at_buildx(subject)

    assert compose.severity == "problem"
    assert "docker-compose-plugin" in (compose.fix or "")
    assert "no image can be built" in buildx.what
    assert "docker-buildx-plugin" in (buildx.fix or "")


# Disks


def space(**fields: int) -> Space:
    known = {"size_bytes": 100 * GIGABYTE, "free_bytes": 50 * GIGABYTE}
    return Space((Place("the project", HERE),), **{**known, **fields})


@pytest.mark.parametrize(
    ("measured", "severity"),
    [
        (space(), "ok"),
        (space(free_bytes=4 * GIGABYTE), "warning"),
        (space(free_bytes=GIGABYTE // 2), "problem"),
        (space(names=1000, free_names=5), "problem"),
        (space(names=0, free_names=0), "ok"),
    ],
)
def test_a_disk_is_judged_by_what_is_left(measured: Space, severity: str) -> None:
    assert disk.judge(measured).severity == severity


def test_places_on_one_disk_are_told_together(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (found,) = measured([Place("the project", tmp_path / "a"), Place("Docker", tmp_path)])

    assert "free for the project and Docker" in disk.judge(found).what


def test_a_place_that_cannot_be_looked_at_is_passed_over(tmp_path: Path) -> None:
    assert measured([Place("Docker", tmp_path / "in-a-virtual-machine")]) == []


# GPUs


def test_a_machine_without_the_driver_has_nothing_to_say_of_gpus(examined: Examined) -> None:
    assert list(look_at_gpu_runtime(examined())) == []


def test_a_driver_that_finds_no_gpu_is_told_in_its_words(
    examined: Examined, program: Program
) -> None:
    program("nvidia-smi", "echo 'NVIDIA-SMI has failed: driver/library version mismatch'; exit 9")
    (found,) = look_at_gpu_runtime(examined())

    assert found.severity == "warning"
    assert "driver/library version mismatch" in found.what


def test_gpus_reach_containers_through_the_runtime_or_through_cdi(tmp_path: Path) -> None:
    described = tmp_path / "cdi"
    described.mkdir()

    assert way_to_gpus({"Runtimes": {"runc": {}}, "CDISpecDirs": [str(described)]}) is None
    assert way_to_gpus({"Runtimes": {"nvidia": {}}}) == "the nvidia runtime"
    assert way_to_gpus({"DiscoveredDevices": [{"ID": "nvidia.com/gpu=0"}]}) == "CDI"
    (described / "nvidia.yaml").write_text("kind: nvidia.com/gpu\n")
    assert way_to_gpus({"CDISpecDirs": [str(described)]}) == "CDI"


# Clocks


def test_files_from_another_time_are_told(examined: Examined) -> None:
    assert list(clock.look_at_clocks(with_docker(examined(), SystemTime="no time"))) == []
    (ahead,) = clock.judge_files("the project", HERE, 90.0)
    (behind,) = clock.judge_files("the project", HERE, -90.0)

    assert "get times 90 s ahead of this machine's clock" in ahead.what
    assert "get times 90 s behind this machine's clock" in behind.what
    assert list(clock.judge_files("the project", HERE, None)) == []


def test_an_engine_from_another_time_is_told(examined: Examined) -> None:
    told = datetime.fromtimestamp(ASKED_AT - 300, tz=UTC).isoformat()
    (found,) = clock.look_at_clocks(with_docker(examined(), SystemTime=told))

    assert found.what == "the Docker engine's clock is 300 s behind this machine's"


# Docker Desktop, and the rest


def with_docker(subject: Subject, **info: object) -> Subject:
    """Give the subject an engine that describes itself so."""
    docker = Docker(Endpoint("unix:///docker.sock", "a test"), "docker 28.0", info, ASKED_AT)
    subject.docker = Fact(lambda: docker)
    return subject


def test_docker_desktop_is_told_to_use_the_gpus_in_its_own_way(
    examined: Examined, program: Program
) -> None:
    program("nvidia-smi", "echo 'GPU 0: RTX'")
    subject = with_docker(examined(), OperatingSystem="Docker Desktop")
    (found,) = look_at_gpu_runtime(subject)

    assert "https://docs.docker.com/desktop/features/gpu/" in (found.fix or "")


def test_a_toolkit_that_docker_was_not_told_of_is_not_installed_again(
    examined: Examined, program: Program
) -> None:
    program("nvidia-smi", "echo 'GPU 0: RTX'")
    program("nvidia-ctk", "exit 0")
    (found,) = look_at_gpu_runtime(with_docker(examined()))

    assert "sudo nvidia-ctk runtime configure --runtime=docker" in (found.fix or "")
    assert "apt-get install" not in (found.fix or "")


def test_memory_is_told_where_docker_has_less_than_the_machine(examined: Examined) -> None:
    desktop = with_docker(examined(), OperatingSystem="Docker Desktop", MemTotal=2 * GIGABYTE)
    plain = with_docker(examined(), OperatingSystem="Debian", MemTotal=2 * GIGABYTE)

    assert [found.severity for found in memory.look_at_memory(desktop)] == ["warning"]
    assert list(memory.look_at_memory(plain)) == []


def test_docker_desktop_with_little_memory_is_told_where_to_give_it_more() -> None:
    found = memory.judge(2 * GIGABYTE, 32 * GIGABYTE)

    assert found.severity == "warning"
    assert "2 GB of this machine's 32 GB" in found.what
    assert memory.judge(8 * GIGABYTE, None).severity == "ok"


def test_without_python_the_process_engine_has_nothing_to_run_with(examined: Examined) -> None:
    (found,) = look_at_interpreter(examined())
    (wanted,) = look_at_interpreter(examined(engine="process"))

    assert (found.severity, wanted.severity) == ("note", "warning")


def test_a_python_that_does_not_start_is_told(examined: Examined, program: Program) -> None:
    program("python", "exit 127")
    (found,) = look_at_interpreter(examined())

    assert "programs/python does not start" in found.what


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1 kB"), (2_340_000, "2.34 MB"), (5e12, "5 TB")],
)
def test_a_size_has_the_unit_that_keeps_it_short(size_bytes: float, text: str) -> None:
    assert in_words(size_bytes) == text
