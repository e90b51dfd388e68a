"""A filter's text as words, operators and signs, each with its position."""

from __future__ import annotations

import re

from msgspec import Struct

from modelcompose.errors import UsageError

LONGEST = 1_000_000
"""Characters of a filter."""

END = "the end"

_QUOTED_PART = r""""(?:[^"]|"")*"|'(?:[^']|'')*'|`[^`]*`"""
_TOKEN = re.compile(
    rf"""\s*(?:
      (?P<open>\() | (?P<close>\)) | (?P<comma>,) | (?P<operator>==|!=|<>|<=|>=|!~|=|<|>|~)
      | (?P<word>(?:[^\s()=!<>~,"'`]+|{_QUOTED_PART})+)
    )""",
    re.VERBOSE,
)
_QUOTED = re.compile(_QUOTED_PART)


class Token(Struct, frozen=True):
    """A piece of the text; `position` is counted from 1."""

    text: str
    kind: str
    position: int


def tokens(text: str) -> list[Token]:
    """Cut a filter into tokens; the last one is the end.

    Raises:
        UsageError: something cannot be read, such as a quote that is not closed.
    """
    if len(text) > LONGEST:
        raise UsageError(f"filter:{LONGEST}: longer than {LONGEST:,} characters")
    if "\0" in text:  # which PostgreSQL does not take
        raise UsageError(f"filter:{text.index(chr(0)) + 1}: a NUL")
    found, at, end = [], 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            raise UsageError(f"filter:{at + 1}: cannot read {_shortened(text[at:])!r}")
        kind = str(match.lastgroup)
        found.append(Token(match[kind], kind, match.start(kind) + 1))
        at = match.end()
    return [*found, Token(END, "end", end + 1)]


def bare(text: str) -> str:
    """Give a word without its quotes; a doubled quote inside quotes is one."""
    return _QUOTED.sub(_inside, text)


def is_quoted(text: str) -> bool:
    """Tell whether all of a word stands in quotes."""
    return _QUOTED.fullmatch(text) is not None


def pieces(text: str) -> list[tuple[str, bool]]:
    """Give a name cut at the dots outside of quotes: each piece bare, and whether it was quoted."""
    return [(bare(piece), is_quoted(piece)) for piece in _split_at_dots(text)]


def _split_at_dots(text: str) -> list[str]:
    parts, start, at = [], 0, 0
    while at < len(text):
        if text[at] in "\"'`":
            quoted = _QUOTED.match(text, at)
            at = quoted.end() if quoted else at + 1
            continue
        if text[at] == ".":
            parts.append(text[start:at])
            start = at + 1
        at += 1
    return [*parts, text[start:]]


def _inside(match: re.Match[str]) -> str:
    quote, inner = match[0][0], match[0][1:-1]
    return inner.replace(quote * 2, quote)


def _shortened(text: str, length: int = 80) -> str:
    return text if len(text) <= length else f"{text[:length]}…"
