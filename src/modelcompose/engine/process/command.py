"""What a step's process executes, and where."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from modelcompose.compose.project import Service
from modelcompose.engine.giving import given_variables
from modelcompose.engine.leftovers import RUN_VARIABLE
from modelcompose.engine.places import working_folder
from modelcompose.engine.process.interpreter import PYTHONS, find_python
from modelcompose.engine.process.variables import service_variables
from modelcompose.engine.protocol import Job
from modelcompose.errors import EngineError


class Invocation(Struct, frozen=True):
    """A process to start."""

    arguments: tuple[str, ...]
    folder: Path
    variables: Mapping[str, str]


def invocation(job: Job) -> Invocation:
    """Say what to start for a job.

    Raises:
        EngineError: the service has no command of its own, or no such program is on its PATH.
    """
    variables = service_variables(job.service) | dict(job.environment) | {RUN_VARIABLE: job.run}
    variables |= given_variables(job.given, variables)
    if job.device_ids is not None:
        variables["CUDA_VISIBLE_DEVICES"] = ",".join(job.device_ids)
    folder = working_folder(job.service, job.project.directory, job.workspace)
    return Invocation(_arguments(job.service, variables, folder), folder, variables)


def _arguments(service: Service, variables: Mapping[str, str], folder: Path) -> tuple[str, ...]:
    words = (*(service.entrypoint or ()), *(service.command or ()))
    if not words:
        raise EngineError(
            f"services.{service.name}: has no command, and the process engine runs no image "
            "that could bring one",
            hint=f"give services.{service.name} a command, or use --engine docker",
        )
    program = _program(words[0], variables, folder)
    if program is None:
        raise EngineError(
            f"services.{service.name}.command: found no program {words[0]!r} on this machine",
            hint=f"install {words[0]}, or use --engine docker",
        )
    return (program, *words[1:])


def _program(name: str, variables: Mapping[str, str], folder: Path) -> str | None:
    """Find a program as the step would; systems without `python` have `python3`."""
    if "/" in name:
        path = folder / name
        return str(path) if os.access(path, os.X_OK) and path.is_file() else None
    if name in PYTHONS:
        own = shutil.which(name, path=variables.get("PATH", os.defpath))
        return own or find_python(variables)
    return shutil.which(name, path=variables.get("PATH", os.defpath))
