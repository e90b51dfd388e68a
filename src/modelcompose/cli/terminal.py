"""Showing steps as they run: calm lines on stderr, the step's name before each."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Mapping
from typing import TextIO

from modelcompose.cli.times import ago, duration
from modelcompose.pipeline.report import StepResult
from modelcompose.tracking.run import Metric

_COLOURS = ("36", "33", "32", "35", "34", "96", "93", "92")
_LONGEST_LINE = 65536
_WORDS = {
    "fresh": ("2", "fresh"),
    "done": ("32", "done"),
    "restored": ("32", "restored"),
    "failed": ("31", "failed"),
    "killed": ("31", "killed"),
    "blocked": ("33", "not run"),
}


class Terminal:
    """A reporter for a person, with or without a terminal. Any thread may call it."""

    def __init__(self, steps: list[str], *, quiet: bool, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._quiet = quiet
        self._width = max(map(len, steps), default=0)
        self._colour = {name: _COLOURS[i % len(_COLOURS)] for i, name in enumerate(steps)}
        self._is_coloured = has_colour(self._stream)
        self._open_lines: dict[str, bytes] = {}
        self._guard = threading.Lock()
        self._is_unseen = False

    def starts(self, step: str, *, run: str, cause: str, attempt: int) -> None:
        """Say that a step begins, and why."""
        again = f", attempt {attempt}" if attempt > 1 else ""
        if not self._quiet:
            self._line(step, f"{self.paint('1', 'runs')}{again}: {cause} (run {run[:8]})")

    def logs(self, step: str, data: bytes) -> None:
        """Show whole lines of what a step prints."""
        if self._quiet:
            return
        with self._guard:
            *lines, self._open_lines[step] = (self._open_lines.get(step, b"") + data).split(b"\n")
            if len(self._open_lines[step]) > _LONGEST_LINE:
                lines.append(self._open_lines.pop(step))
            prefix = self._prefix(step)
            text = "".join(f"{prefix}│ {_shown(line)}\n" for line in lines)
            self._write(text)

    def builds(self, step: str, line: str) -> None:
        """Show a line of an image's build."""
        if not self._quiet:
            self._line(step, line)

    def ends(self, result: StepResult) -> None:
        """Say how a step came out."""
        rest = self._open_lines.pop(result.step, b"")
        if rest:
            self.logs(result.step, rest + b"\n")
        if self._quiet and result.is_good:
            return
        colour, word = _WORDS[result.ending]
        self._line(result.step, f"{self.paint(colour, word)}{_about(result)}")

    def notes(self, text: str) -> None:
        """Say something the user should know."""
        with self._guard:
            self._write(f"note: {text}\n")

    def paint(self, colour: str, text: str) -> str:
        """Give a text in a colour, where colours are wanted."""
        return f"\x1b[{colour}m{text}\x1b[0m" if self._is_coloured else text

    def _line(self, step: str, text: str) -> None:
        with self._guard:
            self._write(f"{self._prefix(step)}{text}\n")

    def _prefix(self, step: str) -> str:
        return self.paint(self._colour.get(step, "0"), f"{step:<{self._width}}") + "  "

    def _write(self, text: str) -> None:
        """Show a text, as long as somebody is there to see: steps go on without an onlooker."""
        if not text or self._is_unseen:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:  # a closed pipe, or a terminal that went away
            self._is_unseen = True


def has_colour(stream: TextIO) -> bool:
    """Tell whether a stream wants colours."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _shown(line: bytes) -> str:
    return line.rstrip(b"\r").decode(errors="replace")


def _about(result: StepResult) -> str:
    if result.ending == "fresh":
        return f"  {made_by(result)}"
    if result.ending == "restored":
        return f"  {result.cause}: {made_by(result)}, brought back from the store"
    if result.ending == "done":
        return f"  {duration(result.duration_s)}  {shown_metrics(result.metrics)}".rstrip()
    log = f" (modelcompose runs logs {result.run[:8]})" if result.run else ""
    hint = f"\n\nhint: {result.hint}\n" if result.hint else ""
    return f": {result.error}{log}{hint}"


def made_by(result: StepResult) -> str:
    """Say which run made what a step would make, and when."""
    if result.run is None:
        return "as ml.lock says"
    return f"made by run {result.run[:8]}, {ago(result.ended_at)}"


def shown_metrics(metrics: Mapping[str, Metric], most: int = 4) -> str:
    """Give the first few metrics on one line."""
    shown = [f"{name}={metric.last:.4g}" for name, metric in list(metrics.items())[:most]]
    more = len(metrics) - most
    return " ".join([*shown, f"(+{more})"] if more > 0 else shown)
