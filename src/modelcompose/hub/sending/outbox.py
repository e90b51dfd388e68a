"""The outbox in the database: what waits for which hub, and how far it has come."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from modelcompose.database.database import Connection

LONGEST_PAUSE_S = 60.0

_WAITING = """
    SELECT run FROM outbox_runs WHERE hub = ? AND changes <> delivered
    AND (refused IS NULL OR ?)
"""
_GROWING = """
    SELECT number FROM runs WHERE status = 'running' AND EXISTS (
        SELECT 1 FROM outbox_runs WHERE run = runs.number AND hub = ? AND (refused IS NULL OR ?)
    )
"""
_FAIL = """
    INSERT INTO outbox_hubs (hub, failures, again_at, trouble) VALUES (?, 1, ?, ?)
    ON CONFLICT (hub) DO UPDATE SET failures = outbox_hubs.failures + 1,
        again_at = excluded.again_at, trouble = excluded.trouble
"""


class Sent(Struct, frozen=True):
    """How far a run has come."""

    run: int
    id: str
    changes: int
    delivered: int
    """The changes that the hub has."""
    document: str
    """Digest of the document that was sent last."""
    models: str
    samples: int
    """How many parts were sent."""
    log_bytes: int
    refused: str | None


class Pause(Struct, frozen=True):
    """A hub that did not answer: it is asked again later."""

    failures: int
    again_at: float
    trouble: str


class Points(Struct, frozen=True):
    """A row of points that waits; without data: forget what was recorded."""

    number: int
    kind: int
    data: bytes | None


class HubState(Struct, frozen=True):
    """What there is to tell of one hub."""

    hub: str
    waiting: int
    refused: Sequence[tuple[str, str]]
    """Ids of runs that it does not take, and what it says."""
    trouble: str | None


def sender_id(connection: Connection) -> str:
    """Give the id that this outbox counts its positions under."""
    row = connection.row("SELECT id FROM outbox_sender")
    return str(row[0]) if row else ""


def hubs(connection: Connection) -> list[str]:
    """Give all hubs that something is to be sent to."""
    rows = connection.rows(
        "SELECT hub FROM outbox_destinations UNION "
        "SELECT hub FROM outbox_runs WHERE changes <> delivered ORDER BY hub"
    )
    return [hub for (hub,) in rows]


def state(connection: Connection, hub: str) -> HubState:
    """Give what waits for a hub, and why."""
    row = connection.row(
        "SELECT count(*) FROM outbox_runs WHERE hub = ? AND changes <> delivered", (hub,)
    )
    refused = connection.rows(
        "SELECT runs.id, refused FROM outbox_runs JOIN runs ON runs.number = outbox_runs.run "
        "WHERE hub = ? AND changes <> delivered AND refused IS NOT NULL ORDER BY run",
        (hub,),
    )
    paused = pause(connection, hub)
    waiting = int(row[0]) if row else 0
    return HubState(hub, waiting, refused, paused.trouble if paused else None)


def waiting(connection: Connection, hub: str, *, also_refused: bool = False) -> list[int]:
    """Give the runs that have something to be sent, or may have soon."""
    asked = (hub, int(also_refused))
    found = {run for (run,) in connection.rows(_WAITING, asked)}
    found |= {run for (run,) in connection.rows(_GROWING, asked)}  # of these the log may grow
    return sorted(found)


def sent(connection: Connection, run: int) -> Sent | None:
    """Give how far a run has come; None where it is gone."""
    row = connection.row(
        "SELECT outbox_runs.run, runs.id, changes, delivered, document, models, samples, "
        "log_bytes, refused FROM outbox_runs JOIN runs ON runs.number = outbox_runs.run "
        "WHERE outbox_runs.run = ?",
        (run,),
    )
    return None if row is None else Sent(*row)


def note_document(connection: Connection, run: int, digest: str) -> None:
    """Note which document of a run was sent; empty where it is to be sent again."""
    connection.execute("UPDATE outbox_runs SET document = ? WHERE run = ?", (digest, run))


def note_models(connection: Connection, run: int, digest: str) -> None:
    """Note which models of a run were sent."""
    connection.execute("UPDATE outbox_runs SET models = ? WHERE run = ?", (digest, run))


def note_samples(connection: Connection, run: int, parts: int) -> None:
    """Note how many parts of samples were sent."""
    connection.execute("UPDATE outbox_runs SET samples = ? WHERE run = ?", (parts, run))


def note_log(connection: Connection, run: int, size_bytes: int) -> None:
    """Note how much of a log was sent."""
    connection.execute("UPDATE outbox_runs SET log_bytes = ? WHERE run = ?", (size_bytes, run))


def note_delivered(connection: Connection, run: int, changes: int) -> None:
    """Note that the hub has all that was written about a run up to a count."""
    connection.execute(
        "UPDATE outbox_runs SET delivered = ?, refused = NULL WHERE run = ?", (changes, run)
    )


def note_refused(connection: Connection, run: int, message: str) -> None:
    """Note that the hub does not take a run."""
    connection.execute("UPDATE outbox_runs SET refused = ? WHERE run = ?", (message, run))


def forget_refusals(connection: Connection, hub: str) -> None:
    """Have what a hub did not take offered to it once more."""
    connection.execute(
        "UPDATE outbox_runs SET refused = NULL "
        "WHERE hub = ? AND changes <> delivered AND refused IS NOT NULL",
        (hub,),
    )


def points(connection: Connection, run: int, most_bytes: int) -> list[Points]:
    """Give the points of a run that wait, the oldest first: not many more bytes than asked for."""
    found: list[Points] = []
    size = 0
    cursor = connection.execute(
        "SELECT number, kind, data FROM outbox_points WHERE run = ? ORDER BY number LIMIT 1000",
        (run,),
    )
    while size < most_bytes and (row := cursor.fetchone()) is not None:
        found.append(Points(*row))
        size += len(row[2] or b"")
    return found


def drop_points(connection: Connection, run: int, position: int) -> None:
    """Forget points that the hub has."""
    connection.execute("DELETE FROM outbox_points WHERE run = ? AND number <= ?", (run, position))


def samples(connection: Connection, run: int, after: int) -> list[tuple[int, int, str, bytes]]:
    """Give parts of samples: number, count, fields as JSON, columns."""
    return connection.rows(
        "SELECT part, count, fields, columns FROM samples WHERE run = ? AND part >= ? "
        "ORDER BY part LIMIT 1000",
        (run, after),
    )


def files(connection: Connection, run: int) -> dict[str, str]:
    """Give the artifacts of a run that were sent, as they were then."""
    return dict(connection.rows("SELECT path, state FROM outbox_files WHERE run = ?", (run,)))


def note_file(connection: Connection, run: int, path: str, state: str) -> None:
    """Note that an artifact was sent."""
    connection.execute(
        "INSERT INTO outbox_files (run, path, state) VALUES (?, ?, ?) "
        "ON CONFLICT (run, path) DO UPDATE SET state = excluded.state",
        (run, path, state),
    )


def pause(connection: Connection, hub: str) -> Pause | None:
    """Give why a hub is left alone, and until when; None where it answered last time."""
    row = connection.row(
        "SELECT failures, again_at, trouble FROM outbox_hubs WHERE hub = ?", (hub,)
    )
    return None if row is None else Pause(*row)


def note_trouble(connection: Connection, hub: str, trouble: str, now: float) -> None:
    """Note that a hub could not be sent to: it is left alone for longer each time."""
    known = pause(connection, hub)
    failures = known.failures if known else 0
    connection.execute(_FAIL, (hub, now + min(2.0 ** min(failures, 10), LONGEST_PAUSE_S), trouble))


def note_answer(connection: Connection, hub: str) -> None:
    """Note that a hub answers."""
    connection.execute("DELETE FROM outbox_hubs WHERE hub = ?", (hub,))


def plans(connection: Connection, hub: str) -> list[tuple[str, str, float, str]]:
    """Give the plans that a hub does not have yet: project, folder, time, the plan as JSON."""
    return connection.rows(
        "SELECT outbox_destinations.project, folder, taken_at, document FROM project_plans "
        "JOIN outbox_destinations ON outbox_destinations.project = project_plans.project "
        "WHERE hub = ? AND taken_at > plan_sent",
        (hub,),
    )


def note_plan(connection: Connection, project: str, folder: str, taken_at: float) -> None:
    """Note that a plan was sent."""
    connection.execute(
        "UPDATE outbox_destinations SET plan_sent = ? WHERE project = ? AND folder = ?",
        (taken_at, project, folder),
    )
