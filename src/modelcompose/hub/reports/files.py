"""The files of reports: `reports/NAME.md` in a project's folder, and nothing else of it.

A name is one plain file name. Neither the folder nor a file is followed through a symbolic link,
so that a cloned project cannot lead out of itself.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec import Struct

from modelcompose.errors import AlreadyExists, NotFound, UsageError
from modelcompose.store.failures import translated

FOLDER = "reports"
ENDING = ".md"
LIMIT_BYTES = 1024 * 1024
"""Of one report: it is text."""

_NAME = re.compile(r"[A-Za-z0-9][\w .-]{0,99}", re.ASCII)
_MOST_LISTED = 1000


class ReportFile(Struct, frozen=True):
    """A report as it stands in its file."""

    name: str
    path: str
    """From the project's folder."""
    text: str
    digest: str
    """Of its bytes; who writes it says which they had read."""
    modified_at: float
    """Seconds since the epoch."""


def check_name(name: str) -> str:
    """Give a report's name that is one.

    Raises:
        UsageError: it is none.
    """
    if not _NAME.fullmatch(name) or name.endswith((".", " ", ENDING)) or ".." in name:
        raise UsageError(
            f"report {name!r}: a name is letters, digits, spaces, dots, _ and -",
            hint=f"it is the file's name in {FOLDER}/ without its {ENDING}",
        )
    return name


def path_of(name: str) -> str:
    """Give where a report is, from the project's folder."""
    return f"{FOLDER}/{name}{ENDING}"


def list_reports(directory: Path) -> list[ReportFile]:
    """Give the reports of a project's folder, by name; what is no report is passed over."""
    try:
        with _opened(directory) as folder:
            names = sorted(os.listdir(folder))[:_MOST_LISTED]  # noqa: PTH208 - an open folder
    except NotFound:
        return []
    found = []
    for name in names:
        if name.endswith(ENDING) and _NAME.fullmatch(name[: -len(ENDING)]):
            with suppress(NotFound, UsageError):
                found.append(read_report(directory, name[: -len(ENDING)]))
    return found


def read_report(directory: Path, name: str) -> ReportFile:
    """Read a report.

    Args:
        directory: the project's folder.
        name: the report's.

    Raises:
        NotFound: there is none.
        UsageError: it is no name, or no text of a report's length.
    """
    with _opened(directory) as folder:
        content, status = _read(folder, check_name(name))
    return _file(name, content, status.st_mtime)


def write_report(directory: Path, name: str, text: str, read: str | None) -> ReportFile:
    """Write a report, as a whole or not at all.

    Args:
        directory: the project's folder.
        name: the report's.
        text: what is to stand there.
        read: the digest of what it was before; None for a report that is not there yet.

    Raises:
        AlreadyExists: somebody else wrote it meanwhile; nothing is written.
        UsageError: it is no name, or the text is too long.
        StoreError: it cannot be written.
    """
    check_name(name)
    with translated(directory / FOLDER, "cannot be written"):
        (directory / FOLDER).mkdir(exist_ok=True)
    with _opened(directory) as folder, translated(directory / FOLDER, "cannot be written"):
        fcntl.flock(folder, fcntl.LOCK_EX)  # until it is closed
        before = _before(folder, name)
        if (digest_of(before) if before is not None else None) != read:
            raise AlreadyExists(
                f"{path_of(name)}: it was changed meanwhile"
                if before is not None
                else f"{path_of(name)}: it is not there any more",
                hint="read it again, and put both versions together",
            )
        if before is not None and b"\r\n" in before:  # as its author's editor writes it
            text = text.replace("\r\n", "\n").replace("\n", "\r\n")
        content = text.encode()
        if len(content) > LIMIT_BYTES:
            raise UsageError(f"{path_of(name)}: longer than {LIMIT_BYTES} bytes")
        _replace(folder, name, content)
        _, status = _read(folder, name)
    return _file(name, content, status.st_mtime)


def digest_of(content: bytes) -> str:
    """Give the digest of a report's bytes."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@contextmanager
def _opened(directory: Path) -> Iterator[int]:
    try:
        folder = os.open(directory / FOLDER, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as error:
        raise NotFound(
            f"{directory / FOLDER}: no folder of reports",
            hint="begin one: modelcompose report new NAME",
        ) from error
    try:
        yield folder
    finally:
        os.close(folder)


def _read(folder: int, name: str) -> tuple[bytes, os.stat_result]:
    try:
        # A pipe that nobody writes to would wait for ever.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        descriptor = os.open(f"{name}{ENDING}", flags, dir_fd=folder)
    except OSError as error:
        raise NotFound(
            f"no report {path_of(name)}", hint=f"begin one: modelcompose report new {name}"
        ) from error
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise NotFound(f"{path_of(name)}: it is no file")
        content = file.read(LIMIT_BYTES + 1)
    if len(content) > LIMIT_BYTES:
        raise UsageError(f"{path_of(name)}: longer than {LIMIT_BYTES} bytes")
    return content, status


def _before(folder: int, name: str) -> bytes | None:
    try:
        return _read(folder, name)[0]
    except NotFound:
        with suppress(FileNotFoundError):
            os.stat(f"{name}{ENDING}", dir_fd=folder, follow_symlinks=False)
            raise UsageError(f"{path_of(name)}: is no plain file, and stays as it is") from None
        return None


def _replace(folder: int, name: str, content: bytes) -> None:
    new = f".{name}{ENDING}.{os.getpid()}"
    with suppress(FileNotFoundError):
        os.unlink(new, dir_fd=folder)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666, dir_fd=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, f"{name}{ENDING}", src_dir_fd=folder, dst_dir_fd=folder)
    except OSError:
        with suppress(OSError):
            os.unlink(new, dir_fd=folder)
        raise


def _file(name: str, content: bytes, modified_at: float) -> ReportFile:
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise UsageError(f"{path_of(name)}: is no UTF-8 text: {error}") from error
    return ReportFile(name, path_of(name), text, digest_of(content), modified_at)
