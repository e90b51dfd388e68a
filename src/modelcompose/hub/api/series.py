"""Series of many runs in one request: buckets for a range and a width, or the points themselves."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from modelcompose.errors import UsageError
from modelcompose.hub.api.endpoint import Endpoint
from modelcompose.hub.api.visibility import run_number
from modelcompose.hub.hub import Hub
from modelcompose.tracking.series.points import Points as Columns

MOST_SERIES = 2000
"""Series of one request: runs times names."""

_TEXTS = {math.inf: "Infinity", -math.inf: "-Infinity"}
_Few = Annotated[list[str], Meta(min_length=1, max_length=200)]
_Finite = Annotated[float, Meta(ge=-1e300, le=1e300)]


class Range(Struct, frozen=True):
    """Which series, and what of them."""

    run: _Few
    name: _Few
    """Names of metrics."""
    start: _Finite | None = None
    """In steps or seconds; by default where each series begins."""
    end: _Finite | None = None
    width: Annotated[int, Meta(ge=2, le=10_000)] = 1000
    """How many buckets at most, such as pixels; fewer points are given as they are."""
    axis: Literal["step", "time", "relative"] = "step"
    """`time` is seconds since the epoch, `relative` since the run's beginning."""


class Wanted(Range, frozen=True):
    """Which series, and what of them."""


Numbers = list[float | Literal["Infinity", "-Infinity"] | None]
"""Values as JSON can say them: null where one is NaN, a text where it is infinite."""


class Points(Struct, frozen=True):
    """Points as columns of equal length, in the axis' order; a value is null where it is NaN."""

    steps: list[float]
    times: list[float]
    values: Numbers


class Buckets(Struct, frozen=True):
    """Buckets as columns of equal length, in the axis' order; null where all values are NaN."""

    counts: list[int]
    lows: Numbers
    highs: Numbers
    means: Numbers
    lasts: Numbers
    first_steps: list[float]
    last_steps: list[float]
    first_times: list[float]
    last_times: list[float]


class Series(Struct, frozen=True):
    """One series: its points where they are no more than the width, else buckets."""

    run: str
    name: str
    count: int
    """How many points there are in the range, which is widened to whole buckets."""
    width: float
    """Of a bucket, in steps or seconds."""
    points: Points | None
    buckets: Buckets | None


class Charts(Struct, frozen=True):
    """The series that have points in the range, by run and name as they were asked for."""

    axis: str
    series: list[Series]


class Page(Struct, frozen=True):
    """Which points of one series."""

    run: str
    name: str
    kind: Literal["number", "text", "histogram"] = "number"
    limit: Annotated[int, Meta(ge=1, le=25_000)] = 1000
    page: str = ""
    """The `next_page` of the page before."""


class Logged(Struct, frozen=True):
    """Points as they were logged, by time, then step: columns of equal length."""

    steps: list[float]
    times: list[float]
    values: list[float | str | None]
    """Numbers, null where NaN, "Infinity" and "-Infinity"; texts; or histograms in base64."""
    next_page: str | None


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    return [
        Endpoint("/series", _charts, Wanted, Charts),
        Endpoint("/runs/{run}/points", _points, Page, Logged),
    ]


def _charts(hub: Hub, asked: Wanted) -> Charts:
    """Give series of many runs, small enough to draw."""
    checked_range(asked)
    numbers = numbered_runs(hub, asked.run)
    charts = hub.series.buckets(
        list(numbers),
        list(dict.fromkeys(asked.name)),
        start=asked.start,
        end=asked.end,
        width=asked.width,
        axis=asked.axis,
    )
    return Charts(asked.axis, [_series(chart, numbers[chart.run]) for chart in charts])


def checked_range(asked: Range) -> None:
    """Check what one request asks for.

    Raises:
        UsageError: too many series, or a range that ends before it begins.
    """
    if len(asked.run) * len(asked.name) > MOST_SERIES:
        raise UsageError(f"run, name: more than {MOST_SERIES} series in one request")
    if asked.start is not None and asked.end is not None and asked.end < asked.start:
        raise UsageError(f"end: {asked.end:g} is before the start, {asked.start:g}")


def numbered_runs(hub: Hub, runs: list[str]) -> dict[int, str]:
    """Give the numbers of runs that the caller may see, each with its id.

    Raises:
        NotFound: there is no such run.
        MlflowError: it may not be seen.
    """
    with hub.database.read() as connection:
        return {run_number(connection, run): run for run in dict.fromkeys(runs)}


def _series(chart: Any, run: str) -> Series:
    points, buckets = chart.points, chart.buckets
    return Series(
        run,
        chart.name,
        chart.count,
        chart.width,
        None if points is None else Points(*_columns(points)),
        None if buckets is None else _buckets(buckets),
    )


def _buckets(buckets: Any) -> Buckets:
    columns = {name: getattr(buckets, name) for name in Buckets.__struct_fields__}
    for name in ("lows", "highs", "means", "lasts"):
        columns[name] = _numbers(columns[name])
    return Buckets(**columns)


def _points(hub: Hub, asked: Page) -> Logged:
    """Give the points of a series as they were logged, page by page."""
    with hub.database.read() as connection:
        number = run_number(connection, asked.run)
    found = hub.series.points(
        number, asked.name, after=asked.page or None, limit=asked.limit, kind=asked.kind
    )
    steps, times, values = _columns(found.points)
    if asked.kind == "text":
        values = [value.decode(errors="replace") for value in values]
    elif asked.kind == "histogram":
        from base64 import b64encode

        values = [b64encode(value).decode() for value in values]
    return Logged(steps, times, values, found.after)


def _columns(points: Columns) -> tuple[list[float], list[float], list[Any]]:
    values = points.values
    told = values if isinstance(values, list) else _numbers(values.tolist())
    return points.steps.tolist(), points.times.tolist(), told


def _numbers(values: list[Any]) -> list[Any]:
    """Give numbers with their infinities as texts; the encoder writes those as null, as NaN."""
    if math.isfinite(sum(values)):
        return values
    return [_TEXTS.get(value, value) for value in values]
