"""How the user wants a plan carried out."""

from __future__ import annotations

from msgspec import Struct


class Orders(Struct, frozen=True):
    """How the user wants a plan carried out."""

    jobs: int = 1
    """How many steps may run at once."""
    forced: frozenset[str] = frozenset()
    """The steps that run although they are fresh."""
