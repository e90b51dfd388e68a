"""YAML that a stranger may have written: none makes its reader run out of memory or stack. Pure."""

from __future__ import annotations

import re
from typing import Any

_MOST_NESTED = 300
_MOST_VALUES = 1_000_000
_BRACKET = re.compile(r"[\[\]{}]")
_INLINE = re.compile(rf"(?:[-?] +){{{_MOST_NESTED}}}")
_ALIAS = re.compile(r"\*\w")


def check_nesting(text: str) -> None:
    """Refuse what is nested so deep that the parser, which is C, would crash.

    Raises:
        ValueError: it is.
    """
    deepest = depth = 0
    if text.count("[") + text.count("{") > _MOST_NESTED:
        for bracket in _BRACKET.finditer(text):
            depth = max(0, depth + (1 if bracket[0] in "[{" else -1))
            deepest = max(deepest, depth)
    if deepest > _MOST_NESTED or _INLINE.search(text):
        raise ValueError(f"more than {_MOST_NESTED} levels in each other")


def check_aliases(text: str, found: Any) -> None:
    """Refuse a document in which aliases (`*name`) stand for more than fits into memory.

    Args:
        text: the document.
        found: what was read of it.

    Raises:
        ValueError: they do, or one stands for what it lies in.
    """
    if _ALIAS.search(text) and _count(found, {}) > _MOST_VALUES:
        raise ValueError(f"its aliases stand for more than {_MOST_VALUES:,} values")


def _count(value: Any, known: dict[int, int]) -> int:
    """Count values as if every alias were written out; each is looked at once."""
    if not isinstance(value, dict | list):
        return 1
    if id(value) not in known:
        known[id(value)] = 0
        inner = value.values() if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(_count(each, known) for each in inner)
    if not known[id(value)]:
        raise ValueError("an alias stands for what it lies in")
    return known[id(value)]
