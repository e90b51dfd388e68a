"""What a step's process executes."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcompose.compose.project import Project, Service
from modelcompose.engine.process.command import invocation
from modelcompose.engine.protocol import Job
from modelcompose.errors import EngineError


def job(tmp_path: Path, **keys: object) -> Job:
    keys.setdefault("environment", {"PATH": str(tmp_path)})
    service = Service(name="train", document={}, **keys)  # type: ignore[arg-type]
    project = Project("p", tmp_path, (), {}, {"train": service})
    return Job("0" * 32, project, service, tmp_path, device_ids=("1", "2"))


def program(path: Path) -> str:
    path.parent.mkdir(exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


def test_the_command_follows_the_entrypoint(tmp_path: Path) -> None:
    found = program(tmp_path / "run")

    wanted = invocation(job(tmp_path, entrypoint=("run", "-v"), command=("train", "x")))

    assert wanted.arguments == (found, "-v", "train", "x")


def test_a_relative_program_is_found_from_the_working_folder(tmp_path: Path) -> None:
    found = program(tmp_path / "bin" / "train.sh")

    assert invocation(job(tmp_path, command=("./bin/train.sh",))).arguments == (found,)


@pytest.mark.parametrize(("named", "there"), [("python", "python3"), ("python3", "python")])
def test_either_name_of_python_will_do(tmp_path: Path, named: str, there: str) -> None:
    found = program(tmp_path / there)

    assert invocation(job(tmp_path, command=(named, "-V"))).arguments == (found, "-V")


def test_a_service_without_a_command_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"services\.train: has no command") as caught:
        invocation(job(tmp_path))

    assert "--engine docker" in (caught.value.hint or "")


def test_the_process_is_told_its_run_and_its_gpus(tmp_path: Path) -> None:
    program(tmp_path / "run")

    variables = invocation(job(tmp_path, command=("run",))).variables

    assert variables["MODELCOMPOSE_RUN"] == "0" * 32
    assert variables["CUDA_VISIBLE_DEVICES"] == "1,2"
