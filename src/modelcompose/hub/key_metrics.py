"""Which metric of a model counts: the project's objective, else what its gate asks for. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from modelcompose.errors import UsageError
from modelcompose.registry.gates import parse_gate

_SUMMARIES = (".last", ".min", ".max")


class KeyMetric(Struct, frozen=True):
    """The metric that counts."""

    name: str
    way: Literal["max", "min"] | None
    why: Literal["objective", "gate", "only"]


def key_metric(
    versions: Sequence[Mapping[str, float]], objective: Mapping[str, str], gate: str | None
) -> KeyMetric | None:
    """Choose the metric to draw for a model; None where nothing was measured.

    Args:
        versions: the metrics of each version.
        objective: which metrics count for the projects, and which way.
        gate: the newest version's.
    """
    known = {name for found in versions for name in found if not name.endswith(_SUMMARIES)}
    for name, way in objective.items():
        found = _called(name, known)
        if found is not None:
            return KeyMetric(found, "min" if way == "min" else "max", "objective")
    for name in _asked(gate):
        if name in known:
            return KeyMetric(name, None, "gate")
    return KeyMetric(min(known), None, "only") if known else None


def _called(name: str, known: set[str]) -> str | None:
    """Give the metric that an objective means: by its whole name, or without the step's."""
    if name in known:
        return name
    plain = name.partition(".")[2]
    return plain if plain in known else None


def _asked(gate: str | None) -> Iterator[str]:
    if gate is None:
        return
    try:
        yield from sorted(parse_gate(gate).names)
    except UsageError:
        return
