"""Columns as bytes: as they are for the log, compressed for what stays."""

from __future__ import annotations

import sys
import zlib
from array import array
from collections.abc import Sequence
from itertools import accumulate, islice
from operator import lt, sub
from struct import Struct as Layout
from typing import Any

import msgspec

FAST = 1
"""The compression level: the others cost many times the CPU for some parts in a hundred."""

_PLAIN, _EVEN, _SHUFFLED, _WHOLE = range(4)
"""How a column of float64 is kept, its first byte: as it is, as its first number and difference,
shuffled and compressed, or as differences of whole numbers after a scaling."""

_REAL = Layout("<d")
_EVEN_COLUMN = Layout("<BIdd")
_WHOLE_COLUMN = Layout("<BHIqB")
_SCALES = (1, 1000, 10000)
"""Steps are whole numbers, times from an MLflow client whole milliseconds, values often rounded."""
_LARGEST_WHOLE = 2.0**53
_SMALLEST = 8
"""Columns below this length are not worth compressing."""

_WIDTHS = ((1, "b"), (2, "h"), (4, "i"), (8, "q"))
_encode = msgspec.msgpack.Encoder().encode
_decode_blobs = msgspec.msgpack.Decoder(list[bytes]).decode


def packed(column: array[float]) -> bytes:
    """Give numbers as little-endian float64."""
    if sys.byteorder == "big":
        column = column[:]
        column.byteswap()
    return column.tobytes()


def unpacked(data: bytes | memoryview) -> array[float]:
    """Give the numbers of `packed`."""
    return _numbers("d", data)


def compressed(column: array[float] | list[bytes]) -> bytes:
    """Give a column in the smallest form that is quick to make; every bit of it comes back."""
    if isinstance(column, list):
        return zlib.compress(_encode(column), FAST)
    if len(column) >= _SMALLEST:
        form = _even(column) or _whole(column)
        if form is not None:
            return form
        shuffled_column = bytes((_SHUFFLED,)) + zlib.compress(shuffled(packed(column), 8), FAST)
        if len(shuffled_column) <= 8 * len(column):
            return shuffled_column
    return bytes((_PLAIN,)) + packed(column)


def decompressed(data: bytes | memoryview) -> array[float]:
    """Give the numbers of `compressed`."""
    form = data[0]
    if form == _EVEN:
        _, count, first, difference = _EVEN_COLUMN.unpack(data)
        return _even_numbers(count, first, difference)
    if form == _SHUFFLED:
        return unpacked(unshuffled(zlib.decompress(memoryview(data)[1:]), 8))
    if form == _WHOLE:
        return _whole_numbers(data)
    return unpacked(memoryview(data)[1:])


def picked(data: bytes, places: Sequence[int]) -> list[float]:
    """Give some of the numbers of `compressed`, for less than all of them cost."""
    form = data[0]
    if form == _EVEN:
        _, _, first, difference = _EVEN_COLUMN.unpack(data)
        return [_even_number(place, first, difference) for place in places]
    if form == _SHUFFLED:
        raw = zlib.decompress(memoryview(data)[1:])
        count = len(raw) // 8
        return [_REAL.unpack(raw[place::count])[0] for place in places]
    if form == _WHOLE:
        scale, first, differences = _told_differences(data)
        whole = [first + sum(differences[:place]) for place in places]
        return [number / scale for number in whole]
    numbers = unpacked(memoryview(data)[1:])
    return [numbers[place] for place in places]


def is_even(data: bytes) -> bool:
    """Tell whether `compressed` keeps a first number and a difference alone."""
    return data[0] == _EVEN


def is_rising(data: bytes, numbers: array[float] | None = None) -> bool:
    """Tell whether each number of `compressed` is larger than the one before.

    Args:
        data: the column.
        numbers: those of it, where they are known already.
    """
    if data[0] == _EVEN:
        _, count, first, difference = _EVEN_COLUMN.unpack(data)
        if _is_counted(first, difference) and abs(first) + difference * count <= _LARGEST_WHOLE:
            return bool(difference > 0)
    if numbers is None:
        numbers = decompressed(data)
    return all(map(lt, numbers, islice(numbers, 1, None)))


