"""The small files of MLflow's folder: documents, values of one line or more, and histories."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from modelcompose.hub.importing.mlflow_words import number, seconds
from modelcompose.tracking.series.points import Points

_POINTS_AT_ONCE = 50_000
_FEWEST_WORDS = 2


def document(file: Path) -> dict[str, Any]:
    """Give what a file of YAML says; nothing where it says nothing that can be read."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        found = yaml.load(file.read_bytes(), Loader=loader)  # noqa: S506 - both are safe
    except (yaml.YAMLError, OSError):
        return {}
    return found if isinstance(found, dict) else {}


def pairs(folder: Path) -> dict[str, str]:
    """Give the pairs of a folder: a file for each, its path below the folder the key."""
    found: dict[str, str] = {}
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            key = file.relative_to(folder).as_posix()
            found[key] = file.read_text(encoding="utf-8", errors="replace")
    return found


def points_of(file: Path) -> Iterator[Points]:
    """Give the points of a metric's file; a point that is there twice is given once.

    MLflow writes a point again for each logged model that it is of.
    """
    rows: list[tuple[float, float, float]] = []
    with file.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            point = _point(line)
            if point is None:
                continue
            rows.append(point)
            if len(rows) >= _POINTS_AT_ONCE:
                yield _columns(rows)
                rows = []
    if rows:
        yield _columns(rows)


def last_line(file: Path) -> list[str]:
    """Give the words of a file's last line that has any."""
    lines = file.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.split(" ") for line in reversed(lines) if line.strip()), [])


def deleted_at(told: dict[str, Any], time_ms: Any) -> float | None:
    """Give when something went to the trash, None where it is not there."""
    return seconds(time_ms) if told.get("lifecycle_stage") == "deleted" else None


def _point(line: str) -> tuple[float, float, float] | None:
    words = line.split()
    if len(words) < _FEWEST_WORDS:
        return None
    try:
        step = float(words[2]) if len(words) > _FEWEST_WORDS else 0.0
        return step, number(float(words[1])), seconds(int(words[0]))
    except ValueError:  # a line that was being written when its writer died
        return None


def _columns(rows: list[tuple[float, float, float]]) -> Points:
    once = dict.fromkeys((step, str(value), time) for step, value, time in rows)
    if len(once) < len(rows):
        rows = [(step, float(value), time) for step, value, time in once]
    steps, values, times = zip(*rows, strict=True)
    return Points(array("d", steps), array("d", values), array("d", times))
