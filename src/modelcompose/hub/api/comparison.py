"""Runs side by side: two with every difference in words, or many in a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from msgspec import Meta, Struct

from modelcompose.errors import NotFound
from modelcompose.hub.api.endpoint import Endpoint
from modelcompose.hub.api.visibility import run_number
from modelcompose.hub.hub import Hub
from modelcompose.tracking.comparison import compare_runs
from modelcompose.tracking.query.reading import read_run, read_runs
from modelcompose.tracking.run import Run
from modelcompose.tracking.views import ComparisonDocument, comparison_document


class Two(Struct, frozen=True):
    """Two runs."""

    old: str
    new: str


class Many(Struct, frozen=True):
    """Some runs."""

    run: Annotated[list[str], Meta(min_length=1, max_length=100)]
    differing: bool = False
    """Whether to leave out what is the same in all."""


class Line(Struct, frozen=True):
    """One thing in each of the runs."""

    kind: str
    """`field`, `param`, `metric`, `input`, `output` or `definition`."""
    name: str
    values: list[Any]
    """In the order of the runs; null where a run lacks it. Of a file its digest, of a metric its
    last value."""
    differs: bool


class Compared(Struct, frozen=True):
    """Runs side by side."""

    runs: list[str]
    lines: list[Line]


_FIELDS = ("step", "status", "duration_s", "image", "identity", "engine", "cause")
_DEFINITION = ("command", "entrypoint", "working_dir", "environment", "mounts")


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    return [
        Endpoint("/comparison", _compare_many, Many, Compared),
        Endpoint("/comparison/pair", _compare_two, Two, ComparisonDocument),
    ]


def _compare_two(hub: Hub, asked: Two) -> ComparisonDocument:
    """Compare two runs, as `modelcompose runs diff` does."""
    with hub.database.read() as connection:
        for run in (asked.old, asked.new):
            run_number(connection, run)
        old, new = (read_run(connection, run).run for run in (asked.old, asked.new))
    return comparison_document(compare_runs(old, new))


def _compare_many(hub: Hub, asked: Many) -> Compared:
    """Compare any number of runs."""
    with hub.database.read() as connection:
        numbers = [run_number(connection, run) for run in asked.run]
        runs = [one.run for one in read_runs(connection, numbers)]
    if len(runs) != len(numbers):
        raise NotFound("a run was deleted meanwhile")
    lines = [line for line in _lines(runs) if line.differs or not asked.differing]
    return Compared([run.id for run in runs], lines)


def _lines(runs: list[Run]) -> Iterator[Line]:
    for name in _FIELDS:
        yield _line("field", name, [getattr(run, name) for run in runs])
    yield from _each("param", [run.params for run in runs])
    metrics = [{name: metric.last for name, metric in run.metrics.items()} for run in runs]
    yield from _each("metric", metrics)
    yield from _each("input", [_digests(run.inputs) for run in runs])
    yield from _each("output", [_digests(run.outputs) for run in runs])
    yield from _each("definition", [_definition(run) for run in runs])


def _each(kind: str, values: list[dict[str, Any]] | list[Mapping[str, Any]]) -> Iterator[Line]:
    for name in sorted({name for one in values for name in one}):
        yield _line(kind, name, [one.get(name) for one in values])


def _line(kind: str, name: str, values: list[Any]) -> Line:
    return Line(kind, name, values, any(repr(value) != repr(values[0]) for value in values))


def _digests(contents: Mapping[str, Any]) -> dict[str, Any]:
    return {path: content.digest for path, content in contents.items()}


def _definition(run: Run) -> dict[str, Any]:
    return {name: run.parts[name] for name in _DEFINITION if run.parts.get(name)}
