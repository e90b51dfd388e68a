"""Runs: what `tracking/` records of each execution.

Tables below `runs` refer to it by `number`, eight bytes at most, not by its id of 32 digits.
Numbers that JSON, SQL and Python count differently: NaN in `metrics` is NULL; series and
samples are columns of little-endian float64, NaN where a sample tells nothing.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _create_runs()
    _create_values()
    _create_columns()


def _create_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(32), nullable=False, unique=True),
        sa.Column("project", sa.Text, nullable=False),
        sa.Column("folder", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("engine", sa.String(32), nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("started_at", sa.Double),
        sa.Column("ended_at", sa.Double),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("exit_code", sa.Integer),
        sa.Column("oom_killed", sa.Boolean, nullable=False),
        sa.Column("timed_out", sa.Boolean, nullable=False),
        sa.Column("identity", sa.String(71)),
        sa.Column("image", sa.Text),
        sa.Column("supervisor_pid", sa.Integer),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("reproduces", sa.String(32)),
        sa.Column("code_tree", sa.String(71)),
        sa.Column("code_commit", sa.String(64)),
        sa.Column("code_branch", sa.Text),
        sa.Column("code_is_dirty", sa.Boolean, nullable=False),
        sa.Column("code_remote", sa.Text),
        *(
            sa.Column(name, sa.Text, nullable=False)  # JSON
            for name in (
                "parts",
                "service",
                "plots",
                "host",
                "command_line",
                "overrides",
                "recording",
            )
        ),
    )
    op.create_index("runs_of_step", "runs", ["folder", "step", "created_at"])
    op.create_index("runs_by_time", "runs", ["created_at"])
    succeeded, unfinished = sa.text("status = 'succeeded'"), sa.text("status = 'running'")
    op.create_index(
        "results",
        "runs",
        ["identity", "created_at"],
        sqlite_where=succeeded,
        postgresql_where=succeeded,
    )
    op.create_index(
        "unfinished_runs",
        "runs",
        ["folder"],
        sqlite_where=unfinished,
        postgresql_where=unfinished,
    )


def _create_values() -> None:
    op.create_table(
        "params",
        _run(),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),  # JSON
        sa.Column("number", sa.Double),  # the value as a number, where it reads as one
        sqlite_with_rowid=False,
    )
    op.create_table(
        "metrics",
        _run(),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("last", sa.Double),
        sa.Column("min", sa.Double),
        sa.Column("max", sa.Double),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("best_step", sa.Double),
        sa.Column("position", sa.Integer),  # people write first what they look at first
        sqlite_with_rowid=False,
    )
    op.create_table(
        "contents",
        _run(),
        sa.Column("role", sa.String(8), primary_key=True),  # input or output
        sa.Column("path", sa.Text, primary_key=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("digest", sa.String(71), nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("files", sa.Integer, nullable=False),
        sa.Column("executable", sa.Boolean, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("contents_by_digest", "contents", ["digest"])


def _create_columns() -> None:
    op.create_table(
        "series",
        _run(),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("part", sa.Integer, primary_key=True),  # parts are appended, never changed
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("steps", sa.LargeBinary, nullable=False),
        sa.Column("points", sa.LargeBinary, nullable=False),
        sa.Column("times", sa.LargeBinary),
    )
    op.create_table(
        "samples",
        _run(),
        sa.Column("part", sa.Integer, primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("fields", sa.Text, nullable=False),  # JSON: the columns' names, in order
        sa.Column("columns", sa.LargeBinary, nullable=False),
    )


def _run() -> sa.Column[int]:
    return sa.Column(
        "run",
        sa.Integer,
        sa.ForeignKey("runs.number", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
