"""What the values of event files mean: scalars, texts, histograms, images, hyperparameters."""

from __future__ import annotations

import json
import struct
from array import array
from collections.abc import Sequence

from modelcompose.hub.importing.event_files import Value, doubles, fields, several, single

HPARAMS_TAG = b"_hparams_/session_start_info"

_DOUBLE = struct.Struct("<d")
_CODES = {1: "f", 2: "d", 3: "i", 9: "q"}
"""Types of tensors, as they number them, as arrays have them."""
_PACKED = {1: 5, 2: 6, 3: 7, 9: 10}
"""Where a tensor keeps its numbers when it keeps them one by one."""
_STRINGS = 8
_TRIPLE = 3
_NUMBER_VALUE, _STRING_VALUE, _BOOL_VALUE = 2, 3, 4
"""Fields of `google.protobuf.Value`."""

Content = tuple[str, float | bytes]
"""The kind of a series, and a value of it."""


def in_words(value: Value) -> Content | None:
    """Give what a value is as a point of a series; None where it is none."""
    try:
        return _content(value)
    except (ValueError, IndexError, KeyError, struct.error):
        return None


def images_of(value: Value) -> Sequence[bytes]:
    """Give the images of a value, as files have them."""
    if value.image is not None:
        return [value.image]
    if value.plugin == "images" and value.tensor is not None:
        try:
            return several(value.tensor, _STRINGS)[2:]  # the first two are width and height
        except (ValueError, IndexError):
            return ()
    return ()


def hparams_of(value: Value) -> dict[str, str]:
    """Give the parameters that a value of the hparams plugin tells."""
    if value.plugin != "hparams":
        return {}
    found: dict[str, str] = {}
    try:
        for start in several(value.content, 3):
            for entry in several(start, 1):
                name = (single(entry, 1) or b"").decode(errors="replace")
                found[name] = _parameter(single(entry, 2) or b"")
    except (ValueError, IndexError, struct.error):
        return found
    return found


def histogram(edges: Sequence[float], counts: Sequence[float]) -> bytes:
    """Give a histogram as the hub keeps it: JSON of `edges` and one count less."""
    return json.dumps({"edges": list(edges), "counts": list(counts)}).encode()


def _content(value: Value) -> Content | None:
    if value.number is not None:
        return "number", value.number
    if value.histogram is not None:
        return "histogram", _old_histogram(value.histogram)
    if value.tensor is None or value.plugin in ("hparams", "images"):
        return None
    if value.plugin == "histograms":
        return "histogram", _new_histogram(_numbers(value.tensor))
    texts = several(value.tensor, _STRINGS)
    if texts:
        return "text", b"\n".join(texts)
    numbers = _numbers(value.tensor)
    return ("number", float(numbers[0])) if len(numbers) == 1 else None


def _numbers(tensor: bytes) -> Sequence[float]:
    kind = next((number for name, number in fields(tensor) if name == 1), 0)
    if not isinstance(kind, int) or kind not in _CODES:
        return ()
    column: array[float] = array(_CODES[kind])
    content = single(tensor, 4)
    if content:
        column.frombytes(content)
        return column
    found = [each for name, each in fields(tensor) if name == _PACKED[kind]]
    if kind in (1, 2):
        column.frombytes(b"".join(each for each in found if isinstance(each, bytes)))
        return column
    return [float(each) for each in found if isinstance(each, int)]


def _old_histogram(data: bytes) -> bytes:
    limits, counts = doubles(data, 6), doubles(data, 7)
    lowest = single(data, 1)
    first = _DOUBLE.unpack(lowest)[0] if lowest else 0.0
    # The last of their limits is the largest number there is, and the first bucket is empty.
    highest = single(data, 2)
    last = _DOUBLE.unpack(highest)[0] if highest else limits[-1]
    edges = [
        min(first, limits[0]),
        *limits[:-1],
        max(last, limits[-2] if len(limits) > 1 else last),
    ]
    return histogram(edges, counts)


def _new_histogram(numbers: Sequence[float]) -> bytes:
    rows = [numbers[i : i + _TRIPLE] for i in range(0, len(numbers), _TRIPLE)]
    edges = [row[0] for row in rows] + [rows[-1][1]] if rows else []
    return histogram(edges, [row[2] for row in rows])


def _parameter(data: bytes) -> str:
    """Give a `google.protobuf.Value` as text."""
    for name, content in fields(data):
        if name == _NUMBER_VALUE and isinstance(content, bytes):
            number = _DOUBLE.unpack(content)[0]
            return str(int(number)) if number.is_integer() else repr(number)
        if name == _STRING_VALUE and isinstance(content, bytes):
            return content.decode(errors="replace")
        if name == _BOOL_VALUE:
            return "True" if content else "False"
    return ""
