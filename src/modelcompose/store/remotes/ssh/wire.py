"""The packets of SFTP, version 3, as every server speaks it.

Source: https://datatracker.ietf.org/doc/html/draft-ietf-secsh-filexfer-02, and OpenSSH's PROTOCOL
for the extensions.
"""

from __future__ import annotations

import errno
import os
import stat
import struct
from typing import NamedTuple

from modelcompose.store.failures import printable

VERSION = 3
INIT, OPEN, CLOSE, READ, WRITE = 1, 3, 4, 5, 6
LSTAT, OPENDIR, READDIR, REMOVE, MKDIR, STAT, RENAME = 7, 11, 12, 13, 14, 17, 18
READLINK, EXTENDED = 19, 200
ANSWER_VERSION, STATUS, HANDLE, DATA, NAMES, ATTRIBUTES, EXTENDED_REPLY = (
    *(2, 101, 102, 103, 104, 105),
    201,
)
OPEN_READ, OPEN_WRITE, OPEN_CREATE, OPEN_TRUNCATE, OPEN_NEW = 1, 2, 8, 16, 32
POSIX_RENAME = "posix-rename@openssh.com"
FSYNC = "fsync@openssh.com"
LIMITS = "limits@openssh.com"
SPACE = "statvfs@openssh.com"
LARGEST_PACKET = 64 << 20
"""Larger ones are no answer of a server: something else writes to the connection."""

_HAS_SIZE, _HAS_OWNERS, _HAS_MODE, _HAS_TIMES, _HAS_MORE = 1, 2, 4, 8, 1 << 31
_OK, _END = 0, 1
_ERRORS = {2: errno.ENOENT, 3: errno.EACCES, 8: errno.EOPNOTSUPP}
_NUMBER, _LONG = struct.Struct(">I"), struct.Struct(">Q")


class RemoteFile(NamedTuple):
    """What a server says of a file."""

    size_bytes: int
    mtime_s: int
    mode: int

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return stat.S_ISDIR(self.mode)

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic link."""
        return stat.S_ISLNK(self.mode)

    @property
    def is_file(self) -> bool:
        """Whether it is a regular file."""
        return stat.S_ISREG(self.mode)


class EndOfFile(OSError):
    """Nothing is left to be read."""


def number(value: int) -> bytes:
    """Write a number of four bytes."""
    return _NUMBER.pack(value)


def long(value: int) -> bytes:
    """Write a number of eight bytes."""
    return _LONG.pack(value)


def text(value: str | bytes) -> bytes:
    """Write text with its length before it."""
    data = os.fsencode(value) if isinstance(value, str) else value
    return _NUMBER.pack(len(data)) + data


def mode(value: int) -> bytes:
    """Write attributes of which only the permissions are given."""
    return _NUMBER.pack(_HAS_MODE) + _NUMBER.pack(value)


NO_ATTRIBUTES = number(0)


class Reader:
    """Takes an answer apart, from its start on.

    Raises `ValueError` where it is shorter than it says.
    """

    def __init__(self, data: bytes | memoryview) -> None:
        self._data = memoryview(data)
        self._at = 0

    def number(self) -> int:
        """Read a number of four bytes."""
        return int(_NUMBER.unpack(self._take(4))[0])

    def long(self) -> int:
        """Read a number of eight bytes."""
        return int(_LONG.unpack(self._take(8))[0])

    def text(self) -> bytes:
        """Read text."""
        return self._take(self.number())

    def attributes(self) -> RemoteFile:
        """Read what a server says of a file."""
        flags = self.number()
        size = self.long() if flags & _HAS_SIZE else 0
        if flags & _HAS_OWNERS:
            self._take(8)
        permissions = self.number() if flags & _HAS_MODE else 0
        mtime = 0
        if flags & _HAS_TIMES:
            self._take(4)
            mtime = self.number()
        for _ in range(self.number() if flags & _HAS_MORE else 0):
            self.text()
            self.text()
        return RemoteFile(size, mtime, permissions)

    @property
    def has_more(self) -> bool:
        """Whether anything is left."""
        return self._at < len(self._data)

    def _take(self, count: int) -> bytes:
        found = bytes(self._data[self._at : self._at + count])
        if len(found) != count:
            raise ValueError("an answer of the server is cut off")
        self._at += count
        return found


def greeting(packet: bytes) -> frozenset[str]:
    """Give the extensions that a server's first packet names.

    Raises:
        ValueError: it is no greeting.
    """
    if packet[0] != ANSWER_VERSION:
        raise ValueError(f"the server begins with an answer of kind {packet[0]}")
    reader = Reader(memoryview(packet)[5:])
    names = set()
    while reader.has_more:
        names.add(os.fsdecode(reader.text()))
        reader.text()
    return frozenset(names)


def check(kind: int, data: bytes | memoryview, path: str) -> None:
    """Make sure that a status is a good one.

    Raises:
        OSError: the server says what is wrong with `path`.
        EndOfFile: nothing is left there.
    """
    if kind != STATUS:
        raise ValueError(f"the server gave an answer of kind {kind} in place of a status")
    reader = Reader(data)
    code = reader.number()
    if code == _OK:
        return
    if code == _END:
        raise EndOfFile(errno.EIO, "nothing is left there", path)
    told = printable(os.fsdecode(reader.text())) if reader.has_more else ""
    raise OSError(_ERRORS.get(code, errno.EIO), told or f"status {code}", path)
