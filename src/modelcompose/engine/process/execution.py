"""One process group of a step, from its start to its end."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from modelcompose.engine.attended import AttendedExecution
from modelcompose.engine.process.command import Invocation
from modelcompose.engine.process.sampling import GroupSampler
from modelcompose.engine.protocol import Job, LogSink, Outcome, Sample
from modelcompose.errors import EngineError

if TYPE_CHECKING:
    import resource
    from collections.abc import Sequence

_CHUNK_BYTES = 256 * 1024
_PIPE_BYTES = 1024 * 1024 if sys.platform == "linux" else -1
_UNKNOWN_EXIT_CODE = 255
_DRAIN_S = 1.0
"""How long the log is read on after the end, when a stranger still holds it open."""


def launch(wanted: Invocation, service: str) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, with pipes for its output.

    Raises:
        EngineError: the system refuses; names the service.
    """
    try:
        wanted.folder.mkdir(parents=True, exist_ok=True)
        return subprocess.Popen(
            wanted.arguments,
            cwd=wanted.folder,
            env=dict(wanted.variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            pipesize=_PIPE_BYTES,
            start_new_session=True,
        )
    except OSError as error:
        raise EngineError(
            f"services.{service}.command: cannot execute {wanted.arguments[0]} "
            f"in {wanted.folder}: {error.strerror}",
            hint="start it by hand to see why, or use --engine docker",
        ) from error


class ProcessExecution(AttendedExecution):
    """A step that runs as a process group.

    Two threads serve it: one waits for the process, the other reads both pipes (so that their
    order is kept), keeps the deadline and the grace period, and measures.
    """

    def __init__(self, process: subprocess.Popen[bytes], job: Job, sink: LogSink) -> None:
        super().__init__(job)
        self._process = process
        self._sink = sink
        self._started_at = time.time()
        self._sampler = GroupSampler(process.pid, job.device_ids or ())
        self._lost: str | None = None
        self._usage: resource.struct_rusage | None = None
        self._ended = threading.Event()
        name = f"{job.service.name}-{job.run[:8]}"
        threading.Thread(target=self._await_end, name=f"{name}-end", daemon=True).start()
        threading.Thread(target=self._attend, name=f"{name}-log", daemon=True).start()

    def samples(self) -> Sequence[Sample]:
        """Give the samples taken so far."""
        return self._sampler.samples()

    def _await_end(self) -> None:
        try:
            _, status, self._usage = os.wait4(self._process.pid, 0)
            self._process.returncode = os.waitstatus_to_exitcode(status)
        except ChildProcessError:
            self._process.returncode = _UNKNOWN_EXIT_CODE
            self._lost = "the system reaped the process: does the caller ignore SIGCHLD?"
        self._ended.set()
        self._wake.ring()

    def _attend(self) -> None:
        try:
            self._read_until_end()
        except BaseException as error:  # noqa: BLE001 - wait() raises it where the caller is
            self._error = error
        self._signal(signal.SIGKILL)  # what is left of the group
        self._ended.wait()
        self._close()
        self._done.set()

    def _read_until_end(self) -> None:
        with selectors.DefaultSelector() as selector:
            for stream in (self._process.stdout, self._process.stderr):
                if stream is not None:
                    selector.register(stream, selectors.EVENT_READ)
            selector.register(self._wake, selectors.EVENT_READ)
            while not self._ended.is_set():
                self._turn(selector, self._next_moment())
                self._keep_time()
            self._signal(signal.SIGKILL)
            self._drain(selector)

    def _turn(self, selector: selectors.BaseSelector, until: float) -> bool:
        """Take in what there is until a moment; give whether there was anything."""
        ready = selector.select(max(0.0, until - time.monotonic()))
        for key, _ in ready:
            if key.fileobj is self._wake:
                self._wake.quieten()
            elif chunk := os.read(key.fd, _CHUNK_BYTES):
                self._sink("stdout" if key.fileobj is self._process.stdout else "stderr", chunk)
            else:
                selector.unregister(key.fileobj)
        return bool(ready)

    def _drain(self, selector: selectors.BaseSelector) -> None:
        """Read what the process left in the pipes: to their end, unless a stranger holds them."""
        until = time.monotonic() + _DRAIN_S
        while len(selector.get_map()) > 1 and self._turn(selector, until):
            pass

    def _next_moment(self) -> float:
        return min(self._sampler.due, self._stopping.next_moment())

    def _keep_time(self) -> None:
        now = time.monotonic()
        action = self._stopping.action(now)
        if action is not None:
            self._signal(self._stop_signal() if action == "ask" else signal.SIGKILL)
        if now >= self._sampler.due:
            self._sampler.measure()

    def _stop_signal(self) -> int:
        return signal_number(self._job.service.stop_signal or "SIGTERM")

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError, PermissionError):  # macOS: EPERM where all are zombies
            os.killpg(self._process.pid, number)

    def _close(self) -> None:
        code = self._process.returncode
        self._outcome = Outcome(
            exit_code=code if code >= 0 else 128 - code,
            started_at=self._started_at,
            ended_at=time.time(),
            timed_out=self._stopping.cause == "timeout",
            stopped=self._stopping.cause == "request",
            lost=self._lost,
        )
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()
        self._sampler.close(self._usage)
        self._wake.close()


def signal_number(name: str) -> int:
    """Read a `stop_signal` as Compose has it: `SIGINT`, `INT` or `2`; SIGTERM if unknown."""
    if name.isdigit():
        return int(name)
    word = name.upper()
    known = signal.Signals.__members__
    return known.get(word if word.startswith("SIG") else f"SIG{word}", signal.SIGTERM)
