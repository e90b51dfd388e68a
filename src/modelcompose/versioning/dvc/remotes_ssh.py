"""DVC's remotes on other machines, by the user's own `ssh`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import unquote, urlsplit

from modelcompose.errors import UsageError
from modelcompose.store.remotes.closing import Closing
from modelcompose.store.remotes.ssh.address import SshAddress, parse
from modelcompose.store.remotes.ssh.files import SshFiles


class SshPlace(Closing):
    """A folder of another machine."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        """Read what DVC's configuration says.

        Raises:
            UsageError: the address is none.
        """
        self._files = SshFiles(address_of(settings))

    @property
    def where(self) -> str:
        """Give the address."""
        return self._files.where

    def close(self) -> None:
        """Close every connection."""
        self._files.close()

    def read(self, name: str) -> Iterator[bytes]:
        """Give the bytes of an object."""
        return self._files.read(name)


def address_of(settings: Mapping[str, str]) -> SshAddress:
    """Give the address of a remote: DVC's `user` and `port` win over those of its URL.

    Raises:
        UsageError: it is none.
    """
    parts = urlsplit(settings["url"])
    try:
        port = int(settings["port"]) if "port" in settings else parts.port
    except ValueError as error:
        raise UsageError(f"DVC's remote: expected a port as a number: {error}") from error
    host = parts.hostname
    user = settings.get("user") or parts.username
    if not host or host.startswith("-") or (user or "").startswith("-"):
        raise UsageError(
            "DVC's remote: expected ssh://[USER@]HOST[:PORT]/PATH",
            hint="see it: dvc remote list",
        )
    # Read once more: it refuses names that would mean something to a shell.
    return parse(str(SshAddress(host, unquote(parts.path) or "/", user, port)))
