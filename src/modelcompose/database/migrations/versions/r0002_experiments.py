"""Experiments, tags, and what an MLflow client tells of a run.

An experiment groups runs; a project's runs belong to the one of its name. Number 0 is MLflow's
`Default`, and is always there. An empty `artifact_root` means the hub's own place for artifacts.

The indexes over values hold their first 64 characters, for PostgreSQL refuses an entry of more
than 2,704 bytes: compare `substr(value, 1, 64)` with the same of the wanted value, and then
`value` itself. `user_name` is not called `user`, which means the session's user to PostgreSQL.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_RUN_COLUMNS = (
    "experiment INTEGER REFERENCES experiments (number)",
    "name TEXT NOT NULL DEFAULT ''",
    "user_name TEXT NOT NULL DEFAULT ''",
    "deleted_at DOUBLE PRECISION",
)
_METRIC_COLUMNS = tuple(f"{name} DOUBLE PRECISION" for name in ("last_step", "last_time", "mean"))


def upgrade() -> None:
    """Create the tables and the columns; give each project with runs its experiment."""
    _create_experiments()
    _create_tags("experiment_tags", "experiment", "experiments.number")
    _create_tags("run_tags", "run", "runs.number")
    # As text: Alembic would add the reference by a statement of its own, which SQLite lacks.
    for column in _RUN_COLUMNS:
        op.execute(f"ALTER TABLE runs ADD COLUMN {column}")
    for column in _METRIC_COLUMNS:
        op.execute(f"ALTER TABLE metrics ADD COLUMN {column}")
    _carry_over()
    op.create_index("runs_of_experiment", "runs", ["experiment", "created_at"])
    op.create_index("metrics_by_value", "metrics", ["name", "last"])
    for table in ("params", "run_tags"):
        beginning = sa.text("substr(value, 1, 64)")
        op.create_index(f"{table}_by_value", table, ["name", beginning])


def _create_experiments() -> None:
    experiments = op.create_table(
        "experiments",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
        sa.Column("deleted_at", sa.Double),
        sa.Column("artifact_root", sa.Text, nullable=False, server_default=""),
        sqlite_autoincrement=True,  # a number is a folder of artifacts: never given twice
    )
    default = {"number": 0, "name": "Default", "created_at": 0.0, "updated_at": 0.0}
    op.bulk_insert(experiments, [default])


def _create_tags(table: str, owner: str, reference: str) -> None:
    op.create_table(
        table,
        sa.Column(
            owner,
            sa.Integer,
            sa.ForeignKey(reference, ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )


def _carry_over() -> None:
    op.execute(
        "INSERT INTO experiments (name, created_at, updated_at) "
        "SELECT project, min(created_at), max(created_at) FROM runs "
        "WHERE project <> 'Default' GROUP BY project"
    )
    op.execute(
        "UPDATE runs SET name = step, experiment = "
        "(SELECT number FROM experiments WHERE experiments.name = runs.project)"
    )
    op.execute("UPDATE metrics SET mean = last WHERE count = 1")
