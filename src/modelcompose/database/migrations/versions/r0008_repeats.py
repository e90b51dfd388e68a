"""Batches of points that were logged not long ago, by their digest.

A client that had no answer sends the same batch again: what is known here is not logged a second
time. Rows go after a while.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "logged_batches",
        sa.Column(
            "run",
            sa.Integer,
            sa.ForeignKey("runs.number", ondelete="CASCADE"),
            primary_key=True,
            nullable=False,
            autoincrement=False,
        ),
        sa.Column("digest", sa.LargeBinary(16), primary_key=True),
        sa.Column("logged_at", sa.Double, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("logged_batches_by_time", "logged_batches", ["logged_at"])
