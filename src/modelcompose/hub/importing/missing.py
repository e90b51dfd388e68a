"""Which points of a source the hub has not: two histories in one order, read side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from modelcompose.tracking.series.points import Points, by_time
from modelcompose.tracking.series.store import SeriesStore

_PAGE = 25_000


def missing(
    store: SeriesStore, run: int, name: str, kind: str, pages: Iterable[Points]
) -> Iterator[Points]:
    """Give those points that a series of the hub has not.

    A point is there when one of its time, step and value is. Pages that follow each other in
    the order of history, as most do, cost one reading of the hub's series.

    Args:
        store: of the hub.
        run: the run's number.
        name: of the series.
        kind: of the series.
        pages: the source's points, in any order; they may be appended to the hub meanwhile.
    """
    ours = _Ours(store, run, name, kind)
    for page in pages:
        if not len(page):
            continue
        ordered = by_time(page)
        ours.rewind(ordered.key(0))
        places = [i for i in range(len(ordered)) if not ours.has(ordered.key(i))]
        yield ordered if len(places) == len(ordered) else ordered.pick(places)


class _Ours:
    """The hub's series, read forward."""

    def __init__(self, store: SeriesStore, run: int, name: str, kind: str) -> None:
        self._read = (store, run, name, kind)
        self._keys = self._all()
        self._head = next(self._keys, None)
        self._passed: tuple[Any, ...] | None = None

    def rewind(self, key: tuple[Any, ...]) -> None:
        """Begin again where a point is asked for that was passed already."""
        if self._passed is not None and key <= self._passed:
            self._keys = self._all()
            self._head = next(self._keys, None)
        self._passed = None

    def has(self, key: tuple[Any, ...]) -> bool:
        """Tell whether a point is there; each is found once."""
        self._passed = key
        while self._head is not None and self._head < key:
            self._head = next(self._keys, None)
        if self._head != key:
            return False
        self._head = next(self._keys, None)
        return True

    def _all(self) -> Iterator[tuple[Any, ...]]:
        store, run, name, kind = self._read
        after: str | None = None
        while True:
            page = store.points(run, name, after=after, limit=_PAGE, kind=kind)
            yield from (page.points.key(i) for i in range(len(page.points)))
            after = page.after
            if after is None:
                return
