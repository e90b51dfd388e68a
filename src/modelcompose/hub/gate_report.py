"""How a version's gate came out when it was made, and how it comes out now."""

from __future__ import annotations

from msgspec import Struct

from modelcompose.database.database import Connection
from modelcompose.errors import UsageError
from modelcompose.registry.aliases import version_at
from modelcompose.registry.candidates import numbers_of
from modelcompose.registry.gates import Finding, Side, judge, parse_gate
from modelcompose.registry.records import Model, Version


class GateFinding(Struct, frozen=True):
    """One comparison of a gate."""

    name: str
    operator: str
    wanted: str
    """What it was compared with, as it was written."""
    value: float | None
    """Null where there is no such number."""
    against: list[float | None]
    holds: bool
    is_first: bool
    """Whether it holds since the alias points nowhere yet, or to the version itself."""
    text: str


class GateReport(Struct, frozen=True):
    """A gate, and how it comes out."""

    version: int
    text: str
    """As the Compose file had it."""
    passed: bool
    """With the versions that the aliases point to now."""
    findings: list[GateFinding]
    when_made: list[str]
    """What was found when the version was made, which let it through."""
    aliases: dict[str, int | None]
    """The versions that the gate compares with, by their aliases."""


def gate_report(connection: Connection, model: Model, version: Version) -> GateReport | None:
    """Judge a version by the gate that it was made by; None where it had none, or it is no gate."""
    evidence = {} if version.origin is None else version.origin.evidence
    text = evidence.get("gate")
    if not isinstance(text, str):
        return None
    try:
        gate = parse_gate(text)
    except UsageError:  # of a hub that spoke another dialect
        return None
    pointed = {alias: version_at(connection, model, alias) for alias in sorted(gate.aliases)}
    # A version is not held against itself: where it is the champion, there is no other yet.
    others = {
        alias: numbers_of(connection, one) if one and one.version != version.version else None
        for alias, one in pointed.items()
    }
    verdict = judge(gate, numbers_of(connection, version), others)
    told = evidence.get("findings")
    return GateReport(
        version.version,
        text,
        verdict.passed,
        [_finding(one) for one in verdict.findings],
        [str(line) for line in told] if isinstance(told, list) else [],
        {alias: None if one is None else one.version for alias, one in pointed.items()},
    )


def _finding(one: Finding) -> GateFinding:
    return GateFinding(
        one.name,
        one.operator,
        one.wanted,
        _number(one.value),
        [_number(side) for side in one.against],
        one.holds,
        "absent" in (one.value, *one.against),
        one.text,
    )


def _number(side: Side) -> float | None:
    return side if isinstance(side, float) else None
