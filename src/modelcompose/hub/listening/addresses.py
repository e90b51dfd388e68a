"""By which address a container reaches a hub that listens on this machine."""

from __future__ import annotations

from ipaddress import ip_address

from msgspec import Struct

LOOPBACK = "127.0.0.1"
DESKTOP = "host.docker.internal"
"""How containers of Docker Desktop, and of engines of its kind, call the machine."""


class Addresses(Struct, frozen=True):
    """Where one hub listens."""

    port: int
    bridge: str | None = None
    """The address of Docker's bridge, where it listens there too."""
    bridge_port: int | None = None
    """There; by default as on loopback."""

    @property
    def local(self) -> str:
        """Give the URL for programs of this machine, and for containers on its own network."""
        return f"http://{LOOPBACK}:{self.port}"

    def for_container(self, network_mode: str | None = None) -> str:
        """Give the URL for a container.

        Args:
            network_mode: as in its service.
        """
        if network_mode == "host":
            return self.local
        if self.bridge is None:
            return f"http://{DESKTOP}:{self.port}"
        return f"http://{_bracketed(self.bridge)}:{self.bridge_port or self.port}"


def _bracketed(address: str) -> str:
    return f"[{address}]" if ip_address(address).version == 6 else address  # noqa: PLR2004 - IPv6
