"""The address of this machine on Docker's bridge, where its containers can call it."""

from __future__ import annotations

import sys
from contextlib import suppress

from modelcompose.engine.docker.api import connect
from modelcompose.engine.docker.endpoint import find_endpoint
from modelcompose.errors import EngineError

_PATH = "/networks/bridge"


def is_rootless() -> bool:
    """Tell whether the engine runs in a network of its user's own, which leads to no hub here."""
    with suppress(EngineError):
        options = connect(find_endpoint()).get("/info").get("SecurityOptions") or ()
        return any("name=rootless" in str(option) for option in options)
    return False


def bridge_address() -> str | None:
    """Give the bridge's own address; None where there is none that is this machine's.

    On other systems than Linux the engine's machine is a virtual one: the bridge is in there. An
    engine of that kind on Linux tells an address too, which cannot be listened on here.
    """
    endpoint = find_endpoint()
    if sys.platform != "linux" or endpoint.socket is None:
        return None
    with suppress(EngineError):
        found = connect(endpoint).find(_PATH) or {}
        for pool in (found.get("IPAM") or {}).get("Config") or ():
            if gateway := str(pool.get("Gateway") or ""):
                return gateway.partition("/")[0]
    return None
