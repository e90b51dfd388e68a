"""The first page by a metric, looked for among the runs that are best by it.

A filter that many runs pass makes a database read them all, to sort them and to give away most.
So the runs with the best values, whom an index names, are asked first: where enough of them pass,
they are the page, for whoever else passes comes after them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from modelcompose.tracking.query.dialects import Clause, Dialect
from modelcompose.tracking.query.ordering import Key, Term

if TYPE_CHECKING:
    from modelcompose.database.database import Connection

_ASKED_EACH = 10
"""So many are asked for each that is wanted: a filter that fewer pass is not helped…"""
_LARGEST_PAGE = 1000
"""…and a page beyond this would cost too much where it is not."""

_BEST = "FROM metrics WHERE name = ? AND last IS NOT NULL ORDER BY last"


class Lead(Struct, frozen=True):
    """The metric whose last value rows are sorted by first."""

    metric: str
    is_descending: bool
    place: int
    """Of its value among the query's terms."""

    @property
    def _best(self) -> str:
        return f"{_BEST} {'DESC' if self.is_descending else 'ASC'} LIMIT"

    def source(self, dialect: Dialect, limit: int) -> Clause:
        """Give what to select from in the place of all runs."""
        # SQLite takes the two in this order then, and does not think of another.
        join = "CROSS JOIN" if dialect == "sqlite" else "JOIN"
        text = f"(SELECT run {self._best} ?) AS ahead {join} runs ON runs.number = ahead.run"
        return text, [self.metric, limit * _ASKED_EACH]

    def is_page(self, connection: Connection, rows: Sequence[tuple[Any, ...]], limit: int) -> bool:
        """Tell whether rows of that source begin as those of all runs do.

        Args:
            connection: of the same block.
            rows: as many as were found, at most one more than the page takes.
            limit: how many the page takes.
        """
        if len(rows) <= limit:
            return False
        worst = connection.row(
            f"SELECT last {self._best} 1 OFFSET ?", (self.metric, limit * _ASKED_EACH - 1)
        )
        value = rows[-1][1 + self.place]  # after the row's key
        # One that is no better than the worst asked may have equals that were not.
        return worst is None or (value > worst[0] if self.is_descending else value < worst[0])


def lead_of(keys: Sequence[Key], terms: Sequence[Term]) -> Lead | None:
    """Give the metric that a query over runs is sorted by first; None where it is something else.

    Args:
        keys: what it is sorted by.
        terms: of these, as `ordering.terms` gives them.
    """
    if not keys or keys[0].name.kind != "metrics" or keys[0].name.part is not None:
        return None
    place = next(place for place, term in enumerate(terms) if term.sql.endswith(".last"))
    return Lead(keys[0].name.name, keys[0].is_descending, place)


def helps(lead: Lead | None, limit: int) -> bool:
    """Tell whether it is worth asking the best first."""
    return lead is not None and 0 < limit <= _LARGEST_PAGE
