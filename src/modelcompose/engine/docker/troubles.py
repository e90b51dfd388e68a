"""What Docker says when something fails, and what it means for the user."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from modelcompose.errors import EngineError, EngineUnavailable

_NOISE = re.compile(r'^time="[^"]*" level=(?:warning|info)\b')
_MEANINGS: Mapping[re.Pattern[str], Callable[[str], str]] = {
    re.compile(r"could not select device driver|unknown or invalid runtime name: nvidia"): (
        lambda _: (
            "install the NVIDIA Container Toolkit: "
            "https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/install-guide.html"
        )
    ),
    re.compile(r"executable file not found|no such file or directory: unknown"): (
        lambda service: f"correct services.{service}.command, or add the program to its image"
    ),
    re.compile(r"[Nn]o such image|pull access denied"): (
        lambda service: f"modelcompose run --pull {service}"
    ),
    re.compile(r"[Bb]ind source path does not exist|mounts denied"): (
        lambda service: (
            f"create the folder that services.{service}.volumes names, "
            "or share it with Docker Desktop: Settings, Resources, File sharing"
        )
    ),
    re.compile(r"address pools have been fully subnetted"): lambda _: "docker network prune",
    re.compile(r"no space left on device"): lambda _: "docker system prune",
    re.compile(r"network .* not found|could not find network|declared as external"): (
        lambda _: "docker network ls shows the networks that there are"
    ),
}
_UNAVAILABLE = re.compile(r"[Cc]annot connect to the Docker daemon|error during connect")


def could_not_start(service: str, said: str) -> EngineError:
    """Say why a service's container could not be started, from what Compose printed."""
    reason = essence(said)
    kind = EngineUnavailable if _UNAVAILABLE.search(reason) else EngineError
    return kind(f"services.{service}: could not be started: {reason}", hint=_hint(service, reason))


def essence(said: str) -> str:
    """Leave out warnings and empty lines of what Compose printed."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    told = [line for line in lines if not _NOISE.match(line)] or lines
    return "\n".join(told) or "Compose gave no reason"


def _hint(service: str, reason: str) -> str | None:
    meanings = (say for pattern, say in _MEANINGS.items() if pattern.search(reason))
    return next((say(service) for say in meanings), None)
