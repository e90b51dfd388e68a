"""What may stand in a report: its front matter, and the keys of each live block.

A live block is a fenced block of code whose language is one of `BLOCKS`; its text is YAML.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct

from modelcompose.compose.grammar_words import ModelReference, Path

MOST_RUNS = 200
"""Runs that one block shows."""

Text = Annotated[str, Meta(title="a text")]
Word = Annotated[str, Meta(title="a name, without spaces", pattern=r"^[A-Za-z][\w.-]*$")]
Name = Annotated[str, Meta(title="a name", min_length=1, max_length=500)]
Limit = Annotated[
    Annotated[int, Meta(ge=1, le=MOST_RUNS)] | None, Meta(title="a whole number from 1 to 200")
]
Share = Annotated[float, Meta(title="a number from 0 to below 1", ge=0, lt=1)]
Flag = Annotated[bool, Meta(title="true or false")]
Metric = Annotated[
    str, Meta(title="a metric's name or /a regular expression/", min_length=1, max_length=500)
]
Metrics = Annotated[
    Metric | Annotated[tuple[Metric, ...], Meta(min_length=1, max_length=50)],
    Meta(title="a metric's name, or a list of such"),
]
_SomeNames = Annotated[tuple[Name, ...], Meta(max_length=100)]
Names = Annotated[Name | _SomeNames, Meta(title="a name, or a list of such")]
Reference = Annotated[
    str,
    Meta(title="a run's id, name or step, or the name of a run set", min_length=1, max_length=500),
]
References = Annotated[
    tuple[Reference, ...], Meta(title="a list of runs", min_length=1, max_length=MOST_RUNS)
]
MaybeName = Annotated[Name | None, Meta(title="a name")]
MaybeReference = Annotated[
    Reference | None, Meta(title="a run's id, name or step, or the name of a run set")
]
Axes = Annotated[Literal["x", "y", "xy"] | None, Meta(title="x, y or xy")]
_Ends = Annotated[
    tuple[Annotated[float | None, Meta(title="a number or null")], ...],
    Meta(min_length=2, max_length=2),
]
Range = Annotated[_Ends | None, Meta(title="two numbers, such as [0, 1] or [0, null]")]


class Choice(Struct, frozen=True, forbid_unknown_fields=True):
    """Which runs: those that a filter chooses, or those that are named."""

    filter: Text = ""
    runs: References = ()
    sort: Names = ()
    limit: Limit = None


Runs = Annotated[
    str | References | Choice | None,
    Meta(title="a filter, the name of a run set, a list of runs, or a map of filter, sort, limit"),
]


class FrontMatter(Struct, frozen=True, forbid_unknown_fields=True):
    """The keys between the two lines `---` at the top of a report."""

    title: Text = ""
    project: MaybeName = None
    runs: Runs = None
    """What blocks show that choose no runs themselves."""


class Block(Struct, frozen=True, forbid_unknown_fields=True):
    """What every live block may say."""

    title: Text = ""
    caption: Text = ""


class Choosing(Block, frozen=True):
    """What blocks may say that show several runs."""

    runs: Runs = None
    sort: Names = ()
    limit: Limit = None


class Chart(Choosing, frozen=True, kw_only=True):
    """Series of metrics, one plot for each metric."""

    metrics: Metrics
    x: Name = "step"
    """`step`, `time`, `relative` or a metric."""
    smoothing: Share = 0.0
    log: Axes = None
    group: MaybeName = None
    """What the runs of one line share; the line is their mean."""
    label: Names = ()
    """Columns that name a line; by default the run's name."""
    together: Flag = False
    """Whether all metrics go into one plot."""
    range: Range = None
    """What the y axis shows."""
    height: Annotated[int, Meta(title="pixels from 120 to 1000", ge=120, le=1000)] = 260


class Table(Choosing, frozen=True):
    """Runs as rows."""

    columns: Annotated[
        Name | _SomeNames | Mapping[str, Name],
        Meta(title="a list of columns, or a map of titles to columns"),
    ] = ()
    group: Names = ()
    """Columns whose values the runs of a row share; numbers are then means."""


class RunSet(Choosing, frozen=True, kw_only=True):
    """Runs under a name, for the blocks of this report."""

    name: Word
    filter: Text = ""
    hidden: Flag = False


class Compare(Block, frozen=True, kw_only=True):
    """What differs between runs."""

    runs: Annotated[
        Reference | Annotated[tuple[Reference, ...], Meta(min_length=1, max_length=10)],
        Meta(title="a list of two to ten runs, or the name of a run set"),
    ]
    show: Annotated[
        tuple[
            Annotated[
                Literal["params", "metrics", "inputs", "outputs", "definition", "fields"],
                Meta(title="params, metrics, inputs, outputs, definition or fields"),
            ],
            ...,
        ],
        Meta(title="a list of kinds", min_length=1),
    ] = ("params", "metrics", "inputs", "outputs")
    same: Flag = False
    """Whether to show what is the same, too."""


class MetricBlock(Block, frozen=True, kw_only=True):
    """Numbers, each with its run."""

    metric: Names
    run: MaybeReference = None
    """By default the first of the report's runs."""
    of: Annotated[
        Literal["last", "min", "max", "mean", "best"],
        Meta(title="last, min, max, mean or best"),
    ] = "last"
    than: MaybeReference = None
    """The run that it is compared with."""


class ModelCard(Block, frozen=True, kw_only=True):
    """One version of a model."""

    model: ModelReference
    metrics: Names = ()
    card: Flag = False
    """Whether the whole model card follows."""


class Image(Choosing, frozen=True, kw_only=True):
    """An image that runs have as an artifact."""

    path: Path
    run: MaybeReference = None
    width: Annotated[
        Annotated[int, Meta(ge=40, le=2000)] | None, Meta(title="pixels from 40 to 2000")
    ] = None


Live = Chart | Table | RunSet | Compare | MetricBlock | ModelCard | Image

BLOCKS: Mapping[str, type[Block]] = {
    "chart": Chart,
    "table": Table,
    "runs": RunSet,
    "compare": Compare,
    "metric": MetricBlock,
    "model": ModelCard,
    "image": Image,
}
"""The live blocks by the language of their fence."""
