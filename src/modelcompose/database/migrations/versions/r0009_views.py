"""Views of the table of runs that somebody saved under a name: what is chosen, shown and sorted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "saved_views",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column(
            "experiment",
            sa.Integer,
            sa.ForeignKey("experiments.number", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("query", sa.Text, nullable=False),  # of the page's address
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
        sa.Column("updated_by", sa.Text, nullable=False),  # a token's name; '' is the owner
        sa.UniqueConstraint("experiment", "name"),
        sqlite_autoincrement=True,  # a number that was a view's is never another's
    )
