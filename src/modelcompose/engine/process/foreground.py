"""A service's command as a process at the user's terminal."""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from modelcompose.compose.project import Service
from modelcompose.compose.run_line import RunLine
from modelcompose.engine.foreground import (
    ForegroundEnd,
    ForegroundOrder,
    exit_code,
    signals_passed_on,
)
from modelcompose.engine.process.command import Invocation, invocation
from modelcompose.engine.process.sampling import GroupSampler
from modelcompose.engine.process.terminal import Terminal
from modelcompose.engine.protocol import Job, LogSink, Outcome
from modelcompose.engine.waking import Wake
from modelcompose.errors import EngineError, UsageError

if TYPE_CHECKING:
    import resource

_CHUNK_BYTES = 256 * 1024
_DRAIN_S = 1.0
"""How long output is read on after the end, when a descendant still holds it open."""
_NEEDS_CONTAINER = ("--cap-add", "--cap-drop", "--env-from-file", "--publish", "--user", "--volume")


def run_process(order: ForegroundOrder, sink: LogSink) -> ForegroundEnd:
    """Run a service's command in the project folder, on the user's own terminal.

    Raises:
        EngineError: there is no such program.
        UsageError: a flag needs a container.
    """
    service = _service(order)
    job = Job(
        run=order.run,
        project=order.project,
        service=service,
        workspace=order.project.directory,
        environment=_variables(order.line),
    )
    wanted = invocation(job)
    began_at = time.time()
    with ExitStack() as stack:
        terminal = Terminal.of_this_process()
        if terminal is not None:
            stack.enter_context(terminal)
        processes = stack.enter_context(signals_passed_on())
        process = _started(wanted, terminal, order.line.service)
        processes.append(process)
        return _Watched(process, terminal, sink).ended(began_at)


def _service(order: ForegroundOrder) -> Service:
    """Give the service as the command line changes it."""
    line, service = order.line, order.project.services[order.line.service]
    for flag in _NEEDS_CONTAINER:
        if line.values(flag):
            raise UsageError(
                f"run {flag}: the process engine has no containers",
                hint=f"leave {flag} out, or use --engine docker",
            )
    changes: dict[str, object] = {}
    if line.command:
        changes["command"] = line.command
    if entrypoints := line.values("--entrypoint"):
        changes |= {"entrypoint": (entrypoints[-1],), "command": line.command}
    if folders := line.values("--workdir"):
        changes["working_dir"] = folders[-1]
    return msgspec.structs.replace(service, **changes)


def _variables(line: RunLine) -> dict[str, str]:
    """Read `-e` as Compose does: a bare name takes the caller's value."""
    pairs = (each.partition("=") for each in line.values("--env"))
    return {
        name: value if equals else os.environ[name]
        for name, equals, value in pairs
        if equals or name in os.environ
    }


def _started(
    wanted: Invocation, terminal: Terminal | None, service: str
) -> subprocess.Popen[bytes]:
    try:
        if terminal is not None:
            return terminal.start(wanted)
        sys.stdout.flush()
        return subprocess.Popen(
            wanted.arguments,
            cwd=wanted.folder,
            env=dict(wanted.variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
        )
    except OSError as error:
        raise EngineError(
            f"services.{service}: cannot execute {wanted.arguments[0]} in {wanted.folder}: "
            f"{error.strerror}",
            hint="start it by hand to see why, or use --engine docker",
        ) from error


class _Watched:
    """A process whose output goes to the user and to the sink, and which is measured."""

    def __init__(
        self, process: subprocess.Popen[bytes], terminal: Terminal | None, sink: LogSink
    ) -> None:
        self._process = process
        self._terminal = terminal
        self._sink = sink
        self._sampler = GroupSampler(process.pid)
        self._usage: resource.struct_rusage | None = None
        self._has_ended = threading.Event()
        self._wake = Wake()
        threading.Thread(target=self._await_end, name="end", daemon=True).start()

    def ended(self, began_at: float) -> ForegroundEnd:
        """Pass everything on until the process has ended, and tell how."""
        self._relay()
        self._sampler.close(self._usage)
        self._wake.close()
        code = exit_code(self._process.returncode)
        return ForegroundEnd(
            outcome=Outcome(code, began_at, time.time()),
            samples=self._sampler.samples(),
            began_at=began_at,
        )

    def _await_end(self) -> None:
        _, status, self._usage = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        self._has_ended.set()
        self._wake.ring()

    def _relay(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._wake, selectors.EVENT_READ)
            if self._terminal is not None:
                self._terminal.register(selector)
            for stream in (self._process.stdout, self._process.stderr):
                if stream is not None:
                    selector.register(stream, selectors.EVENT_READ)
            while not self._has_ended.is_set():
                self._turn(selector, self._sampler.due)
                if time.monotonic() >= self._sampler.due:
                    self._sampler.measure()
            until = time.monotonic() + _DRAIN_S
            while self._is_open(selector) and self._turn(selector, until):
                pass

    def _is_open(self, selector: selectors.BaseSelector) -> bool:
        held = {key.fileobj for key in selector.get_map().values()}
        outputs = {self._process.stdout, self._process.stderr, self._terminal} - {None}
        return bool(held & outputs)

    def _turn(self, selector: selectors.BaseSelector, until: float) -> bool:
        """Pass on what there is until a moment; give whether any of it was output."""
        has_output = False
        for key, _ in selector.select(max(0.0, until - time.monotonic())):
            if key.fileobj is self._wake:
                self._wake.quieten()
            elif self._terminal is not None and key.fileobj is not self._terminal:
                self._terminal.take_typed(selector)
            else:
                has_output = True
                self._pass_on(selector, key)
        return has_output

    def _pass_on(self, selector: selectors.BaseSelector, key: selectors.SelectorKey) -> None:
        data = b""
        with suppress(OSError):  # a terminal that nobody holds any more says EIO
            data = os.read(key.fd, _CHUNK_BYTES)
        if not data:
            selector.unregister(key.fileobj)
            return
        is_error = key.fileobj is self._process.stderr
        _show(sys.stderr.buffer if is_error else sys.stdout.buffer, data)
        self._sink("stderr" if is_error else "stdout", data)


def _show(stream: BinaryIO, data: bytes) -> None:
    with suppress(OSError):  # nobody looks any more: the command goes on, and its log
        stream.write(data)
        stream.flush()
