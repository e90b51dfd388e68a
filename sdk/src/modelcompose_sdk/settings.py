"""What the environment says: where the hub is, which run is meant, where the spool lies."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DEFAULT_ADDRESS = "http://127.0.0.1:4750"
_FLUSH_S = 10.0


@dataclass(frozen=True)
class Settings:
    """Read once, when the first thing is logged."""

    address: str | None
    """Of the hub; None where the spool alone is to be filled."""
    run_id: str | None
    experiment_id: str | None
    experiment_name: str | None
    token: str | None
    user: str | None
    password: str | None
    is_insecure: bool
    spool: Path
    is_delivered_by_host: bool
    """Whether somebody else delivers the spool, who may be another user: a step's command."""
    flush_s: float


def read(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings."""
    given = os.environ if environment is None else environment
    address = given.get("MLFLOW_TRACKING_URI") or None
    spool = given.get("MODELCOMPOSE_SPOOL") or None
    by_host = spool is not None and given.get("MODELCOMPOSE_DELIVERY") == "host"
    if by_host:
        address = None
    if address is not None and not address.startswith(("http://", "https://")):
        warn(f"MLFLOW_TRACKING_URI is no http address: {address}; nothing is sent")
        address = None
    elif address is None and spool is None:
        address = DEFAULT_ADDRESS
    return Settings(
        address=address.rstrip("/") if address else None,
        run_id=_run(given, by_host=by_host),
        experiment_id=given.get("MLFLOW_EXPERIMENT_ID") or None,
        experiment_name=given.get("MLFLOW_EXPERIMENT_NAME") or None,
        token=given.get("MLFLOW_TRACKING_TOKEN") or None,
        user=given.get("MLFLOW_TRACKING_USERNAME") or None,
        password=given.get("MLFLOW_TRACKING_PASSWORD") or None,
        is_insecure=given.get("MLFLOW_TRACKING_INSECURE_TLS", "").lower() == "true",
        spool=_spool(spool, given),
        is_delivered_by_host=by_host,
        flush_s=_seconds(given.get("MODELCOMPOSE_FLUSH_S")),
    )


def _run(given: Mapping[str, str], *, by_host: bool) -> str | None:
    own = given.get("MODELCOMPOSE_SPOOL_RUN") if by_host else None
    return own or given.get("MLFLOW_RUN_ID") or None


def warn(message: str) -> None:
    """Tell of trouble, without raising: training goes on."""
    print(f"modelcompose_sdk: {message}", file=sys.stderr)  # noqa: T201 - the reader's terminal


def _spool(chosen: str | None, given: Mapping[str, str]) -> Path:
    if chosen:
        return Path(chosen)
    cache = given.get("XDG_CACHE_HOME")
    home = given.get("HOME") or given.get("USERPROFILE")
    folder = Path(cache) if cache else Path(home, ".cache") if home else None
    if folder is not None and _is_writable(folder):
        return folder / "modelcompose" / "spool"
    return Path(tempfile.gettempdir()) / "modelcompose-spool"  # a container without a home


def _is_writable(folder: Path) -> bool:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return os.access(folder, os.W_OK)


def _seconds(text: str | None) -> float:
    try:
        return max(0.0, float(text)) if text else _FLUSH_S
    except ValueError:
        warn(f"MODELCOMPOSE_FLUSH_S is no number: {text!r}")
        return _FLUSH_S
