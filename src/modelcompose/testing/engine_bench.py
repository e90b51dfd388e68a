"""A bench for engines: a project made by hand, and jobs of it that run Python scripts."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from modelcompose.compose.project import Mount, Project, Service, Step
from modelcompose.engine.protocol import Engine, Execution, InputMount, Job, Outcome

PATIENCE_S = 120.0
"""How long anything may take before the engine counts as hanging."""


class Log:
    """A sink that keeps what it is given."""

    def __init__(self) -> None:
        self.parts: list[tuple[str, bytes]] = []
        self._changed = threading.Condition()

    def __call__(self, stream: str, data: bytes) -> None:
        """Take in some bytes."""
        with self._changed:
            self.parts.append((stream, data))
            self._changed.notify_all()

    def of(self, stream: str) -> bytes:
        """Give all that one stream held."""
        return b"".join(data for name, data in self.parts if name == stream)

    @property
    def stdout(self) -> bytes:
        """Give all of the standard output."""
        return self.of("stdout")

    @property
    def everything(self) -> bytes:
        """Give both streams in the order in which they came."""
        return b"".join(data for _, data in self.parts)

    def await_text(self, text: bytes) -> None:
        """Wait until both streams together hold a text."""
        with self._changed:
            seen = self._changed.wait_for(lambda: text in self.everything, PATIENCE_S)
        assert seen, f"{text!r} did not come; the log is {self.everything[-500:]!r}"


class Ran(Struct, frozen=True):
    """A job that has ended."""

    outcome: Outcome
    log: Log
    execution: Execution


class Bench:
    """Makes jobs for one engine, and runs them."""

    def __init__(self, engine: Engine, folder: Path, image: str | None) -> None:
        self.engine = engine
        self.folder = folder
        self.image = image
        self.project_name = "modelcompose-kit"  # one for all: an engine may keep its network
        folder.mkdir(parents=True, exist_ok=True)

    def service(self, command: Sequence[str], **keys: Any) -> Service:
        """Give a service that mounts the project folder at `/app` and works there.

        Args:
            command: its words.
            keys: further keys as a Compose file has them: `environment`, `init`,
                `stop_signal`, `stop_grace_period_s` (in seconds), `volumes` (in the long form).
        """
        grace_s = keys.pop("stop_grace_period_s", 10.0)
        volumes = keys.pop("volumes", [self.bind(self.folder, "/app")])
        environment: Mapping[str, str | None] = keys.pop("environment", {})
        document = {
            "image": self.image,
            "command": [_escaped(word) for word in command],
            "working_dir": "/app",
            "networks": {"default": None},
            "volumes": volumes,
            "environment": {
                name: None if value is None else _escaped(value)
                for name, value in environment.items()
            },
            **keys,
        }
        return Service(
            name="step",
            document=document,
            image=self.image,
            command=tuple(command),
            working_dir="/app",
            environment=environment,
            mounts=tuple(
                Mount(entry["type"], entry["target"], entry["source"].replace("$$", "$"))
                for entry in volumes
            ),
            stop_grace_period_s=grace_s,
            stop_signal=keys.get("stop_signal"),
            step=Step(),
        )

    def bind(self, source: Path, target: str) -> dict[str, Any]:
        """Give a bind mount in Compose's long form."""
        return {"type": "bind", "source": _escaped(str(source)), "target": target}

    def project(self, *services: Service) -> Project:
        """Give a project of these services, as if it had been read."""
        return Project(
            name=self.project_name,
            directory=self.folder,
            files=(),
            document={
                "name": self.project_name,
                "services": {service.name: service.document for service in services},
                "networks": {"default": {"name": f"{self.project_name}_default"}},
            },
            services={service.name: service for service in services},
        )

    def job(
        self,
        script: str,
        *arguments: str,
        mounts: Sequence[InputMount] = (),
        variables: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
        **keys: Any,
    ) -> Job:
        """Give a job that runs a Python script in a workspace of its own.

        Args:
            script: the program's text.
            arguments: its arguments.
            mounts: the job's inputs.
            variables: the job's environment, on top of the service's.
            timeout_s: the job's timeout.
            keys: of the service, as in `service`.
        """
        return self.command_job(
            ["python", "-c", script, *arguments],
            mounts=mounts,
            variables=variables,
            timeout_s=timeout_s,
            **keys,
        )

    def command_job(
        self,
        command: Sequence[str],
        *,
        mounts: Sequence[InputMount] = (),
        variables: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
        **keys: Any,
    ) -> Job:
        """Give a job of any command; arguments as in `job`."""
        run = uuid.uuid4().hex
        workspace = self.folder / ".ml" / "work" / run
        workspace.mkdir(parents=True)
        service = self.service(command, **keys)
        return Job(
            run=run,
            project=self.project(service),
            service=service,
            workspace=workspace,
            mounts=tuple(mounts),
            environment=variables or {},
            image=self.image,
            timeout_s=timeout_s,
        )

    def run(self, job: Job) -> Ran:
        """Run a job to its end."""
        log = Log()
        execution = self.engine.start(job, log)
        return Ran(end_of(execution), log, execution)

    def start(self, job: Job) -> tuple[Execution, Log]:
        """Start a job that prints `ready`, and wait until it has."""
        log = Log()
        execution = self.engine.start(job, log)
        log.await_text(b"ready")
        return execution, log


def end_of(execution: Execution) -> Outcome:
    """Wait for an execution's end, but not for ever."""
    outcome = execution.wait(PATIENCE_S)
    assert outcome is not None, f"still runs after {PATIENCE_S:g} s"
    return outcome


def await_condition(holds: Any, what: str) -> None:
    """Wait until a function gives something true; for what offers no way to be told."""
    until = time.monotonic() + PATIENCE_S
    pause = threading.Event()
    while not holds():
        assert time.monotonic() < until, f"did not come about: {what}"
        pause.wait(0.02)


def _escaped(value: str) -> str:
    return value.replace("$", "$$")
