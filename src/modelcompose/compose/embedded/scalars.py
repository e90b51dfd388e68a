"""The shapes of single values: texts, booleans, numbers, sizes, durations and commands."""

from __future__ import annotations

from typing import Any

from modelcompose.compose.embedded.shapes import OMIT, Place, Refused, Shape, expect, text_of
from modelcompose.compose.embedded.shell_words import split_words
from modelcompose.compose.embedded.units import (
    duration_ns,
    duration_text,
    printed_number,
    single_precision,
    size_bytes,
)

_BOOLEAN_WORD = {"true": True, "y": True, "yes": True, "on": True} | dict.fromkeys(
    ("false", "n", "no", "off"), False
)


def text(value: Any, place: Place) -> Any:
    """Take a string; an empty one is left out."""
    expect(value, place, "string")
    return value or OMIT


def plain_text(value: Any, place: Place) -> Any:
    """Take a string, an empty one too."""
    expect(value, place, "string")
    return value


def scalar_text(value: Any, place: Place) -> Any:
    """Take a string or a whole number, and give a string."""
    expect(value, place, "string", "integer")
    return text_of(value)


def choice(*words: str) -> Shape:
    """Make the shape of one of several words."""

    def read(value: Any, place: Place) -> Any:
        expect(value, place, "string")
        if value not in words:
            listed = ", ".join(f"'{word}'" for word in words)
            raise Refused(place, f"value must be one of {listed}")
        return value

    return read


def kept_flag(value: Any, place: Place) -> Any:
    """Take a boolean, or a word for one, and keep it also when false."""
    expect(value, place, "boolean", "string")
    if isinstance(value, bool):
        return value
    if value.lower() not in _BOOLEAN_WORD:
        raise Refused(place, f"invalid boolean: {value}")
    return _BOOLEAN_WORD[value.lower()]


def flag(value: Any, place: Place) -> Any:
    """Take a boolean, or a word for one; false is left out."""
    return kept_flag(value, place) or OMIT


def whole(
    *,
    is_kept: bool = False,
    is_truncated: bool = False,
    least: int | None = None,
    most: int | None = None,
) -> Shape:
    """Make the shape of a whole number, or its digits; zero is left out unless it is kept.

    Args:
        is_kept: keep zero.
        is_truncated: take a number with a fraction, too, and drop that.
        least: the smallest number that is allowed.
        most: the largest one.
    """
    kind = "number" if is_truncated else "integer"

    def read(value: Any, place: Place) -> Any:
        expect(value, place, kind, "string")
        try:
            found = int(value, 10) if isinstance(value, str) else int(value)
        except ValueError as error:
            raise Refused(place, f"expected a whole number, found {value!r}") from error
        if least is not None and found < least:
            raise Refused(place, f"must be greater than or equal to {least}")
        if most is not None and found > most:
            raise Refused(place, f"must be less than or equal to {most}")
        return found if found or is_kept else OMIT

    return read


def number(value: Any, place: Place) -> Any:
    """Take a number of single precision, or its digits; zero is left out."""
    expect(value, place, "number", "string")
    try:
        return printed_number(single_precision(float(value))) or OMIT
    except ValueError as error:
        raise Refused(place, f"expected a number, found {value!r}") from error


def size(value: Any, place: Place) -> Any:
    """Take a size in bytes or with a unit; gives the bytes as digits.

    Zero is left out, and so is a number with a fraction, which Compose drops without a word.
    """
    expect(value, place, "number", "string")
    if isinstance(value, float):
        return OMIT
    try:
        found = size_bytes(value) if isinstance(value, str) else value
    except ValueError as error:
        raise Refused(place, str(error)) from error
    return str(found) if found else OMIT


def written_size(value: Any, place: Place) -> Any:
    """Take a size as `size` does, but no bare number."""
    expect(value, place, "string")
    return size(value, place)


def kept_duration(value: Any, place: Place) -> Any:
    """Take a duration, and keep it also when zero."""
    expect(value, place, "string")
    try:
        return duration_text(duration_ns(value))
    except ValueError as error:
        raise Refused(place, str(error), hint="write a number with a unit: 10s, 1m30s") from error


def duration(value: Any, place: Place) -> Any:
    """Take a duration; zero is left out."""
    found = kept_duration(value, place)
    return OMIT if found == "0s" else found


def words(value: Any, place: Place) -> Any:
    """Take a command: a line to split, or a list of words; null is left out, an empty one not."""
    if value is None:
        return OMIT
    expect(value, place, "string", "array")
    if isinstance(value, list):
        for index, word in enumerate(value):
            expect(word, (*place, index), "string")
        return list(value)
    try:
        return split_words(value)
    except ValueError as error:
        raise Refused(place, str(error), hint="close the quote, or write a list") from error
