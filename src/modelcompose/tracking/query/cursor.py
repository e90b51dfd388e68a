"""Where a page ended: the values that its last row was sorted by, as an opaque token."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Sequence
from typing import Any

import msgspec

from modelcompose.errors import UsageError
from modelcompose.tracking.query.dialects import Clause
from modelcompose.tracking.query.ordering import Term

_decode = msgspec.msgpack.Decoder(tuple[int, list[float | int | str | None]]).decode


def token(found: Sequence[Term], cells: Sequence[Any]) -> str:
    """Give the token for the row that has these cells for the terms of its order."""
    data = msgspec.msgpack.encode((_fingerprint(found), list(cells)))
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def after(text: str, found: Sequence[Term]) -> Clause:
    """Give the condition that a row comes after the one that a token was made for.

    Raises:
        UsageError: the token is none, or of another order.
    """
    cells = _cells(text, found)
    alternatives: list[str] = []
    values: list[Any] = []
    equal: list[str] = []
    equal_values: list[Any] = []
    for term, cell in zip(found, cells, strict=True):
        if cell is None:  # the term before has told that all of these are NULL
            equal.append(f"({term.sql}) IS NULL")
            equal_values += term.values
            continue
        sign = "<" if term.is_descending else ">"
        alternatives.append(" AND ".join([*equal, f"({term.sql}) {sign} ?"]))
        values += [*equal_values, *term.values, cell]
        equal.append(f"({term.sql}) = ?")
        equal_values += [*term.values, cell]
    return "(" + " OR ".join(f"({one})" for one in alternatives) + ")", values


def _cells(text: str, found: Sequence[Term]) -> list[Any]:
    padded = text + "=" * (-len(text) % 4)
    try:
        fingerprint, cells = _decode(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, msgspec.DecodeError, ValueError) as error:
        raise UsageError(
            "page token: it is none that was given out", hint="begin again without a token"
        ) from error
    if fingerprint != _fingerprint(found) or len(cells) != len(found):
        raise UsageError(
            "page token: it is of a search with another order", hint="begin again without a token"
        )
    return cells


def _fingerprint(found: Sequence[Term]) -> int:
    said = [(term.sql, term.values, term.is_descending) for term in found]
    return zlib.crc32(msgspec.msgpack.encode(said))
