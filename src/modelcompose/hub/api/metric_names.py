"""The metrics of chosen runs: which there are, how many of the runs have each, and their values."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from modelcompose.database.database import Connection, one_of
from modelcompose.errors import UsageError
from modelcompose.hub.api.endpoint import Endpoint
from modelcompose.hub.api.series import Numbers
from modelcompose.hub.api.visibility import run_clauses
from modelcompose.hub.hub import Hub
from modelcompose.tracking.query.joins import OBJECTIVE_TAG

_TEXTS: dict[Any, Any] = {math.inf: "Infinity", -math.inf: "-Infinity"}
MOST_VALUES = 100_000
"""Runs times names of one request for values."""

_NAMES = """
    SELECT name, count(*), sum(count), max(count) FROM metrics
    WHERE {runs} GROUP BY name ORDER BY name
"""
_VALUES = """
    SELECT run, name, last, min, max, count FROM metrics WHERE {runs} AND {names}
"""
_WAYS = """
    SELECT experiment, name, value FROM experiment_tags
    WHERE {experiments} AND substr(name, 1, ?) = ?
"""

_Ids = Annotated[list[str], Meta(min_length=1, max_length=1000)]
_Names = Annotated[list[str], Meta(min_length=1, max_length=1000)]


class ChosenRuns(Struct, frozen=True):
    """Whose metrics are meant."""

    runs: _Ids
    """Ids; runs that are gone, or may not be seen, are left out."""


class MetricsOf(Struct, frozen=True):
    """Of which runs to give the metrics."""

    body: ChosenRuns


class MetricName(Struct, frozen=True):
    """A metric that some of the runs have."""

    name: str
    runs: int
    """How many of the runs have it."""
    points: int
    """How many points it has in all of them."""
    most: int
    """How many points it has in the run that has most of it; 1 for a metric of one value."""
    way: Literal["max", "min"] | None
    """Which way is better, where it is an objective of the runs' projects."""


class MetricNames(Struct, frozen=True):
    """The metrics of runs, by name."""

    runs: int
    """How many runs these are of."""
    metrics: list[MetricName]


class ChosenMetrics(ChosenRuns, frozen=True):
    """Which values are meant."""

    names: _Names
    """Names of metrics."""


class MetricValuesOf(Struct, frozen=True):
    """Which values to give."""

    body: ChosenMetrics


class MetricValues(Struct, frozen=True):
    """A metric over the runs: columns in the order of `runs`, null where a run lacks it."""

    name: str
    last: Numbers
    min: Numbers
    max: Numbers
    count: list[int]
    """How many points there are; 0 where a run lacks it."""


class ValuesOfMetrics(Struct, frozen=True):
    """Values of metrics, by name as they were asked for."""

    runs: list[str]
    metrics: list[MetricValues]


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    return [
        Endpoint("/runs/metrics", _names, MetricsOf, MetricNames, method="POST"),
        Endpoint("/runs/metrics/values", _values, MetricValuesOf, ValuesOfMetrics, method="POST"),
    ]


def _names(hub: Hub, asked: MetricsOf) -> MetricNames:
    """Give the metrics that some runs have."""
    with hub.database.read() as connection:
        runs = _seen(connection, asked.body.runs)
        these, value = one_of(connection, "run", [run.number for run in runs.values()])
        rows = connection.rows(_NAMES.format(runs=these), (value,))
        ways = _ways(connection, list(runs.values()))
    metrics = [
        MetricName(name, many, points, most, ways.get(name)) for name, many, points, most in rows
    ]
    return MetricNames(len(runs), metrics)


def _values(hub: Hub, asked: MetricValuesOf) -> ValuesOfMetrics:
    """Give the last, lowest and highest values of metrics of runs."""
    names = list(dict.fromkeys(asked.body.names))
    if len(asked.body.runs) * len(names) > MOST_VALUES:
        raise UsageError(f"body: more than {MOST_VALUES:,} values: fewer runs, or fewer names")
    with hub.database.read() as connection:
        runs = _seen(connection, asked.body.runs)
        numbers = [run.number for run in runs.values()]
        these, run_value = one_of(connection, "run", numbers)
        named, name_value = one_of(connection, "name", names)
        sql = _VALUES.format(runs=these, names=named)
        rows = connection.rows(sql, (run_value, name_value))
    found = {(number, name): values for number, name, *values in rows}
    return ValuesOfMetrics(list(runs), [_metric(name, numbers, found) for name in names])


class _Seen(Struct, frozen=True):
    number: int
    experiment: int | None
    step: str


def _seen(connection: Connection, ids: Sequence[str]) -> dict[str, _Seen]:
    """Give those of the runs that are there and may be seen, in their order."""
    clauses = [*run_clauses(())]
    these, value = one_of(connection, "runs.id", list(dict.fromkeys(ids)))
    where = " AND ".join(f"({sql})" for sql, _ in clauses)
    rows = connection.rows(
        f"SELECT id, number, experiment, step FROM runs WHERE {these} AND {where}",  # noqa: S608
        [value, *(each for _, given in clauses for each in given)],
    )
    found = {run_id: _Seen(*cells) for run_id, *cells in rows}
    return {run_id: found[run_id] for run_id in dict.fromkeys(ids) if run_id in found}


def _ways(connection: Connection, runs: Sequence[_Seen]) -> dict[str, Literal["max", "min"]]:
    """Give which way is better, by the metrics' names: a step's own go before the project's."""
    steps: dict[int, set[str]] = {}
    for run in runs:
        if run.experiment is not None:
            steps.setdefault(run.experiment, set()).add(run.step)
    these, value = one_of(connection, "experiment", sorted(steps))
    rows = connection.rows(
        _WAYS.format(experiments=these), (value, len(OBJECTIVE_TAG), OBJECTIVE_TAG)
    )
    found: dict[str, Literal["max", "min"]] = {}
    for experiment, tag, way in sorted(rows, key=lambda row: len(row[1])):
        name = tag.removeprefix(OBJECTIVE_TAG)
        step, _, rest = name.partition(".")
        better: Literal["max", "min"] = "min" if way == "min" else "max"
        found[name] = better
        if rest and step in steps[experiment]:
            found[rest] = better
    return found


def _metric(
    name: str, runs: Sequence[int], found: Mapping[tuple[int, str], list[Any]]
) -> MetricValues:
    rows = [found.get((run, name), (None, None, None, 0)) for run in runs]
    last, low, high = ([_TEXTS.get(row[place], row[place]) for row in rows] for place in range(3))
    return MetricValues(name, last, low, high, [row[3] for row in rows])
