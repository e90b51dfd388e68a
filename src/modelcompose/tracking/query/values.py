"""What values mean: numbers, durations, dates, ages, claims, and the words for a status."""

from __future__ import annotations

import re
from datetime import datetime

from modelcompose.errors import UsageError
from modelcompose.tracking.query.tree import Value

_SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_SPAN = re.compile(r"(\d+(?:\.\d+)?)([smhdw]?)")
_CLAIMS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_MILLISECONDS = re.compile(r"-?\d+(?:\.\d+)?")

MLFLOW_STATUS = {
    "running": "RUNNING",
    "scheduled": "SCHEDULED",
    "succeeded": "FINISHED",
    "failed": "FAILED",
    "killed": "KILLED",
}
"""How MLflow calls our statuses."""


def mlflow_status(sql: str) -> str:
    """Give a status of ours in MLflow's word, in SQL."""
    whens = " ".join(f"WHEN '{ours}' THEN '{theirs}'" for ours, theirs in MLFLOW_STATUS.items())
    return f"(CASE {sql} {whens} END)"


_OUR_STATUS = {theirs: ours for ours, theirs in MLFLOW_STATUS.items()}


def number(value: Value) -> float:
    """Give a number, also NaN or an infinity.

    Raises:
        UsageError: it is none; names the position.
    """
    try:
        return float(value.text)
    except ValueError:
        raise unfit(value, "a number") from None


def number_or_none(value: Value) -> float | None:
    """Give a number, or None where the value does not read as one that can be compared."""
    try:
        found = float(value.text)
    except ValueError:
        return None
    return found if found == found else None  # noqa: PLR0124 - NaN alone differs from itself


def duration_s(value: Value) -> float:
    """Give seconds.

    Raises:
        UsageError: it is no duration; names the position.
    """
    span = _span_s(value.text)
    if span is None:
        raise unfit(value, "a duration such as 90s or 2h")
    return span


def time_s(value: Value, now: float) -> float:
    """Give seconds since the epoch, of a date, an age, or milliseconds since the epoch.

    A date without a time zone is one of this machine's.

    Raises:
        UsageError: it is no time; names the position.
    """
    if _MILLISECONDS.fullmatch(value.text):
        return float(value.text) / 1000
    span = _span_s(value.text)
    if span is not None:
        return now - span
    try:
        return datetime.fromisoformat(value.text).timestamp()
    except (ValueError, OverflowError, OSError):
        expected = "a date such as 2025-03-01, or an age such as 2d"
        raise unfit(value, expected) from None


def claim(value: Value) -> bool:
    """Give whether a claim is to hold.

    Raises:
        UsageError: it is neither true nor false; names the position.
    """
    try:
        return _CLAIMS[value.text.lower()]
    except KeyError:
        raise unfit(value, "true or false") from None


def status(value: Value) -> str:
    """Give a status in our words, from ours or MLflow's."""
    return _OUR_STATUS.get(value.text, value.text)


def unfit(value: Value, expected: str) -> UsageError:
    """Give the error that a value is not what its name takes."""
    return UsageError(f"filter:{value.position}: expected {expected}, found {value.text!r}")


def _span_s(text: str) -> float | None:
    match = _SPAN.fullmatch(text)
    return None if match is None else float(match[1]) * _SECONDS[match[2]]
