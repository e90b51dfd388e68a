"""One container of a step, from its start to its end."""

from __future__ import annotations

import selectors
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from datetime import datetime
from typing import Any

from modelcompose.engine.attended import AttendedExecution
from modelcompose.engine.docker.api import Api, Refusal
from modelcompose.engine.docker.http import Response
from modelcompose.engine.docker.logs import LogFollower
from modelcompose.engine.docker.patience import Patience
from modelcompose.engine.docker.sampling import ContainerSampler
from modelcompose.engine.protocol import Job, LogSink, Outcome, Sample
from modelcompose.errors import EngineError, EngineLost, EngineUnavailable

LOST_EXIT_CODE = 125
"""What `docker run` exits with when it is the engine that failed."""


class ContainerExecution(AttendedExecution):
    """A step that runs as a container.

    One thread waits for the container, keeps the deadline and the grace period; one reads the
    log; one measures, once the container has lived for half a second.
    """

    def __init__(
        self, api: Api, container: str, job: Job, sink: LogSink, *, was_running: bool = True
    ) -> None:
        super().__init__(job)
        self._api = api
        self._container = container
        self._path = f"/containers/{container}"
        self._attached_at = time.time()
        self._was_running = was_running
        self._is_away = False
        self._back_at = float("-inf")
        """When the engine answered again after it had gone away."""
        self._sampler = ContainerSampler(api, container, job.device_ids or ())
        self._log = LogFollower(api, container, sink, self.stop)
        name = f"wait-{container[:12]}"
        threading.Thread(target=self._attend, name=name, daemon=True).start()

    def samples(self) -> Sequence[Sample]:
        """Give the samples taken so far."""
        return self._sampler.samples()

    def _attend(self) -> None:
        try:
            self._outcome = self._outcome_of_container()
        except (EngineLost, EngineUnavailable) as error:
            self._outcome = self._lost(error)
        except BaseException as error:  # noqa: BLE001 - a bug must not leave the caller waiting
            self._error = error
            self._log.abandon()
        self._error = self._error or self._log.error
        self._sampler.close()
        self._wake.close()
        self._done.set()

    def _outcome_of_container(self) -> Outcome:
        """Wait for the container, also across an engine that restarts.

        Raises:
            EngineLost, EngineUnavailable: the engine does not come back.
            EngineError: the container is gone.
        """
        patience = Patience(self._done)
        while True:
            try:
                with closing(self._wait_response()) as response:
                    patience.renew()
                    if self._is_away:
                        self._is_away, self._back_at = False, time.time()
                    self._watch(response)
                return self._conclude()
            except (EngineLost, EngineUnavailable):
                self._is_away = True
                if not patience.has_more():
                    raise

    def _wait_response(self) -> Response:
        return self._api.stream("POST", f"{self._path}/wait", {"condition": "not-running"})

    def _watch(self, response: Response) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(response, selectors.EVENT_READ)
            selector.register(self._wake, selectors.EVENT_READ)
            while not (response.has_received or self._has_answered(selector)):
                self._keep_time()
        response.body()

    def _has_answered(self, selector: selectors.BaseSelector) -> bool:
        """Wait for the engine's answer, or until there is something to do."""
        until = min(self._stopping.next_moment(), self._sampler.due)
        pause_s = None if until == float("inf") else max(0.0, until - time.monotonic())
        ready = [key.fileobj for key, _ in selector.select(pause_s)]
        if self._wake in ready:
            self._wake.quieten()
        return len(ready) > ready.count(self._wake)

    def _keep_time(self) -> None:
        now = time.monotonic()
        action = self._stopping.action(now)
        if action is not None:
            self._kill(self._stop_signal() if action == "ask" else "SIGKILL")
        if now >= self._sampler.due:
            self._sampler.start()

    def _stop_signal(self) -> str:
        """Give the service's signal, else the image's."""
        own = self._job.service.stop_signal
        return own or self._inspect()["Config"].get("StopSignal") or "SIGTERM"

    def _kill(self, signal: str) -> None:
        with suppress(Refusal):  # it has just ended
            self._api.post(f"{self._path}/kill", {"signal": signal})

    def _inspect(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] | None = self._api.find(f"{self._path}/json")
        if found is None:
            raise EngineError("somebody removed the container while it ran")
        return found

    def _conclude(self) -> Outcome:
        state = self._inspect()["State"]
        self._log.finish()
        remove(self._api, self._container)
        ended_at = _seconds(state["FinishedAt"])
        return Outcome(
            exit_code=state["ExitCode"],
            started_at=_seconds(state["StartedAt"]),
            ended_at=ended_at,
            oom_killed=state["OOMKilled"],
            timed_out=self._stopping.cause == "timeout",
            stopped=self._stopping.cause == "request",
            was_watched=self._was_running,
            engine_restarted=ended_at < self._back_at,
        )

    def _lost(self, error: EngineError) -> Outcome:
        self._log.abandon()
        return Outcome(
            exit_code=LOST_EXIT_CODE,
            started_at=self._attached_at,
            ended_at=time.time(),
            timed_out=self._stopping.cause == "timeout",
            stopped=self._stopping.cause == "request",
            lost=error.message,
        )


def remove(api: Api, container: str) -> None:
    """Remove a container and its anonymous volumes, whether it runs or not."""
    with suppress(Refusal):  # somebody else has removed it, or is about to
        api.delete(f"/containers/{container}", {"v": True, "force": True})


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
