"""A container's log, followed to its end, each byte once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Literal

from modelcompose.engine.docker.api import Api, Refusal
from modelcompose.engine.docker.http import Response
from modelcompose.engine.docker.patience import Patience
from modelcompose.engine.protocol import LogSink
from modelcompose.errors import EngineLost, EngineUnavailable

Stream = Literal["stdout", "stderr"]

_STREAMS: dict[int, Stream] = {1: "stdout", 2: "stderr"}
_HEADER_BYTES = 8
_END_APART_S = 1.0
"""How far apart the ends of a container and of its log may be seen. A log that ends much before
was cut off by an engine that restarts."""
_PATIENCE_S = 10.0
"""How long a log that does not go on is waited for once its container has ended."""


class Demultiplexer:
    """Takes apart the two streams that the engine sends as one.

    Each frame is a header (stream, three zero bytes, length as 32 bits big-endian) and bytes.
    """

    def __init__(self) -> None:
        self._header = bytearray()
        self._stream: Stream | None = None
        self._left = 0

    def feed(self, data: bytes) -> Iterator[tuple[Stream, bytes]]:
        """Give what these bytes hold, also where a frame is not complete yet."""
        at = 0
        while at < len(data):
            if self._left == 0:
                at = self._take_header(data, at)
                continue
            part = data[at : at + self._left]
            at += len(part)
            self._left -= len(part)
            if self._stream is not None:
                yield self._stream, part

    def _take_header(self, data: bytes, at: int) -> int:
        end = at + _HEADER_BYTES - len(self._header)
        self._header += data[at:end]
        if len(self._header) == _HEADER_BYTES:
            self._stream = _STREAMS.get(self._header[0])
            self._left = int.from_bytes(self._header[4:], "big")
            self._header.clear()
        return min(end, len(data))


class LogFollower:
    """Hands a container's log to a sink, from a thread of its own.

    When the connection breaks, the log is read anew and what the sink has had is left out.

    Attributes:
        error: what the sink raised, if it did; the log is then read no further.
    """

    def __init__(self, api: Api, container: str, sink: LogSink, failed: Callable[[], None]) -> None:
        self.error: BaseException | None = None
        self._api = api
        self._path = f"/containers/{container}/logs"
        self._sink = sink
        self._failed = failed
        self._given: dict[Stream, int] = {"stdout": 0, "stderr": 0}
        self._response: Response | None = None
        self._container_ended = threading.Event()
        self._given_up = threading.Event()
        name = f"log-{container[:12]}"
        self._thread = threading.Thread(target=self._follow, name=name, daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """Return when the sink has had everything; to be called once the container has ended."""
        self._container_ended.set()
        given = -1
        while self._thread.is_alive() and given != sum(self._given.values()):
            given = sum(self._given.values())
            self._thread.join(_PATIENCE_S)
        while self._thread.is_alive() and (response := self._response) is not None:
            response.interrupt()  # it is read again, now without waiting for more
            self._thread.join(_PATIENCE_S)

    def abandon(self) -> None:
        """Give the sink no more, whatever there is: the engine has gone."""
        self._given_up.set()
        self._container_ended.set()
        if (response := self._response) is not None:
            response.interrupt()
        self._thread.join()

    def _follow(self) -> None:
        try:
            patience = Patience(self._given_up)
            while not self._is_read_to_end(patience) and patience.has_more():
                pass
        except BaseException as error:  # noqa: BLE001 - Execution.wait raises it in its caller
            self.error = error
            self._failed()

    def _is_read_to_end(self, patience: Patience) -> bool:
        """Read once through the log; the end counts only when the container has ended too."""
        try:
            self._read(patience)
        except Refusal:
            return True  # there is no such container any more: the one who waits for it says why
        except (EngineLost, EngineUnavailable):
            return False
        return self._container_ended.wait(_END_APART_S)

    def _read(self, patience: Patience) -> None:
        query = {"stdout": True, "stderr": True, "follow": not self._container_ended.is_set()}
        had = dict(self._given)
        with closing(self._api.stream("GET", self._path, query)) as response:
            self._response = response
            demultiplexer = Demultiplexer()
            for data in response:
                for stream, part in demultiplexer.feed(data):
                    new = part[had[stream] :]
                    had[stream] -= len(part) - len(new)
                    if new:
                        patience.renew()
                        self._sink(stream, new)
                        self._given[stream] += len(new)
