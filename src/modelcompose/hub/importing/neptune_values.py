"""What the rows of neptune-exporter mean: parameters, and points of series."""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping, Sequence
from typing import Any

from modelcompose.hub.importing.event_values import histogram
from modelcompose.hub.importing.source import Part
from modelcompose.tracking.series.points import Points

PARAMS = ("float", "int", "string", "bool", "datetime", "string_set")
SERIES = ("float_series", "string_series", "histogram_series")

_Row = Mapping[str, Any]


def text_of(row: _Row) -> str:
    """Give a single value as text."""
    value = row[f"{row['attribute_type']}_value"]
    if value is None:
        return ""
    if isinstance(value, list):
        return ",".join(map(str, value))
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def part_of(kind: str, name: str, rows: Sequence[_Row]) -> Part:
    """Give the points of rows of one series."""
    steps = array("d", [float(row["step"] or 0) for row in rows])
    times = array("d", [row["timestamp"].timestamp() if row["timestamp"] else 0.0 for row in rows])
    if kind == "float_series":
        values = [math.nan if row["float_value"] is None else row["float_value"] for row in rows]
        return Part(name, Points(steps, array("d", values), times))
    if kind == "string_series":
        texts = [(row["string_value"] or "").encode() for row in rows]
        return Part(name, Points(steps, texts, times), "text")
    counted = [_histogram(row["histogram_value"] or {}) for row in rows]
    return Part(name, Points(steps, counted, times), "histogram")


def _histogram(told: Mapping[str, Any]) -> bytes:
    return histogram(told.get("edges") or (), told.get("values") or ())
