"""Tickets: what another command needs to finish a run whose own command died.

One file for each run that an engine keeps alive without us, written before it starts. It holds no
values of variables: what is secret stays in the container.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from modelcompose.compose.project import ComposeOptions, Project, Service
from modelcompose.pipeline.state_folder import StateFolder
from modelcompose.store.failures import translated

_KEPT_KEYS = frozenset({"volumes", "working_dir", "network_mode"})
"""Of a service's document: what tells where its container sees which path."""


class Ticket(Struct, frozen=True):
    """What is not in the run's record, and is needed to finish it."""

    run: str
    project: Project
    """As it was when the run began, without values of variables."""
    step: str
    workspace: Path
    image: str | None = None
    device_ids: tuple[str, ...] | None = None
    deadline: float | None = None
    """When its timeout ends it, in the time of `time.monotonic`, which all processes share."""
    offset: float = 0.0
    """See `clock.clock_offset`, when it began."""
    port: int | None = None
    """Where what it logs is taken."""

    @property
    def service(self) -> Service:
        """Give the step's service."""
        return self.project.services[self.step]

    @property
    def timeout_s(self) -> float | None:
        """Give the seconds that are left of the timeout, negative where it has passed."""
        return None if self.deadline is None else self.deadline - time.monotonic()


def write_ticket(folder: StateFolder, ticket: Ticket) -> None:
    """Keep a ticket; it is there whole or not at all.

    Raises:
        StoreError: the project's folder cannot be written.
    """
    path = _path(folder, ticket.run)
    new = path.with_name(f".{path.name}.new")
    with translated(path, "cannot be written"):
        path.parent.mkdir(parents=True, exist_ok=True)
        new.write_bytes(msgspec.json.encode(ticket, enc_hook=str))
        new.replace(path)


def read_ticket(folder: StateFolder, run: str) -> Ticket | None:
    """Give a run's ticket; None where there is none that this version reads."""
    try:
        data = _path(folder, run).read_bytes()
        return msgspec.json.decode(data, type=Ticket, dec_hook=_decode)
    except (OSError, msgspec.MsgspecError):
        return None


def has_ticket(folder: StateFolder, run: str) -> bool:
    """Tell whether a run has a ticket."""
    return _path(folder, run).exists()


def tickets_of_others(folder: StateFolder) -> dict[str, int]:
    """Give the runs of other users of the project that have a ticket, each with its user."""
    found: dict[str, int] = {}
    with suppress(FileNotFoundError):
        for path in folder.tickets.glob("[!.]*.json"):
            user = path.stat().st_uid
            if user != os.geteuid():
                found[path.stem] = user
    return found


def drop_ticket(folder: StateFolder, run: str) -> None:
    """Forget a run that was recorded."""
    with suppress(OSError):
        _path(folder, run).unlink(missing_ok=True)


def without_values(project: Project) -> Project:
    """Take out of a project what may hold secrets and is not needed to finish a run."""
    return replace(
        project,
        document={},
        services={name: _service(service) for name, service in project.services.items()},
        options=ComposeOptions(),
        variables={},
        defaults={},
        interpolated=frozenset(),
        notify=None,
        warnings=(),
    )


def _service(service: Service) -> Service:
    document = {key: value for key, value in service.document.items() if key in _KEPT_KEYS}
    return replace(
        service,
        document=document,
        build=None,
        command=None,
        entrypoint=None,
        environment={},
    )


def _path(folder: StateFolder, run: str) -> Path:
    return folder.tickets / f"{run}.json"


def _decode(kind: type, value: Any) -> Any:
    return kind(value) if kind is Path else value
