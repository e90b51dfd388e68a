"""The Compose file of one job: the service alone, as a one-shot, in its workspace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from modelcompose.compose.project import Project
from modelcompose.engine import protocol
from modelcompose.engine.docker.escaping import escape
from modelcompose.engine.protocol import Job

RUN_LABEL = protocol.RUN_LABEL
FOLDER_LABEL = "modelcompose.project-directory"
DEFINITION_LABEL = "modelcompose.definition"

LOGGING: Mapping[str, Any] = {
    "driver": "local",
    "options": {"max-size": "1t", "max-file": "1", "compress": "false"},
}
"""Every byte of the log, whatever the service says: `json-file` would replace invalid UTF-8, and
both would begin to drop lines at their default size."""

_NOT_FOR_A_JOB = frozenset(
    {
        "build",  # the image is there
        "container_name",  # runs go in parallel
        "depends_on",  # the plan has seen to it
        "develop",
        "expose",
        "links",
        "ports",  # as `docker compose run` without --service-ports
        "profiles",
        "pull_policy",
        "restart",
        "scale",
        "stdin_open",  # nobody types, and a terminal would mix the streams of the log
        "tty",
    }
)
_NOT_FOR_A_JOB_DEPLOY = frozenset({"mode", "replicas", "restart_policy", "update_config"})
_TOP_LEVEL = ("networks", "volumes", "secrets", "configs", "models")


def render_job(job: Job, volumes: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Give the Compose file that runs a job.

    Args:
        job: with its image.
        volumes: the mounts of the container, in Compose's long form.
    """
    name = job.service.name
    service = {k: v for k, v in job.service.document.items() if k not in _NOT_FOR_A_JOB}
    service |= {
        "image": job.image or job.service.image,
        "pull_policy": "never",
        "volumes": list(volumes),
        "environment": _environment(service.get("environment"), job.environment),
        "labels": {**_labels(service.get("labels")), **job_labels(job)},
        "logging": LOGGING,
    }
    if "deploy" in service:
        service["deploy"] = _deploy(service["deploy"])
    if job.device_ids is not None:
        _give_devices(service, job.device_ids)
    return with_surroundings(job.project, {name: service})


def job_labels(job: Job) -> dict[str, str]:
    """Give the labels by which a job's container is known again."""
    return {RUN_LABEL: job.run, FOLDER_LABEL: escape(str(job.project.directory))}


def with_surroundings(
    project: Project, services: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Give a Compose file of these services and all that they refer to, nothing else."""
    whole = {**_referred(project, services), **services}
    document: dict[str, Any] = {"name": project.name, "services": whole}
    for section in _TOP_LEVEL:
        used = {name for service in whole.values() for name in _used(service, section)}
        held = project.document.get(section) or {}
        if kept := {name: value for name, value in held.items() if name in used}:
            document[section] = kept
    return document


def _environment(own: Any, added: Mapping[str, str]) -> dict[str, str | None]:
    if isinstance(own, list):
        pairs = (str(entry).partition("=") for entry in own)
        own = {name: value if equals else None for name, equals, value in pairs}
    return {**(own or {}), **{name: escape(value) for name, value in added.items()}}


def _labels(own: Any) -> dict[str, str]:
    if isinstance(own, list):
        return {name: value for name, _, value in (str(entry).partition("=") for entry in own)}
    return dict(own or {})


def _deploy(deploy: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in deploy.items() if k not in _NOT_FOR_A_JOB_DEPLOY}


def _give_devices(service: dict[str, Any], device_ids: Iterable[str]) -> None:
    """Replace how many GPUs the service claims by which ones it is given."""
    ids = list(device_ids)
    if gpus := service.get("gpus"):
        entries = [{}] if isinstance(gpus, str) else gpus
        service["gpus"] = [_with_ids(device, ids) for device in entries]
    resources = (service.get("deploy") or {}).get("resources") or {}
    reservations = resources.get("reservations") or {}
    if not reservations.get("devices"):
        return
    devices = [
        _with_ids(device, ids) if "gpu" in (device.get("capabilities") or ()) else device
        for device in reservations["devices"]
    ]
    reservations = {**reservations, "devices": devices}
    resources = {**resources, "reservations": reservations}
    service["deploy"] = {**service["deploy"], "resources": resources}


def _with_ids(device: Mapping[str, Any], ids: list[str]) -> dict[str, Any]:
    return {**{k: v for k, v in device.items() if k != "count"}, "device_ids": ids}


def _used(service: Mapping[str, Any], section: str) -> list[str]:
    """Give the names of a top-level section that a service uses."""
    entries = service.get(section) or ()
    if isinstance(entries, Mapping):
        return list(entries)
    names = (entry if isinstance(entry, str) else entry.get("source") for entry in entries)
    return [str(name) for name in names if name]


def _referred(project: Project, services: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Give the services whose namespaces or volumes these services share, transitively."""
    held = project.document.get("services") or {}
    found: dict[str, Any] = {}
    waiting = [name for service in services.values() for name in _references(service)]
    while waiting:
        name = waiting.pop()
        if name in found or name in services or name not in held:
            continue
        found[name] = {k: v for k, v in held[name].items() if k not in {"profiles", "depends_on"}}
        waiting += _references(held[name])
    return found


def _references(service: Mapping[str, Any]) -> list[str]:
    modes = [str(service.get(key, "")) for key in ("network_mode", "ipc", "pid")]
    shared = [mode.removeprefix("service:") for mode in modes if mode.startswith("service:")]
    volumes = [str(entry) for entry in service.get("volumes_from") or ()]
    return [
        *shared,
        *(entry.split(":")[0] for entry in volumes if not entry.startswith("container:")),
    ]
