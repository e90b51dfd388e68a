"""What Compose adds to a file that says nothing: names, the default network, dependencies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_SHARED_NAMESPACES = ("network_mode", "ipc", "pid", "uts", "cgroup")
_SERVICE_PREFIX = "service:"
_CONTAINER_PREFIX = "container:"
_RESOURCES = ("networks", "volumes", "configs", "secrets")


def with_defaults(
    document: Mapping[str, Any], name: str, variables: Mapping[str, str]
) -> dict[str, Any]:
    """Give a document with Compose's defaults.

    Args:
        document: as the grammar gives it.
        name: the project's name.
        variables: values of the names that stand without one in `environment` and `build.args`.
    """
    services = {
        service: _service(settings, variables)
        for service, settings in document.get("services", {}).items()
    }
    networks = dict(document.get("networks", {}))
    if any("default" in service.get("networks", {}) for service in services.values()):
        networks.setdefault("default", {})
    found = {**document, "services": services, "networks": networks}
    for kind in _RESOURCES:
        found[kind] = {
            key: {"name": _resource_name(key, settings, name), **settings}
            for key, settings in found.get(kind, {}).items()
        }
    return {**found, "name": name}


def _resource_name(key: str, settings: Mapping[str, Any], project: str) -> str:
    return key if settings.get("external") else f"{project}_{key}"


def _service(service: Mapping[str, Any], variables: Mapping[str, str]) -> dict[str, Any]:
    found = dict(service)
    if "provider" not in service and "network_mode" not in service:
        found.setdefault("networks", {"default": None})
    if "environment" in service:
        found["environment"] = _given(service["environment"], variables)
    if "args" in service.get("build", {}):
        found["build"] = {**service["build"], "args": _arguments(service["build"], variables)}
        if not found["build"]["args"]:
            del found["build"]["args"]
    dependencies = {**_implied(service), **service.get("depends_on", {})}
    return found | ({"depends_on": dependencies} if dependencies else {})


def _given(
    environment: Mapping[str, str | None], variables: Mapping[str, str]
) -> dict[str, str | None]:
    """Give names without a value the caller's, where there is one."""
    return {n: variables.get(n) if v is None else v for n, v in environment.items()}


def _arguments(build: Mapping[str, Any], variables: Mapping[str, str]) -> dict[str, str]:
    given = _given(build["args"], variables)
    return {name: value for name, value in given.items() if value is not None}


def _implied(service: Mapping[str, Any]) -> dict[str, Any]:
    """Give the dependencies that links, shared namespaces and shared volumes bring along."""
    found: dict[str, bool] = {}
    for link in service.get("links", []):
        parts = link.split(":")
        found.setdefault(parts[0] if len(parts) == 2 else link, True)  # noqa: PLR2004
    for namespace in _SHARED_NAMESPACES:
        reference = service.get(namespace, "")
        if reference.startswith(_SERVICE_PREFIX):
            found.setdefault(reference.removeprefix(_SERVICE_PREFIX), True)
    for source in service.get("volumes_from", []):
        if not source.startswith(_CONTAINER_PREFIX):
            found.setdefault(source.partition(":")[0], False)
    return {
        name: {"condition": "service_started", "required": True}
        | ({"restart": True} if restarts else {})
        for name, restarts in found.items()
    }
