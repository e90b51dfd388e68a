"""Small projects, made by hand."""

from __future__ import annotations

from pathlib import Path

from modelcompose.compose.project import Input, Mount, Output, Param, Project, Service, Step

FOLDER = Path("/project")


def step(
    *,
    inputs: list[str] | None = None,
    outputs: list[str] | None = None,
    params: list[str] | None = None,
) -> Step:
    return Step(
        inputs=None if inputs is None else tuple(Input(path) for path in inputs),
        outputs=tuple(Output(path) for path in outputs or []),
        params=tuple(_param(text) for text in params or []),
    )


def _param(text: str) -> Param:
    file, colon, key = text.partition(":")
    return Param(key, file) if colon else Param(text)


def service(
    name: str,
    step: Step | None = None,
    *,
    depends_on: list[str] | None = None,
    mounts: tuple[Mount, ...] = (Mount("bind", "/app", str(FOLDER)),),
    environment: dict[str, str | None] | None = None,
) -> Service:
    return Service(
        name,
        {},
        image="python:3.11-slim",
        command=("true",),
        working_dir="/app",
        mounts=mounts,
        environment=environment or {},
        depends_on=dict.fromkeys(depends_on or [], "service_started"),
        step=step,
    )


def project(*services: Service, directory: Path = FOLDER) -> Project:
    return Project(
        name="test",
        directory=directory,
        files=(),
        document={},
        services={one.name: one for one in services},
    )
