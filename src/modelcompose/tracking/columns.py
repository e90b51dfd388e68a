"""Series and samples as columns of float64: compact, quick, and right for NaN and infinities."""

from __future__ import annotations

import math
import sys
from array import array
from collections.abc import Iterable, Sequence

import msgspec

from modelcompose.engine.protocol import Sample

SAMPLE_FIELDS = Sample.__struct_fields__
"""Names of a sample's columns, in order."""

_COUNTS = frozenset(name for name in SAMPLE_FIELDS if name.endswith("_bytes"))


def packed(numbers: Iterable[float]) -> bytes:
    """Give numbers as little-endian float64."""
    column = array("d", numbers)
    if sys.byteorder == "big":
        column.byteswap()
    return column.tobytes()


def unpacked(data: bytes) -> array[float]:
    """Give the numbers of `packed`."""
    column = array("d")
    column.frombytes(data)
    if sys.byteorder == "big":
        column.byteswap()
    return column


def pack_samples(samples: Sequence[Sample]) -> bytes:
    """Give samples as one column after the other, in the order of `SAMPLE_FIELDS`."""
    rows = [msgspec.structs.astuple(sample) for sample in samples]
    cells = (cell for column in zip(*rows, strict=True) for cell in column)
    return packed(math.nan if cell is None else cell for cell in cells)


def unpack_samples(fields: Sequence[str], count: int, data: bytes) -> list[Sample]:
    """Give the samples of `pack_samples`; fields that are unknown here are left out."""
    cells = unpacked(data)
    columns = {
        name: [_cell(name, value) for value in cells[i * count : (i + 1) * count]]
        for i, name in enumerate(fields)
        if name in SAMPLE_FIELDS
    }
    return [
        Sample(**dict(zip(columns, row, strict=True)))
        for row in zip(*columns.values(), strict=True)
    ]


def _cell(name: str, value: float) -> float | int | None:
    if math.isnan(value):
        return None
    return int(value) if name in _COUNTS else value
