"""What a command does right now, step by step: kept for those who show it, and for `status`.

The running command writes it into `.ml/progress.json`, so that `status` in another terminal can
say it. The file belongs to the holder of the project's lock; any other is left over, and ignored.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from modelcompose.engine.protocol import Sample
from modelcompose.pipeline.project_lock import holder
from modelcompose.pipeline.report import Reporter, StepResult

_PAUSE_S = 0.1
"""Between two writings of the file."""


class StepNow(Struct, frozen=True, omit_defaults=True):
    """A step that waits, is made ready, or runs."""

    step: str
    state: Literal["waiting", "preparing", "running"]
    since: float
    """Seconds since the epoch."""
    waits_for: str = ""
    """Such as `db (held by load)`."""
    run: str | None = None
    cause: str = ""
    attempt: int = 1
    metrics: Mapping[str, float] = {}
    """The newest value of each."""
    memory_bytes: int | None = None


class Progress(Struct, frozen=True):
    """What a command does right now."""

    pid: int
    steps: tuple[StepNow, ...]


class Board(Reporter):
    """Keeps what every step that has not ended is doing. Used from several threads."""

    def __init__(self) -> None:
        self._steps: dict[str, StepNow] = {}
        self._guard = threading.RLock()

    def steps(self) -> tuple[StepNow, ...]:
        """Give the steps that have not ended and are known: those that run, then the others."""
        with self._guard:
            return tuple(sorted(self._steps.values(), key=lambda now: now.state == "waiting"))

    def waits(self, reasons: Mapping[str, str]) -> None:
        """Take what each step waits for."""
        with self._guard:
            before = self._steps
            self._steps = {n: now for n, now in before.items() if now.state != "waiting"}
            for name, reason in reasons.items():
                known = before.get(name)
                since = known.since if known and known.state == "waiting" else time.time()
                self._steps[name] = StepNow(name, "waiting", since, waits_for=reason)
        self.changed()

    def prepares(self, step: str) -> None:
        """Take that a step is made ready."""
        self._put(StepNow(step, "preparing", time.time()))

    def starts(self, step: str, *, run: str, cause: str, attempt: int) -> None:
        """Take that an execution begins."""
        self._put(StepNow(step, "running", time.time(), run=run, cause=cause, attempt=attempt))

    def measures(self, step: str, sample: Sample | None, metrics: Mapping[str, float]) -> None:
        """Take what a running step uses."""
        memory = sample.memory_bytes if sample is not None else None
        with self._guard:
            now = self._steps.get(step)
            if now is not None and now.state == "running":
                self._put(replace(now, metrics=metrics, memory_bytes=memory))

    def ends(self, result: StepResult) -> None:
        """Forget a step that has ended."""
        with self._guard:
            self._steps.pop(result.step, None)
        self.changed()

    def changed(self) -> None:
        """Take that something changed."""

    def _put(self, now: StepNow) -> None:
        with self._guard:
            self._steps[now.step] = now
        self.changed()


class ProgressFile(Board):
    """A board that others can read in a file, for as long as it is open."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._written_at = float("-inf")
        self._is_written = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._guard, suppress(OSError):
            self._path.unlink(missing_ok=True)

    def starts(self, step: str, *, run: str, cause: str, attempt: int) -> None:
        """Take that an execution begins; who sees what it does can also see that it runs."""
        super().starts(step, run=run, cause=cause, attempt=attempt)
        self.flush()

    def changed(self) -> None:
        """Write the file, unless that was done a moment ago: `flush` then does it."""
        with self._guard:
            self._is_written = False
            if time.monotonic() - self._written_at > _PAUSE_S:
                self.flush()

    def flush(self) -> None:
        """Write what has changed; that it cannot be written stops nothing."""
        with self._guard:
            if self._is_written:
                return
            self._is_written = True
            self._written_at = time.monotonic()
            unfinished = self._path.with_name(f"{self._path.name}.new")
            with suppress(OSError):
                unfinished.write_bytes(msgspec.json.encode(Progress(os.getpid(), self.steps())))
                unfinished.replace(self._path)


def steps_now(path: Path) -> dict[str, StepNow]:
    """Give what the command that holds the project does with each step; empty where none does.

    Args:
        path: the file in the project's `.ml` folder.
    """
    try:
        told = msgspec.json.decode(path.read_bytes(), type=Progress)
    except (OSError, msgspec.MsgspecError):
        return {}
    held_by = holder(path.parent)
    if held_by is None or held_by.pid != told.pid:
        return {}
    return {now.step: now for now in told.steps}
