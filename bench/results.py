"""The page of results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from goals import OURS, PEER, Goal
from measure import Cost, medians
from msgspec import Struct

_SHORT_S = 0.1
"""Times below this are told in milliseconds."""


class Row(Protocol):
    """What the page tells of a row beside its figures."""

    @property
    def name(self) -> str: ...
    @property
    def work(self) -> str: ...
    @property
    def peer(self) -> str: ...
    @property
    def goals(self) -> Sequence[Goal]: ...


class Result(Struct, frozen=True):
    """A row that was measured."""

    row: Row
    told: Mapping[str, str]
    """What each side did, by its label."""
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


def figures_page(
    title: str, told: str, rows: Sequence[tuple[str, str]], about: Mapping[str, str]
) -> str:
    """Give figures without a peer as Markdown.

    Args:
        title: of the page.
        told: what was measured, in a sentence or two, and by which command.
        rows: what, and its figure.
        about: the machine.
    """
    lines = [f"# {title}", "", told, "", *_table(("what", "figure"), rows), ""]
    return "\n".join([*lines, "## The machine", "", *_table(("", ""), about.items()), ""])


def with_part(page: str, part: str) -> str:
    """Give a page in which one part is another; parts begin with a title of the first level."""
    parts = [text.strip("\n") for text in f"\n{page}".split("\n# ") if text.strip()]
    new = part.removeprefix("# ").strip("\n")
    title = new.partition("\n")[0]
    kept = [text if text.partition("\n")[0] != title else new for text in parts]
    whole = kept if new in kept else [*kept, new]
    return "\n\n".join(f"# {text}" for text in whole) + "\n"


def _row(result: Result) -> list[str]:
    costs, row = result.medians, result.row
    return [
        row.work,
        _cost(costs[OURS]),
        f"{row.peer}: {_cost(costs[PEER])}" if PEER in costs else row.peer,
        "; ".join(goal.shown(costs) for goal in row.goals),
        "; ".join(goal.text for goal in row.goals),
        "yes" if all(goal.is_reached(costs) for goal in row.goals) else "**no**",
    ]


def _side_rows(result: Result) -> list[list[str]]:
    return [
        [
            result.row.name,
            label,
            f"`{told}`",
            str(len(costs)),
            _spread([cost.cpu_s for cost in costs], middle.cpu_s),
            _spread([cost.wall_s for cost in costs], middle.wall_s),
        ]
        for label, told in result.told.items()
        for costs, middle in [(result.costs[label], result.medians[label])]
    ]


def _cost(cost: Cost) -> str:
    memory = "" if cost.memory_mb is None else f", {cost.memory_mb:.0f} MB"
    return f"{_time(cost.cpu_s, 'CPU ')}, {_time(cost.wall_s)}{memory}"


def _time(time_s: float, of: str = "") -> str:
    if time_s < _SHORT_S:
        return f"{time_s * 1000:.1f} {of}ms"
    return f"{time_s:.2f} {of}s"


def _spread(figures: Sequence[float], middle: float) -> str:
    digits = 3 if middle >= _SHORT_S else 5
    return f"{middle:.{digits}f} ({min(figures):.{digits}f} to {max(figures):.{digits}f})"


def _table(heads: Sequence[str], rows: object) -> list[str]:
    lines = [f"| {' | '.join(row)} |" for row in rows]  # type: ignore[attr-defined]
    return [f"| {' | '.join(heads)} |", f"| {' | '.join('---' for _ in heads)} |", *lines]
