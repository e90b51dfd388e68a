"""The order in which a run's metrics were written: people put first what they look at first.

Metrics that were recorded before have none, and come by name.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("metrics", sa.Column("position", sa.Integer))
