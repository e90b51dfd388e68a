"""The series that a report's charts draw, small enough for a file that is sent to people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from modelcompose.reporting.asking import Hub, batches
from modelcompose.reporting.document import ReportChart, ReportDocument

AXES = ("step", "time", "relative")
WIDTH = 600
"""Points or buckets of a series at most: what a screen shows, and a little to zoom into."""


class _Charts(Struct, frozen=True):
    series: list[dict[str, Any]]


def series(document: ReportDocument, hub: Hub) -> list[dict[str, Any]]:
    """Give the series of all charts, by run and metric, in the shape of `GET /series`.

    Raises:
        ModelComposeError: the hub cannot give them.
    """
    runs: dict[str, set[str]] = {}
    for run, metric in _pairs(document):
        runs.setdefault(metric, set()).add(run)
    found = []
    for metric in sorted(runs):
        for some in batches(tuple(sorted(runs[metric]))):
            query = {"run": list(some), "name": [metric], "width": WIDTH}
            found += hub.get("/series", query, _Charts).series
    return sorted(found, key=lambda one: (one["name"], one["run"]))


def _pairs(document: ReportDocument) -> Iterator[tuple[str, str]]:
    for block in document.blocks:
        if not isinstance(block, ReportChart):
            continue
        for plot in block.plots:
            for trace in plot.traces:
                yield trace.run, trace.metric
                if block.x not in AXES:
                    yield trace.run, block.x
