"""How an import is shown: a line that moves on a terminal, and the sums at its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Self, TextIO

from modelcompose.cli.runs_words import size
from modelcompose.hub.importing.summary import Summary

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Bar:
    """Shows how far an import has come, on a terminal alone."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        """Begin to show."""
        if self._stream.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

            columns = (
                TextColumn("{task.description}"),
                BarColumn(bar_width=24),
                MofNCompleteColumn(),
                TextColumn("{task.fields[points]:,} points, {task.fields[files]} files"),
            )
            console = Console(file=self._stream)
            self._bar = Progress(*columns, console=console, transient=True)
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the terminal as it was."""
        if self._bar is not None:
            with suppress(OSError):
                self._bar.stop()

    def begins(self, what: str, total: int | None) -> None:
        """Hear that a part of it begins."""
        if self._bar is None:
            return
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(what, total=total, points=0, files=0)

    def goes_on(self, summary: Summary) -> None:
        """Hear that an item has been taken."""
        if self._bar is not None and self._task is not None:
            points, files = summary.points, summary.files
            self._bar.update(self._task, advance=1, points=points, files=files)


def lines_of(summary: Summary) -> Iterator[str]:
    """Give the lines that say what an import added."""
    yield f"imported from {summary.source}"
    unchanged = f", {summary.unchanged:,} unchanged" if summary.unchanged else ""
    files = f", {size(summary.size_bytes)}" if summary.files else ""
    yield f"  experiments  {summary.experiments:,}"
    yield f"  runs         {summary.runs:,}{unchanged}"
    yield f"  points       {summary.points:,}"
    yield f"  artifacts    {summary.files:,}{files}"
    logged, models, versions = summary.logged_models, summary.models, summary.versions
    if logged or models or versions:
        yield f"  models       {logged:,} logged, {models:,} registered, versions: {versions:,}"
