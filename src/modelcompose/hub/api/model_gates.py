"""Gates: what each version was asked for, what was measured, and who was turned away."""

from __future__ import annotations

from msgspec import Struct

from modelcompose.database.database import Connection
from modelcompose.hub.api.endpoint import Endpoint
from modelcompose.hub.api.model_access import seen_model
from modelcompose.hub.api.visibility import JOIN, PROJECT
from modelcompose.hub.gate_report import GateReport, gate_report
from modelcompose.hub.hub import Hub
from modelcompose.hub.tokens.principal import caller
from modelcompose.registry.aliases import version_called
from modelcompose.tracking.logged_beside import GATE_TAG

MOST_REFUSED = 50

_REFUSED = f"""
    SELECT runs.id, runs.step, {PROJECT}, runs.created_at, run_tags.value FROM run_tags
    JOIN runs ON runs.number = run_tags.run {JOIN}
    WHERE run_tags.name = ? AND runs.deleted_at IS NULL
    ORDER BY runs.created_at DESC, runs.number DESC LIMIT {MOST_REFUSED}
"""  # noqa: S608 - made of constants


class GateOf(Struct, frozen=True):
    """One version of a model."""

    model: str
    version: str
    """Its number, or an alias."""


class VersionGate(Struct, frozen=True):
    """The gate of a version."""

    report: GateReport | None
    """Null where the version was made without one."""


class CandidatesOf(Struct, frozen=True):
    """One model."""

    model: str


class JudgedRun(Struct, frozen=True):
    """A run whose model was judged by the gate."""

    run: str
    step: str
    project: str
    created_at: float
    passed: bool
    text: str
    """What was compared, with both numbers."""


class Candidates(Struct, frozen=True):
    """The newest runs whose models were judged."""

    runs: list[JudgedRun]


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    gate = "/models/{model}/versions/{version}/gate"
    return [
        Endpoint(gate, _gate, GateOf, VersionGate),
        Endpoint("/models/{model}/candidates", _candidates, CandidatesOf, Candidates),
    ]


def _gate(hub: Hub, asked: GateOf) -> VersionGate:
    """Judge a version by its gate, with what the aliases point to now."""
    with hub.database.read() as connection:
        model = seen_model(connection, asked.model)
        version = version_called(connection, model, asked.version)
        return VersionGate(gate_report(connection, model, version))


def _candidates(hub: Hub, asked: CandidatesOf) -> Candidates:
    """List the runs whose models the gate judged, those that it refused among them."""
    with hub.database.read() as connection:
        seen_model(connection, asked.model)
        return Candidates(_judged(connection, asked.model))


def _judged(connection: Connection, model: str) -> list[JudgedRun]:
    rows = connection.rows(_REFUSED, (f"{GATE_TAG}{model}",))
    seen = [row for row in rows if caller.get().may("reader", [row[2]])]
    return [_run(*row) for row in seen]


def _run(run: str, step: str, project: str, created_at: float, told: str) -> JudgedRun:
    word, _, text = told.partition(": ")
    return JudgedRun(run, step, project, created_at, word == "passed", text)