def decompressed_blobs(data: bytes | memoryview) -> list[bytes]:
    """Give the blobs of `compressed`."""
    return _decode_blobs(zlib.decompress(data))


def shuffled(data: bytes, width: int) -> bytes:
    """Give all first bytes of items of a width, then all second ones, and so on."""
    return b"".join(data[place::width] for place in range(width))


def unshuffled(data: bytes, width: int) -> bytes:
    """Give the bytes of `shuffled` in their order."""
    count = len(data) // width
    ordered = bytearray(len(data))
    for place in range(width):
        ordered[place::width] = data[place * count : (place + 1) * count]
    return bytes(ordered)


def _even(column: array[float]) -> bytes | None:
    difference = column[1] - column[0]
    if column[-1] != column[0] + difference * (len(column) - 1):  # most are told apart here
        return None
    form = _EVEN_COLUMN.pack(_EVEN, len(column), column[0], difference)
    # Bytes, since numbers that are equal need not be the same: 0.0 and -0.0.
    if packed(_even_numbers(len(column), column[0], difference)) == packed(column):
        return form
    return None


def _even_numbers(count: int, first: float, difference: float) -> array[float]:
    if not difference:
        return array("d", (first,)) * count
    if _is_counted(first, difference):
        start, by = int(first), int(difference)
        return array("d", list(range(start, start + by * count, by)))
    return array("d", [first + difference * place for place in range(count)])


def _even_number(place: int, first: float, difference: float) -> float:
    """Give the number of `_even_numbers` at a place."""
    if not difference:
        return first  # which may be -0.0
    if _is_counted(first, difference):
        return float(int(first) + int(difference) * place)
    return first + difference * place


def _is_counted(first: float, difference: float) -> bool:
    """Tell whether numbers are made as whole ones."""
    is_whole = first.is_integer() and difference.is_integer()
    return is_whole and max(abs(first), abs(difference)) <= _LARGEST_WHOLE


def _whole(column: array[float]) -> bytes | None:
    for scale in _SCALES:
        try:
            if any(round(column[i] * scale) / scale != column[i] for i in (0, 1, -1)):
                continue
            whole = [round(number * scale) for number in column]
        except (ValueError, OverflowError):  # NaN and infinities
            return None
        if packed(array("d", [number / scale for number in whole])) == packed(column):
            return _differences(whole, scale)
    return None


def _differences(whole: list[int], scale: int) -> bytes | None:
    differences = list(map(sub, whole[1:], whole))
    bits = max(max(differences).bit_length(), min(differences).bit_length()) + 1
    width, code = next(((w, c) for w, c in _WIDTHS if bits <= 8 * w), (0, ""))
    if not width or abs(whole[0]).bit_length() >= 64:  # noqa: PLR2004 - bits of the first number
        return None
    data = array(code, differences)
    if sys.byteorder == "big":
        data.byteswap()
    head = _WHOLE_COLUMN.pack(_WHOLE, scale, len(whole), whole[0], width)
    return head + zlib.compress(shuffled(data.tobytes(), width), FAST)


def _whole_numbers(data: bytes | memoryview) -> array[float]:
    scale, first, differences = _told_differences(data)
    whole = list(accumulate(differences, initial=first))
    return array("d", whole if scale == 1 else [number / scale for number in whole])


def _told_differences(data: bytes | memoryview) -> tuple[int, int, array[int]]:
    """Give the scale, the first whole number, and by how much each is more than the last."""
    _, scale, _, first, width = _WHOLE_COLUMN.unpack_from(data)
    raw = unshuffled(zlib.decompress(memoryview(data)[_WHOLE_COLUMN.size :]), width)
    return scale, first, _numbers(dict(_WIDTHS)[width], raw)


def _numbers(code: str, data: bytes | memoryview) -> array[Any]:
    column = array(code)
    column.frombytes(data)
    if sys.byteorder == "big":
        column.byteswap()
    return column
