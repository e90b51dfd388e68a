"""The process of the hub that is kept: serves who has a token, until nothing needs it any more."""

from __future__ import annotations

import signal
import sys
import threading
import time
from pathlib import Path

from modelcompose.engine.docker.bridge import bridge_address
from modelcompose.engine.docker.looking import is_any_alive
from modelcompose.hub.kept.announcing import LABEL, announced, held, is_wanted, label_value
from modelcompose.hub.kept.carrying import Carrier
from modelcompose.hub.kept.patience import Patience
from modelcompose.hub.listening.on_demand import HubOnDemand
from modelcompose.hub.listening.sockets import listen

PORT = 4751
"""Where it listens at first, if that is free: beside the user's own."""

_LOOK_S = 15.0


def keep(home: Path, none_s: float) -> None:
    """Serve the hub of a home folder until no tracked container is left for a while.

    Returns at once where another process does that already. What is listened on is cheap until
    somebody calls.

    Args:
        home: the home folder.
        none_s: how long it stays when nothing needs it.

    Raises:
        UsageError: nothing can be listened on.
    """
    with held(home) as port:
        if port is None:
            return
        ending = _ending()
        listening = listen(port=port or PORT, bridge=bridge_address(), is_preferred=True)

        def failed(message: str) -> None:
            _say(message)
            ending.set()

        hub = HubOnDemand(listening, home / "hub.db", home, told=failed)
        try:
            with announced(home, listening.addresses):
                carrier = Carrier(home, listening.addresses.local, _say)
                _watch(home, carrier, none_s, ending)
        finally:
            hub.close()


def _watch(home: Path, carrier: Carrier, patience_s: float, ending: threading.Event) -> None:
    label = f"{LABEL}={label_value(home)}"
    patience = Patience(patience_s, time.monotonic())
    every_s = min(_LOOK_S, patience_s / 2)
    while not ending.wait(every_s):
        carrier.look()
        is_needed = is_wanted(home) or is_any_alive(label)
        if patience.is_over(is_needed=is_needed, now=time.monotonic()):
            return


def _ending() -> threading.Event:
    """Give what is set when the process is told to end."""
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: ending.set())
    return ending


def _say(message: str) -> None:
    sys.stderr.write(f"{message}\n")
    sys.stderr.flush()
