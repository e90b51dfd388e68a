"""`docker compose run` at the user's terminal, while we read along at the engine."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from datetime import datetime
from typing import Any

import msgspec

from modelcompose.engine.docker.api import Api, Refusal, connect
from modelcompose.engine.docker.compose import compose
from modelcompose.engine.docker.endpoint import find_endpoint
from modelcompose.engine.docker.execution import remove
from modelcompose.engine.docker.http import Response
from modelcompose.engine.docker.locality import require_local
from modelcompose.engine.docker.logs import Demultiplexer
from modelcompose.engine.docker.rendering import RUN_LABEL
from modelcompose.engine.docker.sampling import ContainerSampler, lines
from modelcompose.engine.foreground import (
    ForegroundEnd,
    ForegroundOrder,
    exit_code,
    signals_passed_on,
)
from modelcompose.engine.protocol import LogSink, Outcome
from modelcompose.errors import EngineError

_PATIENCE_S = 30.0
"""How long the end of a log is waited for once its container has ended."""


def run_container(order: ForegroundOrder, sink: LogSink) -> ForegroundEnd:
    """Have Compose run a command, the terminal its own, and watch its container.

    `--rm` is done by us, when all has been read.

    Raises:
        EngineUnavailable: no engine on this machine answers, or Compose is not installed.
    """
    endpoint = find_endpoint()
    require_local(endpoint, order.project)
    api = connect(endpoint)
    command = _command(order)
    with closing(_Onlooker(api, order.run, sink)) as onlooker:
        started_at = time.time()
        with signals_passed_on() as processes:
            process = subprocess.Popen(command)
            processes.append(process)
            code = exit_code(process.wait())
        state = onlooker.finish()
        if state is None:
            return ForegroundEnd(Outcome(code, started_at, time.time()), began_at=time.time())
        if order.line.is_set("--rm") and not state["State"]["Running"]:
            remove(api, state["Id"])
        return _end(state, code, onlooker)


def _command(order: ForegroundOrder) -> list[str]:
    compose(())  # says what is missing where it is
    line = order.line
    mark = f"--label={RUN_LABEL}={order.run}"
    flags = [*line.flag_arguments(without=["--rm"]), mark]
    words = ["docker", "compose", *order.global_arguments, "run", *flags]
    return [*words, line.service, *line.command]


def _end(found: Mapping[str, Any], code: int, onlooker: _Onlooker) -> ForegroundEnd:
    state = found["State"]
    notes = list(onlooker.notes)
    if state["Running"]:
        notes.append("the container goes on: the record ends where the terminal left it")
    has_ended = not state["Running"] and not state["FinishedAt"].startswith("0001-")
    created_at = _seconds(found["Created"])
    has_started = not state["StartedAt"].startswith("0001-")
    return ForegroundEnd(
        outcome=Outcome(
            exit_code=code,
            started_at=_seconds(state["StartedAt"]) if has_started else created_at,
            ended_at=_seconds(state["FinishedAt"]) if has_ended else time.time(),
            oom_killed=state["OOMKilled"],
        ),
        samples=onlooker.samples(),
        image=found["Image"],
        began_at=created_at,
        notes=tuple(notes),
    )


class _Onlooker:
    """Finds the container of a run when it starts, reads its log and measures it."""

    def __init__(self, api: Api, run: str, sink: LogSink) -> None:
        self.notes: list[str] = []
        self._api = api
        self._sink = sink
        self._filters = {"label": [f"{RUN_LABEL}={run}"]}
        self._sampler: ContainerSampler | None = None
        self._log: threading.Thread | None = None
        self._log_response: Response | None = None
        query = {"filters": {**self._filters, "type": ["container"], "event": ["start"]}}
        self._events = api.stream("GET", "/events", query)
        self._thread = threading.Thread(target=self._watch, name=f"events-{run[:8]}", daemon=True)
        self._thread.start()

    def samples(self) -> list[Any]:
        """Give the samples taken."""
        return [] if self._sampler is None else self._sampler.samples()

    def finish(self) -> Mapping[str, Any] | None:
        """Read the log to its end and give the container's state; None where there was none."""
        self._events.interrupt()
        self._thread.join()
        if self._sampler is not None:
            self._sampler.close()
        found = self._api.get("/containers/json", {"all": True, "filters": self._filters})
        if not found:
            return None
        state: Mapping[str, Any] = self._api.get(f"/containers/{found[0]['Id']}/json")
        if self._log is None:
            self._follow_log(state)
        if self._log is not None and not state["State"]["Running"]:
            self._log.join(_PATIENCE_S)
        return state

    def close(self) -> None:
        """Stop listening."""
        self._events.interrupt()
        self._thread.join()
        self._events.close()
        if self._log_response is not None:
            self._log_response.interrupt()
        if self._log is not None:
            self._log.join()

    def _watch(self) -> None:
        with suppress(EngineError, msgspec.MsgspecError):  # the end tells what there was
            for line in lines(self._events):
                container = msgspec.json.decode(line)["Actor"]["ID"]
                if self._log is None:
                    self._sampler = ContainerSampler(self._api, container)
                    self._sampler.start()
                    self._follow_log(self._api.get(f"/containers/{container}/json"))

    def _follow_log(self, container: Mapping[str, Any]) -> None:
        self._log = threading.Thread(
            target=self._read_log,
            args=(container["Id"], container["Config"]["Tty"]),
            name=f"log-{container['Id'][:12]}",
            daemon=True,
        )
        self._log.start()

    def _read_log(self, container: str, is_terminal: bool) -> None:  # noqa: FBT001 - Thread's arguments
        query = {"stdout": True, "stderr": True, "follow": True}
        demultiplexer = Demultiplexer()
        try:
            with closing(self._api.stream("GET", f"/containers/{container}/logs", query)) as log:
                self._log_response = log
                for data in log:
                    if is_terminal:
                        self._sink("stdout", data)
                        continue
                    for stream, part in demultiplexer.feed(data):
                        self._sink(stream, part)
        except Refusal as refusal:
            self.notes.append(f"its log cannot be read: {refusal.reason}")
        except EngineError as error:
            self.notes.append(f"its log is not whole: {error.message}")


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
