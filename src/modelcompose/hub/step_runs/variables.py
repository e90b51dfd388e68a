"""The variables by which a step's code finds its run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ADDRESS = "MLFLOW_TRACKING_URI"
TOKEN = "MLFLOW_TRACKING_TOKEN"  # noqa: S105 - a variable's name
EXPERIMENT = "MLFLOW_EXPERIMENT_ID"
RUN = "MLFLOW_RUN_ID"
SPOOL = "MODELCOMPOSE_SPOOL"
SPOOL_RUN = "MODELCOMPOSE_SPOOL_RUN"
DELIVERY = "MODELCOMPOSE_DELIVERY"
BY_HOST = "host"

_ROOT = "_MLFLOW_SERVER_ARTIFACT_ROOT"
"""Where MLflow's client puts artifacts beside a file; by default into the working folder."""

_QUIET = "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"
"""The address that MLflow's client would print is gone when somebody reads it."""

MLFLOW_FILE = "mlflow.db"
MLFLOW_FOLDER = "mlflow"
SDK_INSIDE = "/opt/modelcompose/sdk"
SPOOL_INSIDE = "/opt/modelcompose/spool"


def hub_variables(address: str, token: str, experiment: int, run: str) -> dict[str, str]:
    """Give what MLflow's client needs to log into a run."""
    return {
        ADDRESS: address,
        TOKEN: token,
        EXPERIMENT: str(experiment),
        RUN: run,
        _QUIET: "true",
    }


def file_variables(folder: str) -> dict[str, str]:
    """Give what MLflow's client needs to log into a file of its own, where no hub is in reach."""
    return {ADDRESS: f"sqlite:///{folder}/{MLFLOW_FILE}", _ROOT: f"{folder}/{MLFLOW_FOLDER}"}


def spool_variables(folder: str, run: str) -> dict[str, str]:
    """Give what the SDK needs to write down what it logs, for somebody else to deliver."""
    return {SPOOL: folder, DELIVERY: BY_HOST, SPOOL_RUN: run}


def is_cut_off(document: Mapping[str, Any], service: Mapping[str, Any]) -> bool:
    """Tell whether a container can reach no address of this machine, by what its file says.

    Args:
        document: the whole Compose file.
        service: the container's service, as in the file.
    """
    mode = service.get("network_mode")
    if mode is not None:
        return bool(mode == "none")
    networks = document.get("networks") or {}
    joined = service.get("networks") or ("default",)
    return all((networks.get(name) or {}).get("internal") is True for name in joined)
