"""How a server is reached: directly or by way of a proxy, and whose certificates are trusted.

Proxies are those of the environment, as curl and Docker read it (`HTTPS_PROXY`, `NO_PROXY`, …).
Certificates are the system's, and those that Docker has for a registry in `certs.d/HOST`.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

from modelcompose.errors import RemoteError

if TYPE_CHECKING:
    import ssl

_PORTS = {"http": 80, "https": 443}


class Proxy(NamedTuple):
    """A server that passes requests on."""

    host: str
    port: int
    authorization: str | None = None
    """The value of `Proxy-Authorization`."""

    @property
    def headers(self) -> dict[str, str]:
        """Give what it wants to be shown."""
        return {} if self.authorization is None else {"Proxy-Authorization": self.authorization}


def proxy_for(scheme: str, netloc: str, environment: Mapping[str, str]) -> Proxy | None:
    """Give the proxy that leads to a server; None where it is reached directly.

    Args:
        scheme: `http` or `https`.
        netloc: the server's host, and its port where it is not the usual one.
        environment: the process's; nothing but this names a proxy.

    Raises:
        RemoteError: the proxy is of a kind that is not spoken here.
    """
    if scheme == "https":
        address = environment.get("https_proxy") or environment.get("HTTPS_PROXY")
    else:
        address = environment.get("http_proxy") or environment.get("HTTP_PROXY")
    address = address or environment.get("all_proxy") or environment.get("ALL_PROXY")
    if not address:
        return None
    parts = urlsplit(f"//{netloc}")
    host = parts.hostname or ""
    passed_by = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    port = parts.port or _PORTS.get(scheme, 0)
    if _is_here(host) or _is_listed(host, port, passed_by.split(",")):
        return None
    return _proxy(address if "://" in address else f"http://{address}")


def _proxy(address: str) -> Proxy:
    parts = urlsplit(address)
    try:
        port = parts.port or _PORTS["http"]
    except ValueError:
        port = 0
    if parts.scheme != "http" or not parts.hostname or not port:
        shown = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        raise RemoteError(
            f"{shown}: a proxy of this kind is not spoken to",
            hint="set HTTPS_PROXY to one such as http://proxy.example.com:3128, "
            "or NO_PROXY to the hosts that need none",
        )
    shown_to_it = None
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        shown_to_it = f"Basic {base64.b64encode(pair.encode()).decode()}"
    return Proxy(parts.hostname, port, shown_to_it)


def _is_here(host: str) -> bool:
    return host in {"localhost", "::1"} or host.startswith("127.")


def _is_listed(host: str, port: int, entries: Iterable[str]) -> bool:
    return any(_fits(host, port, entry.strip().lower()) for entry in entries)


def _fits(host: str, port: int, entry: str) -> bool:
    if entry in {"", "*"}:
        return entry == "*"
    if "/" in entry:
        return _lies_in(host, entry)
    name, colon, wanted = entry.rpartition(":")
    if colon and wanted.isdecimal() and ":" not in name:
        if int(wanted) != port:
            return False
        entry = name
    entry = entry.strip("[]").removeprefix("*").removeprefix(".")
    return host == entry or host.endswith(f".{entry}")


def _lies_in(host: str, network: str) -> bool:
    import ipaddress

    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def certificate_folders(netloc: str) -> list[Path]:
    """Give Docker's folders of certificates for a registry, as far as they are there."""
    own = os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker"
    folders = [Path(root) / "certs.d" / netloc for root in ("/etc/docker", own)]
    return [folder for folder in folders if folder.is_dir()]


def trust(netloc: str) -> ssl.SSLContext:
    """Give how a server proves who it is, and how we do where it asks.

    Raises:
        RemoteError: a certificate of Docker's for it cannot be used.
    """
    import ssl

    context = ssl.create_default_context()
    for folder in certificate_folders(netloc):
        try:
            for authority in sorted(folder.glob("*.crt")):
                context.load_verify_locations(authority)
            for ours in sorted(folder.glob("*.cert")):
                context.load_cert_chain(ours, ours.with_suffix(".key"))
        except (OSError, ssl.SSLError) as error:
            raise RemoteError(
                f"{folder}: a certificate there cannot be used: {error}",
                hint="it holds CAs as *.crt, and pairs of *.cert and *.key, each in PEM",
            ) from error
    return context
