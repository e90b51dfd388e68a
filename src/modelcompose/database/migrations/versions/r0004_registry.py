"""The registry: what `registry/` keeps of models, datasets and webhooks.

What was deleted stays with its time in `deleted_at` until the trash is emptied. A name is unique
among what is not deleted, so that it is free again at once. Tables refer by `number`. Indexes
over texts of any length hold their first 64 characters, as in 0002.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_PRESENT = sa.text("deleted_at IS NULL")


def upgrade() -> None:
    """Create the tables."""
    _create_models()
    _create_versions()
    _create_logged_models()
    _create_datasets()
    _create_webhooks()


def _create_models() -> None:
    op.create_table(
        "registered_models",
        _number(),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("last_version", sa.Integer, nullable=False),  # the newest ever given
        *_times(),
    )
    _unique_name("registered_models")
    _create_pairs("registered_model_tags", "model", "registered_models")


def _create_versions() -> None:
    op.create_table(
        "model_versions",
        _number(),
        _of("model", "registered_models"),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("stage", sa.String(20), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("storage", sa.Text, nullable=False),  # where its files are, without indirection
        sa.Column("run", sa.String(32)),  # an id: the run may be of another hub, or be gone
        sa.Column("run_link", sa.Text),
        sa.Column("logged_model", sa.String(64)),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("status_message", sa.Text),
        # What a project's gate let through: the output and its content in the store.
        sa.Column("project", sa.Text),
        sa.Column("path", sa.Text),
        sa.Column("digest", sa.String(71)),
        sa.Column("kind", sa.String(8)),
        sa.Column("size_bytes", sa.BigInteger),
        sa.Column("files", sa.Integer),
        sa.Column("executable", sa.Integer),
        sa.Column(
            "evidence", sa.Text
        ),  # JSON: the runs that stood behind it, and the gate's values
        *_times(),
        sa.UniqueConstraint("model", "version"),
    )
    op.create_index("model_versions_by_run", "model_versions", ["run"])
    op.create_index("model_versions_by_digest", "model_versions", ["digest"])
    op.create_index("model_versions_by_logged_model", "model_versions", ["logged_model"])
    _create_pairs("model_version_tags", "version", "model_versions")
    op.create_table(
        "model_aliases",
        _of("model", "registered_models", primary_key=True),
        sa.Column("alias", sa.Text, primary_key=True),
        _of("version", "model_versions"),
        sa.Column("updated_at", sa.Double, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("model_aliases_by_version", "model_aliases", ["version"])
    op.create_table(
        "alias_moves",  # appended only: who pointed where, and when
        _number(),
        _of("model", "registered_models"),
        sa.Column("alias", sa.Text, nullable=False),
        sa.Column("old_version", sa.Integer),  # as users count them; NULL is none
        sa.Column("new_version", sa.Integer),
        sa.Column("moved_at", sa.Double, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
    )
    op.create_index("alias_moves_of_model", "alias_moves", ["model", "alias", "number"])


def _create_logged_models() -> None:
    op.create_table(
        "logged_models",
        _number(),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        _of("experiment", "experiments"),
        sa.Column("run", sa.String(32)),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("model_type", sa.Text),
        sa.Column("artifacts", sa.Text, nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("status_message", sa.Text),
        *_times(),
    )
    op.create_index("logged_models_of_experiment", "logged_models", ["experiment", "created_at"])
    op.create_index("logged_models_of_run", "logged_models", ["run"])
    _create_pairs("logged_model_params", "model", "logged_models")
    _create_pairs("logged_model_tags", "model", "logged_models")
    op.create_table(
        "logged_model_metrics",  # the latest value of each, by dataset
        _of("model", "logged_models", primary_key=True),
        sa.Column("run", sa.String(32), primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("dataset_name", sa.Text, primary_key=True),  # '' where it has none
        sa.Column("dataset_digest", sa.Text, primary_key=True),
        sa.Column("value", sa.Double),  # NULL is NaN
        sa.Column("step", sa.BigInteger, nullable=False),
        sa.Column("time", sa.Double, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("logged_model_metrics_by_name", "logged_model_metrics", ["name", "value"])
    op.create_table(
        "run_models",
        _of("run", "runs", primary_key=True),
        sa.Column("role", sa.String(8), primary_key=True),  # input or output
        sa.Column("logged_model", sa.String(64), primary_key=True),
        sa.Column("step", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("run_models_by_model", "run_models", ["logged_model"])


def _create_datasets() -> None:
    op.create_table(
        "datasets",
        _number(),
        _of("experiment", "experiments"),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("source_type", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("schema", sa.Text),
        sa.Column("profile", sa.Text),
        sa.UniqueConstraint("experiment", "name", "digest"),
    )
    op.create_index("datasets_by_digest", "datasets", ["digest"])
    op.create_table(
        "run_datasets",
        _number(),
        _of("run", "runs"),
        _of("dataset", "datasets"),
        sa.UniqueConstraint("run", "dataset"),
    )
    op.create_index("run_datasets_by_dataset", "run_datasets", ["dataset"])
    _create_pairs("run_dataset_tags", "input", "run_datasets")


def _create_webhooks() -> None:
    op.create_table(
        "webhooks",
        _number(),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("secret", sa.Text),  # whole: a signature cannot be made from a hash
        sa.Column("status", sa.String(16), nullable=False),
        *_times(),
    )
    op.create_table(
        "webhook_events",
        _of("webhook", "webhooks", primary_key=True),
        sa.Column("entity", sa.String(50), primary_key=True),
        sa.Column("action", sa.String(50), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("webhook_events_by_event", "webhook_events", ["entity", "action"])
    op.create_table(
        "webhook_deliveries",  # what is still to be sent
        _number(),
        _of("webhook", "webhooks"),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", sa.Double, nullable=False),
    )
    op.create_index("webhook_deliveries_due", "webhook_deliveries", ["due_at"])


def _number() -> sa.Column[int]:
    return sa.Column("number", sa.Integer, primary_key=True)


def _times() -> tuple[sa.Column[float], ...]:
    return (
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
        sa.Column("deleted_at", sa.Double),
    )


def _of(name: str, table: str, *, primary_key: bool = False) -> sa.Column[int]:
    return sa.Column(
        name,
        sa.Integer,
        sa.ForeignKey(f"{table}.number", ondelete="CASCADE"),
        primary_key=primary_key,
        nullable=False,
        autoincrement=False,
    )


def _unique_name(table: str) -> None:
    op.create_index(
        f"{table}_by_name",
        table,
        ["name"],
        unique=True,
        sqlite_where=_PRESENT,
        postgresql_where=_PRESENT,
    )


def _create_pairs(table: str, owner: str, of: str) -> None:
    op.create_table(
        table,
        _of(owner, of, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text),
        sqlite_with_rowid=False,
    )
    op.create_index(f"{table}_by_value", table, ["name", sa.text("substr(value, 1, 64)")])
