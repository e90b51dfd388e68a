"""Fill a table: columns of runs, or of groups of runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal, cast

from msgspec import Struct

from modelcompose.reporting.asking import among, cells, metric_column
from modelcompose.reporting.checking import listed
from modelcompose.reporting.choosing import Chooser, Chosen
from modelcompose.reporting.document import ReportColumn, ReportTable
from modelcompose.reporting.grammar import Table
from modelcompose.reporting.report import Placed
from modelcompose.tracking.query.columns import Column
from modelcompose.tracking.query.fields import RUN_FIELDS

_USUAL = ("step", "status", "started", "duration")
_METRICS = 4
_Kind = Literal["text", "number", "duration", "time", "claim", "status", "run", "count", "spread"]


class _Spread(Struct, frozen=True):
    mean: float | None
    deviation: float | None


class _Group(Struct, frozen=True):
    values: list[Any]
    count: int
    numbers: list[_Spread]


class _Groups(Struct, frozen=True):
    groups: list[_Group]


def fill(one: Placed, chooser: Chooser) -> ReportTable:
    """Give a table with its rows.

    Raises:
        ModelComposeError: its runs cannot be found, or have no such columns.
    """
    keys = cast("Table", one.keys)
    chosen = chooser.choose(keys.runs, keys.sort, keys.limit)
    titled = _titled(keys, chosen)
    filled = _groups if keys.group else _rows
    columns, runs, rows = filled(chooser, chosen, titled, listed(keys.group))
    return ReportTable(
        line=one.line,
        title=keys.title,
        caption=keys.caption,
        columns=tuple(columns),
        runs=runs,
        rows=tuple(tuple(row) for row in rows),
        notes=chosen.notes,
    )


_Filled = tuple[list[ReportColumn], tuple[str, ...], list[list[Any]]]


def _rows(chooser: Chooser, chosen: Chosen, titled: dict[str, str], _: Any) -> _Filled:
    columns = [ReportColumn(title, name, _kind(name)) for title, name in titled.items()]
    found = cells(chooser.hub, chosen.ids, list(titled.values()))
    ids = tuple(run for run in chosen.ids if run in found)
    return columns, ids, [found[run] for run in ids]


def _groups(
    chooser: Chooser, chosen: Chosen, titled: dict[str, str], by: tuple[str, ...]
) -> _Filled:
    titles = {title: name for title, name in titled.items() if name not in by and _is_number(name)}
    columns = [
        *(ReportColumn(short_name(name), name, _kind(name)) for name in by),
        ReportColumn("runs", "count", "count"),
        *(ReportColumn(title, name, "spread") for title, name in titles.items()),
    ]
    if not chosen.runs:
        return columns, (), []
    text = among(chosen.ids) if chosen.filter is None else chosen.filter
    query = {"project": [chooser.project], "filter": text, "by": list(by), "of": [*titles.values()]}
    found = chooser.hub.get("/runs/groups", {**query, "limit": 100}, _Groups)
    rows = [
        [*group.values, group.count, *([one.mean, one.deviation] for one in group.numbers)]
        for group in found.groups
    ]
    return columns, (), sorted(rows, key=lambda row: [_rank(value) for value in row[: len(by)]])


def _titled(keys: Table, chosen: Chosen) -> dict[str, str]:
    """Give the columns' names by their titles."""
    if isinstance(keys.columns, Mapping):
        return dict(keys.columns)
    if keys.columns:
        return {short_name(name): name for name in listed(keys.columns)}
    counted = Counter(name for run in chosen.runs for name in run.metrics)
    common = sorted(counted, key=lambda name: (-counted[name], name))[:_METRICS]
    usual = {} if keys.group else {name: name for name in _USUAL}
    return usual | {name: metric_column(name) for name in sorted(common)}


def short_name(name: str) -> str:
    """Give a column's title: its name without what kind of thing it is."""
    read = Column.named(name).name
    if read.kind == "metrics" and read.part != "last" and f".{read.part}" in name:
        return f"{read.name} {read.part}"
    return read.name


def _kind(name: str) -> _Kind:
    read = Column.named(name).name
    if read.kind == "metrics":
        return "number"
    if read.kind != "field":
        return "text"
    return "run" if read.name in ("id", "name") else RUN_FIELDS[read.name].kind


def _is_number(name: str) -> bool:
    return Column.named(name).name.kind == "params" or _kind(name) in ("number", "duration")


def _rank(value: Any) -> tuple[int, float, str]:
    """Order what a column may hold: nothing, numbers, texts."""
    if value is None:
        return 0, 0.0, ""
    try:
        return 1, float(value), ""
    except (TypeError, ValueError):
        return 2, 0.0, str(value)
