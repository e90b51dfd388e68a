from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from modelcompose.hub.importing.event_files import Damage, masked_sum, records, values_of
from modelcompose.hub.importing.event_values import images_of, in_words


def framed(data: bytes) -> bytes:
    head = struct.pack("<Q", len(data))
    ends = struct.pack("<I", masked_sum(head)), struct.pack("<I", masked_sum(data))
    return head + ends[0] + data + ends[1]


def field(number: int, content: Any) -> bytes:
    """Give a field of protobuf, of less than 128 bytes."""
    if isinstance(content, float):
        return bytes([number << 3 | 1]) + struct.pack("<d", content)
    if isinstance(content, int):
        return bytes([number << 3, content])
    return bytes([number << 3 | 2, len(content), *content])


def event(value: bytes) -> bytes:
    return field(1, 5.0) + field(2, 7) + field(5, field(1, value))


def plugin(name: bytes) -> bytes:
    return field(9, field(1, field(1, name)))


def test_the_checksum_is_that_of_tensorflow() -> None:
    # From the record of 24 bytes that begins each event file of version 2.
    assert masked_sum(b"\x18" + bytes(7)) == 0x224B7FA3


def test_a_scalar_in_a_tensor_is_a_number() -> None:
    tensor = field(1, 1) + field(4, struct.pack("<f", 0.5))
    (value,) = values_of(event(field(1, b"loss") + field(8, tensor) + plugin(b"scalars")))
    assert (value.tag, value.step, value.time_s, in_words(value)) == (
        "loss",
        7,
        5.0,
        ("number", 0.5),
    )


def test_a_histogram_in_a_tensor_is_one() -> None:
    rows = struct.pack("<6d", 0.0, 1.0, 3.0, 1.0, 2.0, 4.0)
    tensor = field(1, 2) + field(4, rows)
    (value,) = values_of(event(field(1, b"w") + field(8, tensor) + plugin(b"histograms")))
    kept = in_words(value)
    assert kept is not None
    assert isinstance(kept[1], bytes)
    assert json.loads(kept[1]) == {"edges": [0.0, 1.0, 2.0], "counts": [3.0, 4.0]}


def test_images_in_a_tensor_are_images_and_no_text() -> None:
    tensor = field(1, 7) + field(8, b"4") + field(8, b"3") + field(8, b"\x89PNG one")
    (value,) = values_of(event(field(1, b"w") + field(8, tensor) + plugin(b"images")))
    assert in_words(value) is None
    assert images_of(value) == [b"\x89PNG one"]


def test_a_file_is_read_up_to_the_first_record_that_is_not_whole(tmp_path: Path) -> None:
    file = tmp_path / "events"
    whole = framed(b"one") + framed(b"two")
    for tail, at in ((b"", None), (b"\x01", 38), (framed(b"three")[:-1], 38)):
        file.write_bytes(whole + tail)
        damage = Damage()
        assert list(records(file, damage)) == [b"one", b"two"]
        assert damage.at == at
    file.write_bytes(whole[:20] + b"X" + whole[21:])
    assert list(records(file)) == [b"one"]


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail(data: bytes) -> None:
    for value in values_of(data):
        in_words(value)
        images_of(value)
    for value in values_of(field(5, field(1, data)) if len(data) < 120 else data):
        in_words(value)
        images_of(value)
