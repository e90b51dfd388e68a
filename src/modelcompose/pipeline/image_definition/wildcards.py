"""The pattern languages of image builds: Go's `filepath.Match` and `.dockerignore`'s `**`.

Source: https://pkg.go.dev/path/filepath#Match and https://pkg.go.dev/github.com/moby/patternmatcher
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

WILDCARDS = frozenset("*?[")

_BACKTRACKING_LIMIT = 4
"""Regular expressions with more gaps than this are matched without backtracking."""


class Token(NamedTuple):
    """One element of a pattern: what it is, and a regular expression for what it matches."""

    kind: str
    """`char`: one character; `star`: any without a slash; `folders`: any that end in a slash, or
    nothing; `any`: anything."""
    expression: str


_STAR = Token("star", "[^/]*")
_FOLDERS = Token("folders", "(?:.*/)?")
_ANY = Token("any", ".*")


def has_wildcard(text: str) -> bool:
    """Tell whether a COPY source is a pattern; a backslash takes the meaning of what follows."""
    characters = iter(text)
    for character in characters:
        if character in WILDCARDS:
            return True
        if character == "\\":
            next(characters, None)
    return False


def compile_name(pattern: str) -> Callable[[str], bool]:
    """Give a test for a path against one COPY pattern, whose `*` stays within a folder."""
    return _compile(_tokens(pattern, doubles=False))


def compile_ignore(pattern: str) -> Callable[[str], bool]:
    """Give a test for a path against one cleaned pattern of a `.dockerignore`."""
    tokens = _tokens(pattern, doubles=True)
    literal = _literal(tokens)
    if literal is not None:
        return literal.__eq__
    if tokens[-1] is _ANY and (start := _literal(tokens[:-1])):
        return lambda path: path.startswith(start)
    if tokens[0] is _FOLDERS and (end := _literal(tokens[1:])) is not None:
        return _ends(end, at_folder=pattern.startswith("**/"))
    return _compile(tokens)


def _ends(end: str, *, at_folder: bool) -> Callable[[str], bool]:
    """Test the end of a path; a leading `**` without a slash reaches into names."""
    if not at_folder:
        return lambda path: path.endswith(end)
    inner = f"/{end}"
    return lambda path: path == end or path.endswith(inner)


def _literal(tokens: list[Token]) -> str | None:
    """Give the text that the tokens stand for, if they stand for one text only."""
    if any(token.kind != "char" or token.expression.startswith("[") for token in tokens):
        return None
    return "".join(token.expression[-1] for token in tokens)


def _tokens(pattern: str, *, doubles: bool) -> list[Token]:
    tokens: list[Token] = []
    at = 0
    while at < len(pattern):
        token, at = _next_token(pattern, at, doubles=doubles)
        tokens.append(token)
    return tokens


def _next_token(pattern: str, at: int, *, doubles: bool) -> tuple[Token, int]:
    character = pattern[at]
    if character == "*":
        return _gap(pattern, at, doubles=doubles)
    if character == "?":
        return Token("char", "[^/]"), at + 1
    if character == "[" and (end := _class_end(pattern, at)):
        return Token("char", _class(pattern[at + 1 : end])), end + 1
    if character == "\\" and at + 1 < len(pattern):
        return Token("char", re.escape(pattern[at + 1])), at + 2
    return Token("char", re.escape(character)), at + 1


def _gap(pattern: str, at: int, *, doubles: bool) -> tuple[Token, int]:
    if not (doubles and pattern.startswith("**", at)):
        return _STAR, at + 1
    at += 2
    if pattern.startswith("/", at):
        at += 1
    return (_ANY if at == len(pattern) else _FOLDERS), at


def _class_end(pattern: str, at: int) -> int:
    """Give the position of the bracket that closes a class, 0 when none does."""
    first = at + 2 if pattern.startswith("^", at + 1) else at + 1
    position = first
    while position < len(pattern):
        if pattern[position] == "\\":
            position += 1
        elif pattern[position] == "]" and position > first:
            return position
        position += 1
    return 0


def _class(inner: str) -> str:
    negated = "^" if inner.startswith("^") else ""
    parts = re.findall(r"\\.|.", inner.removeprefix("^"), re.DOTALL)
    escaped = ["-" if part == "-" else re.escape(part[-1]) for part in parts]
    return f"[{negated}{''.join(escaped)}]"


def _compile(tokens: list[Token]) -> Callable[[str], bool]:
    if sum(token.kind != "char" for token in tokens) > _BACKTRACKING_LIMIT:
        return lambda path: simulate(tokens, path)
    try:
        expression = re.compile("".join(token.expression for token in tokens))
    except re.error:
        return lambda _path: False  # the build refuses such a pattern, and says so
    return lambda path: expression.fullmatch(path) is not None


def simulate(tokens: list[Token], path: str) -> bool:
    """Match as a regular expression would, in time linear in the path."""
    tests = [re.compile(token.expression, re.DOTALL) for token in tokens]
    states = _enter(tokens, 0)
    for character in path:
        after: set[int] = set()
        for state in states:
            if state < len(tokens):
                after |= _advance(tokens, tests, state, character)
        states = after
    return len(tokens) in states


def _enter(tokens: list[Token], state: int) -> set[int]:
    """Give the states that hold as soon as one does: every gap may be empty."""
    states = {state}
    while state < len(tokens) and tokens[state].kind != "char":
        state += 1
        states.add(state)
    return states


def _advance(
    tokens: list[Token], tests: list[re.Pattern[str]], state: int, character: str
) -> set[int]:
    kind = tokens[state].kind
    if kind == "char":
        return _enter(tokens, state + 1) if tests[state].fullmatch(character) else set()
    if kind == "star":
        return set() if character == "/" else _enter(tokens, state)
    if kind == "folders" and character != "/":
        return {state}
    return _enter(tokens, state)
