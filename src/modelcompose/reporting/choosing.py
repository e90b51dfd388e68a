"""Which runs a block shows: filters, run sets and single runs, as a hub answers them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from modelcompose.errors import NotFound
from modelcompose.reporting.asking import FoundRun, FoundRuns, Hub, among, quoted
from modelcompose.reporting.checking import is_filter, listed
from modelcompose.reporting.document import ReportRun
from modelcompose.reporting.grammar import Choice, RunSet

USUAL_RUNS = 50
"""Runs that a block shows where it says no limit."""

_DIGITS = re.compile(r"[0-9a-f]{4,32}")
_WHOLE_ID = 32


class Chosen(Struct, frozen=True):
    """Runs in their order."""

    runs: tuple[FoundRun, ...]
    filter: str | None
    """The filter that they are of; None where they are named."""
    count: int
    """How many the filter chooses; where the author said a limit, how many they are."""

    @property
    def ids(self) -> tuple[str, ...]:
        """Give their ids."""
        return tuple(run.id for run in self.runs)

    @property
    def notes(self) -> tuple[str, ...]:
        """Say what the reader is to know."""
        if not self.runs:
            return ("No run fits.",)
        if self.count > len(self.runs):
            return (f"{len(self.runs)} of {self.count} runs; `limit` says how many are shown.",)
        return ()


class Chooser:
    """Finds the runs of one report; what it named is in `named`."""

    def __init__(self, hub: Hub, project: str, usual: Any) -> None:
        """Take where to ask, and what blocks show that choose nothing."""
        self.hub = hub
        self.project = project
        self.named: dict[str, ReportRun] = {}
        self._usual = usual
        self._sets: dict[str, tuple[str, ...]] = {}

    def define(self, keys: RunSet) -> Chosen:
        """Find the runs of a set, which later blocks may then name.

        Raises:
            ModelComposeError: they cannot be found.
        """
        wanted: Any = keys.filter if keys.runs is None else keys.runs
        found = self.choose(wanted, keys.sort, keys.limit)
        self._sets[keys.name] = found.ids
        return found

    def choose(self, value: Any, sort: Any = (), limit: int | None = None) -> Chosen:
        """Give the runs that a value of `runs` stands for.

        Raises:
            NotFound: a run is named that is not there.
            UsageError: the hub does not take the filter.
        """
        value = self._usual if value is None else value
        if isinstance(value, str) and value in self._sets:
            return self._of_ids(self._sets[value], sort, limit)
        if isinstance(value, Choice):
            inner = value.runs or value.filter
            return self.choose(inner, sort or value.sort, limit or value.limit)
        if value is None or (isinstance(value, str) and (not value.strip() or is_filter(value))):
            return self._filtered(value or "", sort, limit)
        return self._of_ids(tuple(self.several(listed(value))), sort, limit)

    def several(self, references: Iterable[str]) -> list[str]:
        """Give the ids of runs that words stand for, those of a run set one by one.

        Raises:
            NotFound: there is no such run.
        """
        return list(dict.fromkeys(run for one in references for run in self._each(one)))

    def one(self, reference: str | None) -> FoundRun:
        """Give the run that a word stands for; by default the first of the report's.

        Raises:
            NotFound: there is none.
        """
        if reference is None or reference in self._sets:
            found = self.choose(reference, limit=1)
            if not found.runs:
                raise NotFound(f"no run fits {reference or 'the report'}")
            return found.runs[0]
        return self._find(reference)

    def remember(self, run: str) -> None:
        """Have a run's name said beside what was made of it, where it may be seen."""
        if run not in self.named:
            self._look({"filter": f"id = {quoted(run)}", "limit": 1})

    def _each(self, reference: str) -> tuple[str, ...]:
        return self._sets[reference] if reference in self._sets else (self.one(reference).id,)

    def _filtered(self, text: str, sort: Any, limit: int | None) -> Chosen:
        query = {"filter": text, "sort": list(listed(sort)), "limit": limit or USUAL_RUNS}
        found = self._ask({**query, "count": "true"})
        count = len(found.runs) if limit else found.count or 0
        return Chosen(tuple(found.runs), text, count)

    def _of_ids(self, ids: tuple[str, ...], sort: Any, limit: int | None) -> Chosen:
        if not ids:
            return Chosen((), None, 0)
        query = {"filter": among(ids), "sort": list(listed(sort)), "limit": len(ids)}
        found = self._ask(query).runs
        if not sort:
            places = {run: place for place, run in enumerate(ids)}
            found.sort(key=lambda run: places[run.id])
        return Chosen(tuple(found[: limit or len(found)]), None, len(found))

    def _find(self, reference: str) -> FoundRun:
        name = quoted(reference)
        filters = [f"step = {name} and kind != 'reproduction'", f"name = {name}"]
        if _DIGITS.fullmatch(reference):
            filters.insert(0, f"id LIKE '{reference}%'")
        for text in filters:
            found = self._ask({"filter": text, "limit": 2}).runs
            if len(found) > 1 and text.startswith("id"):
                ids = ", ".join(run.id[:12] for run in found)
                raise NotFound(f"several runs begin with {reference}: {ids}", hint=_MORE_DIGITS)
            if found:
                return found[0]
        sets = f" or one of the run sets {', '.join(self._sets)}" if self._sets else ""
        raise NotFound(
            f"no run of {self.project} is called {reference!r}",
            hint=f"name a run's id, its name or its step{sets}: modelcompose runs",
        )

    def _ask(self, query: Mapping[str, Any]) -> FoundRuns:
        return self._look({"project": [self.project], **query})

    def _look(self, query: Mapping[str, Any]) -> FoundRuns:
        found = self.hub.get("/runs", query, FoundRuns)
        for run in found.runs:
            self.named[run.id] = ReportRun(
                run.id,
                run.name,
                run.step,
                run.status,
                run.created_at,
                run.started_at,
                run.duration_s,
            )
        return found


_MORE_DIGITS = "give more digits of the id"
