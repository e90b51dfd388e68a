"""What services reserve, against what there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from modelcompose.compose.project import GpuClaim, Service
from modelcompose.diagnosis.finding import Finding, problem, warning
from modelcompose.diagnosis.sizes import count, in_words
from modelcompose.diagnosis.subject import Subject
from modelcompose.engine.docker.endpoint import find_endpoint

_GPUS = ("gpus",)
_DEVICES = ("deploy", "resources", "reservations", "devices")
_UNITS = {"": 1, "b": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}


def look_at_gpu_reservations(subject: Subject) -> Iterator[Finding]:
    """Find services that reserve more GPUs than this machine has."""
    claims = {n: s for n, s in subject.project.services.items() if s.gpus is not None}
    if not claims or not subject.wants_docker:
        return
    if find_endpoint(subject.environment).socket is None:
        return  # the other machine's GPUs cannot be told from here
    has = len(subject.gpus.known().indices)
    for name, service in claims.items():
        wanted = _wanted(service.gpus or GpuClaim())
        if has and wanted <= has:
            continue
        there = f"has {count(has, 'GPU')}" if has else "has none"
        key = _GPUS if "gpus" in service.document else _DEVICES
        yield problem(
            f"services.{name} reserves {_reserved(service.gpus or GpuClaim())}, and this machine "
            f"{there}: Docker will not start it",
            where=subject.where("services", name, *key),
            fix="run it where there are GPUs, or lift it for this machine in "
            f"compose.override.yaml: services.{name}.{'.'.join(key)}: !reset null",
        )


def look_at_memory_limits(subject: Subject) -> Iterator[Finding]:
    """Find services that may use more memory than the engine has."""
    docker = subject.docker.known()
    has = int(docker.info.get("MemTotal") or 0)
    for name, service in subject.project.services.items():
        limit = memory_limit(service)
        if has and limit is not None and limit > has:
            yield warning(
                f"services.{name} may use {in_words(limit)} of memory, and the engine has "
                f"{in_words(has)}: the machine ends it before its limit does",
                where=subject.where("services", name),
                fix="give it a limit that the machine can keep: mem_limit",
            )


def memory_limit(service: Service) -> int | None:
    """Give the memory that a service may use, in bytes; None where it has no limit."""
    resources = (service.document.get("deploy") or {}).get("resources") or {}
    limits: Mapping[str, Any] = resources.get("limits") or {}
    value = limits.get("memory") or service.document.get("mem_limit")
    if isinstance(value, int):
        return value
    text = str(value or "").strip().lower().removesuffix("b")
    number, unit = text.rstrip("kmgt"), text[-1:] if text[-1:] in _UNITS else ""
    try:
        return int(float(number) * _UNITS[unit])
    except ValueError:
        return None


def _wanted(claim: GpuClaim) -> int:
    return 1 if claim.count is None else claim.count


def _reserved(claim: GpuClaim) -> str:
    if claim.count is None and claim.device_ids:
        return f"the GPUs {', '.join(claim.device_ids)}"
    return "all GPUs" if claim.count is None else count(claim.count, "GPU")
