"""A report as it was read: pieces in their order, and what is wrong with them."""

from __future__ import annotations

from msgspec import Struct

from modelcompose.reporting.grammar import Block, FrontMatter


class Prose(Struct, frozen=True):
    """Markdown."""

    text: str
    line: int


class Placed(Struct, frozen=True):
    """A live block, and where it stands."""

    kind: str
    keys: Block
    source: str
    """What is between its fences."""
    line: int


class BlockFault(Struct, frozen=True, rename={"kind": "block"}):
    """What is wrong in a report."""

    line: int
    column: int
    message: str
    """What was found, and where in the block."""
    hint: str | None
    kind: str
    """The block's language, or `front`."""
    source: str = ""
    """What is between the block's fences."""
    start: int = 1
    """The line where the block begins."""


class Report(Struct, frozen=True):
    """A report."""

    title: str
    front: FrontMatter
    pieces: tuple[Prose | Placed | BlockFault, ...]
    faults: tuple[BlockFault, ...]
    references: str
    """Definitions of links, for all of its prose."""
    images: tuple[str, ...] = ()
    """Addresses of the images of its prose."""
