"""The shapes of lists of texts, and of names with values in either of Compose's two syntaxes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from modelcompose.compose.embedded.scalars import plain_text
from modelcompose.compose.embedded.shapes import (
    OMIT,
    Place,
    Refused,
    Shape,
    expect,
    list_of,
    refuse_unknown,
    text_of,
)


def different(shape: Shape) -> Shape:
    """Make the shape of a list in which nothing stands twice."""

    def read(value: Any, place: Place) -> Any:
        found = list_of(shape)(value, place)
        for index, entry in enumerate(value):
            if entry in value[:index]:
                raise Refused(place, f"items at {value.index(entry)} and {index} are equal")
        return found

    return read


texts = different(plain_text)
"""A list of different strings."""


def before_equals(entry: str) -> str:
    """Give the name of a `NAME=VALUE` entry."""
    return entry.partition("=")[0]


named_texts = list_of(plain_text, key=before_equals)
"""A list of strings in which a repeated name counts once."""


def text_or_texts(value: Any, place: Place) -> Any:
    """Take a string or a list of strings, and give a list."""
    expect(value, place, "string", "array")
    return [value] if isinstance(value, str) else named_texts(value, place)


def assignments(value: Any, place: Place) -> Any:
    """Take names and values, as a mapping or as `NAME=VALUE`; a name without a value gets None."""
    expect(value, place, "mapping", "array")
    if isinstance(value, list):
        return _listed_assignments(value, place) or OMIT
    refuse_unknown((name for name in value if not name), place, ())
    for name, entry in value.items():
        expect(entry, (*place, name), "string", "number", "boolean", "null")
    return {n: None if entry is None else text_of(entry) for n, entry in value.items()} or OMIT


def _listed_assignments(entries: Sequence[Any], place: Place) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for index, entry in enumerate(entries):
        expect(entry, (*place, index), "string")
        name, separator, given = entry.partition("=")
        if name != name.rstrip():
            raise Refused(place, f"environment variable {name} is declared with a trailing space")
        found[name] = given if separator else None
    return found


def labels(value: Any, place: Place) -> Any:
    """Take names and values, as a mapping or as `NAME=VALUE`; no value is an empty one."""
    found = assignments(value, place)
    return found if found is OMIT else {name: entry or "" for name, entry in found.items()}


def options(value: Any, place: Place) -> Any:
    """Take a mapping of names to strings or numbers."""
    expect(value, place, "mapping")
    for name, entry in value.items():
        expect(entry, (*place, name), "string", "number", "null")
    return {name: text_of(entry) for name, entry in value.items()} or OMIT
