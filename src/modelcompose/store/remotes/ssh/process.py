"""The user's own `ssh`, started as what carries SFTP.

So keys, agents, jump hosts and known hosts are what that user has set up already.
"""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections import deque
from contextlib import suppress
from typing import NoReturn

from modelcompose.errors import RemoteError
from modelcompose.store.failures import printable
from modelcompose.store.remotes.ssh.address import SshAddress
from modelcompose.store.remotes.ssh.channel import Channel, Chatter, Lost

_TOLD_LINES = 12
_ENDS_WITHIN_S = 5.0
_GREETING_S = 60.0


class Unwilling(RemoteError):
    """A machine that will not let this user in, however often one tries."""


_REFUSALS = (
    (
        r"Host key verification failed|HOST IDENTIFICATION HAS CHANGED|No .*host key is known",
        "its host key is not known here, or is another one than before",
        "compare it with what its owner says, and accept it: ssh {place}",
    ),
    (
        r"Permission denied|Too many authentication failures|No supported authentication",
        "it does not let you in",
        "see that this works without a question: ssh {place} true",
    ),
    (
        r"subsystem request failed",
        "its server offers no SFTP",
        "ask its owner for `Subsystem sftp internal-sftp` in sshd_config",
    ),
    (
        r"Could not resolve hostname|Name or service not known",
        "nobody knows that name",
        "see how it is written, here and in ~/.ssh/config: ssh {place}",
    ),
    (
        r"Bad owner or permissions|Bad configuration option|bad configuration options",
        "ssh's own configuration is wrong",
        "mend it: ssh -G {place}",
    ),
)
"""What ssh says, what that means, and what mends it; the first that fits."""


def connected(address: SshAddress, *, may_ask: bool) -> Channel:
    """Start `ssh` and greet the SFTP server behind it.

    Args:
        address: where to.
        may_ask: whether ssh may ask the user for a password, or whether a new host key is right.

    Raises:
        Unwilling: trying again changes nothing.
        Lost: no connection comes about now.
    """
    asks = may_ask and is_watched()
    try:
        process = subprocess.Popen(
            command(address, may_ask=asks),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except OSError as error:
        raise Unwilling(
            f"ssh://{address.place}: ssh cannot be run: {error.strerror}",
            hint="install OpenSSH's client, such as: apt-get install openssh-client",
        ) from error
    said = _Said(process, is_shown=asks)
    if process.stdin is None or process.stdout is None:
        raise AssertionError("both are pipes")
    channel = Channel(process.stdout, process.stdin, lambda: _end(process))
    patience = threading.Timer(_GREETING_S, process.kill)
    patience.daemon = True
    if not asks:
        patience.start()
    try:
        channel.begin()
    except Chatter as error:
        raise Unwilling(
            f"ssh://{address.place}: its server speaks no SFTP: {error}",
            hint="let no start-up file there print anything for `ssh HOST true`: "
            f"ssh {address.login} true",
        ) from error
    except Lost as error:
        _explain(address, said.text(), str(error))
    except BaseException:
        channel.close()
        raise
    finally:
        patience.cancel()
    said.be_quiet()
    return channel


def command(address: SshAddress, *, may_ask: bool) -> list[str]:
    """Give what is run to speak SFTP with a machine."""
    options = [] if may_ask else ["-oBatchMode=yes"]
    if address.port is not None:
        options += ["-p", str(address.port)]
    if address.user is not None:
        options += ["-l", address.user]
    # No forwarding is wanted, whatever the user's configuration forwards for a shell there.
    options += ["-oClearAllForwardings=yes", "-oForwardX11=no", "-oForwardAgent=no"]
    options += ["-oRequestTTY=no", "-oRemoteCommand=none"]
    return ["ssh", *options, "-s", "--", address.host, "sftp"]


def is_watched() -> bool:
    """Whether somebody sits at a terminal, who can answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


class _Said:
    """What ssh writes to its standard error: shown until it is connected, where somebody looks."""

    def __init__(self, process: subprocess.Popen[bytes], *, is_shown: bool) -> None:
        self._process = process
        self._is_shown = is_shown
        self._lines: deque[str] = deque(maxlen=_TOLD_LINES)
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def be_quiet(self) -> None:
        """Show nothing more."""
        self._is_shown = False

    def text(self) -> str:
        """Give what was said, after ssh has ended."""
        self._thread.join(_ENDS_WITHIN_S)
        return "\n".join(self._lines)

    def _listen(self) -> None:
        with suppress(ValueError, OSError):
            for line in self._process.stderr or ():
                told = line.decode("utf-8", "replace").rstrip()
                self._lines.append(told)
                if self._is_shown:
                    sys.stderr.write(f"{told}\n")
        if self._process.stderr is not None:
            self._process.stderr.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):
        process.terminate()
    try:
        process.wait(_ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _explain(address: SshAddress, said: str, told: str) -> NoReturn:
    """Say why there is no connection."""
    for pattern, meaning, hint in _REFUSALS:
        if re.search(pattern, said):
            words = _last_line(said, pattern)
            raise Unwilling(
                f"ssh://{address.place}: {meaning}: {words}", hint=hint.format(place=address.login)
            )
    raise Lost(_last_line(said, r"\S") or told)


def _last_line(said: str, pattern: str) -> str:
    lines = [line for line in said.splitlines() if re.search(pattern, line)]
    return printable(lines[-1].strip()) if lines else ""
