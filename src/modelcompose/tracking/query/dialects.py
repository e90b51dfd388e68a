"""Where SQLite and PostgreSQL differ: patterns, regular expressions, the order of texts."""

from __future__ import annotations

from typing import Any, Literal

Dialect = Literal["sqlite", "postgresql"]
Clause = tuple[str, list[Any]]
"""SQL and the values of its placeholders, in order."""

MATCHES = "modelcompose_matches"
"""The function that SQLite is taught."""

_GLOB = str.maketrans({"%": "*", "_": "?", "*": "[*]", "?": "[?]", "[": "[[]"})

PARAM_TEXT = {
    "sqlite": "CASE WHEN {0} LIKE '\"%' THEN json_extract({0}, '$') ELSE {0} END",
    "postgresql": (
        "CASE WHEN {0} LIKE '\"%' AND strpos({0}, '\\u0000') = 0 "
        "THEN CAST({0} AS json) #>> '{{}}' ELSE {0} END"
    ),
}
"""A parameter's value, which is JSON, as text."""


def like(sql: str, pattern: str, dialect: Dialect) -> Clause:
    """Compare with a pattern: `%` is any text, `_` any sign; case counts."""
    if dialect == "sqlite":  # whose LIKE does not know case
        return f"{sql} GLOB ?", [pattern.translate(_GLOB)]
    return f"{sql} LIKE ? ESCAPE ''", [pattern]


def ilike(sql: str, pattern: str, dialect: Dialect) -> Clause:
    """Compare with a pattern whatever the case."""
    if dialect == "sqlite":
        return f"{sql} LIKE ?", [pattern]
    return f"{sql} ILIKE ? ESCAPE ''", [pattern]


def matches(sql: str, pattern: str, dialect: Dialect) -> Clause:
    """Look for a regular expression that `regex.check` has let through."""
    if dialect == "sqlite":
        return f"{MATCHES}(?, {sql})", [pattern]
    return f"{sql} ~ ?", [pattern]


def sorted_text(sql: str, dialect: Dialect) -> str:
    """Give a text so that it sorts by code points, whatever the server's language is."""
    return sql if dialect == "sqlite" else f'({sql}) COLLATE "C"'
