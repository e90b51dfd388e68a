"""Two streams sent as one."""

from __future__ import annotations

import pytest

from modelcompose.engine.docker.logs import Demultiplexer


def frame(stream: int, data: bytes) -> bytes:
    return bytes([stream, 0, 0, 0]) + len(data).to_bytes(4, "big") + data


SENT = frame(1, b"out") + frame(2, b"error") + frame(1, b"") + frame(1, b"\x01\x00\xff")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 100])
def test_frames_may_be_cut_anywhere(size: int) -> None:
    demultiplexer = Demultiplexer()
    parts = [
        part
        for at in range(0, len(SENT), size)
        for part in demultiplexer.feed(SENT[at : at + size])
    ]

    assert b"".join(data for stream, data in parts if stream == "stdout") == b"out\x01\x00\xff"
    assert b"".join(data for stream, data in parts if stream == "stderr") == b"error"
    assert list(dict.fromkeys(stream for stream, _ in parts)) == ["stdout", "stderr"]
