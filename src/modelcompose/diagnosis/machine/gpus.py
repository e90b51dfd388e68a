"""Whether containers can be given this machine's GPUs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from modelcompose.diagnosis.facts.docker import Docker
from modelcompose.diagnosis.finding import Finding, ok, problem, warning
from modelcompose.diagnosis.sizes import count
from modelcompose.diagnosis.subject import Subject
from modelcompose.diagnosis.waiting import Unknown

# Source: https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html
_TOOLKIT = (
    "https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html"
)
_INSTALL = "sudo apt-get install nvidia-container-toolkit"
_CONFIGURE = "sudo nvidia-ctk runtime configure --runtime=docker"
_RESTART = "sudo systemctl restart docker"
_RUNTIME = "nvidia"
_CDI_KIND = "nvidia.com/gpu"


def look_at_gpu_runtime(subject: Subject) -> Iterator[Finding]:
    """Look for GPUs, and for what lets Docker hand them on."""
    gpus = subject.gpus.get()
    if not gpus.has_driver:
        return
    if not gpus.indices:
        yield warning(
            f"nvidia-smi is installed and finds no GPU: {gpus.complaint}",
            fix="after an upgrade of the driver a restart of the machine helps; see also:\n"
            "nvidia-smi",
        )
        return
    docker = subject.docker.known()
    if not docker.is_local:
        return
    found = count(len(gpus.indices), "GPU")
    way = way_to_gpus(docker.info)
    if way is not None:
        yield ok(f"{found}, which Docker hands to containers through {way}")
        return
    yield _cannot(subject, docker, found)


def way_to_gpus(info: Mapping[str, Any]) -> str | None:
    """Give how an engine hands GPUs to containers, in words; None where it cannot.

    Args:
        info: what `docker info` prints.
    """
    if _RUNTIME in (info.get("Runtimes") or {}):
        return "the nvidia runtime"
    devices = info.get("DiscoveredDevices") or ()
    if any(str(device.get("ID", "")).startswith(_CDI_KIND) for device in devices):
        return "CDI"
    return "CDI" if any(map(_describes_gpus, info.get("CDISpecDirs") or ())) else None


def _describes_gpus(folder: str) -> bool:
    """Tell whether a folder of device descriptions has one of GPUs."""
    try:
        files = [path for path in Path(folder).iterdir() if path.suffix in {".yaml", ".json"}]
        return any(_CDI_KIND in path.read_text(errors="replace") for path in files)
    except OSError:
        return False


def _cannot(subject: Subject, docker: Docker, found: str) -> Finding:
    what = (
        f"{found}, and Docker cannot hand them to containers: a service that reserves one fails "
        'with "could not select device driver"'
    )
    has_toolkit = shutil.which("nvidia-ctk", path=subject.environment.get("PATH")) is not None
    if docker.is_desktop:
        fix = "let Docker Desktop use them: https://docs.docker.com/desktop/features/gpu/"
    elif has_toolkit:
        fix = f"tell Docker of the NVIDIA Container Toolkit:\n{_CONFIGURE}\n{_RESTART}"
    else:
        fix = f"install the NVIDIA Container Toolkit ({_TOOLKIT}), and tell Docker of it:\n"
        fix += f"{_INSTALL}\n{_CONFIGURE}\n{_RESTART}"
    bad = problem if _are_wanted(subject) else warning
    return bad(what, fix=fix)


def _are_wanted(subject: Subject) -> bool:
    try:
        return subject.has_project and any(s.gpus for s in subject.project.services.values())
    except Unknown:
        return False
