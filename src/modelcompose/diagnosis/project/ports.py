"""Ports that are open to the whole network."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

from msgspec import Struct

from modelcompose.diagnosis.finding import Finding, warning
from modelcompose.diagnosis.sizes import listed
from modelcompose.diagnosis.subject import Subject

_LOOPBACK = "127.0.0.1"
_SHORT_PARTS = 2


class Port(Struct, frozen=True):
    """One entry of a service's `ports`."""

    target: str
    published: str
    """Empty: any that is free."""
    host_ip: str
    protocol: str = "tcp"

    @property
    def is_open(self) -> bool:
        """Whether other machines reach it."""
        try:
            return not self.host_ip or ip_address(self.host_ip).is_unspecified
        except ValueError:  # as written, since a variable in it has no value
            return False

    @property
    def on_loopback(self) -> str:
        """The same for this machine alone, as the Compose file has it."""
        published = f"{self.published}:" if self.published else ":"
        protocol = "" if self.protocol == "tcp" else f"/{self.protocol}"
        return f'"{_LOOPBACK}:{published}{self.target}{protocol}"'


def look_at_ports(subject: Subject) -> Iterator[Finding]:
    """Find ports without an address, which Docker opens on all interfaces, past most firewalls."""
    for name, service in subject.project.services.items():
        entries = service.document.get("ports") or []
        parsed = [parse_port(entry) for entry in entries]
        found = {i: port for i, port in enumerate(parsed) if port is not None and port.is_open}
        if not found:
            continue
        shown = listed([port.published or port.target for port in found.values()])
        yield warning(
            f"services.{name} opens {'port' if len(found) == 1 else 'ports'} {shown} on all "
            "interfaces: every machine in the network reaches it, whatever ufw says",
            where=_where(subject, name, min(found), len(entries)),
            fix="if it is for this machine alone, write: "
            + ", ".join(port.on_loopback for port in found.values()),
        )


def parse_port(entry: Any) -> Port | None:
    """Read an entry in the long form, or in the short one where values are not filled in."""
    if isinstance(entry, dict):
        return Port(
            target=str(entry.get("target", "")),
            published=str(entry.get("published") or ""),
            host_ip=str(entry.get("host_ip") or ""),
            protocol=str(entry.get("protocol") or "tcp"),
        )
    text, _, protocol = str(entry).partition("/")
    if "${" in text or "[" in text:
        return None
    parts = text.split(":")
    address = ":".join(parts[:-_SHORT_PARTS])
    published = parts[-_SHORT_PARTS] if len(parts) >= _SHORT_PARTS else ""
    return Port(parts[-1], published, address, protocol or "tcp")


def _where(subject: Subject, name: str, index: int, entries: int) -> str | None:
    """Point at the entry; at the list where a range has become several entries."""
    key = ("services", name, "ports")
    written = [
        len(source.services[name].get("ports") or ())
        for source in subject.sources.known().merged
        if name in source.services
    ]
    return subject.where(*key, index) if sum(written) == entries else subject.where(*key)
