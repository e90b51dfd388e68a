"""What an import did, and how far it has come."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct


class LeftOut(Struct, frozen=True):
    """Something that did not come over; the next import tries it again."""

    what: str
    reason: str


class Summary(Struct):
    """What an import added; what was there already is not counted, but for `unchanged`."""

    source: str
    experiments: int = 0
    runs: int = 0
    unchanged: int = 0
    """Runs that were there wholly."""
    points: int = 0
    files: int = 0
    size_bytes: int = 0
    """Of the files."""
    logged_models: int = 0
    models: int = 0
    versions: int = 0
    left_out: list[LeftOut] = []
    notes: list[str] = []
    """What the user should know of what came over."""


class Progress(Protocol):
    """Is told how far an import has come."""

    def begins(self, what: str, total: int | None) -> None:
        """Hear that a part of it begins, with so many items, where that is known."""

    def goes_on(self, summary: Summary) -> None:
        """Hear that an item has been taken."""


class Silent:
    """Hears and shows nothing."""

    def begins(self, what: str, total: int | None) -> None:
        """Hear that a part of it begins."""

    def goes_on(self, summary: Summary) -> None:
        """Hear that an item has been taken."""
