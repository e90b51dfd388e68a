"""Files of another machine, written: many pieces on the way at once, names that come by renames."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from modelcompose.store.remotes.ssh import wire
from modelcompose.store.remotes.ssh.channel import Channel, Lost, Ticket

ON_THE_WAY_BYTES = 4 << 20
"""Of one file, sent and not yet answered."""


class Writer:
    """One open file of a server; for one thread."""

    def __init__(self, channel: Channel, handle: bytes, path: str) -> None:
        self._channel = channel
        self._handle = handle
        self._path = path
        self._waiting: deque[Ticket] = deque()

    def write(self, at: int, data: bytes) -> None:
        """Send bytes for a place in the file; errors of the server may come later.

        Raises:
            OSError: the server could not write what was sent before.
            Lost: the session ended.
        """
        size = self._channel.piece_bytes
        view = memoryview(data)
        for start in range(0, len(view), size):
            part = view[start : start + size]
            words = (wire.text(self._handle), wire.long(at + start), wire.number(len(part)))
            self._waiting.append(self._channel.ask(wire.WRITE, *words, part))
            if len(self._waiting) * size > ON_THE_WAY_BYTES:
                self._channel.done(self._waiting.popleft(), self._path)

    def settle(self) -> None:
        """Wait until the server has written everything; errors as for `write`."""
        while self._waiting:
            self._channel.done(self._waiting.popleft(), self._path)

    def sync(self) -> None:
        """Let the server bring it to its disk, where it knows how to; errors as for `write`."""
        self.settle()
        if wire.FSYNC in self._channel.extensions:
            asked = self._channel.ask(wire.EXTENDED, wire.text(wire.FSYNC), wire.text(self._handle))
            self._channel.done(asked, self._path)


@contextmanager
def opened(channel: Channel, path: str, flags: int) -> Iterator[Writer]:
    """Open a file for writing, as `flags` of `wire` say; made where it is not.

    Raises:
        OSError: as the server says it.
        Lost: the session ended.
    """
    words = (wire.text(path), wire.number(flags | wire.OPEN_WRITE | wire.OPEN_CREATE))
    opening = channel.ask(wire.OPEN, *words, wire.NO_ATTRIBUTES)
    handle = channel.take(opening, wire.HANDLE, path).text()
    closing: Callable[[], Ticket] = lambda: channel.ask(wire.CLOSE, wire.text(handle))  # noqa: E731 - said twice
    try:
        yield Writer(channel, handle, path)
    except BaseException:
        with suppress(Lost):
            closing()
        raise
    channel.done(closing(), path)


def write_small(channel: Channel, path: str, data: bytes) -> None:
    """Write a file whole; what was there is gone. Errors as for `opened`."""
    with opened(channel, path, wire.OPEN_TRUNCATE) as writer:
        writer.write(0, data)
        writer.sync()


def rename(channel: Channel, old: str, new: str) -> None:
    """Give a file another name, in the place of what has it.

    Raises:
        OSError: as the server says it.
        Lost: the session ended.
    """
    if wire.POSIX_RENAME in channel.extensions:
        names = (wire.text(wire.POSIX_RENAME), wire.text(old), wire.text(new))
        channel.done(channel.ask(wire.EXTENDED, *names), old)
        return
    # The protocol's own renames nothing over something: what is there goes first.
    with suppress(FileNotFoundError):
        remove(channel, new)
    channel.done(channel.ask(wire.RENAME, wire.text(old), wire.text(new)), old)


def remove(channel: Channel, path: str) -> None:
    """Take a file away; errors as for `rename`."""
    channel.done(channel.ask(wire.REMOVE, wire.text(path)), path)


def make_folder(channel: Channel, path: str) -> None:
    """Make a folder, where it is not there; errors as for `rename`."""
    try:
        channel.done(channel.ask(wire.MKDIR, wire.text(path), wire.NO_ATTRIBUTES), path)
    except FileNotFoundError:
        raise
    except OSError:  # the protocol does not say that something is there
        asked = channel.ask(wire.STAT, wire.text(path))
        with suppress(FileNotFoundError):
            if channel.take(asked, wire.ATTRIBUTES, path).attributes().is_folder:
                return
        raise


def room_bytes(channel: Channel, path: str) -> int | None:
    """Give how much space is left for this user where a path lies; None where nobody says."""
    if wire.SPACE not in channel.extensions:
        return None
    try:
        asked = channel.ask(wire.EXTENDED, wire.text(wire.SPACE), wire.text(path))
        reader = channel.take(asked, wire.EXTENDED_REPLY, path)
        _, unit, _, _, available = (reader.long() for _ in range(5))
    except (OSError, ValueError):
        return None
    return unit * available
