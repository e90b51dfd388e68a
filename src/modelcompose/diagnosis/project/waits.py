"""Waits for health that never comes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from modelcompose.compose.project import Project, Service
from modelcompose.diagnosis.facts.docker import image_config
from modelcompose.diagnosis.finding import Finding, problem, warning
from modelcompose.diagnosis.project.one_shots import one_shots
from modelcompose.diagnosis.subject import Subject
from modelcompose.diagnosis.waiting import Unknown
from modelcompose.errors import EngineError
from modelcompose.pipeline.image_definition.dockerfile import parse

_HEALTHY = "service_healthy"


def look_at_waits(subject: Subject) -> Iterator[Finding]:
    """Look at every wait for `service_healthy`."""
    project = subject.project
    shots = one_shots(project)
    for name, service in project.services.items():
        for target, condition in service.depends_on.items():
            if condition == _HEALTHY and target in project.services:
                yield from _judged(subject, name, project.services[target], shots)


def _judged(
    subject: Subject, name: str, target: Service, shots: frozenset[str]
) -> Iterator[Finding]:
    has_check = has_health_check(subject, target)
    if has_check:
        return
    where = subject.where("services", name, "depends_on", target.name, "condition")
    path = f"services.{name} waits until {target.name} is healthy"
    if target.name in shots:
        yield problem(
            f"{path}, which runs to its end and never is",
            where=where,
            fix=f"wait for its end: {target.name}: {{condition: service_completed_successfully}}",
        )
    elif has_check is None:
        yield warning(
            f"{path}, which has no health check in the Compose file; its image may bring one",
            where=where,
            fix=f"give services.{target.name} a `healthcheck`, and be sure",
        )
    else:
        yield problem(
            f"{path}, which has no health check",
            where=where,
            fix=f"give services.{target.name} a `healthcheck`, "
            "or wait with {condition: service_started}",
        )


def has_health_check(subject: Subject, service: Service) -> bool | None:
    """Tell whether a service's health is checked; None where only its image could say."""
    own = service.document.get("healthcheck")
    if isinstance(own, dict) and (own.get("test") or own.get("disable")):
        return not own.get("disable") and not _is_none(own.get("test"))
    if _builds_one(service):
        return True
    try:
        config = image_config(subject.docker.known(), _image(subject.project, service))
    except (Unknown, EngineError):
        return None
    return None if config is None else _in_image(config)


def _in_image(config: Mapping[str, Any]) -> bool:
    test = (config.get("Healthcheck") or {}).get("Test")
    return bool(test) and not _is_none(test)


def _is_none(test: Any) -> bool:
    return test == "NONE" or (isinstance(test, list) and test[:1] == ["NONE"])


def _builds_one(service: Service) -> bool:
    """Tell whether the service's Dockerfile has a health check; a built base is not looked into."""
    build = service.build
    if build is None:
        return False
    text = build.dockerfile_inline
    if text is None:
        try:
            text = Path(build.context, build.dockerfile).read_text(errors="replace")
        except OSError:
            return False
    found = [one.rest for one in parse(text).instructions if one.name == "HEALTHCHECK"]
    return bool(found) and found[-1].strip().upper() != "NONE"


def _image(project: Project, service: Service) -> str:
    return service.image or f"{project.name}-{service.name}"
