"""A run as a value: one execution of one step, and all that is known about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

from modelcompose.store.content import Content

Status = Literal["scheduled", "running", "succeeded", "failed", "killed"]
Kind = Literal["step", "recording", "reproduction", "logged"]


class Code(Struct, frozen=True):
    """The code that a run saw."""

    tree: str | None = None
    """Digest of the code's tree in the store."""
    commit: str | None = None
    branch: str | None = None
    is_dirty: bool = False
    remote: str | None = None


class Host(Struct, frozen=True):
    """The machine that a run was started on."""

    name: str
    system: str
    """Such as `Linux-6.1-x86_64`."""
    cpus: int
    memory_bytes: int | None = None
    python: str | None = None


class Metric(Struct, frozen=True):
    """A metric's summary: a single value, or what is left of a series in one line."""

    last: float
    min: float
    max: float
    count: int = 1
    best_step: float | None = None


class Series(Struct, frozen=True):
    """A metric over steps, as columns of equal length."""

    name: str
    steps: tuple[float, ...]
    values: tuple[float, ...]
    times: tuple[float, ...] = ()
    """Seconds since the epoch, empty where the source has none."""


class Recording(Struct, frozen=True):
    """What is told of a command that was watched in place, beside what every run holds."""

    reads: Literal["seen", "incomplete", "unknown"] = "seen"
    """Whether the run's `inputs` are all that the command read of the project's mounts."""
    reason: str = ""
    """Why they are not, in words."""
    deleted: tuple[str, ...] = ()
    """Files of the project that were there before and not after."""


class Run(Struct, frozen=True):
    """One execution of one step, or of a command that was recorded.

    Secrets are masked in every field before a run is made.
    """

    id: str
    """32 lower-case hexadecimal digits."""
    project: str
    folder: str
    """Absolute path of the project folder: tells clones of one name apart."""
    step: str
    status: Status
    engine: str
    created_at: float
    """Seconds since the epoch, as all times here."""
    started_at: float | None = None
    ended_at: float | None = None
    cause: str = ""
    """Why the step ran, in words."""
    attempt: int = 1
    """1 for the first try, more after retries."""
    error: str | None = None
    """Why it failed, in words."""
    exit_code: int | None = None
    oom_killed: bool = False
    timed_out: bool = False
    identity: str | None = None
    """`sha256:…` of `parts`."""
    parts: Mapping[str, Any] = {}
    """What the identity covers: image, command, environment, params, inputs, outputs, …"""
    service: Mapping[str, Any] = {}
    """The resolved service."""
    image: str | None = None
    params: Mapping[str, Any] = {}
    metrics: Mapping[str, Metric] = {}
    plots: tuple[str, ...] = ()
    """Project-relative paths; their content is among `outputs`."""
    inputs: Mapping[str, Content] = {}
    outputs: Mapping[str, Content] = {}
    code: Code = Code()
    host: Host | None = None
    command_line: tuple[str, ...] = ()
    """What the user typed."""
    overrides: Mapping[str, str] = {}
    """What `-e` and `--set` changed."""
    supervisor_pid: int | None = None
    kind: Kind = "step"
    """`recording`: a command watched in place. `step` is its service, `inputs` the files that it
    was seen to read, `outputs` those that it changed; it has no identity, nothing is reused.
    `logged`: what a client of the hub logged; `project` is its experiment, `step` its name."""
    recording: Recording | None = None
    reproduces: str | None = None
    """The id of the run that a reproduction made again, where one is known; it has no identity,
    nothing of it is reused."""

    @property
    def duration_s(self) -> float | None:
        """Give how long the step ran, in seconds, once it has ended."""
        if self.started_at is None or self.ended_at is None:
            return None
        return self.ended_at - self.started_at
