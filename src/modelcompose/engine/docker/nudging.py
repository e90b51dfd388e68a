"""Telling running services of a project that something changed: by a restart, or a signal."""

from __future__ import annotations

from typing import Any

from modelcompose.engine.docker.api import Api, connect
from modelcompose.engine.docker.endpoint import find_endpoint

_PROJECT = "com.docker.compose.project"
_FOLDER = "com.docker.compose.project.working_dir"
_SERVICE = "com.docker.compose.service"
_ONE_OFF = "com.docker.compose.oneoff"
_DEPENDS_ON = "com.docker.compose.depends_on"


def restart(project: str, folder: str, service: str) -> list[str]:
    """Restart a service where it runs, and then those whose `depends_on` says `restart: true`.

    Args:
        project: the Compose project's name.
        folder: the project folder; other folders' containers of that name are left alone.
        service: the service's name.

    Returns:
        The names of the services that were restarted; none where it does not run.

    Raises:
        EngineError: Docker cannot do it.
    """
    api = connect(find_endpoint())
    running = _running(api, project, folder)
    first = [each for each in running if _service(each) == service]
    others = [each for each in running if follows(_label(each, _DEPENDS_ON), service)]
    chosen = [*first, *others] if first else []
    for each in chosen:
        api.post(f"/containers/{each['Id']}/restart")  # its own stop signal and grace period
    return list(dict.fromkeys(_service(each) for each in chosen))


def send_signal(project: str, folder: str, service: str, signal: str) -> list[str]:
    """Send a signal to a service's main process; arguments, result and errors as for `restart`."""
    api = connect(find_endpoint())
    reached = [each for each in _running(api, project, folder) if _service(each) == service]
    for each in reached:
        api.post(f"/containers/{each['Id']}/kill", {"signal": signal})
    return list(dict.fromkeys(_service(each) for each in reached))


def follows(dependencies: str, service: str) -> bool:
    """Tell whether a container is restarted with a service, as its label of Compose says.

    Args:
        dependencies: the label, `NAME:CONDITION:RESTART` by commas.
        service: the service's name.
    """
    parts = (entry.split(":") for entry in dependencies.split(","))
    return any(part[0] == service and part[-1] == "true" for part in parts)


def _running(api: Api, project: str, folder: str) -> list[dict[str, Any]]:
    labels = [f"{_PROJECT}={project}", f"{_FOLDER}={folder}", f"{_ONE_OFF}=False"]
    query = {"filters": {"label": labels, "status": ["running"]}}
    found: list[dict[str, Any]] = api.get("/containers/json", query)
    return found


def _service(container: dict[str, Any]) -> str:
    return _label(container, _SERVICE)


def _label(container: dict[str, Any], name: str) -> str:
    return str((container.get("Labels") or {}).get(name, ""))
