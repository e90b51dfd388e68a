"""Services that run to their end: which they are, and that plain `up` leaves them alone."""

from __future__ import annotations

from collections.abc import Iterator

from modelcompose.compose.project import Project
from modelcompose.diagnosis.finding import Finding, note, warning
from modelcompose.diagnosis.subject import Subject

_COMPLETED = "service_completed_successfully"


def one_shots(project: Project) -> frozenset[str]:
    """Give the services that run to their end: steps, and those whose end others wait for."""
    awaited = {
        name
        for service in project.services.values()
        for name, condition in service.depends_on.items()
        if condition == _COMPLETED
    }
    return frozenset(awaited | project.steps.keys()) & project.services.keys()


def look_at_one_shots(subject: Subject) -> Iterator[Finding]:
    """Find one-shots without a profile, which `docker compose up` runs again each time."""
    project = subject.project
    shots = one_shots(project)
    for name in sorted(shots):
        service = project.services[name]
        if service.profiles:
            continue
        where = subject.where("services", name)
        needed = _needed_by(project, name, shots)
        if needed:
            yield note(
                f"`docker compose up` runs services.{name} again each time, for {needed[0]} "
                "waits for it",
                where=where,
                fix="start with this, which leaves alone what is up to date:\nmodelcompose up",
            )
        else:
            yield warning(
                f"services.{name} runs to its end and has no profile: "
                "`docker compose up` runs it again each time",
                where=where,
                fix=f"give services.{name} one: profiles: [train]",
            )


def _needed_by(project: Project, name: str, shots: frozenset[str]) -> list[str]:
    """Give the services that would not start any more if this one were in another profile."""
    found: list[str] = []
    waiting = [name]
    while waiting:
        target = waiting.pop()
        for other, service in project.services.items():
            if target not in service.depends_on or service.profiles:
                continue
            if other not in shots:
                found.append(other)
            elif other != name:
                waiting.append(other)
    return sorted(set(found))
