"""What the name of a model, an alias or a tag may be, and what is said when it is not.

Source: `mlflow/utils/validation.py` of MLflow 3.17; clients show these messages and test them.
"""

from __future__ import annotations

import posixpath
import re

from modelcompose.errors import UsageError
from modelcompose.tracking.limits import check_length, check_name, check_text, invalid

MODEL_NAME_CHARACTERS = 256
ALIAS_CHARACTERS = 255
TAG_KEY_CHARACTERS = 250
TAG_CHARACTERS = 100_000
DESCRIPTION_CHARACTERS = 100_000
SOURCE_CHARACTERS = 2048

STAGES = ("None", "Staging", "Production", "Archived")
"""The stages of MLflow's older clients; a version is in one, `None` at first."""

LATEST = "latest"
"""The alias that always names the newest version; nobody sets it."""

_ALIAS = re.compile(r"[\w\-]+")
_VERSION_LIKE = re.compile(r"[vV]\d+")
_NUMBER = re.compile(r"\s*[+-]?\d{1,9}\s*")
_LOGGED_NAME_BAD = ("/", ":", ".", "%", '"', "'")


def check_model_name(name: str, path: str = "name") -> None:
    """Check the name of a registered model.

    Raises:
        UsageError: it is empty, too long, or reads as a path.
    """
    if not name.strip():
        raise UsageError(f"Missing value for required parameter '{path}'.")
    if "/" in name or ":" in name:
        raise UsageError(f"Invalid model name '{name}'. Names cannot contain '/' or ':'.")
    plain = posixpath.normpath(name)
    if plain != name or plain == "." or plain.startswith(".."):
        reason = (
            "Names may be treated as files in certain cases, and must not resolve to other names"
            f" when treated as such. This name would resolve to {plain!r}"
        )
        raise UsageError(invalid(path, name, reason))
    check_length(path, name, MODEL_NAME_CHARACTERS)
    check_text(path, name)


def check_alias(alias: str) -> None:
    """Check an alias that is to be set.

    Raises:
        UsageError: it holds other signs than a name, or is one that has a meaning already.
    """
    if not alias:
        raise UsageError("Registered model alias name cannot be empty.")
    if not _ALIAS.fullmatch(alias):
        raise UsageError(
            f"Invalid alias name: '{alias}'. Names may only contain alphanumerics, "
            "underscores (_), and dashes (-)."
        )
    check_length("Registered model alias name", alias, ALIAS_CHARACTERS)
    if alias.lower() == LATEST:
        raise UsageError("'latest' alias name (case insensitive) is reserved.")
    if _VERSION_LIKE.fullmatch(alias):
        raise UsageError(f"Version alias name '{alias}' is reserved.")


def check_tag(name: str, value: str) -> None:
    """Check a tag of a model or a version.

    Raises:
        UsageError: its name or value is out of bounds.
    """
    check_name(name, "key")
    check_length("key", name, TAG_KEY_CHARACTERS)
    check_length("value", value, TAG_CHARACTERS)
    check_text("value", value)


def check_description(description: str | None) -> None:
    """Check a description.

    Raises:
        UsageError: it is too long.
    """
    check_length("description", description or "", DESCRIPTION_CHARACTERS)
    check_text("description", description or "")


def check_logged_model_name(name: str) -> None:
    """Check the name of a logged model.

    Raises:
        UsageError: it is empty or holds signs that stand for something in an address.
    """
    if not name or any(sign in name for sign in _LOGGED_NAME_BAD):
        raise UsageError(
            f"Invalid model name ({name!r}) provided. Model name must be a non-empty string "
            f"and cannot contain the following characters: {_LOGGED_NAME_BAD}"
        )
    check_length("name", name, MODEL_NAME_CHARACTERS)
    check_text("name", name)


def version_number(text: str) -> int:
    """Give the number that a version's name says.

    Raises:
        UsageError: it is no number.
    """
    if not _NUMBER.fullmatch(text):
        raise UsageError(f"Parameter 'version' must be an integer, got '{text}'.")
    return int(text)


def stage_named(text: str) -> str:
    """Give a stage as it is written, whatever its letters' case here.

    Raises:
        UsageError: there is no such stage.
    """
    for stage in STAGES:
        if stage.lower() == text.lower():
            return stage
    raise UsageError(
        f"Invalid Model Version stage: {text}. Value must be one of {', '.join(STAGES)}."
    )
