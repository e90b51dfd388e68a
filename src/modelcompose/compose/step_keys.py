"""A step as `x-ml.step` would say it: the way back from `steps.build_step`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from modelcompose.compose.grammar import StepKeys
from modelcompose.compose.project import Input, Output, Probe, Step
from modelcompose.compose.steps import build_step
from modelcompose.compose.validation import validate


def step_keys(step: Step) -> dict[str, Any]:
    """Give a step as plain values; keys that say what holds without them are left out."""
    defaults = _all_keys(Step())
    return {key: value for key, value in _all_keys(step).items() if value != defaults[key]}


def _all_keys(step: Step) -> dict[str, Any]:
    return {
        "inputs": None if step.inputs is None else _inputs(step, step.inputs),
        "outputs": {output.path: _about(output) for output in step.outputs},
        "params": [str(param) if param.name else f"{param.file}:" for param in step.params],
        "metrics": list(step.metrics),
        "plots": list(step.plots),
        "log_metrics": list(step.log_metrics),
        "retries": step.retries,
        "timeout": None if step.timeout_s is None else _duration(step.timeout_s),
        "uses": dict(step.uses),
        "cache": step.cache,
        "workspace": step.workspace,
    }


def step_of(keys: Mapping[str, Any], directory: PurePosixPath) -> Step:
    """Give the step that plain values, as from `step_keys`, say.

    Args:
        keys: what stands under `x-ml.step`.
        directory: the project folder, absolute.

    Raises:
        Fault: another version of this program knows other keys.
    """
    path = ("x-ml", "step")
    return build_step(validate(keys, StepKeys, path), directory, path)


def _inputs(step: Step, paths: tuple[Input, ...]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [{"path": p.path, "compare": p.compare} for p in paths]
    found += [{"url": a.url, **({"path": a.path} if a.path else {})} for a in step.addresses]
    found += [_probe(probe) for probe in step.probes]
    return [*found, *([{"every": _duration(step.every_s)}] if step.every_s is not None else [])]


def _probe(probe: Probe) -> dict[str, Any]:
    command = probe.command if isinstance(probe.command, str) else list(probe.command)
    service = {} if probe.service is None else {"service": probe.service}
    return {"probe": command, **service, "timeout": _duration(probe.timeout_s)}


def _duration(seconds: float) -> str:
    return f"{seconds:.9f}".rstrip("0").rstrip(".") + "s"


def _about(output: Output) -> dict[str, bool] | None:
    about = {"resume": output.resume, "live": output.live}
    return {key: True for key, value in about.items() if value} or None
