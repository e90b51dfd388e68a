"""A program that logs batch after batch, says which are acknowledged, and compacts in between."""

from __future__ import annotations

import sys
from pathlib import Path

from modelcompose.database.database import Database
from modelcompose.tracking.series import chunks, compaction, growing
from modelcompose.tracking.series.points import batch
from modelcompose.tracking.series.store import SeriesStore

BATCH = 50


def main(path: str, run: int, first: int) -> None:
    """Log points whose step counts on from `first`, until somebody ends the program."""
    compaction.FOLD_ROWS, compaction.MOVE_POINTS, growing.BUCKETS_FROM = 4, 400, 1000
    chunks.CHUNK_POINTS = 256
    database = Database.at(Path(path))
    store = SeriesStore(database)
    while True:
        steps = range(first, first + BATCH)
        values, times = [step / 3 for step in steps], [1.7e9 + step for step in steps]
        with database.write() as connection:
            store.append(connection, run, batch(["loss"] * BATCH, values, steps, times))
        first += BATCH
        print(first, flush=True)  # noqa: T201 - the acknowledgement
        store.compact(run, is_idle=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
