"""How versioned data stands, and what adding it did: values."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from modelcompose.store.content import Content
from modelcompose.versioning.changes import Change

State = Literal["fresh", "modified", "partial", "missing", "new", "unknown"]


class Standing(Struct, frozen=True):
    """How a versioned path stands to its version."""

    path: str
    state: State
    """`partial`: files that were never pulled are all that lacks.

    `new`: declared in `x-ml.data`, and not yet added; `unknown`: the engine cannot say.
    """
    locked: Content | None
    present: Content | None
    changes: tuple[Change, ...] = ()
    """What differs, where the listing of the version is at hand."""
    is_stored: bool = False
    """Whether it lies in the store alone (`link: mount`)."""
    tracker: Literal["dvc"] | None = None
    """Who says what the version is, where ml.lock does not."""
    reason: str | None = None
    """Why it is `unknown`."""


class Added(Struct, frozen=True):
    """What adding a path did."""

    path: str
    content: Content
    before: Content | None
    changes: tuple[Change, ...]
    is_ignored: bool
    """Whether a line for it was written to `.gitignore`."""
    is_stored: bool = False
    """Whether it lies in the store alone from now on (`link: mount`)."""
