"""Notes in the outbox what leaves no trace in the database: artifacts that came."""

from __future__ import annotations

from modelcompose.database.database import Database

_NOTE = """
    UPDATE outbox_runs SET changes = changes + 1 WHERE run IN (
        SELECT number FROM runs WHERE id = ?
        UNION
        SELECT runs.number FROM logged_models JOIN runs ON runs.id = logged_models.run
        WHERE logged_models.id = ?
    )
"""
_RUN_DEPTH, _MODEL_DEPTH = 2, 3


def note_artifact(database: Database, path: tuple[str, ...]) -> None:
    """Have an artifact sent that has just come, where its run is sent.

    Args:
        database: of the hub that took it.
        path: names from the root: `EXPERIMENT/RUN/…` or `EXPERIMENT/models/ID/…`.
    """
    if database.dialect != "sqlite" or len(path) <= _RUN_DEPTH:
        return  # only a user's own hub sends
    model = path[2] if path[1] == "models" and len(path) > _MODEL_DEPTH else ""
    with database.write() as connection:
        connection.execute(_NOTE, (path[1], model))
