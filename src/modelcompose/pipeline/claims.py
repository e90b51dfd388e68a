"""The scarce things of a project: which step claims what of them, and who holds it.

A thing is a name in `x-ml.limits` with how many there are of it; `gpu` is the machine's GPUs.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from modelcompose.compose.project import GpuClaim, Project, Service
from modelcompose.errors import PlanError
from modelcompose.pipeline.devices import Devices, Grant
from modelcompose.pipeline.origin import nearest, where

GPU = "gpu"
"""The thing that device reservations claim."""


class Claim(Struct, frozen=True):
    """What a step holds while it runs."""

    gpus: GpuClaim | None = None
    amounts: Mapping[str, int] = {}
    """Of each other thing."""


def claim_of(service: Service) -> Claim:
    """Give what a step claims; where its service reserves devices, that is its claim on GPUs."""
    uses = service.the_step.uses
    gpus = service.gpus or (GpuClaim(count=uses[GPU]) if uses.get(GPU) else None)
    return Claim(gpus, {name: amount for name, amount in uses.items() if name != GPU})


def refuse_unmeetable(project: Project, service: Service) -> None:
    """Make sure that the project's limits can meet what a step claims.

    Raises:
        PlanError: they never can; names the thing.
    """
    claim = claim_of(service)
    for name, amount in claim.amounts.items():
        if name not in project.limits:
            raise PlanError(
                f"{where(project, service.name, 'uses')}: nothing says how many of {name} there "
                "are",
                hint=nearest(name, (*project.limits, GPU), "the limit")
                if project.limits
                else f"say it at the top of the file: x-ml: {{limits: {{{name}: {amount}}}}}",
            )
        if amount > project.limits[name]:
            raise _too_much(project, service, f"{amount} of {name}", project.limits[name])
    limit = project.limits.get(GPU)
    if claim.gpus is not None and limit is not None:
        wanted = Devices((), limit)
        if not wanted.can_ever(claim.gpus):
            raise _too_much(project, service, f"{wanted.amount(claim.gpus)} of {GPU}", limit)


def _too_much(project: Project, service: Service, what: str, limit: int) -> PlanError:
    return PlanError(
        f"{where(project, service.name, 'uses')}: it claims {what}, and x-ml.limits has {limit}",
        hint="raise the limit at the top of the file, or claim less",
    )


def machine_lacks(step: str, claim: Claim, devices: Devices) -> str | None:
    """Say which GPUs a step claims that this machine will never have; None where it has them."""
    if devices.can_ever(claim.gpus) or claim.gpus is None:
        return None
    wanted, there = claim.gpus.device_ids, devices.ids
    if not set(wanted) <= set(there):
        what, has = f"{GPU} {', '.join(wanted)}", f"{GPU} {', '.join(there)}"
    else:
        what, has = f"{devices.amount(claim.gpus)} of {GPU}", f"{devices.count}"
    return f"services.{step}: it claims {what}, and this machine has {has}"


class Ledger:
    """Who holds what; used from one thread. A step takes all that it claims at once, or nothing."""

    def __init__(self, limits: Mapping[str, int], devices: Devices) -> None:
        self._limits = limits
        self._devices = devices
        self._held: dict[str, tuple[Claim, Grant]] = {}

    def take(self, step: str, claim: Claim) -> Grant | None:
        """Give a step what it claims; None when it must wait."""
        if self._short(claim):
            return None
        grant = self._devices.claim(claim.gpus)
        if grant is not None:
            self._held[step] = (claim, grant)
        return grant

    def release(self, step: str) -> None:
        """Take back what a step holds."""
        _, grant = self._held.pop(step)
        self._devices.release(grant)

    def awaited(self, claim: Claim) -> str:
        """Say what a claim that was not met waits for, and who holds it."""
        short = self._short(claim) or [GPU]
        return " and ".join(f"{name} (held by {', '.join(self._holders(name))})" for name in short)

    def _short(self, claim: Claim) -> list[str]:
        return [
            name
            for name, amount in claim.amounts.items()
            if self._sum(name) + amount > self._limits.get(name, 0)
        ]

    def _sum(self, name: str) -> int:
        return sum(claim.amounts.get(name, 0) for claim, _ in self._held.values())

    def _holders(self, name: str) -> list[str]:
        return [
            step
            for step, (claim, grant) in self._held.items()
            if (grant.gpus if name == GPU else claim.amounts.get(name, 0))
        ]
