"""Runs side by side: two with every difference in words, or many in a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any

from msgspec import Meta, Struct
from msgspec.structs import asdict, replace

from modelcompose.errors import NotFound
from modelcompose.hub.api.endpoint import Endpoint
from modelcompose.hub.api.visibility import run_number
from modelcompose.hub.hub import Hub
from modelcompose.tracking.comparison import compare_runs
from modelcompose.tracking.query.reading import ReadRun, read_run, read_runs
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
    skip_gone: bool = False
    """Whether to name runs that are gone in `gone`, where else the answer is that one is not
    there."""


class Line(Struct, frozen=True):
    """One thing in each of the runs."""

    kind: str
    """`field`, `param`, `metric`, `input`, `output`, `definition`, `code`, `environment` (of the
    host and the variables), `image` or `package`."""
    name: str
    values: list[Any]
    """In the order of the runs; null where a run lacks it. Of a file its digest, of a metric its
    last value."""
    differs: bool
    least: list[float | None] | None = None
    """Of a metric, the smallest value in each of the runs."""
    most: list[float | None] | None = None
    """Of a metric, the largest."""


class Head(Struct, frozen=True):
    """What to know a run by."""

    id: str
    number: int
    """What `POST /runs/cells` takes."""
    name: str
    project: str
    step: str
    status: str
    kind: str
    created_at: float


class Compared(Struct, frozen=True):
    """Runs side by side."""

    runs: list[str]
    lines: list[Line]
    heads: list[Head] = []
    """Of the runs, in their order."""
    gone: list[str] = []
    """With `skip_gone`: the runs that are not there, or were deleted."""


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
    wanted = list(dict.fromkeys(asked.run))
    with hub.database.read() as connection:
        numbers = {}
        for run in wanted:
            try:
                numbers[run] = run_number(connection, run)
            except NotFound:
                if not asked.skip_gone:
                    raise
        found = read_runs(connection, list(numbers.values()))
    present = [one for one in found if not asked.skip_gone or one.deleted_at is None]
    gone = set(wanted) - {one.run.id for one in present}
    if gone and not asked.skip_gone:
        raise NotFound("a run was deleted meanwhile")
    runs = [one.run for one in present]
    lines = [line for line in _lines(runs) if line.differs or not asked.differing]
    return Compared(
        [run.id for run in runs],
        lines,
        [_head(one) for one in present],
        [run for run in wanted if run in gone],
    )


def _head(one: ReadRun) -> Head:
    run = one.run
    return Head(
        id=run.id,
        number=one.number,
        name=one.name or run.step,
        project=run.project,
        step=run.step,
        status=run.status,
        kind=run.kind,
        created_at=run.created_at,
    )


def _lines(runs: list[Run]) -> Iterator[Line]:
    for name in _FIELDS:
        yield _line("field", name, [getattr(run, name) for run in runs])
    yield from _each("param", [run.params for run in runs])
    yield from _metrics(runs)
    for kind, given in _SECTIONS.items():
        yield from _each(kind, [given(run) for run in runs])


def _metrics(runs: list[Run]) -> Iterator[Line]:
    for name in sorted({name for run in runs for name in run.metrics}):
        found = [run.metrics.get(name) for run in runs]
        line = _line("metric", name, [one and one.last for one in found])
        least = [one and one.min for one in found]
        yield replace(line, least=least, most=[one and one.max for one in found])


def _each(kind: str, values: list[Mapping[str, Any]]) -> Iterator[Line]:
    for name in sorted({name for one in values for name in one}):
        yield _line(kind, name, [one.get(name) for one in values])


def _line(kind: str, name: str, values: list[Any]) -> Line:
    return Line(kind, name, values, any(repr(value) != repr(values[0]) for value in values))


def _digests(contents: Mapping[str, Any]) -> dict[str, Any]:
    return {path: content.digest for path, content in contents.items()}


def _definition(run: Run) -> dict[str, Any]:
    return {name: run.parts[name] for name in _DEFINITION if run.parts.get(name)}


def _code(run: Run) -> dict[str, Any]:
    return {name: value for name, value in asdict(run.code).items() if value is not None}


def _environment(run: Run) -> dict[str, Any]:
    """Give the facts of the host, and the variables of the step one by one."""
    host = {} if run.host is None else asdict(run.host)
    variables = run.parts.get("environment")
    named = variables if isinstance(variables, Mapping) else {}
    facts = {f"host {name}": value for name, value in host.items() if value is not None}
    return facts | {f"${name}": value for name, value in named.items()}


def _image(run: Run) -> dict[str, Any]:
    """Give the parts of the image but the packages, what is below one by its path."""
    image = run.parts.get("image")
    if not isinstance(image, Mapping):
        return {}
    plain = {name: value for name, value in image.items() if value is not None}
    packages = plain.get("distributions")
    if isinstance(packages, Mapping):
        plain.pop("distributions")
    return _flat(plain)


def _flat(value: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, one in value.items():
        path = f"{prefix}{name}"
        if isinstance(one, Mapping):
            found |= _flat(one, f"{path} / ")
        elif one is not None:
            found[path] = one
    return found


def _packages(run: Run) -> dict[str, Any]:
    """Give the versions of installed packages, where the run recorded them by name."""
    image = run.parts.get("image")
    packages = image.get("distributions") if isinstance(image, Mapping) else None
    return dict(packages) if isinstance(packages, Mapping) else {}


_SECTIONS: Mapping[str, Callable[[Run], Mapping[str, Any]]] = {
    "input": lambda run: _digests(run.inputs),
    "output": lambda run: _digests(run.outputs),
    "definition": _definition,
    "code": _code,
    "environment": _environment,
    "image": _image,
    "package": _packages,
}
"""What the lines of a kind are, by their names."""
