"""Batches that come again: a client that had no answer sends them a second time.

MLflow's server drops a point that it has already, to the last bit of its value and its time.
Here a batch is dropped that was logged into its run within `KEPT_S`, whoever else has logged
since, and whatever was killed in between.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec

from modelcompose.tracking.series.points import Batch

if TYPE_CHECKING:
    from modelcompose.database.database import Connection, Database

KEPT_S = 1200.0
"""MLflow's client tries eight times, with pauses of four minutes in all, and waits two minutes
for each answer."""

_DIGEST_BYTES = 16
_NOTE = """
    INSERT INTO logged_batches (run, digest, logged_at) VALUES (?, ?, ?)
    ON CONFLICT (run, digest) DO NOTHING
"""
_OLDEST = "SELECT min(logged_at) FROM logged_batches"
_FORGET = "DELETE FROM logged_batches WHERE logged_at < ?"

_encode = msgspec.msgpack.Encoder().encode


def is_new(connection: Connection, run: int, batch: Batch, now: float) -> bool:
    """Tell whether a batch was not logged into a run just now; the next one like it was.

    Args:
        connection: of the write block that the batch is logged in.
        run: the run's number.
        batch: of numbers.
        now: seconds since the epoch.
    """
    told = blake2b(_encode((batch.names, batch.counts)), digest_size=_DIGEST_BYTES)
    for column in (batch.steps, batch.values, batch.times):
        told.update(column)  # type: ignore[arg-type] # of numbers
    return connection.execute(_NOTE, (run, told.digest(), now)).rowcount > 0


def forget_old(database: Database, now: float) -> None:
    """Forget the batches that nobody sends again."""
    before = now - KEPT_S
    with database.read() as connection:
        row = connection.row(_OLDEST)
    if row is not None and row[0] is not None and row[0] < before:
        with database.write() as connection:
            connection.execute(_FORGET, (before,))
