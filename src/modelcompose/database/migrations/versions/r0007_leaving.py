"""Imports from other trackers, and when a client was last heard of.

`imports` holds what was taken wholly from which source, and what it was like then.
`runs.heard_at` is when a client last called for its run, to the minute; NULL where none has
since there is this column.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table and the column."""
    op.create_table(
        "imports",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("item", sa.Text, primary_key=True),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("done_at", sa.Double, nullable=False),
        sqlite_with_rowid=False,
    )
    op.execute("ALTER TABLE runs ADD COLUMN heard_at DOUBLE PRECISION")
