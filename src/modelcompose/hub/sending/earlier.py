"""Puts runs into the outbox that were made before their project had a shared hub."""

from __future__ import annotations

import msgspec

from modelcompose.database.database import Connection, Database
from modelcompose.tracking.series.history import all_points
from modelcompose.tracking.series.log import HISTOGRAM, NUMBER, TEXT
from modelcompose.tracking.series.packing import packed
from modelcompose.tracking.series.points import Points

_FIND = """
    SELECT runs.number, outbox_destinations.hub FROM outbox_destinations
    JOIN runs ON runs.project = outbox_destinations.project
        AND (runs.folder = outbox_destinations.folder OR runs.folder = '')
    WHERE runs.deleted_at IS NULL AND runs.status <> 'running'
        AND NOT EXISTS (SELECT 1 FROM outbox_runs WHERE run = runs.number)
    ORDER BY runs.number
"""
_ADD = "INSERT INTO outbox_runs (run, hub) VALUES (?, ?) ON CONFLICT (run) DO NOTHING"
_ADD_POINTS = "INSERT INTO outbox_points (run, kind, data) VALUES (?, ?, ?)"


def add_earlier(database: Database) -> int:
    """Have all runs sent that are of a project with a shared hub; give how many are new.

    Those that are running are left out: what is recorded of them may be read anew.
    """
    with database.read() as connection:
        found = connection.rows(_FIND)
    added = 0
    for run, hub in found:
        with database.write() as connection:
            # In one transaction: what is logged from now on the outbox gets by itself.
            if connection.execute(_ADD, (run, hub)).rowcount:
                _add_points(connection, run)
                added += 1
    return added


def _add_points(connection: Connection, run: int) -> None:
    for kind in (NUMBER, TEXT, HISTOGRAM):
        for name, points in all_points(connection, run, None, kind).items():
            if len(points):
                connection.execute(_ADD_POINTS, (run, kind, _data(name, points)))


def _data(name: str, points: Points) -> bytes:
    values = points.values
    column = values if isinstance(values, list) else packed(values)
    row = ([name], [len(points)], packed(points.steps), column, packed(points.times))
    return msgspec.msgpack.encode(row)
