"""Series as columns: a log of batches, chunks of compressed columns, and buckets made of them.

What is appended goes to `series_log`, a row for a batch of all its metrics. Compaction moves
the points from there into `series_chunks`, at most some thousand points of one series each, and
their sums into `series_buckets`; in one transaction, so that a point is in one place alone.
`series_runs` counts the compactions of a run: two that began from the same state cannot both
end. Columns are little-endian float64, a time that nobody knows is 0.

`metrics.known` is how many of a metric's points are not NaN, which `mean` is the mean of; NULL
where all are.
"""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_ROWS_AT_ONCE = 1000
_RECORDED = 3


def upgrade() -> None:
    """Create the tables, and carry over the points that were recorded so far."""
    _carry_over(op.get_bind(), _create_log())
    op.drop_table("series")
    _create_series()
    _create_chunks()
    _create_buckets()
    op.execute("ALTER TABLE metrics ADD COLUMN known INTEGER")


def _create_log() -> sa.Table:
    log = op.create_table(
        "series_log",
        sa.Column("number", _NUMBER, primary_key=True),
        _owner("run", "runs.number", sa.Integer),
        sa.Column(
            "kind", sa.SmallInteger, nullable=False
        ),  # 0 number, 1 text, 2 histogram, 3 recorded
        sa.Column("folded", sa.SmallInteger, nullable=False),  # 1: columns are compressed
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),  # MessagePack
        sqlite_autoincrement=True,  # a number that is seen again is the same row
    )
    op.create_index("series_log_of_run", "series_log", ["run", "number"])
    return log


def _create_series() -> None:
    op.create_table(
        "series_runs",
        _owner("run", "runs.number", sa.Integer, primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "series",
        sa.Column("number", _NUMBER, primary_key=True),
        _owner("run", "runs.number", sa.Integer),
        sa.Column("kind", sa.SmallInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("first_step", sa.Double, nullable=False),
        sa.Column("last_step", sa.Double, nullable=False),
        sa.Column("first_time", sa.Double, nullable=False),
        sa.Column("last_time", sa.Double, nullable=False),
        sa.Column("step_level", sa.SmallInteger),  # of the finest buckets; NULL without any
        sa.Column("time_level", sa.SmallInteger),
        sa.UniqueConstraint("run", "kind", "name"),
        sqlite_autoincrement=True,
    )


def _create_chunks() -> None:
    op.create_table(
        "series_chunks",
        sa.Column("number", _NUMBER, primary_key=True),
        _owner("series", "series.number", _NUMBER),
        sa.Column("count", sa.Integer, nullable=False),
        *(
            sa.Column(name, sa.Double, nullable=False)
            for name in ("first_time", "last_time", "first_step", "last_step")
        ),
        *(sa.Column(name, sa.LargeBinary, nullable=False) for name in ("times", "steps", "points")),
        sqlite_autoincrement=True,
    )
    # It holds all that is needed to choose chunks, so that no blob is passed over.
    op.create_index(
        "series_chunks_of_series",
        "series_chunks",
        ["series", "first_time", "last_time", "first_step", "last_step", "count", "number"],
    )


def _create_buckets() -> None:
    op.create_table(
        "series_buckets",
        _owner("series", "series.number", _NUMBER, primary_key=True),
        sa.Column("axis", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("level", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("span", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )


def _owner(name: str, reference: str, kind: Any, *, primary_key: bool = False) -> sa.Column[Any]:
    return sa.Column(
        name,
        kind,
        sa.ForeignKey(reference, ondelete="CASCADE"),
        primary_key=primary_key,
        nullable=False,
        autoincrement=False,
    )


def _carry_over(connection: sa.Connection, log: sa.Table) -> None:
    parts = connection.execute(
        sa.text(
            "SELECT run, name, count, steps, points, times FROM series ORDER BY run, name, part"
        )
    )
    while rows := parts.fetchmany(_ROWS_AT_ONCE):
        op.bulk_insert(log, [_batch(*row) for row in rows])


def _batch(  # noqa: PLR0913, PLR0917 - the columns of a row
    run: int, name: str, count: int, steps: bytes, points: bytes, times: bytes | None
) -> dict[str, Any]:
    times = bytes(8 * count) if times is None else bytes(times)
    data = msgspec.msgpack.encode(([name], [count], bytes(steps), bytes(points), times))
    return {"run": run, "kind": _RECORDED, "folded": 0, "count": count, "data": data}
