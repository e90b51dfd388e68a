"""Files of another machine: looked at, listed, read and written over a few SFTP sessions.

    with SshFiles(parse("ssh://ana@build/srv/data")) as files:
        files.stat("raw/1.csv"), files.listing("raw")
        for block in files.read("raw/1.csv", start=1000): ...

Paths are relative to that of the address, or absolute.
"""

from __future__ import annotations

import posixpath
import random
import shlex
import stat
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TypeVar

from modelcompose.errors import ContentMissing, RemoteError
from modelcompose.store.failures import printable
from modelcompose.store.remotes.closing import Closing
from modelcompose.store.remotes.ssh import wire
from modelcompose.store.remotes.ssh.address import SshAddress, parse
from modelcompose.store.remotes.ssh.channel import Channel, Lost, Ticket
from modelcompose.store.remotes.ssh.process import Unwilling, connected
from modelcompose.store.remotes.ssh.wire import RemoteFile

T = TypeVar("T")
TRIES = 6
MOST_CHANNELS = 4
LARGE_BYTES = 8 << 20
"""Transfers of more than this have a connection of their own, while there are not too many."""
ON_THE_WAY_BYTES = 4 << 20
"""Of one file, asked for or sent and not yet answered."""
_QUESTIONS_AT_ONCE = 256
_FIRST_WAIT_S = 0.2
_LONGEST_WAIT_S = 10.0


