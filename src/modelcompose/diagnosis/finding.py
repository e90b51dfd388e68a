"""What a check found, and how it is mended: the values that the whole room speaks in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from modelcompose.diagnosis.repair import Repair
from modelcompose.errors import ModelComposeError

Severity = Literal["ok", "note", "warning", "problem"]
"""All is well; worth knowing; will bite some day; keeps something from working."""

Group = Literal["machine", "project", "store"]

GROUPS: tuple[Group, ...] = ("machine", "project", "store")
"""In the order in which they are shown."""

SEVERITIES: tuple[Severity, ...] = ("problem", "warning", "note", "ok")
"""The worst first."""


class Finding(Struct, frozen=True):
    """One thing that a check found."""

    severity: Severity
    what: str
    """What was found, in one sentence without a full stop; may name a service or a path."""
    where: str | None = None
    """`file:line:column`, or a path, where one place is meant."""
    fix: str | None = None
    """How to mend it, in words; each further line is a command to type, as it stands."""
    repair: Repair | None = None
    """What `--fix` does about it; None where a person has to decide."""
    code: str = ""
    """The check's name; filled in by `examine`."""
    group: Group = "machine"
    """Filled in by `examine`."""


def ok(what: str) -> Finding:
    """Give the finding that something is as it should be."""
    return Finding("ok", what)


def note(
    what: str, *, where: str | None = None, fix: str | None = None, repair: Repair | None = None
) -> Finding:
    """Give a finding that is only worth knowing."""
    return Finding("note", what, where, fix, repair)


def warning(
    what: str, *, where: str | None = None, fix: str | None = None, repair: Repair | None = None
) -> Finding:
    """Give a finding that will bite some day."""
    return Finding("warning", what, where, fix, repair)


def problem(
    what: str, *, where: str | None = None, fix: str | None = None, repair: Repair | None = None
) -> Finding:
    """Give a finding that keeps something from working."""
    return Finding("problem", what, where, fix, repair)


def from_error(error: ModelComposeError, severity: Severity = "problem") -> Finding:
    """Give the finding that an error of ours is; its place moves from the message to `where`."""
    where, what = _placed(error.message)
    return Finding(severity, what, where, error.hint)


def _placed(message: str) -> tuple[str | None, str]:
    """Split `compose.yaml:14:9: services.a: …` after the place, where a message begins with one."""
    parts = message.split(":", 3)
    if len(parts) > 3 and parts[1].isdecimal() and parts[2].isdecimal():  # noqa: PLR2004
        return ":".join(parts[:3]), parts[3].strip()
    return None, message


def exit_code(findings: Sequence[Finding]) -> int:
    """Give 1 where something keeps something from working, else 0."""
    return int(any(finding.severity == "problem" for finding in findings))
