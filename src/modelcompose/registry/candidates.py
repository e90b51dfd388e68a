"""Outputs that may become versions: judged by their gate, registered when they are new."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

from modelcompose.database.database import Connection
from modelcompose.registry.aliases import set_alias, version_at
from modelcompose.registry.gates import Gate, Numbers, Verdict, judge
from modelcompose.registry.models import create_model, find_model
from modelcompose.registry.records import Model, Origin, Version
from modelcompose.registry.sources import Source
from modelcompose.registry.version_rows import read_versions
from modelcompose.registry.versions import create_version
from modelcompose.store.content import Content
from modelcompose.tracking.run import Metric, Run

CONTENT = "content"
"""The folder of the hub's artifacts where the content store is seen, by digest."""

_SUMMARIES = ("last", "min", "max")


class Candidate(Struct, frozen=True):
    """An output that a project asks to be registered."""

    name: str
    """Of the model."""
    path: str
    content: Content
    runs: Mapping[str, Run]
    """The runs that stand behind it, by step; the first made it."""
    gate: Gate | None = None
    alias: str | None = None


class Registered(Struct, frozen=True):
    """What became of a candidate."""

    candidate: Candidate
    outcome: Literal["made", "refused", "known"]
    """`known`: a version has this content already."""
    version: Version | None = None
    verdict: Verdict | None = None
    moved_from: int | None = None
    """The version that the alias pointed to before."""


def register(connection: Connection, candidate: Candidate, now: float) -> Registered:
    """Make a candidate a version, where it is new and its gate lets it through.

    Args:
        connection: of a write block; the judging is part of its transaction, so that no alias
            moves in between.
        candidate: the output.
        now: seconds since the epoch.
    """
    model = find_model(connection, candidate.name)
    known = None if model is None else version_of_content(connection, model, candidate.content)
    if known is not None:
        return Registered(candidate, "known", known)
    numbers = metrics_of(candidate.runs)
    verdict = None
    if candidate.gate is not None:
        verdict = judge(candidate.gate, numbers, _standards(connection, model, candidate.gate))
        if not verdict.passed:
            return Registered(candidate, "refused", verdict=verdict)
    model = model or create_model(connection, candidate.name, now)
    version = create_version(
        connection, model, _source(candidate), now, origin=_origin(candidate, numbers, verdict)
    )
    if candidate.alias is None:
        return Registered(candidate, "made", version, verdict)
    cause = "made" if candidate.gate is None else f"passed {candidate.gate.text}"
    move = set_alias(connection, model, candidate.alias, version, now=now, cause=cause)
    return Registered(candidate, "made", version, verdict, None if move is None else move.old)


def version_of_content(connection: Connection, model: Model, content: Content) -> Version | None:
    """Give the newest version of a model that is of this content."""
    found = read_versions(
        connection,
        "model_versions.deleted_at IS NULL AND model_versions.model = ? AND digest = ?"
        " AND kind = ? AND executable = ? ORDER BY version DESC LIMIT 1",
        (model.number, content.digest, content.kind, int(content.executable)),
    )
    return found[0] if found else None


def metrics_of(runs: Mapping[str, Run]) -> dict[str, float]:
    """Give the metrics of runs by `STEP.METRIC`, and their summaries after one more dot."""
    numbers: dict[str, float] = {}
    for step, run in runs.items():
        for name, metric in run.metrics.items():
            numbers |= _summary(f"{step}.{name}", metric)
    for step, run in runs.items():  # a metric that is called so in full goes before a summary
        numbers |= {f"{step}.{name}": metric.last for name, metric in run.metrics.items()}
    return numbers


def numbers_of(connection: Connection, version: Version) -> dict[str, float]:
    """Give the metrics that a version was judged by; of one that a client made, its run's."""
    if version.origin is not None:
        return dict(version.origin.evidence.get("metrics", {}))
    if version.run is None:
        return {}
    rows = connection.rows(
        "SELECT runs.step, metrics.name, metrics.last FROM metrics"
        " JOIN runs ON runs.number = metrics.run WHERE runs.id = ? AND last IS NOT NULL",
        (version.run,),
    )
    return {f"{step}.{name}": last for step, name, last in rows}


def _standards(
    connection: Connection, model: Model | None, gate: Gate
) -> dict[str, Numbers | None]:
    found: dict[str, Numbers | None] = {}
    for alias in gate.aliases:
        version = None if model is None else version_at(connection, model, alias)
        found[alias] = None if version is None else numbers_of(connection, version)
    return found


def source_of(path: str, content: Content, run: str | None) -> Source:
    """Give where the files of a version lie that the content store keeps.

    Args:
        path: of the output.
        content: what it held.
        run: the id of the run that made it.
    """
    kind, digest = content.kind, content.digest.removeprefix("sha256:")
    name = f"/{path.rpartition('/')[2]}" if kind == "file" else ""
    address = f"mlflow-artifacts:/{CONTENT}/{kind}/{digest}{name}"
    return Source(address, address, run)


def _source(candidate: Candidate) -> Source:
    made_by = next(iter(candidate.runs.values()))
    return source_of(candidate.path, candidate.content, made_by.id)


def _origin(candidate: Candidate, numbers: Numbers, verdict: Verdict | None) -> Origin:
    made_by = next(iter(candidate.runs.values()))
    evidence: dict[str, Any] = {
        "runs": {step: run.id for step, run in candidate.runs.items()},
        # JSON has no NaN and no infinity: they are missing for whoever is compared with this.
        "metrics": {name: value for name, value in numbers.items() if math.isfinite(value)},
        "params": made_by.params,
        "inputs": {path: content.digest for path, content in made_by.inputs.items()},
        "image": made_by.image,
        "code": {"commit": made_by.code.commit, "tree": made_by.code.tree},
        "identity": made_by.identity,
    }
    if candidate.gate is not None and verdict is not None:
        evidence["gate"] = candidate.gate.text
        evidence["findings"] = [finding.text for finding in verdict.findings]
    return Origin(made_by.project, candidate.path, candidate.content, evidence)


def _summary(name: str, metric: Metric) -> dict[str, float]:
    return {f"{name}.{part}": getattr(metric, part) for part in _SUMMARIES}
