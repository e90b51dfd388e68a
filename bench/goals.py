"""What a row is to reach, and how far it got."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from measure import Cost
from msgspec import Struct

OURS = "ours"
PEER = "peer"
"""Labels of the two sides that a goal compares."""

_UNITS = {"cpu_s": "CPU s", "wall_s": "s", "memory_mb": "MB"}


class Goal(Struct, frozen=True):
    """One target: a figure, how ours is set against the peer's, and what it may be at most."""

    text: str
    """The target in words, as issue and documentation have it."""
    figure: Literal["cpu_s", "wall_s", "memory_mb"]
    against: Literal["ratio", "difference", "nothing"]
    """Ours divided by the peer's; ours less the peer's; ours alone."""
    limit: float

    def value(self, costs: Mapping[str, Cost]) -> float:
        """Give what was reached, from each side's medians by its label."""
        ours = self._of(costs[OURS])
        if self.against == "nothing":
            return ours
        peer = self._of(costs[PEER])
        return ours / peer if self.against == "ratio" else ours - peer

    def is_reached(self, costs: Mapping[str, Cost]) -> bool:
        """Tell whether the target is reached."""
        return self.value(costs) <= self.limit

    def shown(self, costs: Mapping[str, Cost]) -> str:
        """Give what was reached, with its unit."""
        value, unit = self.value(costs), _UNITS[self.figure]
        if self.against == "ratio":
            return f"{value:.3f} of the {unit}"
        return f"{value:+.3f} {unit}" if self.against == "difference" else f"{value:.3f} {unit}"

    def _of(self, cost: Cost) -> float:
        figure: float = getattr(cost, self.figure)
        return figure
