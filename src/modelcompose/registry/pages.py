"""Pages of what a search found, one after the other."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Generic, TypeVar

import msgspec
from msgspec import Struct

from modelcompose.errors import UsageError

_Item = TypeVar("_Item")


class Page(Struct, Generic[_Item], frozen=True):
    """Some of what was found."""

    items: Sequence[_Item]
    token: str | None = None
    """Asks for the next page; None on the last."""


class _Place(Struct):
    offset: int


def offset_of(token: str | None) -> int:
    """Give how many results lie before a page.

    Raises:
        UsageError: the token is none of ours.
    """
    if not token:
        return 0
    try:
        place = msgspec.json.decode(base64.b64decode(token, validate=True), type=_Place)
    except (binascii.Error, ValueError) as error:
        raise UsageError(f"Invalid page token: {token!r}") from error
    if not 0 <= place.offset < 1 << 53:
        raise UsageError(f"Invalid page token: {token!r}")
    return place.offset


def page(found: Sequence[_Item], offset: int, size: int) -> Page[_Item]:
    """Give a page of what was read for it: `size` results, and one more where there is one."""
    if len(found) <= size:
        return Page(found)
    token = base64.b64encode(msgspec.json.encode(_Place(offset + size))).decode()
    return Page(found[:size], token)
