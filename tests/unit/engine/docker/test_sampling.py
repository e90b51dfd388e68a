"""The engine's statistics, read."""

from __future__ import annotations

from typing import Any

import pytest

from modelcompose.engine.docker.sampling import lines, sample_of


def stats(**memory: Any) -> dict[str, Any]:
    return {
        "cpu_stats": {"cpu_usage": {"total_usage": 2_500_000_000}},
        "memory_stats": {"usage": 1000, **memory},
        "networks": {"eth0": {"rx_bytes": 1, "tx_bytes": 2}, "eth1": {"rx_bytes": 10}},
        "blkio_stats": {
            "io_service_bytes_recursive": [
                {"op": "read", "value": 5},
                {"op": "Write", "value": 7},
                {"op": "read", "value": 6},
            ]
        },
    }


def test_counters_are_summed_over_devices() -> None:
    sample = sample_of(stats(), 12.0)

    assert sample is not None
    assert (sample.time, sample.cpu_s) == (12.0, 2.5)
    assert (sample.disk_read_bytes, sample.disk_write_bytes) == (11, 7)
    assert (sample.network_in_bytes, sample.network_out_bytes) == (11, 2)


@pytest.mark.parametrize(
    ("details", "used"),
    [({}, 1000), ({"inactive_file": 300}, 700), ({"total_inactive_file": 400}, 600)],
)
def test_memory_is_without_the_cache_that_can_be_given_back(
    details: dict[str, int], used: int
) -> None:
    sample = sample_of(stats(stats=details), 0)

    assert sample is not None
    assert sample.memory_bytes == used


def test_a_container_without_a_network_has_no_traffic() -> None:
    sample = sample_of({**stats(), "networks": None}, 0)

    assert sample is not None
    assert sample.network_in_bytes == 0


@pytest.mark.parametrize("entries", [None, []])
def test_an_engine_that_tells_nothing_of_its_disks_leaves_them_unknown(entries: object) -> None:
    sample = sample_of({**stats(), "blkio_stats": {"io_service_bytes_recursive": entries}}, 0)

    assert sample is not None
    assert (sample.disk_read_bytes, sample.disk_write_bytes) == (None, None)


def test_a_container_that_only_read_has_written_nothing() -> None:
    entries = [{"op": "read", "value": 5}]
    sample = sample_of({**stats(), "blkio_stats": {"io_service_bytes_recursive": entries}}, 0)

    assert sample is not None
    assert (sample.disk_read_bytes, sample.disk_write_bytes) == (5, 0)


def test_a_container_that_has_ended_gives_no_sample() -> None:
    assert (
        sample_of({"cpu_stats": {"cpu_usage": {"total_usage": 0}}, "memory_stats": {}}, 0) is None
    )


def test_lines_may_be_cut_anywhere() -> None:
    assert list(lines(iter([b'{"a"', b":1}\n\n{", b"}\n", b"{3}"]))) == [b'{"a":1}', b"{}", b"{3}"]
