"""Whether a browser's request comes from where it may: Host and Origin are checked."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

_LOCAL_NAMES = frozenset({"localhost"})
"""Not those by which containers call this machine: whoever uses them has a token."""

_OF_PROXIES = frozenset(
    {
        b"forwarded",
        b"via",
        b"x-forwarded-for",
        b"x-forwarded-host",
        b"x-forwarded-proto",
        b"x-real-ip",
        b"x-client-ip",
        b"true-client-ip",
        b"cf-connecting-ip",
    }
)
"""What proxies add; a program of this machine that adds one only takes rights from itself."""

_ALLOWED = (
    (b"access-control-allow-methods", b"GET, HEAD, POST, PUT, PATCH, DELETE"),
    (b"access-control-allow-headers", b"authorization, content-type, last-event-id"),
    (b"access-control-max-age", b"600"),
)


def is_loopback(host: str | None) -> bool:
    """Tell whether an address reaches only programs of this machine; None is a Unix socket."""
    if host is None:
        return True
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host == "localhost"
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def is_local_name(host: str) -> bool:
    """Tell whether a Host header names this machine, and not a page's own server.

    A page of a stranger may have its name answered with 127.0.0.1: only the name tells.
    """
    name = _without_port(host).lower().rstrip(".")
    return name in _LOCAL_NAMES or name.endswith(".localhost") or is_loopback(name.strip("[]"))


def is_same_origin(origin: str, host: str) -> bool:
    """Tell whether an Origin header is that of the hub's own pages."""
    parts = urlsplit(origin)
    if parts.scheme not in ("http", "https"):
        return False
    default = ":443" if parts.scheme == "https" else ":80"
    return parts.netloc.lower().removesuffix(default) == host.lower().removesuffix(default)


def cross_origin_headers(origin: str) -> list[tuple[bytes, bytes]]:
    """Give the headers that let pages of an origin read an answer."""
    return [(b"access-control-allow-origin", origin.encode("latin-1")), (b"vary", b"Origin")]


def preflight_headers(origin: str) -> list[tuple[bytes, bytes]]:
    """Give the headers that let pages of an origin make a request."""
    return [*cross_origin_headers(origin), *_ALLOWED]


def is_forwarded(headers: Mapping[bytes, bytes]) -> bool:
    """Tell whether a request came through a proxy, and so from anywhere."""
    return not headers.keys().isdisjoint(_OF_PROXIES)


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]
