"""The Compose file that `up` puts on top of the user's own, made from the project as read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from modelcompose.compose.project import Project, Service


class Attachment(Struct, frozen=True):
    """What a service is given beside what its file says."""

    environment: Mapping[str, str] = {}
    labels: Mapping[str, str] = {}
    mounts: tuple[Mapping[str, Any], ...] = ()
    """In Compose's long form."""


def overlay(project: Project, attached: Mapping[str, Attachment]) -> str:
    """Give a Compose file to be read on top of the project's.

    No service waits for a step, mounts of models are read-only, and services are given what is
    attached to them.

    Args:
        project: the user's.
        attached: what services are given, by their names.
    """
    import msgspec

    lines: list[str] = []
    for name, service in project.services.items():
        keys = [*_without_steps(project, service), *_mounts(service, attached.get(name))]
        keys += _attached(attached.get(name))
        if keys:
            lines.append(f"  {msgspec.json.encode(name).decode()}:\n")
            lines += [f"    {key}: {text}\n" for key, text in keys]
    return "".join(["services:\n", *lines]) if lines else "{}\n"


def _without_steps(project: Project, service: Service) -> list[tuple[str, str]]:
    if project.steps.keys().isdisjoint(service.depends_on):
        return []
    document = service.document["depends_on"]
    kept = {other: how for other, how in document.items() if other not in project.steps}
    return [("depends_on", f"!override {_json(kept)}")]


def _mounts(service: Service, attachment: Attachment | None) -> list[tuple[str, str]]:
    """Give the mounts that change: Compose replaces those that have the same target."""
    documents = service.document.get("volumes") or ()
    models = [
        {**document, "read_only": True}
        for document, mount in zip(documents, service.mounts, strict=True)
        if mount.model is not None
    ]
    mounts = [*models, *(attachment.mounts if attachment else ())]
    return [("volumes", _json(mounts))] if mounts else []


def _attached(attachment: Attachment | None) -> list[tuple[str, str]]:
    if attachment is None:
        return []
    parts: Mapping[str, Any] = {
        "environment": _escaped(attachment.environment),
        "labels": _escaped(attachment.labels),
    }
    return [(key, _json(part)) for key, part in parts.items() if part]


def _escaped(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value.replace("$", "$$") for name, value in values.items()}


def _json(value: Any) -> str:
    import msgspec

    return msgspec.json.encode(value).decode()
