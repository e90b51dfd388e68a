"""Showing steps as they run: calm lines on stderr, the step's name before each."""

from __future__ import annotations

import os
import sys
import threading
from collections import deque
from collections.abc import Iterable, Mapping
from typing import TextIO

from modelcompose.cli.screen import Screen
from modelcompose.cli.times import ago, duration
from modelcompose.pipeline.lines import Lines, shown
from modelcompose.pipeline.report import Reporter, StepResult
from modelcompose.tracking.run import Metric

_COLOURS = ("36", "33", "32", "35", "34", "96", "93", "92")
_TAIL_LINES = 10
_WORDS = {
    "fresh": ("2", "fresh"),
    "adopted": ("32", "adopted"),
    "done": ("32", "done"),
    "restored": ("32", "restored"),
    "failed": ("31", "failed"),
    "killed": ("31", "killed"),
    "blocked": ("33", "not run"),
}


class Terminal(Reporter):
    """A reporter for a person, with or without a terminal. Any thread may call it."""

    def __init__(
        self,
        steps: list[str],
        *,
        quiet: bool,
        stream: TextIO | None = None,
        is_coloured: bool | None = None,
    ) -> None:
        """Prepare.

        Args:
            steps: the names that may stand before lines.
            quiet: tell of nothing but trouble.
            stream: where to write; stderr by default.
            is_coloured: whether to paint; by default where the stream wants it.
        """
        stream = stream or sys.stderr
        self._screen = Screen(stream)
        self._shows_logs = not quiet
        self._quiet = quiet
        self._width = max(map(len, steps), default=0)
        self._colour = {name: _COLOURS[i % len(_COLOURS)] for i, name in enumerate(steps)}
        self._is_coloured = has_colour(stream) if is_coloured is None else is_coloured
        self._lines = Lines()
        self._tails: dict[str, deque[bytes]] = {}
        self._guard = threading.RLock()

    def starts(self, step: str, *, run: str, cause: str, attempt: int) -> None:
        """Say that a step begins, and why."""
        with self._guard:
            self._tails[step] = deque(maxlen=_TAIL_LINES)
        again = f", attempt {attempt}" if attempt > 1 else ""
        if not self._quiet:
            self._line(step, f"{self.paint('1', 'runs')}{again}: {cause} (run {run[:8]})")

    def logs(self, step: str, data: bytes) -> None:
        """Show whole lines of what a step prints, or keep the last ones for when it fails."""
        with self._guard:
            self._take(step, self._lines.feed(step, data))

    def builds(self, line: str) -> None:
        """Show a line of an image's build."""
        if not self._quiet:
            with self._guard:
                self._write(f"{line}\n")

    def ends(self, result: StepResult) -> None:
        """Say how a step came out."""
        with self._guard:
            self._take(result.step, self._lines.finish(result.step))
            if not self._quiet or not result.is_good:
                self._end(result)

    def notes(self, text: str) -> None:
        """Say something the user should know."""
        with self._guard:
            self._write(f"note: {text}\n")

    def close(self) -> None:
        """Show nothing more."""

    def _take(self, step: str, lines: list[bytes]) -> None:
        if self._shows_logs:
            self._write(self._told(step, lines))
        elif lines:
            self._tails.setdefault(step, deque(maxlen=_TAIL_LINES)).extend(lines)

    def _end(self, result: StepResult) -> None:
        tail = self._tails.pop(result.step, ())
        if not result.is_good:
            self._write(self._told(result.step, tail))
        colour, word = _WORDS[result.ending]
        room = self._screen.width - len(f"{result.step:<{self._width}}  {word}")
        self._line(result.step, f"{self.paint(colour, word)}{_about(result, room)}")

    def _told(self, step: str, lines: Iterable[bytes]) -> str:
        prefix = self._prefix(step)
        return "".join(f"{prefix}│ {shown(line)}\n" for line in lines)

    def paint(self, colour: str, text: str) -> str:
        """Give a text in a colour, where colours are wanted."""
        return f"\x1b[{colour}m{text}\x1b[0m" if self._is_coloured else text

    def _line(self, step: str, text: str) -> None:
        with self._guard:
            self._write(f"{self._prefix(step)}{text}\n")

    def _prefix(self, step: str) -> str:
        return self.paint(self._colour.get(step, "0"), f"{step:<{self._width}}") + "  "

    def _write(self, text: str) -> None:
        if text:
            self._screen.write(text)
            self._screen.flush()


def has_colour(stream: TextIO) -> bool:
    """Tell whether a stream wants colours."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _about(result: StepResult, room: int) -> str:
    if result.ending in {"fresh", "adopted"}:
        return f"  {made_by(result)}"
    if result.is_from_remote:
        return f"  {result.cause} ({made_by(result)})"
    if result.ending == "restored":
        return f"  {result.cause}: {made_by(result)}, brought back from the store"
    if result.ending == "done":
        took = f"  {duration(result.duration_s)}  "
        return f"{took}{shown_metrics(result.metrics, room - len(took))}".rstrip()
    log = f" (modelcompose runs logs {result.run[:8]})" if result.run else ""
    hint = f"\n\nhint: {result.hint}\n" if result.hint else ""
    return f": {result.error}{log}{hint}"


def made_by(result: StepResult) -> str:
    """Say which run made what a step would make, and when."""
    if result.run is None:
        return "as ml.lock says"
    return f"made by run {result.run[:8]}, {ago(result.ended_at)}"


def shown_metrics(metrics: Mapping[str, Metric], room: int, most: int = 4) -> str:
    """Give the first few metrics on one line, as many as fit into so many columns."""
    shown = [f"{name}={metric.last:.4g}" for name, metric in list(metrics.items())[:most]]
    while True:
        more = len(metrics) - len(shown)
        line = " ".join([*shown, f"(+{more})"] if more > 0 else shown)
        if not shown or len(line) <= room:
            return line
        shown.pop()
