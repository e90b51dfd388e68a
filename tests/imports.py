"""What an import left in a hub, read for tests to compare."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from modelcompose.hub.hub import Hub, open_hub
from modelcompose.tracking.logging import param_text
from modelcompose.tracking.series.points import Points


class RunRow(NamedTuple):
    """A run as the database has it."""

    number: int
    id: str
    name: str
    status: str
    experiment: int
    deleted_at: float | None


@contextmanager
def kept_hub(home: Path) -> Iterator[Hub]:
    """Open a hub of a home folder while the block runs."""
    hub = open_hub(home / "hub.db", home)
    try:
        yield hub
    finally:
        hub.close()


def runs_of(hub: Hub) -> list[RunRow]:
    """Give all runs."""
    with hub.database.read() as connection:
        rows = connection.rows(
            "SELECT number, id, name, status, experiment, deleted_at FROM runs ORDER BY number"
        )
    return [RunRow(*row) for row in rows]


def params_of(hub: Hub, run: RunRow) -> dict[str, str]:
    """Give a run's parameters."""
    with hub.database.read() as connection:
        rows = connection.rows("SELECT name, value FROM params WHERE run = ?", (run.number,))
    return {name: param_text(value) for name, value in rows}


def tags_of(hub: Hub, run: RunRow) -> dict[str, str]:
    """Give a run's tags."""
    with hub.database.read() as connection:
        rows = connection.rows("SELECT name, value FROM run_tags WHERE run = ?", (run.number,))
    return dict(rows)


def series_of(hub: Hub, run: int, name: str, kind: str = "number") -> Points:
    """Give all points of a series."""
    return hub.series.points(run, name, limit=1_000_000, kind=kind).points


def bytes_of(points: Points) -> list[bytes]:
    """Give the values of texts or histograms."""
    assert isinstance(points.values, list)
    return points.values


def histories(hub: Hub) -> dict[str, dict[str, list[tuple[float, float, Any]]]]:
    """Give the steps, times and values of all metrics by the names of their runs."""
    found: dict[str, dict[str, list[tuple[float, float, Any]]]] = {}
    for run in runs_of(hub):
        with hub.database.read() as connection:
            rows = connection.rows(
                "SELECT name FROM metrics WHERE run = ? ORDER BY name", (run.number,)
            )
        for (name,) in rows:
            points = series_of(hub, run.number, name)
            columns = zip(points.steps, points.times, points.values, strict=True)
            found.setdefault(run.name, {})[name] = list(columns)
    return found
