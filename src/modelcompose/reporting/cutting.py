"""A report's text in pieces: its front matter, prose, and fenced blocks. Pure.

What a fence is, CommonMark says: one in a list, a quote or a comment is none of ours, so a report
may show how a block is written.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from msgspec import Struct

_FENCE = re.compile(r"-{3,}\s*")


class Cut(Struct, frozen=True):
    """A piece of a report."""

    kind: str
    """`prose`, `front` for the front matter, or the language of a live block."""
    text: str
    """Prose as it stands; what is between the fences of a block."""
    line: int
    """Where it begins, counted from 1; of a block its opening fence."""
    body_line: int
    """Where its text begins."""


class Pieces(Struct, frozen=True):
    """All of a report."""

    cuts: tuple[Cut, ...]
    references: str
    """The definitions of links, `[name]: address`, wherever they stand: prose is shown by piece."""
    images: tuple[str, ...]
    """The addresses of its images, as they stand there."""


def cut(text: str, languages: Collection[str]) -> Pieces:
    """Cut a report into pieces, in their order.

    Args:
        text: of the file.
        languages: of the fenced blocks that are pieces of their own; others stay prose.
    """
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    front = _front_end(lines)
    cuts: list[Cut] = []
    if front:
        cuts.append(Cut("front", "\n".join(lines[1 : front - 1]) + "\n", 1, 2))
    from markdown_it import MarkdownIt

    env: dict[str, dict[str, dict[str, str]]] = {}
    tokens = MarkdownIt("commonmark").enable("table").parse("\n".join(lines[front:]), env)
    at = front
    for token in tokens:
        words = token.info.split()
        if token.type != "fence" or token.level or not words or words[0] not in languages:
            continue
        start, end = (front + line for line in token.map or (0, 0))
        cuts += _prose(lines, at, start)
        cuts.append(Cut(words[0], token.content, start + 1, start + 2))
        at = end
    cuts += _prose(lines, at, len(lines))
    images = [
        str(inner.attrs.get("src", ""))
        for token in tokens
        for inner in token.children or ()
        if inner.type == "image"
    ]
    return Pieces(tuple(cuts), _references(env.get("references", {})), tuple(images))


def _front_end(lines: list[str]) -> int:
    """Give how many lines the front matter has, its fences among them; 0 where there is none."""
    if lines[0].rstrip() != "---":
        return 0
    for number, line in enumerate(lines[1:], start=2):
        if _FENCE.fullmatch(line) and line.startswith("---"):
            return number
    return 0


def _prose(lines: list[str], start: int, end: int) -> Iterator[Cut]:
    while start < end and not lines[start].strip():
        start += 1
    text = "\n".join(lines[start:end]).rstrip()
    if text:
        yield Cut("prose", text, start + 1, start + 1)


def _references(found: dict[str, dict[str, str]]) -> str:
    return "\n".join(
        f"[{label}]: <{one['href']}>" for label, one in sorted(found.items()) if one.get("href")
    )
