"""When a run's client was last heard of, and the end of runs whose client has vanished.

A client that is killed tells nobody, and its run would be running for ever. So each call for a
run is noted with it, once a minute at most; a run that has had none for long is recorded as
killed, at the time of the last one, with a tag that says so. A client that was only silent
brings its run back by its next call.

Only runs that clients log are looked at, and those that another hub sends, which calls for them
as long as they run: a project's commands end those of its steps.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from modelcompose.database.database import Connection

if TYPE_CHECKING:
    from modelcompose.tracking.logging import RunKey

LOST_TAG = "modelcompose.lost"
"""On a run whose client has vanished: when it was last heard of."""

NOTED_EVERY_S = 60.0
"""A note costs as much as a small batch."""

_HEARD = """coalesce(
    heard_at,
    (SELECT max(last_time) FROM metrics WHERE metrics.run = runs.number),
    started_at,
    created_at
)"""
_SILENT = f"""
    SELECT number, id, {_HEARD} FROM runs
    WHERE status = 'running' AND (kind = 'logged' OR heard_at IS NOT NULL) AND {_HEARD} < ?
    ORDER BY number LIMIT 1000
"""  # noqa: S608 - made of constants
_END = """
    UPDATE runs SET status = 'killed', ended_at = ?, error = ?
    WHERE number = ? AND status = 'running' AND (heard_at IS NULL OR heard_at < ?)
"""
_TAG = """
    INSERT INTO run_tags (run, name, value) VALUES (?, ?, ?)
    ON CONFLICT (run, name) DO UPDATE SET value = excluded.value
"""
_UNTAG = "DELETE FROM run_tags WHERE run = ? AND name = ?"
_REVIVE = "UPDATE runs SET status = 'running', ended_at = NULL, error = NULL WHERE number = ?"


def note_contact(connection: Connection, run: RunKey) -> None:
    """Note that a run's client has just called; bring the run back if it was given up.

    Args:
        connection: of the call's own write block.
        run: the run, as it was just read.
    """
    if run.kind != "logged":
        return
    now = time.time()
    if run.heard_at is None or abs(now - run.heard_at) >= NOTED_EVERY_S:
        connection.execute("UPDATE runs SET heard_at = ? WHERE number = ?", (now, run.number))
    if run.status == "killed" and connection.execute(_UNTAG, (run.number, LOST_TAG)).rowcount:
        connection.execute(_REVIVE, (run.number,))


def _told(time_s: float) -> str:
    try:
        return datetime.fromtimestamp(time_s, UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError):  # a client's clock, or a mistake in what was imported
        return f"{time_s:.0f} s after 1970"


def end_lost(connection: Connection, before: float) -> list[str]:
    """Record as killed the runs whose clients have vanished.

    Args:
        connection: of a write block.
        before: a client not heard of since this time has; in seconds since the epoch.

    Returns:
        The runs' ids, a thousand at most: call again when it is a thousand.
    """
    ended = []
    for number, run_id, heard_at in connection.rows(_SILENT, (before,)):
        told = _told(heard_at)
        cause = f"its client has not been heard of since {told}"
        if connection.execute(_END, (heard_at, cause, number, before)).rowcount:
            connection.execute(_TAG, (number, LOST_TAG, told))
            ended.append(run_id)
    return ended
