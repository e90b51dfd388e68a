"""What a report is filled from: a hub's own API, wherever that hub is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol, TypeVar

from msgspec import Struct

Answer = TypeVar("Answer")
Query = Mapping[str, Any]
"""Parameters by name: texts, numbers, or lists of such."""

_AT_ONCE = 100


class Hub(Protocol):
    """A hub that answers for one caller. For one thread at a time.

    Methods raise `ModelComposeError` where the hub is away, or refuses.
    """

    def get(self, path: str, query: Query, gives: type[Answer]) -> Answer:
        """Call the API.

        Args:
            path: after `/api/v1`, with what is in it quoted.
            query: the parameters.
            gives: the answer's type; fields that it does not name are left out.

        Raises:
            NotFound: there is no such thing.
        """

    def read(self, url: str, limit_bytes: int) -> bytes:
        """Read an artifact by the address that the API gave.

        Raises:
            NotFound: it is not there.
            UsageError: it is longer than `limit_bytes`.
        """


class Summary(Struct, frozen=True):
    """What a metric's points come to."""

    last: float | None = None


class FoundRun(Struct, frozen=True):
    """A run of a list."""

    id: str
    name: str
    step: str
    status: str
    created_at: float
    started_at: float | None
    duration_s: float | None
    metrics: Mapping[str, Summary]


class FoundRuns(Struct, frozen=True):
    """A page of runs."""

    runs: list[FoundRun]
    next_page: str | None = None
    count: int | None = None


class Cells(Struct, frozen=True):
    """Chosen columns of runs."""

    runs: list[str]
    rows: list[list[Any]]


def quoted(text: str) -> str:
    """Give a text as a value of the filter language."""
    inner = text.replace("'", "''")
    return f"'{inner}'"


def metric_column(name: str, of: str = "last") -> str:
    """Give the column of a metric's number, whatever signs its name has."""
    sign = "`" if "`" not in name else '"'
    return f"metrics.{sign}{name}{sign}.{of}"


def cells(hub: Hub, ids: tuple[str, ...], columns: list[str]) -> dict[str, list[Any]]:
    """Give columns of runs, by their ids."""
    if not ids or not columns:
        return {run: [] for run in ids}
    rows: dict[str, list[Any]] = {}
    for some in batches(ids):
        query = {"filter": among(some), "columns": columns, "limit": len(some)}
        found = hub.get("/runs/table", query, Cells)
        rows |= zip(found.runs, found.rows, strict=True)
    return rows


def among(ids: tuple[str, ...]) -> str:
    """Give the filter that chooses runs by their ids."""
    return f"id IN ({', '.join(map(quoted, ids))})"


def batches(ids: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Cut a list of ids into parts that fit into an address."""
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]
