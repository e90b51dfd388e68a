"""What every part of the hub works with."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from msgspec import Struct, field

from modelcompose.database.database import Database
from modelcompose.hub.artifacts.protocol import Artifacts
from modelcompose.hub.beside.beside import Beside
from modelcompose.hub.delivery import Deliveries
from modelcompose.tracking.series.store import SeriesStore

_THREADS = 16


class Hub(Struct, frozen=True):
    """The parts of one hub; one value for the life of the program."""

    database: Database
    home: Path
    """The folder of logs, artifacts and the content store."""
    series: SeriesStore
    artifacts: Artifacts
    threads: ThreadPoolExecutor
    """Where long calls run; with PostgreSQL all calls."""
    deliveries: Deliveries
    """What is told to webhooks."""
    clock: Callable[[], float] = time.time
    """Gives seconds since the epoch."""
    beside: Beside = field(default_factory=Beside)
    """What it sees of the projects that it stands beside."""

    def close(self) -> None:
        """Wait for what is under way, and give back what is held."""
        self.deliveries.stop()
        self.threads.shutdown(wait=True)
        self.database.close()


def open_hub(
    url: str | Path,
    home: Path,
    clock: Callable[[], float] = time.time,
    *,
    artifacts: str | None = None,
) -> Hub:
    """Open the hub over a database and a home folder.

    Args:
        url: what `Database.at` takes.
        home: the folder of logs, artifacts and the content store.
        clock: gives seconds since the epoch.
        artifacts: a folder or a bucket for them; by default a folder in the home folder.

    Raises:
        DatabaseError: the database cannot be opened.
        UsageError: an address is of another kind.
    """
    from modelcompose.hub.artifacts.places import open_artifacts

    place = open_artifacts(home, clock(), artifacts)
    database = Database.at(url)
    return Hub(
        database,
        home,
        SeriesStore(database),
        place,
        ThreadPoolExecutor(_THREADS, thread_name_prefix="hub"),
        Deliveries(database, clock),
        clock,
    )
