"""A run's log: every byte the step printed, secrets masked, kept and shown as it comes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from modelcompose.errors import StoreError
from modelcompose.pipeline.report import Reporter
from modelcompose.store.copying import write_all
from modelcompose.store.failures import translate, translated
from modelcompose.tracking.log_metrics import LogMetrics
from modelcompose.tracking.masking import Masker
from modelcompose.tracking.run import Series

_TAIL_BYTES = 16_384
_CLAIM = "the log cannot be written"


class RunLog:
    """Takes what an engine hears from a step. One thread at a time."""

    def __init__(
        self,
        path: Path,
        step: str,
        masker: Callable[[], Masker],
        metrics: LogMetrics,
        reporter: Reporter,
    ) -> None:
        with translated(path, _CLAIM):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("wb", buffering=0)
        self._step = step
        self._maskers = {"stdout": masker(), "stderr": masker()}
        self._metrics = metrics
        self._reporter = reporter
        self.tail = b""
        """The last few kilobytes, for finding out why a step failed."""
        self.failure: StoreError | None = None
        """Why the log is not whole, if the disk did not take it."""

    def __call__(self, stream: Literal["stdout", "stderr"], data: bytes) -> None:
        """Take the next bytes of a stream."""
        self._take(self._maskers[stream].feed(data), counts=stream == "stdout")

    def newest(self) -> dict[str, float]:
        """Give the newest value of each metric so far; from any thread."""
        return self._metrics.newest()

    def series(self) -> list[Series]:
        """Give the points of each metric so far; from any thread."""
        return self._metrics.series()

    def close(self) -> None:
        """Take what was held back to recognise secrets, and close the file."""
        for stream, masker in self._maskers.items():
            self._take(masker.flush(), counts=stream == "stdout")
        self._metrics.close()
        self._file.close()

    def _take(self, data: bytes, *, counts: bool) -> None:
        if not data:
            return
        self.tail = (self.tail + data)[-_TAIL_BYTES:]
        if counts:
            self._metrics.feed(data)
        self._reporter.logs(self._step, data)
        if self.failure is not None:
            return
        try:
            write_all(self._file.fileno(), data)
        except OSError as error:
            self.failure = translate(error, self._file.name, _CLAIM)
