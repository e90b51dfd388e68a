"""MLflow's words in ours: what its stores, its files and its protocol have in common."""

from __future__ import annotations

import math
import sys
from hashlib import blake2b

from modelcompose.tracking.run import Status

STATUSES: dict[str, Status] = {
    "RUNNING": "running",
    "SCHEDULED": "scheduled",
    "FINISHED": "succeeded",
    "FAILED": "failed",
    "KILLED": "killed",
}
RUN_STATUSES = ("", "RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED")
"""As the store of files numbers them."""
MODEL_STATUSES = (
    "LOGGED_MODEL_STATUS_UNSPECIFIED",
    "LOGGED_MODEL_PENDING",
    "LOGGED_MODEL_READY",
    "LOGGED_MODEL_UPLOAD_FAILED",
)
"""As its database numbers them."""

NAME_TAG = "mlflow.runName"
PARENT_TAG = "mlflow.parentRunId"


def seconds(time_ms: float | None) -> float:
    """Give a time as we keep it; 0 where there is none."""
    return (time_ms or 0) / 1000


def seconds_or_none(time_ms: float | None) -> float | None:
    """Give a time as we keep it."""
    return None if not time_ms else time_ms / 1000


def number(value: float | None, *, is_nan: bool = False) -> float:
    """Give a metric's value: MLflow's database writes infinity as the largest number there is."""
    if is_nan or value is None:
        return math.nan
    return math.copysign(math.inf, value) if abs(value) >= sys.float_info.max else float(value)


def fingerprint(*cells: object) -> str:
    """Give a word that changes when any of the cells does."""
    return blake2b(repr(cells).encode(errors="replace"), digest_size=16).hexdigest()
