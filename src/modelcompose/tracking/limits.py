"""What a name or a value may be, as MLflow's clients know it, and what is said when it is not.

Source: `mlflow/utils/validation.py` of MLflow 3.17; clients show these messages and test them.
"""

from __future__ import annotations

import json
import posixpath
import re
from typing import Annotated

from msgspec import Meta

from modelcompose.errors import UsageError

Int64 = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
"""A whole number as Protocol Buffers have it."""

METRICS_PER_BATCH = 1000
PARAMS_PER_BATCH = 100
TAGS_PER_BATCH = 100
ENTITIES_PER_BATCH = 1000
KEY_CHARACTERS = 250
PARAM_CHARACTERS = 6000
TAG_CHARACTERS = 8000
EXPERIMENT_NAME_CHARACTERS = 500
EXPERIMENT_TAG_CHARACTERS = 20_000
SEARCH_PAGE = 50_000

_NAME = re.compile(r"[/\w.\- :]*")
_EXPERIMENT_NUMBER = re.compile(r"\s*[+-]?\d+\s*")
_LARGEST_NUMBER = 2**31 - 1
_PLAIN = re.compile(r"\w[\w.\-]*")
_BAD_CHARACTER = (
    "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.),"
    " spaces ( ), colon(:) and slashes (/)."
)


def check_name(name: str, path: str) -> None:
    """Check the name of a metric, parameter or tag, but for its length.

    Args:
        name: the name.
        path: what an error calls it, such as `metrics[3].name`.

    Raises:
        UsageError: it holds other signs, or reads as a path that leads elsewhere.
    """
    # `.` and `..` begin with no word character, and what holds no slash cannot lead elsewhere.
    if _PLAIN.fullmatch(name):
        return
    if not _NAME.fullmatch(name):
        raise UsageError(invalid(path, name, _BAD_CHARACTER))
    plain = posixpath.normpath(name)
    if plain != name or plain == "." or plain.startswith(("..", "/")):
        raise UsageError(
            invalid(
                path,
                name,
                "Names may be treated as files in certain cases, and must not resolve to other "
                f"names when treated as such. This name would resolve to {plain!r}",
            )
        )


def check_length(what: str, text: str, limit: int) -> None:
    """Check how long a text is.

    Raises:
        UsageError: it has more than `limit` characters.
    """
    if len(text) > limit:
        raise UsageError(f"'{what}' exceeds the maximum length of {limit} characters")


def check_text(what: str, text: str) -> None:
    """Check that a database can hold a text.

    Raises:
        UsageError: it holds the NUL sign, which PostgreSQL refuses.
    """
    if "\0" in text:
        raise UsageError(f"'{what}' must not contain the NUL character")


def check_param(name: str, value: str, path: str = "") -> None:
    """Check a parameter.

    Raises:
        UsageError: its name or value is out of bounds.
    """
    check_name(name, _below(path, "key"))
    check_length("Param key", name, KEY_CHARACTERS)
    check_length("Param value", value, PARAM_CHARACTERS)
    check_text("Param value", value)


def check_tag(name: str, value: str, path: str = "") -> None:
    """Check a run's tag.

    Raises:
        UsageError: its name or value is out of bounds.
    """
    check_name(name, _below(path, "key"))
    check_length(_below(path, "key"), name, KEY_CHARACTERS)
    check_length(_below(path, "value"), value, TAG_CHARACTERS)
    check_text(_below(path, "value"), value)


def check_experiment_tag(name: str, value: str) -> None:
    """Check an experiment's tag.

    Raises:
        UsageError: its name or value is out of bounds.
    """
    check_name(name, "key")
    check_length("key", name, KEY_CHARACTERS)
    check_length("value", value, EXPERIMENT_TAG_CHARACTERS)
    check_text("value", value)


def check_experiment_name(name: str) -> None:
    """Check an experiment's name.

    Raises:
        UsageError: it is empty or too long.
    """
    if not name:
        raise UsageError(f"Invalid experiment name: '{name}'")
    check_length("name", name, EXPERIMENT_NAME_CHARACTERS)
    check_text("name", name)


def experiment_number(text: str) -> int | None:
    """Give the number that an experiment's id says; None for one that can never be.

    Raises:
        UsageError: it is no number.
    """
    if not _EXPERIMENT_NUMBER.fullmatch(text):
        raise UsageError(f"Invalid experiment ID '{text}'. Experiment ID must be a valid integer.")
    number = int(text) if len(text) < len(str(_LARGEST_NUMBER)) * 2 else -1
    return number if 0 <= number <= _LARGEST_NUMBER else None


def check_batch_size(metrics: int, params: int, tags: int) -> None:
    """Check how much is logged at once.

    Raises:
        UsageError: it is more than MLflow takes.
    """
    for what, limit, count in (
        ("metrics", METRICS_PER_BATCH, metrics),
        ("params", PARAMS_PER_BATCH, params),
        ("tags", TAGS_PER_BATCH, tags),
        ("metrics, params, and tags", ENTITIES_PER_BATCH, metrics + params + tags),
    ):
        if count > limit:
            raise UsageError(
                f"A batch logging request can contain at most {limit} {what}. "
                f"Got {count} {what}. Please split up {what} across multiple"
                " requests and try again."
            )


def check_page_size(size: int) -> None:
    """Check how many results are asked for.

    Raises:
        UsageError: none, or more than a page holds.
    """
    if size < 1:
        must = "a positive integer"
    elif size > SEARCH_PAGE:
        must = f"at most {SEARCH_PAGE}"
    else:
        return
    raise UsageError(
        f"Invalid value {size} for parameter 'max_results' supplied. It must be {must}"
    )


def invalid(path: str, value: object, reason: str = "") -> str:
    """Say that a parameter's value is wrong."""
    written = json.dumps(value, separators=(",", ":"))
    return f"Invalid value {written} for parameter '{path}' supplied" + (
        f": {reason}" if reason else "."
    )


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
