"""What is told of a run, beside its points: one document."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import msgspec

from modelcompose.database.database import Connection
from modelcompose.hub.sending.wire import (
    SentCode,
    SentContent,
    SentDataset,
    SentMetric,
    SentRun,
)
from modelcompose.store.content import Content
from modelcompose.tracking.intake import METRIC_COLUMNS
from modelcompose.tracking.query.reading import ReadRun

_METRICS = f"""
    SELECT {", ".join(METRIC_COLUMNS)} FROM metrics WHERE run = ? ORDER BY position, name
"""  # noqa: S608
_DATASETS = """
    SELECT run_datasets.number, name, digest, source_type, source, schema, profile
    FROM run_datasets JOIN datasets ON datasets.number = run_datasets.dataset
    WHERE run_datasets.run = ? ORDER BY run_datasets.number
"""
_COPIED = frozenset(SentRun.__struct_fields__) - {
    "project",
    "code",
    "name",
    "user",
    "tags",
    "heard_at",
    "metrics",
    "inputs",
    "outputs",
    "datasets",
    "plots",
    "command_line",
}


def told_run(connection: Connection, read: ReadRun, project: str) -> SentRun:
    """Give a run as another hub is told of it.

    Args:
        connection: of the block that the run was read in.
        read: the run.
        project: the name of its experiment.
    """
    run = read.run
    fields: dict[str, Any] = {name: getattr(run, name) for name in _COPIED}
    return SentRun(
        **fields,
        project=project,
        code=SentCode(**msgspec.structs.asdict(run.code)),
        name=read.name,
        user=read.user,
        tags=read.tags,
        heard_at=_heard_at(connection, read.number),
        metrics=_metrics(connection, read.number),
        inputs=_contents(run.inputs),
        outputs=_contents(run.outputs),
        datasets=_datasets(connection, read.number),
        plots=list(run.plots),
        command_line=list(run.command_line),
    )


def _heard_at(connection: Connection, number: int) -> float | None:
    row = connection.row("SELECT heard_at FROM runs WHERE number = ?", (number,))
    return row[0] if row else None


def _metrics(connection: Connection, number: int) -> list[SentMetric]:
    return [
        SentMetric(*[_number(cell) for cell in row]) for row in connection.rows(_METRICS, (number,))
    ]


def _number(cell: Any) -> Any:
    """JSON has no word for the infinities."""
    if isinstance(cell, float) and math.isinf(cell):
        return "Infinity" if cell > 0 else "-Infinity"
    return cell


def _contents(contents: Mapping[str, Content]) -> list[SentContent]:
    return [
        SentContent(path, c.kind, c.digest, c.size_bytes, c.files, c.executable)
        for path, c in sorted(contents.items())
    ]


def _datasets(connection: Connection, number: int) -> list[SentDataset]:
    found = []
    for link, name, digest, kind, source, schema, profile in connection.rows(_DATASETS, (number,)):
        tags = dict(
            connection.rows("SELECT name, value FROM run_dataset_tags WHERE input = ?", (link,))
        )
        found.append(SentDataset(name, digest, kind, source, schema, profile, tags))
    return found
