"""Addresses of files on other machines: `ssh://[USER@]HOST[:PORT]/PATH`."""

from __future__ import annotations

import re
from typing import NamedTuple

from modelcompose.errors import UsageError

SCHEMES = ("ssh", "sftp")
_ADDRESS = re.compile(
    r"(?:ssh|sftp)://(?:(?P<user>[^@/:\s-][^@/:\s]*)@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]+(?:%\w+)?\]|[A-Za-z0-9_][A-Za-z0-9_.-]*)"
    r"(?::(?P<port>\d{1,5}))?(?P<path>/.*)?",
    re.DOTALL,
)


class SshAddress(NamedTuple):
    """Where files lie: on which machine, as whom, at which path."""

    host: str
    """A name or an address, or what the user's `~/.ssh/config` calls a machine."""
    path: str
    """Absolute, or relative to the home folder of the user there."""
    user: str | None = None
    port: int | None = None

    @property
    def place(self) -> str:
        """Give it without the path, as people write it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        named = host if self.user is None else f"{self.user}@{host}"
        return named if self.port is None else f"{named}:{self.port}"

    @property
    def login(self) -> str:
        """Give it as words for `ssh`, without the path."""
        named = self.host if self.user is None else f"{self.user}@{self.host}"
        return named if self.port is None else f"-p {self.port} {named}"

    def __str__(self) -> str:
        path = self.path if self.path.startswith("/") else f"/~/{self.path}"
        return f"ssh://{self.place}{path}"


def parse(text: str) -> SshAddress:
    """Read an address; `/~/` begins a path in the home folder.

    Raises:
        UsageError: it is none. What it holds is not shown: there may be a password in it.
    """
    found = _ADDRESS.fullmatch(text)
    if found is None or "\0" in text:
        raise UsageError(
            f"{text.partition('://')[0]}://…: expected ssh://[USER@]HOST[:PORT]/PATH, "
            "without a password",
            hint="ssh knows how to sign in: write into ~/.ssh/config what it needs for that host",
        )
    path = found["path"] or "/"
    if path == "/~" or path.startswith("/~/"):
        path = path[3:].strip("/") or "."
    port = int(found["port"]) if found["port"] else None
    return SshAddress(found["host"].strip("[]"), path.rstrip("/") or "/", found["user"], port)
