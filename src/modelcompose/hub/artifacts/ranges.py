"""Which bytes of an artifact a request asks for."""

from __future__ import annotations

import re

_RANGE = re.compile(r"bytes=\s*(\d*)\s*-\s*(\d*)\s*")
_MOST_DIGITS = 18


def asked_range(header: str | None, size_bytes: int) -> tuple[int, int] | None:
    """Give the first byte and the one after the last; None where the whole is wanted.

    More than one range in a request, and what cannot be read, ask for the whole, as the
    standard lets a server decide.

    Raises:
        ValueError: no byte of it is there.

    Source:
        RFC 9110, 14.1.2 and 14.2.
    """
    match = None if header is None else _RANGE.fullmatch(header)
    if match is None or any(len(digits) > _MOST_DIGITS for digits in match.groups()):
        return None
    first, last = match.groups()
    if first:
        start, stop = int(first), size_bytes if not last else min(int(last) + 1, size_bytes)
        if last and int(last) < start:
            return None
    elif last:
        start, stop = max(size_bytes - int(last), 0), size_bytes
    else:
        return None
    if start >= stop:
        raise ValueError(header)
    return start, stop
