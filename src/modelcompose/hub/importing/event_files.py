"""Reads TensorBoard's event files: their framing, and the few fields of protobuf that count.

Source: https://www.tensorflow.org/tutorials/load_data/tfrecord (the framing), and `event.proto`,
`summary.proto`, `tensor.proto` below https://github.com/tensorflow/tensorboard/tree/master/tensorboard/compat/proto
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

_HEAD = struct.Struct("<QI")
_TAIL = struct.Struct("<I")
_DOUBLE = struct.Struct("<d")
_FLOAT = struct.Struct("<f")
_MASK = 0xA282EAD8
_LARGEST_BYTES = 1 << 30
_CHECKED_BYTES = 4096
"""Longer records are not checked: the sum in Python would take longer than all else."""

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_TIME, _STEP, _SUMMARY = 1, 2, 5
"""Fields of an event."""
_TIME_KEY = b"\x09"
_TIME_END = 9
_MORE = 0x80
_LONGEST_SHIFT = 63

Field = tuple[int, int | bytes]


class Value(Struct, frozen=True):
    """One value of a summary, its content still as protobuf has it."""

    tag: str
    step: float
    time_s: float
    number: float | None
    """Of the plain field for scalars."""
    image: bytes | None
    histogram: bytes | None
    tensor: bytes | None
    plugin: str
    content: bytes
    """What the plugin says of the tag."""


class Damage:
    """Where a file ends before its time."""

    def __init__(self) -> None:
        self.at: int | None = None


def records(file: Path, damage: Damage | None = None) -> Iterator[bytes]:
    """Give the records of a file, up to the first that is not whole: it may still be written.

    Args:
        file: of events.
        damage: is told where that was, unless the file ends with a whole record.
    """
    damage = damage or Damage()
    with file.open("rb") as stream:
        place = 0
        while head := stream.read(_HEAD.size):
            length, checksum = _HEAD.unpack(head) if len(head) == _HEAD.size else (0, -1)
            if masked_sum(head[:8]) != checksum or length > _LARGEST_BYTES:
                damage.at = place
                return
            data, tail = stream.read(length), stream.read(_TAIL.size)
            if len(data) < length or len(tail) < _TAIL.size or not _is_whole(data, tail):
                damage.at = place
                return
            yield data
            place += _HEAD.size + length + _TAIL.size


def values_of(record: bytes) -> Iterator[Value]:
    """Give the values of a record; none where it is no summary, or no protobuf at all."""
    try:
        time_s, step, summary = 0.0, 0, b""
        for number, content in fields(record):
            if number == _TIME and isinstance(content, bytes):
                time_s = _DOUBLE.unpack(content)[0]
            elif number == _STEP and isinstance(content, int):
                step = content - (1 << 64) if content >> 63 else content
            elif number == _SUMMARY and isinstance(content, bytes):
                summary = content
        found = [_value(content, step, time_s) for content in several(summary, 1)]
    except (ValueError, IndexError, struct.error):
        return
    yield from found


def time_of(record: bytes) -> float | None:
    """Give when a record was written, in seconds since the epoch."""
    if record[:1] != _TIME_KEY or len(record) < _TIME_END:
        return None
    time_s: float = _DOUBLE.unpack(record[1:_TIME_END])[0]
    return time_s


def fields(data: bytes) -> Iterator[Field]:
    """Give the fields of a message of protobuf: numbers whole, all else as bytes.

    Raises:
        ValueError: it is none.
    """
    place, end = 0, len(data)
    while place < end:
        key, place = _varint(data, place)
        kind = key & 7
        if kind == _VARINT:
            number, place = _varint(data, place)
            yield key >> 3, number
            continue
        if kind == _BYTES:
            length, place = _varint(data, place)
        elif kind in (_FIXED64, _FIXED32):
            length = 8 if kind == _FIXED64 else 4
        else:
            raise ValueError(f"no protobuf: wire type {kind}")
        if place + length > end:
            raise ValueError("no protobuf: a field goes beyond its message")
        yield key >> 3, data[place : place + length]
        place += length


def several(data: bytes, number: int) -> list[bytes]:
    """Give all messages or texts of a field."""
    return [each for found, each in fields(data) if found == number and isinstance(each, bytes)]


def single(data: bytes, number: int) -> bytes | None:
    """Give the message or text of a field, the last one; None where it is not there."""
    found = several(data, number)
    return found[-1] if found else None


def doubles(data: bytes, number: int) -> array[float]:
    """Give the numbers of a repeated field of doubles, packed or not."""
    column = array("d")
    column.frombytes(b"".join(several(data, number)))
    return column


def masked_sum(data: bytes) -> int:
    """Give the checksum that TensorFlow writes behind data: CRC-32C, rotated, plus a constant."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + _MASK) & 0xFFFFFFFF


def _value(data: bytes, step: int, time_s: float) -> Value:
    parts = dict(fields(data))
    number = parts.get(2)
    metadata = _bytes(parts.get(9)) or b""
    plugin = single(metadata, 1) or b""
    image = _bytes(parts.get(4))
    return Value(
        tag=(_bytes(parts.get(1)) or b"").decode(errors="replace"),
        step=step,
        time_s=time_s,
        number=_FLOAT.unpack(number)[0] if isinstance(number, bytes) else None,
        image=None if image is None else single(image, 4),
        histogram=_bytes(parts.get(5)),
        tensor=_bytes(parts.get(8)),
        plugin=(single(plugin, 1) or b"").decode(errors="replace"),
        content=single(plugin, 2) or b"",
    )


def _bytes(content: int | bytes | None) -> bytes | None:
    return content if isinstance(content, bytes) else None


def _varint(data: bytes, place: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = data[place]
        place += 1
        number |= (byte & 0x7F) << shift
        if byte < _MORE:
            return number, place
        shift += 7
        if shift > _LONGEST_SHIFT:
            raise ValueError("no protobuf: a number without end")


def _is_whole(data: bytes, tail: bytes) -> bool:
    return len(data) > _CHECKED_BYTES or masked_sum(data) == _TAIL.unpack(tail)[0]


def _table() -> list[int]:
    table = []
    for number in range(256):
        crc = number
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
        table.append(crc)
    return table


_TABLE = _table()
