"""Comparing with what `ml.lock` says, where no run of the step is known (a fresh clone)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from msgspec.structs import replace

from modelcompose.pipeline.identity import identity_of
from modelcompose.pipeline.lock import LockedStep
from modelcompose.pipeline.outside.periods import as_moment, newest
from modelcompose.pipeline.plan import Made
from modelcompose.store.content import Content
from modelcompose.tracking.run import Run

_MANY = 200


def locked_step(
    identity: str,
    parts: Mapping[str, Any],
    outputs: Mapping[str, Content],
    *,
    marks: Mapping[str, str] = {},
    made: str | None = None,
) -> LockedStep:
    """Give what the lock keeps of an identity and of what was made.

    Args:
        identity: the digest of `parts`.
        parts: what the identity covers.
        outputs: what was made.
        marks: of the URLs whose content is among the inputs.
        made: when, for a step with a period.
    """
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
        probes=parts.get("probes", {}),
        urls={**parts.get("urls", {}), **marks},
        made=made,
    )


def made_before(
    run: Run | None, locked: LockedStep | None, identity: str, every_s: float | None, now: float
) -> Made | None:
    """Give what a step of an identity made, of what a run and the lock tell.

    The run tells more; of a step with a period, which is made again and again with one identity,
    the lock may tell of something newer, from another machine.
    """
    made = None
    if run is not None:
        made = Made(run.outputs, run.id, run.ended_at, run.duration_s, run.metrics)
    if locked is None or locked.identity != identity or (made is not None and every_s is None):
        return made
    told = Made(locked.outputs, ended_at=as_moment(locked.made))
    return told if every_s is None else newest(made, told, now, every_s)


def left(run: Run, present: Mapping[str, Content | None]) -> bool:
    """Tell whether a run left what lies there now: all of it, or its live outputs if it failed."""
    if run.status == "succeeded":
        return run.outputs == present
    return bool(run.outputs) and all(present.get(p) == c for p, c in run.outputs.items())


def failure_of(latest: Run | None, identity: str) -> str | None:
    """Say why the last run failed, if it did and had this identity."""
    if latest is None or latest.identity != identity or latest.status == "succeeded":
        return None
    return latest.error or latest.status


def _folded(inputs: Mapping[str, str]) -> Mapping[str, str]:
    """Keep the lock readable: very many inputs become one line."""
    if len(inputs) <= _MANY:
        return inputs
    return {f"({len(inputs)} files)": identity_of(inputs)}


def _is_folded(inputs: Mapping[str, str]) -> bool:
    return len(inputs) == 1 and next(iter(inputs)).startswith("(")


def as_before(
    parts: Mapping[str, Any], unknown: Collection[str], before: Mapping[str, Any]
) -> dict[str, Any]:
    """Give parts in which what is not known yet is as it was before, and so no difference."""
    known: dict[str, Any] = dict(parts)
    for section in ("inputs", "probes", "urls"):
        old = before.get(section, {})
        kept = {name: old[name] for name in unknown if name in old}
        if kept:
            known[section] = {**parts.get(section, {}), **kept}
    return known


def lock_differences(
    locked: LockedStep, parts: Mapping[str, Any], unknown: Collection[str] = ()
) -> tuple[str, ...]:
    """Say how an identity differs from the locked one, in words.

    Args:
        locked: what the lock says.
        parts: what the identity covers.
        unknown: names of inputs of which nothing is to be said.
    """
    before = {"inputs": locked.inputs, "probes": locked.probes, "urls": locked.urls}
    now = locked_step("", as_before(parts, unknown, before), {})
    if unknown and _is_folded(locked.inputs):
        now = replace(now, inputs=locked.inputs)
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
    found += _map_differences("probe ", locked.probes, now.probes)
    found += [
        f"{url} changed"
        for url in now.urls
        if url in locked.urls and locked.urls[url] != now.urls[url]
    ]
    if unknown:
        return tuple(found)
    return tuple(found) or ("what the step declares changed",)


def _map_differences(prefix: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return [
        f"{prefix}{name}: {old.get(name)} → {new.get(name)}"
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ]
