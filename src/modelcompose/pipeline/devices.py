"""Which GPU goes to which step, so that no two steps are ever given the same one."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from modelcompose.compose.project import GpuClaim


class Grant(Struct, frozen=True):
    """What a step is given; None leaves the devices to what its Compose file says."""

    device_ids: tuple[str, ...] | None = None


class Devices:
    """The machine's GPUs; used from one thread."""

    def __init__(self, ids: Sequence[str]) -> None:
        self._all = tuple(ids)
        self._free = list(ids)
        self._is_unknown = not ids
        self._holders = 0

    def claim(self, claim: GpuClaim | None) -> Grant | None:
        """Take what a step claims.

        Where the machine's GPUs cannot be told (no `nvidia-smi`), one claiming step at a time
        goes, with the devices that its Compose file names.

        Returns:
            None when it must wait.
        """
        if claim is None:
            return Grant()
        if self._is_unknown:
            if self._holders:
                return None
            self._holders += 1
            return Grant()
        wanted = self._wanted(claim)
        if wanted is None or not set(wanted) <= set(self._free):
            return None
        self._free = [device for device in self._free if device not in wanted]
        self._holders += 1
        return Grant(wanted)

    def _wanted(self, claim: GpuClaim) -> tuple[str, ...] | None:
        if claim.device_ids:
            return claim.device_ids
        if claim.count is None:
            return self._all
        return tuple(self._free[: claim.count]) if len(self._free) >= claim.count else None

    def can_ever(self, claim: GpuClaim | None) -> bool:
        """Tell whether the machine has what a step claims, once all is free."""
        if claim is None or self._is_unknown:
            return True
        if claim.device_ids:
            return set(claim.device_ids) <= set(self._all)
        return claim.count is None or claim.count <= len(self._all)

    def release(self, claim: GpuClaim | None, grant: Grant) -> None:
        """Give back what `claim` gave."""
        if claim is None:
            return
        self._holders -= 1
        back = {*self._free, *(grant.device_ids or ())}
        self._free = [device for device in self._all if device in back]
