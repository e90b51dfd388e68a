"""Having a hub kept: the one that runs, or a new process of its own session."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from modelcompose import __version__
from modelcompose.errors import EngineError
from modelcompose.hub.kept.announcing import KeptHub, folder_of, running
from modelcompose.hub.listening.addresses import Addresses
from modelcompose.store.failures import translated

_PATIENCE_S = 30.0
_LOOK_S = 0.02


def keep_hub(home: Path, bridge: str | None) -> Addresses:
    """Give where the kept hub listens; it is started where none is.

    One of another version of this program, or that was started before Docker was, is ended, and
    started anew on its port.

    Args:
        home: the home folder.
        bridge: the address of Docker's bridge, as it is now.

    Raises:
        EngineError: it does not start; says why.
        StoreError: the home folder cannot be written.
    """
    bridge = bridge if bridge is not None and _is_here(bridge) else None
    pause = threading.Event()
    limit = time.monotonic() + _PATIENCE_S
    process: subprocess.Popen[bytes] | None = None
    while time.monotonic() < limit:
        found = running(home)
        if found is not None and _fits(found, bridge):
            return found.addresses
        if found is not None:
            _end(found)
        elif process is None or process.poll() == 0:  # 0: another was faster, and has ended since
            process = _start(home)
        elif process.poll() is not None:
            break
        pause.wait(_LOOK_S)
    raise EngineError(
        f"the hub that tracked services log to does not start: {_last_words(home)}",
        hint=f"what it said is in {folder_of(home) / 'log'}",
    )


def _fits(hub: KeptHub, bridge: str | None) -> bool:
    return hub.version == __version__ and bridge in (None, hub.addresses.bridge)


def _is_here(address: str) -> bool:
    """Tell whether an address can be listened on: an engine in a virtual machine has its own."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as trial:
        try:
            trial.bind((address, 0))
        except OSError:
            return False
    return True


def _start(home: Path) -> subprocess.Popen[bytes]:
    path = folder_of(home) / "log"
    with translated(path, "cannot be written"):
        log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "modelcompose", "hub", "keep"],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    finally:
        os.close(log)


def _end(hub: KeptHub) -> None:
    with suppress(ProcessLookupError):
        os.kill(hub.pid, signal.SIGTERM)


def _last_words(home: Path) -> str:
    try:
        said = (folder_of(home) / "log").read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        return error.strerror or str(error)
    lines = [line for line in said.splitlines() if line.strip() and not line.startswith("hint:")]
    return lines[-1] if lines else "it did not say why"
