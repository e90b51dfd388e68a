"""The run that is logged into where none is named."""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from modelcompose_sdk import settings as settings_module
from modelcompose_sdk.run import Run

if TYPE_CHECKING:
    from modelcompose_sdk.background import Background
    from modelcompose_sdk.settings import Settings


class _State:
    def __init__(self) -> None:
        self.settings: Settings | None = None
        self.background: Background | None = None
        self.runs: list[Run] = []
        self.lock = threading.RLock()


_state = _State()


def start_run(
    name: str | None = None,
    *,
    run_id: str | None = None,
    experiment: str | None = None,
    tags: Mapping[str, Any] | None = None,
    nested: bool = False,
) -> Run:
    """Begin a run, or go on with one; what is logged goes into it until it ends.

    Args:
        name: how it is called; by default the server finds a name.
        run_id: the run to go on with; by default `MLFLOW_RUN_ID`, else a new one.
        experiment: the experiment's name, made where it is not there.
        tags: its first tags.
        nested: whether the new run is one below the run that is active now.

    Raises:
        RuntimeError: a run is active, and `nested` is not said.
    """
    with _state.lock:
        if _state.runs and not nested:
            raise RuntimeError("a run is active: end it, or say start_run(nested=True)")
        chosen = _settings()
        if run_id is None and not _state.runs:
            run_id = chosen.run_id
        parent = _state.runs[-1] if _state.runs else None
        run = Run(chosen, run_id=run_id, name=name, experiment=experiment, tags=tags, parent=parent)
        _state.runs.append(run)
        _background(chosen).add(run)
        return run


def active_run() -> Run | None:
    """Give the run that is logged into now; None where the next call begins one."""
    return _state.runs[-1] if _state.runs else None


def end_run(status: str = "FINISHED") -> None:
    """End the active run: `FINISHED`, `FAILED` or `KILLED`."""
    run = active_run()
    if run is not None:
        leave(run, status)


def leave(run: Run, status: str) -> None:
    """End a run, and those that were begun below it."""
    with _state.lock:
        if run not in _state.runs:
            run.end(status)
            return
        while _state.runs:
            inner = _state.runs.pop()
            inner.end(status)
            if inner is run:
                return


def flush(timeout_s: float = 30.0) -> bool:
    """Wait until all that was logged is delivered; tell whether it was."""
    return True if _state.background is None else _state.background.flush(timeout_s)


def log_metric(
    key: str, value: float, step: int | None = None, timestamp: float | None = None
) -> None:
    """Log a point of a metric; see `Run.log_metric`."""
    _run().log_metric(key, value, step, timestamp)


def log_metrics(
    metrics: Mapping[str, float], step: int | None = None, timestamp: float | None = None
) -> None:
    """Log a point of each of some metrics."""
    _run().log_metrics(metrics, step, timestamp)


def log_param(key: str, value: Any) -> None:
    """Log a parameter; it never changes its value."""
    _run().log_param(key, value)


def log_params(params: Mapping[str, Any]) -> None:
    """Log some parameters."""
    _run().log_params(params)


def set_tag(key: str, value: Any) -> None:
    """Set a tag."""
    _run().set_tag(key, value)


def set_tags(tags: Mapping[str, Any]) -> None:
    """Set some tags."""
    _run().set_tags(tags)


def log_artifact(path: str | os.PathLike[str], artifact_path: str | None = None) -> None:
    """Log a file or a folder, as it is now; see `Run.log_artifact`."""
    _run().log_artifact(path, artifact_path)


def log_artifacts(folder: str | os.PathLike[str], artifact_path: str | None = None) -> None:
    """Log what is in a folder."""
    _run().log_artifacts(folder, artifact_path)


def log_text(text: str, artifact_file: str) -> None:
    """Log a text as a file among the run's artifacts."""
    _run().log_text(text, artifact_file)


def log_figure(figure: Any, artifact_file: str) -> None:
    """Log a figure of Matplotlib or Plotly, or an image of Pillow."""
    _run().log_figure(figure, artifact_file)


def _run() -> Run:
    runs = _state.runs
    return runs[-1] if runs else start_run()


def _settings() -> Settings:
    if _state.settings is None:
        _state.settings = settings_module.read()
    return _state.settings


def _background(chosen: Settings) -> Background:
    if _state.background is None:
        from modelcompose_sdk.background import Background

        _state.background = Background(chosen)
        atexit.register(_at_exit)
    return _state.background


def _at_exit() -> None:
    while _state.runs:
        end_run()
    if _state.background is not None:
        _state.background.stop(_settings().flush_s)


def _in_child() -> None:
    """Begin anew in a process that was forked off: its parent's file and thread stay there."""
    global _state  # noqa: PLW0603 - the state of the process, which is another one now
    parents = _state.runs
    _state = _State()
    if parents:
        known = parents[-1].known_id
        if known is not None:
            start_run(run_id=known)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
