"""A report with what its blocks show: what the interface and a built page draw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

from modelcompose.reporting.report import BlockFault


class ReportRun(Struct, frozen=True):
    """What a report says of a run."""

    id: str
    name: str
    step: str
    status: str
    created_at: float
    """Seconds since the epoch."""
    started_at: float | None
    duration_s: float | None


class ReportProse(Struct, frozen=True, tag_field="kind", tag="prose"):
    """Markdown."""

    line: int
    text: str


class ReportTrace(Struct, frozen=True):
    """One line of a plot."""

    run: str
    metric: str
    label: str
    group: str | None = None
    """What it shares with the other lines of its group; null where there are no groups."""


class ReportPlot(Struct, frozen=True):
    """One plot."""

    title: str
    traces: tuple[ReportTrace, ...]


class ReportChart(Struct, frozen=True, kw_only=True, tag_field="kind", tag="chart"):
    """Series of metrics."""

    line: int
    title: str
    caption: str
    plots: tuple[ReportPlot, ...]
    x: str
    smoothing: float
    log_x: bool
    log_y: bool
    low: float | None
    """What the y axis begins with; null: with the lowest value."""
    high: float | None
    is_grouped: bool
    height: int
    notes: tuple[str, ...]
    """What the reader is to know, such as what was left out."""


class ReportColumn(Struct, frozen=True):
    """A column of a table."""

    title: str
    name: str
    kind: Literal["text", "number", "duration", "time", "claim", "status", "run", "count", "spread"]


class ReportTable(Struct, frozen=True, kw_only=True, tag_field="kind", tag="table"):
    """Runs as rows, or groups of them."""

    line: int
    title: str
    caption: str
    columns: tuple[ReportColumn, ...]
    runs: tuple[str, ...]
    """The runs' ids, a row each; empty where rows are groups."""
    rows: tuple[tuple[Any, ...], ...]
    """A `spread` is a mean with its deviation, `[0.7, 0.01]`."""
    notes: tuple[str, ...]


class ReportRunSet(Struct, frozen=True, kw_only=True, tag_field="kind", tag="runs"):
    """A run set."""

    line: int
    title: str
    caption: str
    name: str
    filter: str | None
    """Null where its runs are named."""
    runs: tuple[str, ...]
    is_hidden: bool
    notes: tuple[str, ...]


class ReportDifference(Struct, frozen=True):
    """One thing in each of some runs."""

    kind: str
    name: str
    values: tuple[Any, ...]
    differs: bool


class ReportComparison(Struct, frozen=True, kw_only=True, tag_field="kind", tag="compare"):
    """Runs side by side."""

    line: int
    title: str
    caption: str
    runs: tuple[str, ...]
    lines: tuple[ReportDifference, ...]
    notes: tuple[str, ...]


class ReportNumber(Struct, frozen=True):
    """One number."""

    metric: str
    value: float | None
    other: float | None
    """What the run has that it is compared with."""
    is_better: bool | None
    """By the project's objective; null where it does not say."""


class ReportNumbers(Struct, frozen=True, kw_only=True, tag_field="kind", tag="metric"):
    """Numbers of a run."""

    line: int
    title: str
    caption: str
    run: str
    than: str | None
    of: str
    numbers: tuple[ReportNumber, ...]


class ReportModel(Struct, frozen=True, kw_only=True, tag_field="kind", tag="model"):
    """A version of a model."""

    line: int
    title: str
    caption: str
    model: str
    version: int
    aliases: tuple[str, ...]
    description: str
    created_at: float
    run: str | None
    project: str | None
    path: str | None
    digest: str | None
    size_bytes: int | None
    gate: str | None
    metrics: tuple[ReportNumber, ...]
    card: str
    """The model card, in Markdown; empty where it was not asked for."""


class ReportImage(Struct, frozen=True):
    """An image of a run."""

    run: str
    path: str
    src: str | None
    """Null where there is none, or it is too large."""
    size_bytes: int | None
    note: str


class ReportImages(Struct, frozen=True, kw_only=True, tag_field="kind", tag="image"):
    """An image in each of some runs."""

    line: int
    title: str
    caption: str
    images: tuple[ReportImage, ...]
    width: int | None
    notes: tuple[str, ...]


class ReportFault(Struct, frozen=True, kw_only=True, tag_field="kind", tag="fault"):
    """A block that cannot be shown."""

    line: int
    fault: BlockFault


ReportBlock = (
    ReportProse
    | ReportChart
    | ReportTable
    | ReportRunSet
    | ReportComparison
    | ReportNumbers
    | ReportModel
    | ReportImages
    | ReportFault
)


class ReportDocument(Struct, frozen=True, kw_only=True):
    """A report as it is shown."""

    project: str
    name: str
    title: str
    blocks: tuple[ReportBlock, ...]
    runs: Mapping[str, ReportRun]
    """All that blocks name, by id."""
    images: Mapping[str, str]
    """Images that the prose shows and that lie beside the report, as `data:` addresses."""
    references: str
    """Definitions of links, for all of its prose."""
    faults: tuple[BlockFault, ...]
