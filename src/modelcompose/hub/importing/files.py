"""Files of a source into the hub's artifacts: those that are not there, or were changed since."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from modelcompose.errors import UsageError
from modelcompose.hub.artifacts.paths import Parts, parts_of, parts_of_uri
from modelcompose.hub.artifacts.protocol import Artifacts
from modelcompose.hub.importing.source import SourceFile, UnreachableError

_PIECE_BYTES = 1 << 20


class Copied:
    """How much was copied."""

    def __init__(self) -> None:
        self.files = 0
        self.size_bytes = 0


def copy(artifacts: Artifacts, target: Parts, file: SourceFile, copied: Copied) -> None:
    """Put one file below a folder of the hub; it appears when all of it is there.

    Raises:
        UsageError: no artifact can be named so.
        OSError: the file cannot be read.
        StorageFull: there is no room.
    """
    writing = artifacts.create((*target, *parts_of(file.path)))
    size = 0
    try:
        with file.open() as stream:
            while piece := stream.read(_PIECE_BYTES):
                writing.write(piece)
                size += len(piece)
        writing.commit()
    except BaseException:
        writing.abort()
        raise
    copied.files += 1
    copied.size_bytes += size


def sizes_below(artifacts: Artifacts, folder: Parts) -> dict[str, int | None]:
    """Give the files below a folder of the hub with their sizes, by path."""
    found: dict[str, int | None] = {}
    waiting: list[Parts] = [()]
    while waiting:
        below = waiting.pop()
        for entry in artifacts.entries((*folder, *below)):
            if entry.is_dir:
                waiting.append((*below, entry.name))
            else:
                found["/".join((*below, entry.name))] = entry.size_bytes
    return found


def is_wanted(file: SourceFile, there: dict[str, int | None], since: float | None) -> bool:
    """Tell whether a file has to be copied.

    Args:
        file: of the source.
        there: what `sizes_below` gave.
        since: when they were last copied wholly; None where they never were.
    """
    if file.path not in there:
        return True
    if file.size_bytes is not None and file.size_bytes != there[file.path]:
        return True
    return since is not None and file.changed_at is not None and file.changed_at >= since


def local_folder(address: str, base: Path | None = None) -> Path | None:
    """Give the folder of this machine that an address means; None where it means none.

    Args:
        address: a path, or `file:` before it.
        base: what a relative path is below.
    """
    split = urlsplit(address)
    if split.scheme == "file":
        return Path(unquote(split.path))
    if split.scheme:
        return None
    path = Path(address)
    return path if path.is_absolute() or base is None else base / path


def files_of(folder: Path) -> Iterator[SourceFile]:
    """Give the files below a folder of this machine; links are not followed.

    Raises:
        UnreachableError: it cannot be read.
    """
    try:
        names = sorted(folder.iterdir())
    except FileNotFoundError:
        return
    except OSError as error:
        raise UnreachableError(f"{folder}: {error.strerror or error}") from error
    yield from _below(names, folder)


def _below(paths: list[Path], root: Path) -> Iterator[SourceFile]:
    for path in paths:
        if path.is_symlink():
            continue
        if path.is_dir():
            yield from _below(sorted(path.iterdir()), root)
        elif path.is_file():
            status = path.stat()
            name = path.relative_to(root).as_posix()
            yield SourceFile(name, opened_later(path), status.st_size, status.st_mtime)


def opened_later(path: Path) -> Callable[[], BinaryIO]:
    """Give what opens a file of this machine."""
    return lambda: path.open("rb")


def target_of(address: str) -> Parts | None:
    """Give the place among the hub's artifacts of an address; None where it is elsewhere."""
    try:
        return parts_of_uri(address)
    except UsageError:
        return None