class SshFiles(Closing):
    """A user's files on one machine. A context manager; nothing is reached before it is used.

    Threads: any may call every method at the same time; transfers that run at once use up to
    `MOST_CHANNELS` connections. Memory: a few megabytes for each transfer. A connection that
    breaks is opened again, and a read goes on where it stood.
    """

    def __init__(
        self, address: SshAddress | str, *, wait: Callable[[float], None] = time.sleep
    ) -> None:
        """Name the machine, and the path that others are relative to.

        Raises:
            UsageError: the address is none.
        """
        self.address = parse(address) if isinstance(address, str) else address
        self._wait = wait
        self._guard = threading.Lock()
        self._channels: list[Channel] = []
        self._most = MOST_CHANNELS

    def close(self) -> None:
        """Close every connection."""
        with self._guard:
            channels, self._channels = self._channels, []
        for channel in channels:
            channel.close()

    @property
    def where(self) -> str:
        """Give the address."""
        return str(self.address)

    def stat(self, path: str = "") -> RemoteFile | None:
        """Give what a file is, symbolic links followed; None where nothing is there.

        Raises:
            RemoteError: the machine cannot be reached, or refuses.
        """
        return self.stats([path])[0]

    def stats(self, paths: Sequence[str]) -> list[RemoteFile | None]:
        """Give what many files are, in one go; errors as for `stat`."""
        return self.tried(lambda channel: self._stats(channel, paths), "cannot be looked at")

    def listing(self, path: str = "") -> list[tuple[str, RemoteFile]]:
        """Give the names in a folder, sorted, with what each is; symbolic links are not followed.

        Raises:
            ContentMissing: there is no such folder.
            RemoteError: the machine cannot be reached, or refuses.
        """
        whole = self.full(path)
        return self.tried(lambda channel: _listed(channel, whole), "cannot be listed")

    def link(self, path: str) -> str:
        """Give what a symbolic link says; errors as for `listing`."""
        whole = self.full(path)

        def ask(channel: Channel) -> str:
            asked = channel.ask(wire.READLINK, wire.text(whole))
            reader = channel.take(asked, wire.NAMES, whole)
            reader.number()
            return reader.text().decode("utf-8", "surrogateescape")

        return self.tried(ask, "cannot be read")

    def read(self, path: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Give the bytes of a file from `start` up to `stop`, or its end.

        Raises:
            ContentMissing: there is no such file.
            RemoteError: the machine cannot be reached, refuses, or broke off for good.
        """
        at, failures = start, 0
        whole = self.full(path)
        is_large = stop is not None and stop - start > LARGE_BYTES
        while stop is None or at < stop:
            channel = self.channel(is_large=is_large)
            is_crowded = False
            try:
                with channel.in_use(), self.translated("cannot be read"):
                    for block in read_file(channel, whole, at, stop):
                        at += len(block)
                        failures = 0
                        yield block
                        is_crowded = at - start > LARGE_BYTES and not is_large and channel.users > 1
                        if is_crowded:
                            break
                if not is_crowded:
                    return
                is_large = True
            except Lost as error:
                failures += 1
                self._pause(failures, error)

    def full(self, path: str) -> str:
        """Give a path as the server is told it."""
        joined = posixpath.join(self.address.path, path) if path else self.address.path
        return joined or "."

    def tried(self, work: Callable[[Channel], T], claim: str, *, is_large: bool = False) -> T:
        """Do something that may be done twice; again after a connection broke.

        Raises:
            ContentMissing: what it needs is not there.
            RemoteError: the server says no, or cannot be reached.
        """
        failures = 0
        while True:
            channel = self.channel(is_large=is_large)
            try:
                with channel.in_use(), self.translated(claim):
                    return work(channel)
            except Lost as error:
                failures += 1
                self._pause(failures, error)

    @contextmanager
    def translated(self, claim: str) -> Iterator[None]:
        """Turn what the server refuses into our errors; a lost connection stays one."""
        try:
            yield
        except Lost:
            raise
        except FileNotFoundError as error:
            raise ContentMissing(f"{self._named(error)}: is not there") from error
        except PermissionError as error:
            raise RemoteError(
                f"{self._named(error)}: {claim}: permission denied",
                hint=f"see whose it is: {self._looked_at(error)}",
            ) from error
        except OSError as error:
            raise RemoteError(
                f"{self._named(error)}: {claim}: {error.strerror}",
                hint=f"see what is there: {self._looked_at(error)}",
            ) from error
        except ValueError as error:
            raise RemoteError(f"{self.where}: {claim}: {error}") from error

    def channel(self, *, is_large: bool = False) -> Channel:
        """Give a session that few use; where all are in use, a large transfer has one more opened.

        Raises:
            RemoteError: no connection comes about.
        """
        with self._guard:
            self._channels = [each for each in self._channels if not each.is_over]
            least = min(self._channels, key=lambda each: each.users, default=None)
            has_enough = not is_large or len(self._channels) >= self._most
            if least is not None and (least.users == 0 or has_enough):
                return least
            if least is None:
                opened = self._first()
            else:
                try:  # one more is for speed alone: nobody is asked, and nothing waited for
                    opened = connected(self.address, may_ask=False)
                except (Lost, RemoteError):
                    self._most = len(self._channels)
                    return least
            self._channels.append(opened)
            return opened

    def _first(self) -> Channel:
        failures = 0
        while True:
            try:
                channel = connected(self.address, may_ask=True)
            except Lost as error:
                failures += 1
                self._pause(failures, error)
            else:
                return channel

    def _pause(self, failures: int, error: Lost) -> None:
        if failures >= TRIES:
            raise RemoteError(
                f"ssh://{self.address.place}: cannot be reached: {error}",
                hint=f"see whether this works: ssh {self.address.login} true",
            ) from error
        waited = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2**failures)
        self._wait(waited * (1 + random.random() / 4))  # noqa: S311 - spread

    def _looked_at(self, error: OSError) -> str:
        path = shlex.quote(printable(str(error.filename or self.address.path)))
        return f"ssh {self.address.login} ls -ld {path}"

    def _named(self, error: OSError) -> str:
        path = printable(str(error.filename or self.address.path))
        return f"ssh://{self.address.place}{path if path.startswith('/') else f'/~/{path}'}"

    def _stats(self, channel: Channel, paths: Sequence[str]) -> list[RemoteFile | None]:
        found: list[RemoteFile | None] = []
        for at in range(0, len(paths), _QUESTIONS_AT_ONCE):
            names = [self.full(path) for path in paths[at : at + _QUESTIONS_AT_ONCE]]
            asked = [(channel.ask(wire.STAT, wire.text(name)), name) for name in names]
            for ticket, name in asked:
                try:
                    reader = channel.take(ticket, wire.ATTRIBUTES, name)
                    found.append(reader.attributes())
                except FileNotFoundError:
                    found.append(None)
        return found


def read_file(channel: Channel, path: str, start: int, stop: int | None) -> Iterator[bytes]:
    """Give a part of a file, with many requests on the way at once.

    Raises:
        OSError: as the server says it.
        Lost: the session ended.
    """
    opening = channel.ask(wire.OPEN, *_open_words(path, wire.OPEN_READ))
    looking = channel.ask(wire.STAT, wire.text(path)) if stop is None else None
    handle = channel.take(opening, wire.HANDLE, path).text()
    try:
        end = stop
        if looking is not None:
            status = channel.take(looking, wire.ATTRIBUTES, path).attributes()
            if stat.S_ISDIR(status.mode):
                raise OSError(0, "is a folder", path)
            end = status.size_bytes
        with suppress(wire.EndOfFile):
            yield from _pieces(channel, handle, path, (start, end or 0))
    finally:
        with suppress(Lost):  # nobody waits for the answer
            channel.ask(wire.CLOSE, wire.text(handle))


def _pieces(channel: Channel, handle: bytes, path: str, within: tuple[int, int]) -> Iterator[bytes]:
    asked_to, stop = within
    waiting: deque[tuple[Ticket, int, int]] = deque()
    size = channel.piece_bytes

    def ask(at: int, count: int) -> Ticket:
        words = (wire.text(handle), wire.long(at), wire.number(count))
        return channel.ask(wire.READ, *words)

    while asked_to < stop or waiting:
        while asked_to < stop and len(waiting) * size < ON_THE_WAY_BYTES:
            count = min(size, stop - asked_to)
            waiting.append((ask(asked_to, count), asked_to, count))
            asked_to += count
        ticket, at, count = waiting.popleft()
        data = channel.take(ticket, wire.DATA, path).text()
        if not data:
            raise wire.EndOfFile
        yield data
        if len(data) < count:  # a server may give less: the rest is asked for before what follows
            at, count = at + len(data), count - len(data)
            waiting.appendleft((ask(at, count), at, count))


def _open_words(path: str, flags: int) -> tuple[bytes, ...]:
    return wire.text(path), wire.number(flags), wire.NO_ATTRIBUTES


def _listed(channel: Channel, path: str) -> list[tuple[str, RemoteFile]]:
    asked = channel.ask(wire.OPENDIR, wire.text(path))
    handle = channel.take(asked, wire.HANDLE, path).text()
    found: list[tuple[str, RemoteFile]] = []
    try:
        with suppress(wire.EndOfFile):
            while True:
                asked = channel.ask(wire.READDIR, wire.text(handle))
                reader = channel.take(asked, wire.NAMES, path)
                for _ in range(reader.number()):
                    name = reader.text()
                    reader.text()
                    found.append((name.decode("utf-8", "surrogateescape"), reader.attributes()))
    finally:
        with suppress(Lost):
            channel.ask(wire.CLOSE, wire.text(handle))
    return sorted(each for each in found if each[0] not in {".", ".."} and "/" not in each[0])


__all__ = ["RemoteFile", "SshFiles", "Unwilling"]
