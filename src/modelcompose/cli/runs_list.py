"""`modelcompose runs`: which runs there are, as a table or as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from modelcompose.cli.runs_page import STATUS_STYLES, Cell, Column
from modelcompose.cli.runs_words import number
from modelcompose.cli.times import ago, duration
from modelcompose.errors import UsageError
from modelcompose.tracking.naming import SHORT
from modelcompose.tracking.query.fields import RUN_FIELDS, run_name
from modelcompose.tracking.query.tree import Name
from modelcompose.tracking.run import Run
from modelcompose.tracking.views import RunSummary

READ = ("params", "metrics", "overrides", "recording")
"""The larger fields of a run that a list shows."""

_METRICS_SHOWN = 4
_TITLES = {"id": "RUN", "duration": "TOOK", "cause": "WHY"}
_NUMBERS = frozenset({"attempt", "exit_code", "duration"})
_CUT = frozenset({"cause", "error", "folder", "image"})
_STYLES = {"id": "bold", "cause": "dim"}
_CODE = frozenset({"branch", "commit"})
_NOT_READ = frozenset({"name", "user", "experiment", "experiment_id", "artifact_uri"})
_NOT_KEPT = frozenset({"mean", "best"})


def usual_columns(runs: Sequence[Run], *, has_projects: bool) -> list[Name]:
    """Give the columns of a list when none were asked for.

    The metrics are those that most of the runs have.
    """
    counted = Counter(name for run in runs for name in run.metrics)
    metrics = sorted(counted, key=lambda name: (-counted[name], name))[:_METRICS_SHOWN]
    before = ["id", *(["project"] if has_projects else []), "step", "status", "started"]
    return [
        *(Name("field", name) for name in (*before, "duration")),
        *(Name("metrics", name) for name in sorted(metrics)),
        Name("field", "cause"),
    ]


def named_columns(text: str) -> list[Name]:
    """Give the columns that were asked for, separated by commas.

    Raises:
        UsageError: there is no such field, or a list does not read it; names the nearest.
    """
    return [_shown(name.strip()) for name in text.split(",") if name.strip()]


def table(
    runs: Sequence[Run], columns: Sequence[Name], now_s: float, *, is_asked: bool
) -> tuple[list[Column], list[list[Cell]]]:
    """Give the table of runs: its columns and its rows.

    Args:
        runs: the runs.
        columns: what to show of them.
        now_s: seconds since the epoch.
        is_asked: whether the user named the columns, so that each of them must stay.
    """
    heads = [_column(name, may_go=not is_asked) for name in columns]
    return heads, [[_cell(run, name, now_s) for name in columns] for run in runs]


def summaries(
    runs: Sequence[Run], columns: Sequence[Name] | None
) -> list[RunSummary] | list[dict[str, Any]]:
    """Give the runs for machines: the columns asked for by name, else all that was read."""
    if columns is None:
        return _with_tags(runs)
    return [{_title(name): _value(run, name) for name in columns} for run in runs]


def _with_tags(runs: Sequence[Run]) -> list[RunSummary]:
    from modelcompose.cli.registry import opened
    from modelcompose.database.database import one_of
    from modelcompose.tracking.query.reading import read_summaries

    with opened() as database, database.read() as connection:
        these, parameter = one_of(connection, "id", [run.id for run in runs])
        rows = connection.rows(f"SELECT id, number FROM runs WHERE {these}", (parameter,))  # noqa: S608
        numbers = dict(rows)
        return read_summaries(connection, [numbers[run.id] for run in runs if run.id in numbers])


def _shown(text: str) -> Name:
    name = run_name(text, "columns")
    if name.kind in ("tags", "datasets") or name.name in _NOT_READ or name.part in _NOT_KEPT:
        raise UsageError(
            f"columns: {text!r} can be searched by, not shown here",
            hint="look at one run: modelcompose runs show RUN",
        )
    return name


def _title(name: Name) -> str:
    return name.name if name.kind == "field" else f"{name.kind}.{_full(name)}"


def _full(name: Name) -> str:
    return name.name if name.part is None else f"{name.name}.{name.part}"


def _column(name: Name, *, may_go: bool) -> Column:
    if name.kind == "metrics":
        return Column(_full(name), is_number=True, may_go=may_go)
    if name.kind == "params":
        return Column(name.name)
    title = _TITLES.get(name.name, name.name.upper().replace("_", " "))
    return Column(title, is_number=name.name in _NUMBERS, may_be_cut=name.name in _CUT)


def _value(run: Run, name: Name) -> Any:
    if name.kind == "metrics":
        whole = run.metrics.get(_full(name))
        metric = whole or run.metrics.get(name.name)
        part = "last" if whole else name.part or "last"
        return None if metric is None else getattr(metric, part)
    if name.kind == "params":
        return run.params.get(name.name)
    if name.name in _CODE:
        return getattr(run.code, name.name)
    if name.name == "duration":
        return run.duration_s
    return getattr(run, f"{name.name}_at" if RUN_FIELDS[name.name].kind == "time" else name.name)


def _cell(run: Run, name: Name, now_s: float) -> Cell:
    value = _value(run, name)
    if value is None:
        return Cell("")
    if name.kind != "field":
        return Cell(number(value) if name.kind == "metrics" else str(value))
    if RUN_FIELDS[name.name].kind == "time":
        return Cell(ago(value, now_s))
    if name.name == "duration":
        return Cell(duration(value))
    text = run.id[:SHORT] if name.name == "id" else str(value)
    return Cell(text, {**_STYLES, "status": STATUS_STYLES[run.status]}.get(name.name, ""))
