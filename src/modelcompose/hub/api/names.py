"""What runs can be chosen, sorted and shown by: names in use, and their values."""

from __future__ import annotations

import time
from threading import Lock
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from modelcompose.database.database import Connection
from modelcompose.hub.api.endpoint import Endpoint
from modelcompose.hub.api.visibility import run_clauses
from modelcompose.hub.hub import Hub
from modelcompose.hub.tokens.principal import caller
from modelcompose.tracking.query import names
from modelcompose.tracking.query.dialects import Clause
from modelcompose.tracking.query.fields import RUNS, run_name
from modelcompose.tracking.query.known_values import known_values
from modelcompose.tracking.query.names import UsedName

_Projects = Annotated[tuple[str, ...], Meta(max_length=100)]
_REST = 50
"""Names are read anew after so many times what reading them took…"""
_SHORTEST_S = 2.0
"""…and not before."""
_KEPT = 100


class OfProjects(Struct, frozen=True):
    """Whose runs are meant."""

    project: _Projects = ()
    """Those of these projects; by default of all."""


class ValuesOf(OfProjects, frozen=True, kw_only=True):
    """Of what to give values."""

    name: str
    """A field, a parameter or a tag, such as `step`, `params.optimizer`, `tags.team`."""
    prefix: str = ""
    """Only those that begin so, whatever their case."""


class KnownName(Struct, frozen=True):
    """Something that runs have."""

    name: str
    """As filters, sort keys and columns name it, in quotes where it needs them."""
    label: str
    """The name alone, as it was logged."""
    kind: str
    """`field`, `metrics`, `params` or `tags`."""
    type: str
    """`number`, `text`, `duration` (seconds), `time` (seconds since the epoch), `claim`, `status`,
    or, of parameters some of which are numbers, `number`."""
    is_number: bool
    share: float
    """Of the newest runs, how many have it: from 0 to 1."""


class KnownNames(Struct, frozen=True):
    """All names in use: fields first, then metrics, parameters and tags by name."""

    names: list[KnownName]
    is_whole: bool
    """Whether these are all; else they are still being read: ask again."""


class KnownValues(Struct, frozen=True):
    """Values, the most frequent of the newest runs first."""

    values: list[str]


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    return [
        Endpoint("/runs/columns", _columns, OfProjects, KnownNames),
        Endpoint("/runs/values", _values, ValuesOf, KnownValues),
    ]


def _columns(hub: Hub, asked: OfProjects) -> bytes:
    """Give the names that runs can be chosen, sorted and shown by."""
    clauses = run_clauses(asked.project)
    with hub.database.read() as connection:
        usual = names.usual_names(connection, clauses)
        if not asked.project and caller.get().sees_all:
            found, is_whole = names.all_names(connection), True
        else:
            found, is_whole = _known.names(hub, connection, clauses)
    merged = {(one.kind, one.name): one for one in [*found, *usual]}
    order = {kind: place for place, kind in enumerate(names.TABLES)}
    others = sorted(merged.values(), key=lambda one: (order[one.kind], one.name))
    return msgspec.json.encode(KnownNames([*_fields(), *map(_known_name, others)], is_whole))


def _values(hub: Hub, asked: ValuesOf) -> KnownValues:
    """Give values that runs have for a name: at most 50 of 200 characters, for completion."""
    clauses = run_clauses(asked.project)
    name = run_name(asked.name, "name")
    with hub.database.read() as connection:
        return KnownValues(known_values(connection, name, asked.prefix, clauses))


def _fields() -> list[KnownName]:
    return [
        KnownName(name, name, "field", field.kind, field.kind in ("number", "duration"), 1.0)
        for name, field in RUNS.fields.items()
    ]


def _known_name(one: UsedName) -> KnownName:
    kind = "number" if one.is_number else "text"
    return KnownName(one.written, one.name, one.kind, kind, one.is_number, one.share)


class _Known:
    """Names of projects' runs, for a while: to read them takes as long as there are runs.

    Those of the newest runs are always read beside them.
    """

    def __init__(self) -> None:
        self._found: dict[str, tuple[float, list[UsedName]]] = {}
        self._reading: set[str] = set()
        self._lock = Lock()

    def names(
        self, hub: Hub, connection: Connection, clauses: list[Clause]
    ) -> tuple[list[UsedName], bool]:
        """Give what is known, and whether it is all; what has to be read is, in the background."""
        key = repr((hub.database.name, clauses))
        known = self._found.get(key)
        if known is None:
            found, is_whole = names.probed_names(connection, clauses)
            if is_whole:
                return found, True
            known = (0.0, found)
        with self._lock:
            is_due = known[0] < time.monotonic() and key not in self._reading
            if is_due:
                self._reading.add(key)
        if is_due:
            hub.threads.submit(self._read, hub, key, clauses)
        return known[1], known[0] > 0

    def _read(self, hub: Hub, key: str, clauses: list[Clause]) -> None:
        began = time.monotonic()
        try:
            with hub.database.read() as connection:
                found = names.names_of(connection, clauses)
            now = time.monotonic()
            if len(self._found) >= _KEPT:
                self._found.clear()
            self._found[key] = (now + max(_SHORTEST_S, _REST * (now - began)), found)
        finally:
            self._reading.discard(key)


_known = _Known()
