"""What an import remembers, so that the next one passes over what has not changed."""

from __future__ import annotations

from msgspec import Struct

from modelcompose.database.database import Connection

_READ = "SELECT item, fingerprint, done_at FROM imports WHERE source = ?"
_SET = """
    INSERT INTO imports (source, item, fingerprint, done_at) VALUES (?, ?, ?, ?)
    ON CONFLICT (source, item)
    DO UPDATE SET fingerprint = excluded.fingerprint, done_at = excluded.done_at
"""


class Mark(Struct, frozen=True):
    """That an item has been taken wholly."""

    fingerprint: str
    done_at: float
    """Seconds since the epoch, when its taking began."""


def read_marks(connection: Connection, source: str) -> dict[str, Mark]:
    """Give all that was taken from a source, by item."""
    rows = connection.rows(_READ, (source,))
    return {item: Mark(fingerprint, done_at) for item, fingerprint, done_at in rows}


def set_mark(connection: Connection, source: str, item: str, mark: Mark) -> None:
    """Remember that an item has been taken, in the transaction that takes the last of it."""
    connection.execute(_SET, (source, item, mark.fingerprint, mark.done_at))
