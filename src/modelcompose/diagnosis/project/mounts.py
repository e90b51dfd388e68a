"""Bind mounts that an engine on another machine cannot see."""

from __future__ import annotations

from collections.abc import Iterator

from modelcompose.diagnosis.finding import Finding, problem, warning
from modelcompose.diagnosis.subject import Subject
from modelcompose.engine.docker.endpoint import find_endpoint
from modelcompose.engine.places import binds

_BACK = "unset DOCKER_HOST; docker context use default"


def look_at_mounts(subject: Subject) -> Iterator[Finding]:
    """Name every bind mount, where the engine is on another machine."""
    endpoint = find_endpoint(subject.environment)
    if endpoint.socket is not None:
        return
    for name, service in subject.project.services.items():
        for mount in binds(service):
            index = service.mounts.index(mount)
            what = (
                f"services.{name} mounts {mount.source}, which the engine at {endpoint.host} "
                "looks for on its own machine"
            )
            where = subject.where("services", name, "volumes", index)
            if service.step is not None:
                yield problem(what, where=where, fix=f"run steps here:\n{_BACK}")
            else:
                yield warning(what, where=where, fix="copy it into the image, or use a volume")
