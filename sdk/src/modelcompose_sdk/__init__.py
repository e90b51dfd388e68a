"""Log parameters, metrics and artifacts of a run; standard library only.

What is logged is on disk when the call returns, and is delivered in the background, each point
once, also after the program was killed or the hub was away. Logging never waits for a network,
and after a wrong argument nothing of it raises: trouble is told once, on standard error.
"""

from __future__ import annotations

from modelcompose_sdk.active import (
    active_run,
    end_run,
    flush,
    log_artifact,
    log_artifacts,
    log_figure,
    log_metric,
    log_metrics,
    log_param,
    log_params,
    log_text,
    set_tag,
    set_tags,
    start_run,
)
from modelcompose_sdk.run import Run

__version__ = "0.1.0"

__all__ = [
    "Run",
    "active_run",
    "end_run",
    "flush",
    "log_artifact",
    "log_artifacts",
    "log_figure",
    "log_metric",
    "log_metrics",
    "log_param",
    "log_params",
    "log_text",
    "set_tag",
    "set_tags",
    "start_run",
]
