"""What a reproduction made, beside what was made first. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct

from modelcompose.store.content import Content

Verdict = Literal["identical", "within tolerance", "differs", "missing"]


class OutputPair(Struct, frozen=True):
    """An output as it was and as it is made now."""

    path: str
    verdict: Verdict
    old: Content | None
    new: Content | None


class MetricChange(Struct, frozen=True):
    """A metric's last value as it was and as it is now; None where there is none."""

    name: str
    old: float | None
    new: float | None
    is_equal: bool
    """Whether both are the same, or no further apart than was allowed."""
    absolute: float | None = None
    """New less old."""
    relative: float | None = None
    """The same as a fraction of the old value's size; None for an old value of 0."""


class Outcome(Struct, frozen=True):
    """How a step came out, made again."""

    step: str
    old: str | None
    """The run that was reproduced, where it is known."""
    new: str | None
    """The run that reproduced it; None where the step did not run."""
    outputs: tuple[OutputPair, ...] = ()
    metrics: tuple[MetricChange, ...] = ()
    error: str | None = None
    """Why there is nothing to compare."""
    notes: tuple[str, ...] = ()
    """What was not as it had been before the step ran, in words."""

    @property
    def is_reproduced(self) -> bool:
        """Tell whether every output came out as it was."""
        fine = ("identical", "within tolerance")
        return self.error is None and all(pair.verdict in fine for pair in self.outputs)


def compare_metrics(
    old: Mapping[str, float], new: Mapping[str, float], tolerance: float
) -> tuple[MetricChange, ...]:
    """Compare the metrics of two runs, every one of either.

    Args:
        old: name to last value.
        new: the same, of the reproduction.
        tolerance: how far apart two values may be and still count as equal: absolutely, or as a
            fraction of the larger one.
    """
    return tuple(_change(name, old, new, tolerance) for name in sorted({*old, *new}))


def compare_outputs(
    old: Mapping[str, Content],
    new: Mapping[str, Content],
    *,
    by_value: Sequence[str] = (),
) -> tuple[OutputPair, ...]:
    """Compare outputs by their content.

    Args:
        old: path to content.
        new: the same, of the reproduction.
        by_value: the metrics files, where every number in them is within the tolerance: their
            bytes do not count then.
    """
    return tuple(
        OutputPair(
            path, _verdict(content, new.get(path), is_free=path in by_value), content, new.get(path)
        )
        for path, content in sorted(old.items())
    )


def _verdict(old: Content, new: Content | None, *, is_free: bool) -> Verdict:
    if new is None:
        return "missing"
    if new == old:
        return "identical"
    return "within tolerance" if is_free else "differs"


def _change(
    name: str, old: Mapping[str, float], new: Mapping[str, float], tolerance: float
) -> MetricChange:
    before, after = old.get(name), new.get(name)
    if before is None or after is None:
        return MetricChange(name, before, after, is_equal=False)
    if before == after or (math.isnan(before) and math.isnan(after)):
        return MetricChange(name, before, after, is_equal=True, absolute=0.0, relative=0.0)
    absolute = after - before
    return MetricChange(
        name,
        before,
        after,
        is_equal=math.isclose(before, after, rel_tol=tolerance, abs_tol=tolerance),
        absolute=absolute,
        relative=absolute / abs(before) if before else None,
    )
