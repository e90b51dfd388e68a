"""The outbox: which runs go to a shared hub, and how far each of them has come.

`outbox_destinations` says where the runs of a project go. A run of such a project gets a row in
`outbox_runs` in the transaction that makes it; `changes` counts what is written about it since,
`delivered` is the count that the shared hub has. Points are kept a second time, in
`outbox_points`, until they are there: compaction moves them about in `series_log`, and what was
sent could not be told from what was not. A row without data says that what was recorded before
it is to be forgotten.

Triggers do this, so that no way of writing to a run can forget to. Only SQLite has them: what
sends is always a user's own database. `intake_positions` is the other end: how far the points of
a run have come from whom, kept in the transaction that keeps the points.
"""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")

_BEGIN = """
    INSERT INTO outbox_runs (run, hub)
    SELECT NEW.number, hub FROM outbox_destinations
    WHERE project = NEW.project AND (folder = NEW.folder OR NEW.folder = '')
    ORDER BY set_at DESC LIMIT 1
"""
_KEEP_POINTS = """
    INSERT INTO outbox_points (run, kind, data) VALUES (NEW.run, NEW.kind, NEW.data)
"""
_IS_SENT = "EXISTS (SELECT 1 FROM outbox_runs WHERE run = NEW.run)"
_CHANGED = "UPDATE outbox_runs SET changes = changes + 1 WHERE run"
_BY_ID = f"{_CHANGED} = (SELECT number FROM runs WHERE id = {{}})"  # noqa: S608
_OF_VERSION = f"""{_CHANGED} IN (
    SELECT runs.number FROM model_versions JOIN runs ON runs.id = model_versions.run
    WHERE model_versions.number = {{}}.version)"""  # noqa: S608
_OF_LOGGED = f"""{_CHANGED} IN (
    SELECT runs.number FROM logged_models JOIN runs ON runs.id = logged_models.run
    WHERE logged_models.number = NEW.model)"""  # noqa: S608

_TRIGGERS = (
    ("runs", "INSERT", None, _BEGIN),
    ("runs", "UPDATE", None, f"{_CHANGED} = NEW.number"),
    ("series_log", "INSERT", f"NEW.folded = 0 AND {_IS_SENT}", _KEEP_POINTS),
    ("outbox_points", "INSERT", None, f"{_CHANGED} = NEW.run"),
    *((table, "INSERT", None, f"{_CHANGED} = NEW.run") for table in ("params", "run_tags")),
    *((table, "UPDATE", None, f"{_CHANGED} = NEW.run") for table in ("params", "run_tags")),
    ("run_tags", "DELETE", None, f"{_CHANGED} = OLD.run"),
    *(
        (table, "INSERT", None, f"{_CHANGED} = NEW.run")
        for table in ("contents", "samples", "run_datasets", "run_models")
    ),
    ("model_versions", "INSERT", None, _BY_ID.format("NEW.run")),
    ("model_versions", "UPDATE", None, _BY_ID.format("NEW.run")),
    ("model_version_tags", "INSERT", None, _OF_VERSION.format("NEW")),
    ("model_version_tags", "UPDATE", None, _OF_VERSION.format("NEW")),
    ("model_version_tags", "DELETE", None, _OF_VERSION.format("OLD")),
    ("model_aliases", "INSERT", None, _OF_VERSION.format("NEW")),
    ("model_aliases", "UPDATE", None, _OF_VERSION.format("NEW")),
    ("model_aliases", "DELETE", None, _OF_VERSION.format("OLD")),
    ("logged_models", "INSERT", None, _BY_ID.format("NEW.run")),
    ("logged_models", "UPDATE", None, _BY_ID.format("NEW.run")),
    ("logged_model_params", "INSERT", None, _OF_LOGGED),
    ("logged_model_tags", "INSERT", None, _OF_LOGGED),
    ("logged_model_tags", "UPDATE", None, _OF_LOGGED),
    ("logged_model_metrics", "INSERT", None, _OF_LOGGED),
    ("logged_model_metrics", "UPDATE", None, _OF_LOGGED),
)


def upgrade() -> None:
    """Create the tables; with SQLite the triggers too."""
    _create_outbox()
    _create_hubs()
    op.create_table(
        "intake_positions",
        _run(),
        sa.Column("sender", sa.String(32), primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "sqlite":
        for table, event, condition, statement in _TRIGGERS:
            when = f"WHEN {condition} " if condition else ""
            op.execute(
                f"CREATE TRIGGER outbox_{table}_{event.lower()} AFTER {event} ON {table} "
                f"{when}BEGIN {statement}; END"
            )


def _create_outbox() -> None:
    op.create_table(
        "outbox_runs",
        _run(),
        sa.Column("hub", sa.Text, nullable=False),
        sa.Column("changes", sa.BigInteger, nullable=False, server_default="1"),
        sa.Column("delivered", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("document", sa.Text, nullable=False, server_default=""),  # digest of the last
        sa.Column("models", sa.Text, nullable=False, server_default=""),  # digest of the last
        sa.Column("samples", sa.BigInteger, nullable=False, server_default="0"),  # parts
        sa.Column("log_bytes", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("refused", sa.Text),  # what the hub said
    )
    waiting = sa.text("changes <> delivered")
    op.create_index(
        "outbox_waiting", "outbox_runs", ["hub"], sqlite_where=waiting, postgresql_where=waiting
    )
    op.create_table(
        "outbox_points",
        sa.Column("number", _NUMBER, primary_key=True),
        _run(primary_key=False),
        sa.Column("kind", sa.SmallInteger, nullable=False),
        sa.Column("data", sa.LargeBinary),
        sqlite_autoincrement=True,  # a position is never given twice
    )
    op.create_index("outbox_points_of_run", "outbox_points", ["run", "number"])
    op.create_table(
        "outbox_files",  # artifacts that were sent, as they were then
        _run(),
        sa.Column("path", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )


def _create_hubs() -> None:
    op.create_table(
        "outbox_destinations",
        sa.Column("project", sa.Text, primary_key=True),
        sa.Column("folder", sa.Text, primary_key=True),
        sa.Column("hub", sa.Text, nullable=False),
        sa.Column("set_at", sa.Double, nullable=False),
        sa.Column("plan_sent", sa.Double, nullable=False, server_default="0"),  # taken then
        sqlite_with_rowid=False,
    )
    op.create_table(
        "outbox_hubs",
        sa.Column("hub", sa.Text, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("again_at", sa.Double, nullable=False),
        sa.Column("trouble", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    sender = op.create_table("outbox_sender", sa.Column("id", sa.String(32), primary_key=True))
    op.bulk_insert(sender, [{"id": uuid.uuid4().hex}])


def _run(*, primary_key: bool = True) -> sa.Column[int]:
    return sa.Column(
        "run",
        sa.Integer,
        sa.ForeignKey("runs.number", ondelete="CASCADE"),
        primary_key=primary_key,
        nullable=False,
        autoincrement=False,
    )
