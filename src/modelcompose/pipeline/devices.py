"""Which GPU goes to which step, so that no two steps are ever given the same one."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from modelcompose.compose.project import GpuClaim


class Grant(Struct, frozen=True):
    """What a step is given; None leaves the devices to what its Compose file says."""

    device_ids: tuple[str, ...] | None = None
    gpus: int = 0
    """How many of the project's GPUs the step holds."""


class Devices:
    """The GPUs that a project's steps share; used from one thread.

    Where the machine's GPUs cannot be told (no `nvidia-smi`), the limit says how many there are,
    and steps get the devices that their Compose file names. Without a limit one claiming step at
    a time goes then.
    """

    def __init__(self, ids: Sequence[str], limit: int | None = None) -> None:
        """Take the ids of the machine's GPUs, and how many of them may be held at once."""
        self.ids = tuple(ids)
        self._free = list(ids)
        self._held = 0
        counts = [count for count in (limit, len(ids) or None) if count is not None]
        self.count = min(counts) if counts else None
        """How many can be held at once; None where nothing tells."""

    def claim(self, claim: GpuClaim | None) -> Grant | None:
        """Take what a step claims; None when it must wait."""
        if claim is None:
            return Grant()
        amount = self.amount(claim)
        if self._held and (self.count is None or self._held + amount > self.count):
            return None
        ids = self._choose(claim, amount) if self.ids else None
        if self.ids and ids is None:
            return None
        self._held += amount
        self._free = [device for device in self._free if device not in (ids or ())]
        return Grant(ids, amount)

    def amount(self, claim: GpuClaim) -> int:
        """Give how many GPUs a claim is for; `all` stands for as many as may be held."""
        if claim.device_ids:
            return len(claim.device_ids)
        return claim.count if claim.count is not None else max(self.count or 0, 1)

    def _choose(self, claim: GpuClaim, amount: int) -> tuple[str, ...] | None:
        wanted = claim.device_ids or tuple(self._free[:amount])
        return wanted if len(wanted) == amount and set(wanted) <= set(self._free) else None

    def can_ever(self, claim: GpuClaim | None) -> bool:
        """Tell whether a claim can be met once everything is free."""
        if claim is None or self.count is None:
            return True
        if self.ids and not set(claim.device_ids) <= set(self.ids):
            return False
        return self.amount(claim) <= self.count

    def release(self, grant: Grant) -> None:
        """Take back what `claim` gave."""
        self._held -= grant.gpus
        back = {*self._free, *(grant.device_ids or ())}
        self._free = [device for device in self.ids if device in back]
