"""The page of results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cases import Case
from goals import OURS, PEER
from measure import Cost, Side, medians
from msgspec import Struct


class Result(Struct, frozen=True):
    """A row that was measured."""

    case: Case
    sides: Sequence[Side]
    costs: Mapping[str, Sequence[Cost]]
    """Each side's calls by its label."""

    @property
    def medians(self) -> dict[str, Cost]:
        """Give each side's medians by its label."""
        return {label: medians(costs) for label, costs in self.costs.items()}


def page(results: Sequence[Result], about: Mapping[str, str]) -> str:
    """Give the results as Markdown: the targets, then every side, then the machine."""
    return "\n".join(
        [
            "# Speed",
            "",
            "`make bench` writes this page; [README.md](README.md) says how it measures.",
            "Each figure is the median of its calls: CPU seconds, then seconds on the clock.",
            "",
            *_table(("work", "ours", "peer", "ratio", "target", "reached"), map(_row, results)),
            "",
            "## Every command",
            "",
            "In brackets: the smallest and the largest.",
            "",
            *_table(
                ("row", "side", "command", "calls", "CPU s", "s"),
                (row for result in results for row in _side_rows(result)),
            ),
            "",
            "## The machine",
            "",
            *_table(("", ""), about.items()),
            "",
        ]
    )


def _row(result: Result) -> list[str]:
    costs, goals = result.medians, result.case.goals
    peer = f"{result.case.peer}: {_both(costs[PEER])}" if PEER in costs else result.case.peer
    return [
        result.case.work,
        _both(costs[OURS]),
        peer,
        "; ".join(goal.shown(costs) for goal in goals),
        "; ".join(goal.text for goal in goals),
        "yes" if all(goal.is_reached(costs) for goal in goals) else "**no**",
    ]


def _side_rows(result: Result) -> list[list[str]]:
    return [
        [
            result.case.name,
            side.label,
            f"`{_shown_command(side)}`",
            str(len(result.costs[side.label])),
            _spread([cost.cpu_s for cost in result.costs[side.label]], medians_of.cpu_s),
            _spread([cost.wall_s for cost in result.costs[side.label]], medians_of.wall_s),
        ]
        for side in result.sides
        for medians_of in [result.medians[side.label]]
    ]


def _shown_command(side: Side) -> str:
    program, *arguments = side.command
    return " ".join([program.rpartition("/")[2], *(word or "''" for word in arguments)])


def _both(cost: Cost) -> str:
    return f"{cost.cpu_s:.2f} CPU s, {cost.wall_s:.2f} s"


def _spread(figures: Sequence[float], middle: float) -> str:
    return f"{middle:.3f} ({min(figures):.3f} to {max(figures):.3f})"


def _table(heads: Sequence[str], rows: object) -> list[str]:
    lines = [f"| {' | '.join(row)} |" for row in rows]  # type: ignore[attr-defined]
    return [f"| {' | '.join(heads)} |", f"| {' | '.join('---' for _ in heads)} |", *lines]
