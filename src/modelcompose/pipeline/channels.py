"""The ways by which a user is told of something while looking elsewhere: a webhook, the desktop.

A way that does not work says why, and raises nothing.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

PATIENCE_S = 5.0
"""How long an end may be held up for those who are told of it."""

_SCRIPT = (
    "on run argv",
    "display notification (item 2 of argv) with title (item 1 of argv)",
    "end run",
)

Channel = Callable[[], str | None]
"""Tells somebody; gives why that did not work."""


def tell(channels: Sequence[Channel]) -> list[str]:
    """Use all channels at once and give what went wrong; returns within `PATIENCE_S`."""
    problems: list[str] = []

    def use(channel: Channel) -> None:
        problem = channel()
        if problem is not None:
            problems.append(problem)

    threads = [
        threading.Thread(target=use, args=(channel,), name="notify", daemon=True)
        for channel in channels
    ]
    for thread in threads:
        thread.start()
    limit = time.monotonic() + PATIENCE_S
    for thread in threads:
        thread.join(max(0.0, limit - time.monotonic()))
    if any(thread.is_alive() for thread in threads):
        problems.append(f"the notification was not taken within {PATIENCE_S:g} s")
    return problems


def post(url: str, body: bytes) -> str | None:
    """Post JSON to a webhook; give why it was not taken, without the URL, which is a secret."""
    import urllib.error
    import urllib.request
    from http.client import HTTPException

    try:
        request = urllib.request.Request(  # noqa: S310 - the grammar takes http and https alone
            url, body, {"Content-Type": "application/json", "User-Agent": "modelcompose"}
        )
        with urllib.request.urlopen(request, timeout=PATIENCE_S):  # noqa: S310 - as above
            return None
    except urllib.error.HTTPError as error:
        return f"the webhook answered {error.code} {error.reason}"
    except (OSError, ValueError, HTTPException) as error:
        reason = getattr(error, "reason", None) or type(error).__name__
        return f"the webhook was not told: {reason}"


def show(title: str, text: str) -> str | None:
    """Show a notification on the desktop; give why that did not work.

    Silent on a machine that has no program for it, as servers have none.
    """
    command = _desktop_command(title, text)
    if command is None:
        return None
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"the desktop was not told: {Path(command[0]).name}: {type(error).__name__}"
    if done.returncode == 0:
        return None
    said = done.stderr.decode(errors="replace").strip() or f"exit code {done.returncode}"
    return f"the desktop was not told: {Path(command[0]).name}: {said.splitlines()[-1]}"


def _desktop_command(title: str, text: str) -> list[str] | None:
    if sys.platform == "darwin":
        lines = (word for line in _SCRIPT for word in ("-e", line))
        return ["osascript", *lines, title, text]
    program = shutil.which("notify-send")
    return [program, "--app-name", "Model Compose", "--", title, text] if program else None
