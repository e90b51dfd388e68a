r"""Regular expressions that no pattern can make slow: matched in time linear in the text.

The signs are those that PostgreSQL and Python share: letters, `.`, classes such as `[a-z]`,
`[^0-9]`, `\d`, `\w`, `\s` and their opposites, groups, `|`, `*`, `+`, `?`, `{2,5}`, `^` and
`$`. There are no back references and no looking around. A pattern is looked for anywhere in the
text; `(?i)` at its beginning makes case not count.

Source: Thompson's construction, with the states that were seen kept (Cox, 2007, "Regular
expression matching can be simple and fast").
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from modelcompose.tracking.query.regex_syntax import Syntax, parse_pattern

_KEPT_STATES = 2000

_Set = frozenset[int]


class Pattern:
    """A pattern that has been read; many threads may use it at once."""

    def __init__(self, pattern: str) -> None:
        """Read a pattern.

        Raises:
            ValueError: it is wrong, or too large; says why.
        """
        self._steps: Syntax = parse_pattern(pattern)
        self._first = self._closure({0}, at_start=True)
        self._again = self._closure({0}, at_start=False)
        self._known: dict[_Set, dict[str, _Set]] = {}

    def is_found_in(self, text: str) -> bool:
        """Tell whether the pattern is anywhere in a text."""
        end = len(self._steps) - 1
        states = self._first
        for sign in text:
            if end in states:
                return True
            following = self._known.get(states)
            if following is None:
                if len(self._known) > _KEPT_STATES:
                    self._known = {}
                following = self._known.setdefault(states, {})
            found = following.get(sign)
            if found is None:
                found = self._next(states, sign)
                if len(following) < _KEPT_STATES:
                    following[sign] = found
            states = found
        return end in states or end in self._closure(states, at_start=not text, at_end=True)

    def _next(self, states: _Set, sign: str) -> _Set:
        reached = set()
        for state in states:
            step = self._steps[state]
            if step.takes is not None and step.takes(sign):
                reached.update(step.to)
        return self._closure(reached, at_start=False) | self._again

    def _closure(self, states: set[int] | _Set, *, at_start: bool, at_end: bool = False) -> _Set:
        found: set[int] = set()
        waiting = list(states)
        while waiting:
            state = waiting.pop()
            if state in found:
                continue
            found.add(state)
            step = self._steps[state]
            is_open = (
                step.takes is None
                and (not step.needs_start or at_start)
                and (not step.needs_end or at_end)
            )
            if is_open:
                waiting.extend(step.to)
        return frozenset(found)


@lru_cache(maxsize=64)
def compiled(pattern: str) -> Pattern:
    """Give a pattern, read once.

    Raises:
        ValueError: it is wrong, or too large; says why.
    """
    return Pattern(pattern)


def sql_function() -> Callable[[str, object], int | None]:
    """Give what SQLite calls for a match of a pattern in a cell."""

    def found(pattern: str, cell: object) -> int | None:
        return None if cell is None else int(compiled(pattern).is_found_in(str(cell)))

    return found
