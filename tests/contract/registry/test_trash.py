"""The trash of the registry is emptied, over both databases."""

from __future__ import annotations

from modelcompose.database.database import Connection
from modelcompose.registry.logged_models import create_logged_model, delete_logged_model
from modelcompose.registry.models import create_model, delete_model
from modelcompose.registry.sources import Source
from modelcompose.registry.trash import empty_trash
from modelcompose.registry.versions import create_version, delete_version
from modelcompose.tracking.experiments import find_experiment


def count(connection: Connection, table: str) -> int:
    row = connection.row(f"SELECT count(*) FROM {table}")
    return int(row[0]) if row else 0


def test_what_was_deleted_long_enough_ago_goes_with_its_files(connection: Connection) -> None:
    experiment = find_experiment(connection, "0")
    old, new, used = (create_logged_model(connection, experiment, 1.0) for _ in range(3))
    model = create_model(connection, "delay", 1.0, tags={"a": "1"})
    gone = create_model(connection, "gone", 1.0)
    kept = create_version(
        connection, model, Source(f"models:/{used.id}", used.artifacts, None, used.id), 1.0
    )
    create_version(connection, gone, Source("s3://x", "s3://x"), 1.0)
    for each, at in ((old, 5.0), (new, 50.0), (used, 5.0)):
        delete_logged_model(connection, each, at)
    delete_model(connection, gone, 5.0)

    assert empty_trash(connection, 10.0) == [old.artifacts]
    assert (count(connection, "logged_models"), count(connection, "registered_models")) == (2, 1)

    delete_version(connection, kept, 6.0)
    assert empty_trash(connection, 10.0) == [used.artifacts]
    assert count(connection, "model_versions") == 0
    again = create_version(connection, model, Source("s3://x", "s3://x"), 7.0)
    assert again.version == 2
