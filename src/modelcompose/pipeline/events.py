"""What happens while steps run, as a stream of JSON objects, one on a line.

The classes are the contract: their fields are the keys, and the reference page is made from them.
A key may be added to an event; none goes, and none changes its meaning.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from modelcompose.engine.protocol import Sample
from modelcompose.pipeline.lines import Lines, shown
from modelcompose.pipeline.report import Ending, Reporter, StepResult
from modelcompose.store.content import Content


class Event(Struct, frozen=True, tag_field="event"):
    """Something that happened."""

    time: float
    """Seconds since the epoch."""


class Wait(Event, frozen=True, tag="wait"):
    """A step cannot start yet, or waits for something else than before."""

    step: str
    waits_for: str
    """In words, such as `db (held by load)`, or the steps that must end before."""


class Prepare(Event, frozen=True, tag="prepare"):
    """The services and the image that a step needs are made ready."""

    step: str


class Start(Event, frozen=True, tag="start"):
    """An execution of a step begins."""

    step: str
    run: str
    """The run's id, 32 hexadecimal digits."""
    cause: str
    """Why it runs, in words."""
    attempt: int
    """1 for the first try, more after retries."""


class Log(Event, frozen=True, tag="log"):
    """A step printed a line, on stdout or stderr; secrets are masked."""

    step: str
    run: str | None
    text: str
    """The line, without its end; bytes that are no UTF-8 as the replacement character."""


class NewMetrics(Event, frozen=True, tag="metric"):
    """Metrics in a step's log have new values; about once a second, the newest ones."""

    step: str
    run: str | None
    metrics: Mapping[str, float | None]
    """By name; null for a value that is no number (NaN, infinity)."""


class Resources(Event, frozen=True, tag="resources"):
    """What a step uses, about once a second; null where it cannot be told."""

    step: str
    run: str | None
    cpu_s: float | None
    """Processor time since the start."""
    memory_bytes: int | None
    """In use at this moment."""
    disk_read_bytes: int | None
    """Read from disks, since the start."""
    disk_write_bytes: int | None
    """Written to disks, since the start."""
    network_in_bytes: int | None
    """Received, since the start."""
    network_out_bytes: int | None
    """Sent, since the start."""
    gpu_percent: float | None
    """How busy the step's GPUs are, on average."""
    gpu_memory_bytes: int | None
    """In use on the step's GPUs."""


class Build(Event, frozen=True, tag="build"):
    """The engine reports of an image that it pulls or builds, or of services that it starts."""

    text: str
    """One line of it."""


class Note(Event, frozen=True, tag="note"):
    """Something that the user should know."""

    text: str
    """In words, on one line."""


class End(Event, frozen=True, tag="end"):
    """A step is done with, whether it ran or not; the same keys as in the last line's `steps`."""

    step: str
    ending: Ending
    """`blocked`: it was not run, since a step that it needs did not succeed."""
    cause: str
    """Why it ran or was restored, in words."""
    run: str | None
    """The run that was made, or the one that is referred to; null where only `ml.lock` knows."""
    ended_at: float | None
    duration_s: float | None
    metrics: Mapping[str, float | None]
    """The last value of each."""
    outputs: Mapping[str, Content]
    """By path: `kind`, `digest`, `size_bytes`, `files`, `executable`."""
    is_reusable: bool
    """False when an input changed while the step ran."""
    error: str | None
    hint: str | None
    is_from_remote: bool
    """True when what it would make came from the project's remote."""
    is_left: bool
    """True when it may go on: the engine went away, and a later command takes it up again."""


EVENTS: tuple[type[Event], ...] = (
    *(Wait, Prepare, Start, Log, NewMetrics, Resources, Build, Note, End),
)
"""Every kind of event, in the order in which a step's life has them."""


def result_document(result: StepResult) -> dict[str, Any]:
    """Give a step's result as plain values; metrics by name as their last values."""
    metrics = {name: metric.last for name, metric in result.metrics.items()}
    document: dict[str, Any] = {**msgspec.to_builtins(result), "metrics": metrics}
    return document


class EventStream(Reporter):
    """A reporter that writes events. Used from several threads."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        """Take what writes whole lines; it should not raise."""
        self._write = write
        self._guard = threading.Lock()
        self._encoder = msgspec.json.Encoder()
        self._lines = Lines()
        self._runs: dict[str, str] = {}
        self._reasons: Mapping[str, str] = {}
        self._metrics: dict[str, Mapping[str, float]] = {}
        self._samples: dict[str, Sample] = {}

    def waits(self, reasons: Mapping[str, str]) -> None:
        """Write which steps wait for something new."""
        with self._guard:
            before, self._reasons = self._reasons, dict(reasons)
        new = [step for step, reason in reasons.items() if before.get(step) != reason]
        self._put(*(Wait(time.time(), step, reasons[step]) for step in new))

    def prepares(self, step: str) -> None:
        """Write that a step is made ready."""
        self._put(Prepare(time.time(), step))

    def starts(self, step: str, *, run: str, cause: str, attempt: int) -> None:
        """Write that an execution begins."""
        self._runs[step] = run
        self._put(Start(time.time(), step, run, cause, attempt))

    def logs(self, step: str, data: bytes) -> None:
        """Write the lines that are whole."""
        with self._guard:
            lines = self._lines.feed(step, data)
        self._put_lines(step, lines)

    def measures(self, step: str, sample: Sample | None, metrics: Mapping[str, float]) -> None:
        """Write what is new since the last look."""
        run = self._runs.get(step)
        if metrics and metrics != self._metrics.get(step):
            before = self._metrics.get(step, {})
            self._metrics[step] = metrics
            new = {name: value for name, value in metrics.items() if before.get(name) != value}
            self._put(NewMetrics(time.time(), step, run, new))
        if sample is not None and sample != self._samples.get(step):
            self._samples[step] = sample
            used = {name: getattr(sample, name) for name in Sample.__struct_fields__[1:]}
            self._put(Resources(sample.time, step, run, **used))

    def builds(self, line: str) -> None:
        """Write a line of a build."""
        self._put(Build(time.time(), line))

    def ends(self, result: StepResult) -> None:
        """Write how a step came out."""
        with self._guard:
            rest = self._lines.finish(result.step)
        self._put_lines(result.step, rest)
        metrics = {name: metric.last for name, metric in result.metrics.items()}
        known = {name: getattr(result, name) for name in StepResult.__struct_fields__}
        self._put(End(time.time(), **{**known, "metrics": metrics}))

    def notes(self, text: str) -> None:
        """Write a note."""
        self._put(Note(time.time(), text))

    def _put_lines(self, step: str, lines: list[bytes]) -> None:
        now, run = time.time(), self._runs.get(step)
        self._put(*(Log(now, step, run, shown(line)) for line in lines))

    def _put(self, *events: Event) -> None:
        if not events:
            return
        data = b"".join(self._encoder.encode(event) + b"\n" for event in events)
        with self._guard:
            self._write(data)
