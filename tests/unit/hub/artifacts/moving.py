"""Artifacts moved in tests, whatever keeps them."""

from __future__ import annotations

from contextlib import closing

from modelcompose.hub.artifacts.paths import Parts
from modelcompose.hub.artifacts.protocol import Artifacts


def write(artifacts: Artifacts, path: Parts, *pieces: bytes) -> None:
    writing = artifacts.create(path)
    for piece in pieces:
        writing.write(piece)
    writing.commit()


def read(artifacts: Artifacts, path: Parts, start: int = 0, stop: int | None = None) -> bytes:
    with closing(artifacts.open(path)) as reading:
        return b"".join(reading.chunks(start, reading.size_bytes if stop is None else stop))


def part(artifacts: Artifacts, upload: str, number: int, data: bytes) -> tuple[int, str]:
    writing = artifacts.create_part(upload, number)
    writing.write(data)
    writing.commit()
    return number, writing.tag
