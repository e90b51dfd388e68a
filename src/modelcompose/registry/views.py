"""Models and versions as they are shown to machines: by `--format json` and by the hub's API."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from modelcompose.registry.aliases import Move
from modelcompose.registry.records import Model, Version
from modelcompose.store.content import Tree
from modelcompose.tracking.comparison import compare_runs
from modelcompose.tracking.run import Run
from modelcompose.tracking.views import ComparisonDocument, MetricDifference, comparison_document

_SUMMARIES = (".last", ".min", ".max")


class ModelDocument(Struct, frozen=True):
    """A model with its versions, the newest first, and where its aliases pointed."""

    model: Model
    versions: Sequence[Version]
    alias_moves: Sequence[Move]
    """The latest first."""


class VersionDocument(Struct, frozen=True):
    """A version with the run that made it."""

    version: Version
    run: Run | None
    """None where it is not recorded in this hub any more."""
    signature: Mapping[str, Any]
    """What it takes and gives, in MLflow's words; empty where nobody said."""


class VersionComparison(Struct, frozen=True):
    """Two versions side by side."""

    old: Version
    new: Version
    metrics: tuple[MetricDifference, ...]
    runs: ComparisonDocument | None
    """How the runs differ that made them, where both are recorded."""


def metrics_shown(version: Version, run: Run | None) -> dict[str, float]:
    """Give what a version was judged by, else what the run measured that made it."""
    judged = {} if version.origin is None else version.origin.evidence.get("metrics", {})
    if judged:
        return {name: value for name, value in judged.items() if not name.endswith(_SUMMARIES)}
    return {name: metric.last for name, metric in run.metrics.items()} if run else {}


def compare_versions(
    old: VersionDocument, new: VersionDocument, listing: Callable[[str], Tree | None]
) -> VersionComparison:
    """Tell how two versions differ.

    Args:
        old: the first.
        new: the other.
        listing: gives the listing of the folder that a digest stands for.
    """
    before = metrics_shown(old.version, old.run)
    after = metrics_shown(new.version, new.run)
    metrics = tuple(
        _difference(name, before.get(name), after.get(name)) for name in sorted({*before, *after})
    )
    runs = None
    if old.run is not None and new.run is not None:
        runs = comparison_document(compare_runs(old.run, new.run, listing=listing))
    return VersionComparison(old.version, new.version, metrics, runs)


def _difference(name: str, old: float | None, new: float | None) -> MetricDifference:
    return MetricDifference(name, old, new, None if old is None or new is None else new - old)
