"""Many writers to one hub, over both databases: each point once, whoever reads meanwhile."""

from __future__ import annotations

import http.client
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from tests import hub_server
from tests.workbench import wait_until
from tests.writers import BATCH, check, new_runs, pages, writers_of

BATCHES = 30
"""Of each writer, at least."""
PAGES_WHILE_LOGGING = 5


def test_no_writer_is_refused_and_every_point_is_there_once(
    tmp_path: Path, database_url: str
) -> None:
    with hub_server.running(tmp_path, database_url) as hub:
        writers = writers_of(lambda: hub.address, new_runs(hub.address, 3), 12)
        for writer in writers:
            writer.start()
        wait_until(
            lambda: all(len(writer.acknowledged) >= BATCHES for writer in writers),
            "batches of every writer",
        )
        for writer in writers:
            writer.stop()
        assert check(hub.address, writers) >= len(writers) * BATCHES * (BATCH + 1)


def test_pages_read_while_others_log_have_every_earlier_point_once(
    tmp_path: Path, database_url: str
) -> None:
    with hub_server.running(tmp_path, database_url) as hub:
        writers = writers_of(lambda: hub.address, new_runs(hub.address, 1), 3)
        for writer in writers:
            writer.start()
        wait_until(
            lambda: all(len(writer.acknowledged) >= BATCHES for writer in writers),
            "batches of every writer",
        )
        first = writers[0]
        known = len(first.acknowledged)
        steps: Counter[int] = Counter()
        for number, page in enumerate(pages(hub.address, first.run_id, first.key, size=170)):
            steps.update(page)
            if number == PAGES_WHILE_LOGGING:
                for writer in writers:
                    writer.stop()
    assert max(steps.values()) == 1
    assert set(range(known * BATCH)) <= steps.keys()


def test_a_connection_that_is_kept_waits_for_no_acknowledgement_of_the_system(
    tmp_path: Path,
) -> None:
    with hub_server.running(tmp_path) as hub:
        parts = urlsplit(hub.address)
        times_s = []
        with closing(http.client.HTTPConnection(str(parts.hostname), parts.port)) as connection:
            for _ in range(15):
                began = time.perf_counter()
                connection.request("GET", "/api/2.0/mlflow/experiments/get?experiment_id=0")
                assert connection.getresponse().read()
                times_s.append(time.perf_counter() - began)
    assert median(times_s) < 0.03, "Nagle's algorithm costs 40 ms"
