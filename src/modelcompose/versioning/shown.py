"""The views of a store that somebody still looks at: containers mount them, or did lately."""

from __future__ import annotations

import os
import time

from msgspec import Struct

from modelcompose.errors import EngineError
from modelcompose.store.store import Store
from modelcompose.store.views import Views, shown_at


class Shown(Struct, frozen=True):
    """What views show."""

    digests: frozenset[str]
    """Of the contents that are shown, which must stay."""
    is_sure: bool
    """Whether the engine told which containers mount them: else none may be cleared."""


def shown(store: Store, since_s: float) -> Shown:
    """Find what is mounted by any container, running or stopped, or was used lately.

    Args:
        store: whose views.
        since_s: seconds for which a view counts as used.
    """
    views = Views(store)
    digests = set(views.used_since(time.time() - since_s))
    if not any(views.digests()):
        return Shown(frozenset(), is_sure=True)
    try:
        digests |= set(shown_at(_bound()))
    except EngineError:
        return Shown(frozenset(views.digests()), is_sure=False)
    return Shown(frozenset(digests), is_sure=True)


def _bound() -> list[str]:
    from modelcompose.engine import open_engine

    try:
        return open_engine("docker").volumes().bound()
    except EngineError:
        if (os.environ.get("MODELCOMPOSE_ENGINE") or "docker") == "docker":
            raise
        return []  # another engine mounts nothing
