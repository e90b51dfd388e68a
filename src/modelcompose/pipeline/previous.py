"""Comparing with what `ml.lock` says, where no run of the step is known (a fresh clone)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modelcompose.pipeline.identity import identity_of
from modelcompose.pipeline.lock import LockedStep
from modelcompose.store.content import Content

_MANY = 200


def locked_step(
    identity: str, parts: Mapping[str, Any], outputs: Mapping[str, Content]
) -> LockedStep:
    """Give what the lock keeps of an identity and of what was made."""
    build = parts["image"].get("build", {})
    return LockedStep(
        identity=identity,
        image=identity_of(parts["image"]),
        dockerfile=build.get("dockerfile"),
        command=parts["command"],
        environment=parts["environment"],
        params=parts["params"],
        inputs=_folded(parts["inputs"]),
        outputs=outputs,
    )


def _folded(inputs: Mapping[str, str]) -> Mapping[str, str]:
    """Keep the lock readable: very many inputs become one line."""
    if len(inputs) <= _MANY:
        return inputs
    return {f"({len(inputs)} files)": identity_of(inputs)}


def lock_differences(locked: LockedStep, parts: Mapping[str, Any]) -> tuple[str, ...]:
    """Say how an identity differs from the locked one, in words."""
    now = locked_step("", parts, {})
    found = []
    if now.dockerfile and locked.dockerfile and now.dockerfile != locked.dockerfile:
        found.append("the Dockerfile changed")
    elif now.image != locked.image:
        found.append("the image changed")
    if now.command != locked.command:
        found.append("the command changed")
    found += _map_differences("environment ", locked.environment, now.environment)
    found += _map_differences("", locked.params, now.params)
    found += [
        f"{path} changed"
        for path in sorted({*locked.inputs, *now.inputs})
        if locked.inputs.get(path) != now.inputs.get(path)
    ]
    return tuple(found) or ("what the step declares changed",)


def _map_differences(prefix: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return [
        f"{prefix}{name}: {old.get(name)} → {new.get(name)}"
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ]
