"""What a step made, as it stands on a remote: an index that names each output's manifest.

tag            step-<hex of the identity>
artifactType   application/vnd.modelcompose.step.v1
manifests      those of the outputs, each with its path; none for a step without outputs
annotation     io.modelcompose.step: a `Result` as JSON
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from modelcompose.errors import RemoteError
from modelcompose.pipeline.identity import identity_of
from modelcompose.pipeline.paths import covers
from modelcompose.store.content import Content
from modelcompose.store.digests import PREFIX
from modelcompose.store.remotes.artifacts import PATH, index_of
from modelcompose.store.remotes.protocol import Remote
from modelcompose.tracking.run import Code, Metric, Run

STEP_TYPE = "application/vnd.modelcompose.step.v1"
RESULT = "io.modelcompose.step"
_DIGEST = re.compile(rf"{PREFIX}[0-9a-f]{{64}}")
_ID = re.compile(r"[0-9a-f]{32}")
_LATEST = 253_402_300_800.0
"""The year 10000, in seconds since the epoch: no date is made of more."""
_LARGEST_COUNT = 1 << 63
_LARGEST_BYTES = 2 << 20
"""Registries take manifests of 4 MB; a step of very many inputs is told of in fewer words."""


class Result(Struct, frozen=True):
    """What a step of one identity made."""

    identity: str
    step: str
    outputs: Mapping[str, Content]
    run: Run | None = None
    """The run that made it, as far as others are to know of it; None where nobody recorded it."""


def step_tag(identity: str) -> str:
    """Give the tag under which the result of an identity is found."""
    return f"step-{identity.removeprefix(PREFIX)}"


def shared_run(run: Run) -> Run:
    """Give of a run what other machines are told: nothing about this one, nor what was typed."""
    return Run(
        id=run.id,
        project=run.project,
        folder="",
        step=run.step,
        status="succeeded",
        engine=run.engine,
        created_at=run.created_at,
        started_at=run.started_at,
        ended_at=run.ended_at,
        cause=run.cause,
        attempt=run.attempt,
        exit_code=run.exit_code,
        identity=run.identity,
        parts=run.parts,
        image=run.image,
        params=run.params,
        metrics={name: metric for name, metric in run.metrics.items() if _is_finite(metric)},
        plots=run.plots,
        inputs=run.inputs,
        outputs=run.outputs,
        code=Code(commit=run.code.commit, branch=run.code.branch, is_dirty=run.code.is_dirty),
    )


def taken_in(run: Run, step: str, project: tuple[str, Path], where: str) -> Run:
    """Give a run of a result as it is recorded in a project that took it from a remote.

    Args:
        run: as `read_result` gave it.
        step: what the step is called here.
        project: its name and its folder.
        where: the remote.
    """
    name, folder = project
    cause = made_elsewhere(where)
    return replace(run, step=step, project=name, folder=str(folder), cause=cause)


def is_sound(content: Content) -> bool:
    """Whether what somebody else says of a content can be one: a digest, and a size."""
    is_size = 0 <= content.size_bytes < _LARGEST_COUNT
    return is_size and _DIGEST.fullmatch(content.digest) is not None


def is_run_id(text: str) -> bool:
    """Whether a text is what a run goes by."""
    return _ID.fullmatch(text) is not None


def address_of(remote: Remote) -> str:
    """Give where a remote is, as people read it: a folder without detours."""
    where = remote.where
    return os.path.normpath(where) if where.startswith("/") else where


def made_elsewhere(where: str) -> str:
    """Say why a step does not have to run whose result a remote has."""
    return f"made on another machine, {where}"


def result_index(result: Result, manifests: Mapping[str, bytes]) -> bytes:
    """Give the index of a result.

    Args:
        result: what was made.
        manifests: the manifest of each output, by path; they are on the remote already.
    """
    found = _index(result, manifests)
    if len(found) > _LARGEST_BYTES and result.run is not None:
        found = _index(replace(result, run=replace(result.run, parts={}, inputs={})), manifests)
    return found


def read_result(data: bytes, identity: str, where: str) -> Result:
    """Read the index that stands under an identity's tag.

    Args:
        data: as the remote gave it.
        identity: what was asked for.
        where: the remote, for what is said.

    Raises:
        RemoteError: it is none, or of another identity.
    """
    try:
        text = json.loads(data)["annotations"][RESULT]
        result = msgspec.json.decode(text, type=Result)
    except (ValueError, KeyError, TypeError, RecursionError, msgspec.MsgspecError) as error:
        raise _lie(where, identity, f"cannot be read: {error!r}") from error
    if not all(is_sound(content) for content in result.outputs.values()):
        raise _lie(where, identity, "names content by no digest")
    if result.identity != identity:
        raise _lie(where, identity, f"is of {result.identity}")
    run = result.run
    if run is None:
        return result
    is_of_it = not run.parts or identity_of(run.parts) == identity
    if not is_of_it or run.outputs != result.outputs or not is_run_id(run.id):
        raise _lie(where, identity, "tells of a run of something else")
    if not _is_recordable(run):
        raise _lie(where, identity, "tells of times or numbers that cannot be")
    plots = tuple(path for path in run.plots if any(covers(made, path) for made in run.outputs))
    run = replace(shared_run(run), identity=identity, plots=plots)
    return replace(result, run=run)


def _index(result: Result, manifests: Mapping[str, bytes]) -> bytes:
    entries = [(manifests[path], {PATH: path}) for path in sorted(result.outputs)]
    document: dict[str, Any] = json.loads(index_of(entries))
    document["artifactType"] = STEP_TYPE
    document["annotations"] = {RESULT: msgspec.json.encode(result).decode()}
    return json.dumps(document, separators=(",", ":")).encode("ascii")


def _is_recordable(run: Run) -> bool:
    """Whether its numbers are such that a database takes them, and that dates can be made of."""
    times = (run.created_at, run.started_at, run.ended_at)
    counts = [run.attempt, run.exit_code, *(metric.count for metric in run.metrics.values())]
    counts += [content.size_bytes for content in run.inputs.values()]
    counts += [content.files for content in (*run.inputs.values(), *run.outputs.values())]
    return all(time is None or 0 <= time < _LATEST for time in times) and all(
        count is None or -_LARGEST_COUNT <= count < _LARGEST_COUNT for count in counts
    )


def _is_finite(metric: Metric) -> bool:
    return all(math.isfinite(value) for value in (metric.last, metric.min, metric.max))


def _lie(where: str, identity: str, what: str) -> RemoteError:
    return RemoteError(
        f"{where}: what stands under {step_tag(identity)} {what}",
        hint="push it again from where the step ran: modelcompose push",
    )
