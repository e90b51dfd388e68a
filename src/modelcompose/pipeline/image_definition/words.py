"""Words of a Dockerfile: quotes, escapes and variables.

Source: https://docs.docker.com/reference/dockerfile/#environment-replacement
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class UnresolvableError(Exception):
    """A word depends on what only the build knows; the text says on what."""


class Scope(Struct, frozen=True):
    """The variables that a word may use.

    A name whose value is None is known to be there, its value is not.
    """

    values: Mapping[str, str | None] = {}
    is_open: bool = False
    """Whether there may be variables that are not listed: a base image brings its own."""
    unset: frozenset[str] = frozenset()
    """Names that are known to have no value."""

    def look_up(self, name: str) -> str | None:
        """Give a variable's value, None when it is unset.

        Raises:
            UnresolvableError: only the build knows it.
        """
        if name in self.unset:
            return None
        if name not in self.values:
            if self.is_open:
                raise UnresolvableError(f"${name} may come from the base image")
            return None
        value = self.values[name]
        if value is None:
            raise UnresolvableError(f"${name} is only known to the build")
        return value


def expand(word: str, scope: Scope, escape: str = "\\") -> str:
    """Give a word with quotes removed and variables replaced.

    Raises:
        UnresolvableError: only the build knows a variable, or the word is malformed.
    """
    return _Reader(word, scope, escape).read()


def split_words(line: str) -> list[str]:
    """Split at white space outside quotes, keeping quotes and escapes as they are.

    White space after `<<` belongs to the word, so that a heredoc's name stays with it.
    An unclosed quote gives no words at all.
    """
    words: list[str] = []
    at = 0
    while at < len(line):
        if line[at].isspace():
            at += 1
            continue
        end = word_end(line, at)
        if line[at:end].endswith("<<"):
            end = word_end(line, end + len(line[end:]) - len(line[end:].lstrip()))
        if end > len(line):
            return []
        words.append(line[at:end])
        at = end
    return words


def word_end(text: str, at: int) -> int:
    """Give where the word that starts at `at` ends; beyond the text when a quote stays open."""
    quote = ""
    while at < len(text):
        character = text[at]
        if character == "\\" and quote != "'":
            at += 1
        elif quote:
            quote = "" if character == quote else quote
        elif character.isspace():
            return at
        elif character in "'\"":
            quote = character
        at += 1
    return len(text) + 1 if quote else len(text)


class _Reader:
    """Reads one word from left to right."""

    def __init__(self, text: str, scope: Scope, escape: str) -> None:
        self._text = text
        self._scope = scope
        self._escape = escape
        self._at = 0

    def read(self) -> str:
        return self._until("")

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _next(self) -> str:
        character = self._peek()
        self._at += 1
        return character

    def _until(self, stop: str, *, raw: bool = False) -> str:
        """Read up to and over `stop`, or to the end; `raw` keeps escapes, for patterns."""
        result = ""
        while (character := self._peek()) != stop:
            if not character:
                raise UnresolvableError(f"`{self._text}` does not end")
            if character == "'":
                result += self._single_quoted()
            elif character == '"':
                result += self._double_quoted()
            elif character == "$":
                result += self._variable()
            elif self._next() == self._escape:
                result += (character if raw else "") + self._next()
            else:
                result += character
        self._at += 1
        return result

    def _single_quoted(self) -> str:
        end = self._text.find("'", self._at + 1)
        if end < 0:
            raise UnresolvableError(f"`{self._text}` has a quote that does not end")
        inner = self._text[self._at + 1 : end]
        self._at = end + 1
        return inner

    def _double_quoted(self) -> str:
        self._at += 1
        result = ""
        while (character := self._peek()) != '"':
            if not character:
                raise UnresolvableError(f"`{self._text}` has a quote that does not end")
            if character == "$":
                result += self._variable()
                continue
            self._at += 1
            if character == self._escape and self._peek() in ('"', "$", self._escape):
                character = self._next()
            result += character
        self._at += 1
        return result

    def _variable(self) -> str:
        self._at += 1
        if self._peek() != "{":
            name = self._name()
            return (self._scope.look_up(name) or "") if name else "$"
        self._at += 1
        name = self._name()
        operator = self._next()
        if operator == "}" and name:
            return self._scope.look_up(name) or ""
        counts_empty = operator == ":"
        if counts_empty:
            operator = self._next()
        if operator not in ("-", "+", "?") or not name:
            return self._pattern_operation(name, operator)
        return self._default(name, operator, self._until("}"), counts_empty=counts_empty)

    def _default(self, name: str, operator: str, word: str, *, counts_empty: bool) -> str:
        value = self._scope.look_up(name)
        is_missing = value is None or (counts_empty and not value)
        if operator == "+":
            return "" if is_missing else word
        if not is_missing:
            return value or ""
        if operator == "?":
            raise UnresolvableError(f"${name} is required and not set")
        return word

    def _pattern_operation(self, name: str, operator: str) -> str:
        """Refuse `${x#…}`, `${x%…}` and `${x/…}`: rare, and never wrong to call unresolvable."""
        raise UnresolvableError(f"`{self._text}` uses the operator `{operator}` on ${name}")

    def _name(self) -> str:
        start = self._at
        if self._peek() in tuple("@*#?-$!"):
            self._at += 1
            return self._text[start : self._at]
        digits = self._peek().isdigit()
        while (character := self._peek()) and (
            character.isdigit() if digits else character.isalnum() or character == "_"
        ):
            self._at += 1
        return self._text[start : self._at]
