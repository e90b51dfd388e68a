"""Variables that the Compose file interpolates and nobody sets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from modelcompose.compose.command import plugin_available
from modelcompose.compose.positions import text_position
from modelcompose.compose.sources import Sources
from modelcompose.diagnosis.finding import Finding, from_error, problem, warning
from modelcompose.diagnosis.project.compose_file import UNSET
from modelcompose.diagnosis.subject import Subject
from modelcompose.errors import VariableError

_PLAIN = re.compile(r"(?<!\$)\$(?:\{(?P<braced>\w+)\}|(?P<plain>[A-Za-z_]\w*))")
_REQUIRED = re.compile(r"(?<!\$)\$\{(?P<name>\w+)(?P<colon>:?)\?(?P<reason>[^}]*)\}")


def look_at_required(subject: Subject) -> Iterator[Finding]:
    """Find all variables without which nothing starts, where Compose names the first alone."""
    error = subject.reading.known().error
    if not isinstance(error, VariableError):
        return
    found = list(_missing(subject))
    yield from found or [from_error(error)]


def look_at_unset(subject: Subject) -> Iterator[Finding]:
    """Find variables that stand for nothing."""
    sources = subject.sources.known()
    for name in _unset(subject, sources):
        where = _place(sources, rf"(?<!\$)\$(?:{name}\b|\{{{name}\b)")
        if where is not None:  # it may stand in a comment alone
            yield warning(
                f"the variable {name} is not set: an empty text takes its place",
                where=where,
                fix=f"set it in .env, `{name}=…`, or give it a default where it stands: "
                f"${{{name}:-…}}",
            )


def _unset(subject: Subject, sources: Sources) -> list[str]:
    """Take Compose at its word; where it is not there, look for what it would warn of."""
    reading = subject.reading.known()
    if reading.project is None or not reading.has_values:
        return []
    if plugin_available(subject.environment):
        told = (UNSET.search(text) for text in reading.project.warnings)
        return [match["name"] for match in told if match]
    plain = (match["braced"] or match["plain"] for match in _PLAIN.finditer(sources.text))
    return [name for name in dict.fromkeys(plain) if name not in reading.project.variables]


def _missing(subject: Subject) -> Iterator[Finding]:
    sources = subject.sources.known()
    variables = subject.discovery.known().variables
    required = {match["name"]: match for match in _REQUIRED.finditer(sources.text)}
    for name, match in required.items():
        value = variables.get(name)
        if value or (value is not None and not match["colon"]):
            continue
        where = _place(sources, rf"\$\{{{name}:?\?")
        if where is None:
            continue  # it stands in a comment
        reason = f": {match['reason']}" if match["reason"] else ""
        yield problem(
            f"the variable {name} is required and not set{reason}",
            where=where,
            fix=f"set it in .env, or for one command:\n{name}=… modelcompose …",
        )


def _place(sources: Sources, pattern: str) -> str | None:
    position = text_position(sources, re.compile(pattern))
    return None if position is None else str(position)
