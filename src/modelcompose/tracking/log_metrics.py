"""Metrics read from a step's log: `name=value` on its lines, for the names that were asked for."""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from fnmatch import fnmatchcase

from modelcompose.tracking.run import Series

STEP_NAMES = ("step", "epoch", "iteration")
"""Names that count the steps of what stands with them; the first one found is used."""

_TOKEN = re.compile(
    rb"""(?<![^\s,;|(\[{])            # a name begins the line or follows a separator
    ([A-Za-z_][\w./@-]*)=
    ([-+]?(?:(?:\d[\d_]*)?\.?\d+(?:[eE][-+]?\d+)?|\d+\.|inf(?:inity)?|nan))
    (?=$|[\s,;|)\]}%]|\.(?:\s|$))     # and a value is not the beginning of a word
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LINE_ENDS = re.compile(rb"[\r\n]+")
_LONGEST_LINE = 65536


class LogMetrics:
    """Collects series from the chunks of one stream of a log; for one thread at a time.

    A carriage return ends a line too, so that progress bars count. A point's step is the number
    beside `step=`, `epoch=` or `iteration=` on the same line, else how many points the series
    already has.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        """Take the name patterns of the metrics that are wanted, such as `val_*`."""
        self._patterns = tuple(patterns)
        self._is_wanted: dict[bytes, bool] = {}
        self._series: dict[bytes, _Points] = {}
        self._rest = b""

    def feed(self, chunk: bytes, time_s: float | None = None) -> None:
        """Read the next bytes of the stream.

        Args:
            chunk: any number of bytes; a line may be spread over several chunks.
            time_s: when they were seen, in seconds since the epoch.
        """
        if not self._patterns:
            return
        *lines, rest = _LINE_ENDS.split(self._rest + chunk)
        self._rest = rest[:_LONGEST_LINE]  # no metric stands further on, and memory is bounded
        for line in lines:
            if b"=" in line:
                self._read(line, time_s)

    def close(self) -> None:
        """Read the last line, which may have no end; to be called once, at the stream's end."""
        self._read(self._rest, None)
        self._rest = b""

    def series(self) -> list[Series]:
        """Give what was collected so far, in the order of first appearance; from any thread."""
        known = list(self._series.items())
        return [points.series(name.decode(errors="replace")) for name, points in known]

    def newest(self) -> dict[str, float]:
        """Give the newest value of each series so far; from any thread."""
        known = list(self._series.items())  # one step for the interpreter: none is added meanwhile
        return {name.decode(errors="replace"): points.newest for name, points in known}

    def _read(self, line: bytes, time_s: float | None) -> None:
        tokens = _TOKEN.findall(line)
        if not tokens:
            return
        step = _step(tokens)
        for name, value in tokens:
            if self._wants(name):
                points = self._series.get(name) or _Points()
                points.add(step, float(value), time_s)
                self._series[name] = points  # with a point in it: others may look at any time

    def _wants(self, name: bytes) -> bool:
        wanted = self._is_wanted.get(name)
        if wanted is None:
            text = name.decode(errors="replace")
            wanted = text.lower() not in STEP_NAMES and any(
                fnmatchcase(text, pattern) for pattern in self._patterns
            )
            self._is_wanted[name] = wanted
        return wanted


class _Points:
    """One growing series."""

    def __init__(self) -> None:
        self._steps = array("d")
        self._values = array("d")
        self._times = array("d")

    def add(self, step: float | None, value: float, time_s: float | None) -> None:
        self._steps.append(len(self._steps) if step is None else step)
        self._values.append(value)
        if time_s is not None:
            self._times.append(time_s)

    @property
    def newest(self) -> float:
        return self._values[-1]

    def series(self, name: str) -> Series:
        count = len(self._values)  # it comes after its step: another thread may be adding a point
        steps, values = tuple(self._steps[:count]), tuple(self._values[:count])
        times = tuple(self._times[:count])
        return Series(name, steps, values, times if len(times) == count else ())


def _step(tokens: list[tuple[bytes, bytes]]) -> float | None:
    numbers = {name.lower(): value for name, value in reversed(tokens)}
    for name in STEP_NAMES:
        value = numbers.get(name.encode())
        if value is not None:
            return float(value)
    return None
