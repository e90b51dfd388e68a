"""The live view: what runs, in a few lines that stay at the bottom of the terminal.

Ordinary lines, of steps that ended and notes, scroll above it. Logs are not shown: the last line
of each is in the view, and a step that fails prints its last few.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, TextIO, cast

from modelcompose.cli.live_rows import plain_text, rows
from modelcompose.cli.terminal import Terminal
from modelcompose.engine.protocol import Sample
from modelcompose.pipeline.lines import shown
from modelcompose.pipeline.progress import Board
from modelcompose.pipeline.report import StepResult

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

_INTERVAL_S = 0.25
"""Between two drawings; what ends sooner than that is never drawn."""


class LiveView(Terminal):
    """A reporter for a person at a terminal. Any thread may call it."""

    def __init__(self, steps: list[str], *, stream: TextIO | None = None) -> None:
        super().__init__(steps, quiet=False, stream=stream)
        self._shows_logs = False
        self._total = len(steps)
        self._ended = 0
        self._board = Board()
        self._texts: dict[str, str] = {}
        self._live: Live | None = None
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def waits(self, reasons: Mapping[str, str]) -> None:
        """Show what steps wait for."""
        self._board.waits(reasons)
        self._begin()

    def prepares(self, step: str) -> None:
        """Show that a step is made ready."""
        self._texts.pop(step, None)
        self._board.prepares(step)
        self._begin()

    def starts(self, step: str, *, run: str, cause: str, attempt: int) -> None:
        """Show that a step runs, and why until it prints something."""
        self._texts[step] = cause
        self._board.starts(step, run=run, cause=cause, attempt=attempt)
        self._begin()

    def logs(self, step: str, data: bytes) -> None:
        """Show the last line, and keep the last few for when the step fails."""
        with self._guard:
            lines = self._lines.feed(step, data)
            self._take(step, lines)
            rest = self._lines.rest(step)
        # A progress bar draws over its line and ends none.
        for line in (rest if b"\r" in rest else b"", *reversed(lines)):
            if text := plain_text(shown(line)):
                self._texts[step] = text
                break

    def measures(self, step: str, sample: Sample | None, metrics: Mapping[str, float]) -> None:
        """Show what a step uses, and its newest metrics."""
        self._board.measures(step, sample, metrics)

    def builds(self, line: str) -> None:
        """Show a line of a build beside the steps that wait for it."""
        waiting = [now.step for now in self._board.steps() if now.state == "preparing"]
        self._texts.update(dict.fromkeys(waiting, plain_text(line)))
        if not waiting:
            super().builds(line)

    def ends(self, result: StepResult) -> None:
        """Say how a step came out, above the view."""
        self._board.ends(result)
        self._ended += 1
        super().ends(result)
        self._texts.pop(result.step, None)

    def close(self) -> None:
        """Take the view away and give the terminal back as it was."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join()
        with self._guard:
            live, self._live = self._live, None
        if live is not None:
            live.stop()

    def _begin(self) -> None:
        with self._guard:
            if self._thread is None and not self._closed.is_set():
                self._thread = threading.Thread(target=self._draw, name="live view", daemon=True)
                self._thread.start()

    def _draw(self) -> None:
        while not self._closed.wait(_INTERVAL_S):
            if self._live is None:
                self._open()
            if self._live is not None:
                self._live.refresh()

    def _open(self) -> None:
        from rich.live import Live

        live = Live(
            get_renderable=self._view,
            console=self._console(),
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
        )
        with self._guard:
            live.start()
            self._live = live

    def _console(self) -> Console:
        from rich.console import Console

        return Console(
            file=cast("IO[str]", self._screen),
            color_system="auto" if self._is_coloured else None,
            force_terminal=True,
            force_interactive=True,
            highlight=False,
            markup=False,
            emoji=False,
        )

    def _view(self) -> Text:
        """Draw; takes no lock that is held while something is written above the view."""
        from rich.text import Text

        width = self._live.console.width if self._live is not None else 80
        found = rows(
            self._board.steps(),
            dict(self._texts),
            ended=self._ended,
            total=self._total,
            width=width,
            now=time.time(),
        )
        view = Text(no_wrap=True, overflow="ellipsis")
        for index, row in enumerate(found):
            view.append("\n" if index else "")
            for text, style in row:
                view.append(text, style or None)
        return view

    def _write(self, text: str) -> None:
        if self._live is None:
            super()._write(text)
        elif text:
            from rich.text import Text

            self._live.console.print(Text.from_ansi(text.rstrip("\n")), soft_wrap=True)
