"""Whether the Compose file can be read, and its steps put in order."""

from __future__ import annotations

import re
from collections.abc import Iterator

from modelcompose.compose.positions import text_position
from modelcompose.compose.project import Project
from modelcompose.diagnosis.finding import Finding, from_error, note, ok
from modelcompose.diagnosis.sizes import count
from modelcompose.diagnosis.subject import Subject
from modelcompose.diagnosis.waiting import Unknown
from modelcompose.errors import VariableError
from modelcompose.pipeline.graph import build_graph

UNSET = re.compile(r'The "(?P<name>\w+)" variable is not set')
"""How Compose warns of a variable without a value."""
_OBSOLETE = re.compile(r"the attribute `(?P<key>\w+)` is obsolete")


def look_at_file(subject: Subject) -> Iterator[Finding]:
    """Read the file as every command does, then with the services of all profiles."""
    subject.discovery.get()
    reading = subject.reading.get()
    if reading.error is not None and not isinstance(reading.error, VariableError):
        yield from_error(reading.error)
    if reading.elsewhere is not None:
        found = from_error(reading.elsewhere, "warning")
        yield note(f"with all profiles: {found.what}", where=found.where, fix=found.fix)
    if reading.project is not None:
        yield from _warnings(subject, reading.project)
        if reading.error is None:
            yield ok(_summary(reading.project))


def look_at_graph(subject: Subject) -> Iterator[Finding]:
    """Put the steps in order, which finds cycles and paths that two steps write."""
    build_graph(subject.project)
    return iter(())


def _summary(project: Project) -> str:
    files = ", ".join(path.name for path in project.files) or "the Compose file"
    services, steps = len(project.services), len(project.steps)
    return f"{files}: {count(services, 'service')}, {steps or 'none'} of them steps"


def _warnings(subject: Subject, project: Project) -> Iterator[Finding]:
    for text in project.warnings:
        if UNSET.search(text):
            continue  # another check's
        obsolete = _OBSOLETE.search(text)
        if obsolete is None:
            yield note(f"Compose warns: {text}")
            continue
        key = obsolete["key"]
        yield note(
            f"`{key}` says nothing any more, and Compose warns of it each time",
            where=_top_level(subject, key),
            fix="take the line out",
        )


def _top_level(subject: Subject, key: str) -> str | None:
    try:
        position = text_position(subject.sources.known(), re.compile(rf"^{re.escape(key)}:"))
    except Unknown:
        return None
    return None if position is None else str(position)
