"""A service's `ports`: the short syntax, and the long one that Compose prints for both.

Source: github.com/docker/go-connections, nat.ParsePortSpec.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from modelcompose.compose.embedded.scalars import scalar_text, text, whole
from modelcompose.compose.embedded.shapes import OMIT, Place, Refused, expect, record, unique

_PROTOCOLS = {"tcp", "udp", "sctp"}
_MAX_PORT = 65535
# As Compose, which looks at the first two numbers of a range alone.
_RANGE = re.compile(r"([0-9]+)(?:-([0-9]+)(?:-.*)?)?", re.ASCII)

_long_form = record(
    {
        "name": text,
        "mode": text,
        "host_ip": text,
        "target": whole(least=0),
        "published": scalar_text,
        "protocol": text,
        "app_protocol": text,
    }
)


def ports(value: Any, place: Place) -> Any:
    """Take a list of ports in either syntax; a range becomes one entry for each port."""
    expect(value, place, "array")
    entries: list[dict[str, Any]] = []
    for index, entry in enumerate(value):
        entries += _entry(entry, (*place, index))
    return unique(entries, _key) or OMIT


def _key(port: dict[str, Any]) -> str:
    published = port.get("published")
    return f"{port.get('host_ip', '0.0.0.0')}:{published}:{port['target']}/{port['protocol']}"  # noqa: S104


def _entry(entry: Any, place: Place) -> list[dict[str, Any]]:
    expect(entry, place, "number", "string", "mapping")
    if isinstance(entry, dict):
        port = _long_form(entry, place)
        if "target" not in port:
            raise Refused(place, "a port is missing its target")
        _check_address(port.get("host_ip", ""), place)
        return [{"protocol": "tcp", "mode": "ingress", **port}]
    return list(_parsed(str(entry), place))


def _parsed(spec: str, place: Place) -> Iterator[dict[str, Any]]:
    address, published, target, protocol = _parts(spec, place)
    _check_address(address, place)
    first, last = _ports(target, "containerPort", place)
    host_first, host_last = _ports(published, "hostPort", place) if published else (0, 0)
    is_span = last > first
    if published and is_span and last - first != host_last - host_first:
        problem = f"invalid ranges specified for container and host Ports: {target} and {published}"
        raise Refused(place, problem)
    for offset in sorted(range(last - first + 1), key=lambda number: str(first + number)):
        shown = str(host_first + offset)
        if not is_span and host_last > host_first:
            shown = f"{host_first}-{host_last}"
        port = {"mode": "ingress", "target": first + offset, "protocol": protocol}
        port |= {"host_ip": address} if address else {}
        yield port | ({"published": shown} if published else {})


def _parts(spec: str, place: Place) -> tuple[str, str, str, str]:
    """Split `ADDRESS:PUBLISHED:TARGET/PROTOCOL` into its four parts."""
    rest, _, target = spec.rpartition(":")
    address, _, published = rest.rpartition(":")
    target, _, protocol = target.partition("/")
    protocol = protocol.lower() or "tcp"
    if protocol not in _PROTOCOLS:
        raise Refused(place, f"invalid proto: {protocol}")
    if not target:
        raise Refused(place, f"no port specified: {spec}<empty>")
    if ":" in address and not (address.startswith("[") and address.endswith("]")):
        problem = f"invalid IP address: {address}"
        raise Refused(place, problem, hint=f"put it in brackets: [{address}]")
    return address.removeprefix("[").removesuffix("]"), published, target, protocol


def _ports(text: str, what: str, place: Place) -> tuple[int, int]:
    found = _RANGE.fullmatch(text)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if last < first or last > _MAX_PORT:
        raise Refused(place, f"invalid {what}: {text}")
    return first, last


def _check_address(address: str, place: Place) -> None:
    if not address:
        return
    from ipaddress import ip_address

    try:
        ip_address(address)
    except ValueError as error:
        raise Refused(place, f"invalid IP address: {address}") from error
