"""What a container uses, as the engine measures it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

import msgspec

from modelcompose.engine import gpus
from modelcompose.engine.docker.api import Api
from modelcompose.engine.docker.http import Response
from modelcompose.engine.docker.patience import Patience
from modelcompose.engine.protocol import Sample
from modelcompose.errors import EngineError, EngineLost, EngineUnavailable

_FIRST_AFTER_S = 0.5
"""A step that ends sooner pays nothing for measuring."""
_NANOSECONDS = 1e9


class ContainerSampler:
    """Collects a container's samples from a thread of its own, once started.

    Attributes:
        due: when `start` is to be called, in the time of `time.monotonic`; infinity afterwards.
    """

    def __init__(self, api: Api, container: str, device_ids: Sequence[str] = ()) -> None:
        self.due = time.monotonic() + _FIRST_AFTER_S
        self._api = api
        self._path = f"/containers/{container}/stats"
        self._device_ids = device_ids
        self._samples: list[Sample] = []
        self._response: Response | None = None
        self._closed = threading.Event()
        self._thread = threading.Thread(
            target=self._collect, name=f"stats-{container[:12]}", daemon=True
        )

    def samples(self) -> list[Sample]:
        """Give the samples so far, oldest first."""
        return list(self._samples)

    def start(self) -> None:
        """Begin to measure."""
        self.due = float("inf")
        self._thread.start()

    def close(self) -> None:
        """Stop measuring."""
        self._closed.set()
        if self._response is not None:
            self._response.interrupt()

    def _collect(self) -> None:
        patience = Patience(self._closed)
        while not self._is_read_to_end(patience) and patience.has_more():
            pass

    def _is_read_to_end(self, patience: Patience) -> bool:
        """Read as long as the engine tells; False where it went away in the middle."""
        try:
            with closing(self._api.stream("GET", self._path, {"stream": True})) as response:
                self._response = response
                patience.renew()
                for line in lines(response):
                    if self._closed.is_set():
                        break
                    self._add(msgspec.json.decode(line))
        except (EngineLost, EngineUnavailable):
            return False
        except (EngineError, msgspec.MsgspecError):
            pass  # the container has gone; who waits for it tells
        return True

    def _add(self, stats: Mapping[str, Any]) -> None:
        if not self._closed.is_set() and (sample := sample_of(stats, time.time())) is not None:
            gpu = gpus.usage(self._device_ids)
            if gpu is not None:
                sample = msgspec.structs.replace(
                    sample, gpu_percent=gpu.percent, gpu_memory_bytes=gpu.memory_bytes
                )
            self._samples.append(sample)


def lines(parts: Iterator[bytes] | Response) -> Iterator[bytes]:
    """Give the lines of a body, without their ends."""
    rest = b""
    for part in parts:
        *complete, rest = (rest + part).split(b"\n")
        yield from (line for line in complete if line.strip())
    if rest.strip():
        yield rest


def sample_of(stats: Mapping[str, Any], moment: float) -> Sample | None:
    """Read one answer of the engine's statistics; None where the container does not run.

    Memory is what the container cannot give back at once: without the page cache's inactive part,
    as `docker stats` counts.
    """
    cpu_ns = _field(stats, "cpu_stats", "cpu_usage", "total_usage")
    memory = stats.get("memory_stats") or {}
    if not cpu_ns or not memory.get("usage"):
        return None
    details = memory.get("stats") or {}
    inactive = details.get("total_inactive_file", details.get("inactive_file", 0))
    networks = (stats.get("networks") or {}).values()
    blocks = _field(stats, "blkio_stats", "io_service_bytes_recursive") or ()
    return Sample(
        time=moment,
        cpu_s=cpu_ns / _NANOSECONDS,
        memory_bytes=max(0, memory["usage"] - inactive),
        disk_read_bytes=_blocks(blocks, "read"),
        disk_write_bytes=_blocks(blocks, "write"),
        network_in_bytes=sum(network.get("rx_bytes", 0) for network in networks),
        network_out_bytes=sum(network.get("tx_bytes", 0) for network in networks),
    )


def _blocks(entries: Sequence[Mapping[str, Any]], operation: str) -> int | None:
    """Add up what an engine tells of its disks; None where it tells of none."""
    if not entries:
        return None
    told: list[int] = [
        e.get("value", 0) for e in entries if str(e.get("op", "")).lower() == operation
    ]
    return sum(told)


def _field(document: Mapping[str, Any], *keys: str) -> Any:
    value: Any = document
    for key in keys:
        value = (value or {}).get(key)
    return value
