"""Who may reach the hub: tokens, and what each of them may do in which project.

A token's secret is random, 256 bits long, and not kept: `hash` is its SHA-256. A grant without
a project holds for all of them. A token with a `run` may write to that run alone.

`project_plans` is what the command line tells of a project that the hub has no folder of.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "tokens",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(8), nullable=False, unique=True),  # what a user calls it by
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False, unique=True),
        sa.Column("run", sa.String(32)),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double),
        sa.Column("revoked_at", sa.Double),
        sa.Column("used_at", sa.Double),
    )
    op.create_table(
        "token_grants",
        sa.Column(
            "token",
            sa.Integer,
            sa.ForeignKey("tokens.number", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("project", sa.Text, primary_key=True),  # '' is all
        sa.Column("role", sa.String(8), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "project_plans",
        sa.Column("project", sa.Text, primary_key=True),
        sa.Column("taken_at", sa.Double, nullable=False),
        sa.Column("received_at", sa.Double, nullable=False),
        sa.Column("document", sa.Text, nullable=False),  # JSON
        sqlite_with_rowid=False,
    )
