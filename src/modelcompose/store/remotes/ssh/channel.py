"""One SFTP session over a pair of pipes: requests of any thread, answered in any order."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import IO

from modelcompose.store.copying import write_all
from modelcompose.store.remotes.ssh import wire

_TIMEOUT_S = 120.0
"""Longer than any server takes for one request; a machine that went away answers none."""
_ENDS_WITHIN_S = 5.0
_HEAD_BYTES, _SMALLEST_PACKET = 4, 5
_SMALL_BYTES = 32 << 10
"""What every server takes in one request."""


class Lost(ConnectionError):
    """The session ended, or speaks no SFTP."""


class Chatter(ValueError):
    """What comes is no SFTP: a shell's start-up file greets its user."""


class Ticket:
    """A request whose answer is on its way."""

    __slots__ = ("data", "kind", "ready")

    def __init__(self) -> None:
        self.ready = threading.Event()
        self.kind = 0
        self.data = memoryview(b"")


class Channel:
    """A session; for any thread. A thread of its own reads the answers as they come."""

    def __init__(self, reading: IO[bytes], writing: IO[bytes], stop: Callable[[], None]) -> None:
        """Take what is connected to a server; `begin` is to be called first.

        Args:
            reading: what the server writes.
            writing: what it reads.
            stop: ends what lies behind both, so that writing fails; may be called again.
        """
        self._reading = reading
        self._writing = writing
        self._stop = stop
        self._sending = threading.Lock()
        self._guard = threading.Lock()
        self._tickets: dict[int, Ticket] = {}
        self._next = 0
        self._heard = 0.0
        self._is_over = False
        self._listener: threading.Thread | None = None
        self.extensions: frozenset[str] = frozenset()
        self.users = 0
        """How many transfers use it now."""
        self.piece_bytes = _SMALL_BYTES
        """How much one request may read or write."""

    def begin(self) -> None:
        """Greet the server, and learn what it can do.

        Raises:
            Lost: nobody is there.
            Chatter: no SFTP is spoken.
        """
        try:
            self._send(bytes([wire.INIT]) + wire.number(wire.VERSION))
            self.extensions = wire.greeting(self._packet())
        except (OSError, ValueError, IndexError) as error:
            self.close()
            self._reading.close()
            if isinstance(error, Chatter):
                raise
            raise Lost(f"no SFTP is spoken there: {error}") from error
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        if wire.LIMITS in self.extensions:
            self._learn_limits()

    def ask(self, kind: int, *parts: bytes | memoryview) -> Ticket:
        """Send a request; `answer` gives what comes of it.

        Raises:
            Lost: the session is over.
        """
        ticket = Ticket()
        with self._guard:
            if self._is_over:
                raise Lost("the connection is closed")
            self._next = number = (self._next + 1) & 0xFFFFFFFF
            self._tickets[number] = ticket
        try:
            self._send(bytes([kind]) + wire.number(number), *parts)
        except OSError as error:
            self.close()
            raise Lost(f"the connection broke: {error.strerror}") from error
        return ticket

    def answer(self, ticket: Ticket) -> tuple[int, memoryview]:
        """Wait for an answer; give its kind, and what it holds.

        Raises:
            Lost: the session ended before it came.
        """
        while not ticket.ready.wait(_TIMEOUT_S):
            if time.monotonic() - self._heard > _TIMEOUT_S:
                self.close()
                raise Lost(f"no answer for {_TIMEOUT_S:.0f} s")
        if ticket.kind == 0:
            raise Lost("the connection broke")
        return ticket.kind, ticket.data

    def done(self, ticket: Ticket, path: str) -> None:
        """Wait for a request that gives nothing but whether it was done.

        Raises:
            OSError: it was not, as the server says.
            Lost: the session ended.
        """
        try:
            wire.check(*self.answer(ticket), path)
        except ValueError as error:
            raise self.broken(error) from error

    def take(self, ticket: Ticket, wanted: int, path: str) -> wire.Reader:
        """Wait for an answer of one kind; give what takes it apart.

        Raises:
            OSError: the server says no.
            EndOfFile: nothing is left.
            Lost: the session ended.
        """
        kind, data = self.answer(ticket)
        if kind != wanted:
            try:
                wire.check(kind, data, path)
            except ValueError as error:
                raise self.broken(error) from error
            raise self.broken(ValueError(f"status OK in place of an answer of kind {wanted}"))
        return wire.Reader(data)

    def broken(self, error: ValueError) -> Lost:
        """Give up on a server that answers nonsense."""
        self.close()
        return Lost(str(error))

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Count a transfer among `users`."""
        with self._guard:
            self.users += 1
        try:
            yield
        finally:
            with self._guard:
                self.users -= 1

    @property
    def is_over(self) -> bool:
        """Whether the session has ended."""
        return self._is_over

    def close(self) -> None:
        """End the session; may be called again."""
        self._stop()
        self._end()
        listener = self._listener
        if listener is not None and listener is not threading.current_thread():
            listener.join(_ENDS_WITHIN_S)

    def _send(self, head: bytes, *parts: bytes | memoryview) -> None:
        length = len(head) + sum(map(len, parts))
        first, rest = parts[:-1], parts[-1:]
        with self._sending:
            # Closed, its number may be that of another file by now.
            if self._writing.closed:
                raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
            writing = self._writing.fileno()
            write_all(writing, b"".join((wire.number(length), head, *first)))
            for data in rest:  # what is large comes last, and is not copied
                write_all(writing, data)

    def _packet(self) -> bytes:
        head = self._reading.read(_HEAD_BYTES)
        if len(head) < _HEAD_BYTES:
            raise ValueError("the connection ended")
        length = int.from_bytes(head, "big")
        if not _SMALLEST_PACKET <= length <= wire.LARGEST_PACKET:
            raise Chatter(f"something there writes {head!r}… in between")
        data = self._reading.read(length)
        if len(data) < length:
            raise ValueError("the connection ended")
        return data

    def _listen(self) -> None:
        try:
            while True:
                packet = self._packet()
                self._heard = time.monotonic()
                with self._guard:
                    ticket = self._tickets.pop(int.from_bytes(packet[1:5], "big"), None)
                if ticket is not None:
                    ticket.kind, ticket.data = packet[0], memoryview(packet)[5:]
                    ticket.ready.set()
        except (OSError, ValueError):
            self.close()
        finally:
            self._reading.close()

    def _end(self) -> None:
        with self._guard:
            self._is_over = True
            tickets, self._tickets = self._tickets, {}
        for ticket in tickets.values():
            ticket.ready.set()
        # Not under the hands of a thread that writes: the server is gone, so it ends soon.
        if self._sending.acquire(timeout=_ENDS_WITHIN_S):
            try:
                with suppress(OSError):
                    self._writing.close()
            finally:
                self._sending.release()

    def _learn_limits(self) -> None:
        try:
            asked = self.ask(wire.EXTENDED, wire.text(wire.LIMITS))
            reader = self.take(asked, wire.EXTENDED_REPLY, "")
            _, read, write = reader.long(), reader.long(), reader.long()
        except (OSError, ValueError) as error:
            if isinstance(error, Lost):
                raise
            return
        self.piece_bytes = min(read or _SMALL_BYTES, write or _SMALL_BYTES, 4 * (64 << 10))
