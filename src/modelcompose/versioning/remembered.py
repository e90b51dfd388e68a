"""Which projects use a store, and what their locks named when they were last seen.

    projects/<id>         the project's folder
    projects/<id>.lock    its `ml.lock` as it was last seen

A project whose disk is away loses nothing: what its lock named last counts as needed until somebody
says that it is gone for good.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from modelcompose.errors import NotFound, UsageError
from modelcompose.pipeline.lock import FILE_NAME
from modelcompose.store.digests import digest_bytes
from modelcompose.store.failures import printable, translated
from modelcompose.store.store import Store

_FOLDER = "projects"
_SUFFIX = ".lock"


class Remembered(Struct, frozen=True):
    """A project that uses a store."""

    folder: Path
    lock: str
    """The text of its lock: as it is, or as it was last seen."""
    is_there: bool
    """Whether its lock can be read now."""


def remember(store: Store, project: Path) -> None:
    """Note that a project uses a store, and what its lock names.

    Where that fails the command goes on: what the project needs may then go to the trash, and
    comes back out of it.
    """
    with suppress(OSError):
        text = (project / FILE_NAME).read_bytes()
        place = _place(store, project)
        _write(place, os.fsencode(project))
        _write(place.with_suffix(_SUFFIX), text)


def remembered(store: Store) -> list[Remembered]:
    """Give every project that uses a store, by its folder.

    Raises:
        StoreError: the notes cannot be read.
    """
    root = store.root / _FOLDER
    with translated(root, "cannot be read"):
        if not root.is_dir():
            return []
        places = [path for path in root.iterdir() if "." not in path.name]
        found = [_seen(place, Path(os.fsdecode(place.read_bytes()))) for place in places]
    return sorted(found, key=lambda each: each.folder)


def check_gone(store: Store, folders: Sequence[Path]) -> None:
    """Make sure that projects can be forgotten.

    Raises:
        NotFound: one of them is not known.
        UsageError: one of them is there.
    """
    for folder in folders:
        if not _place(store, folder).exists():
            raise NotFound(
                f"{printable(folder)}: no project of that folder uses this store",
                hint="see those that are away: modelcompose data gc",
            )
        if (folder / FILE_NAME).exists():
            raise UsageError(
                f"{printable(folder)}: is not gone: its {FILE_NAME} is there",
                hint="end the versioning of its data: modelcompose data rm PATH",
            )


def forget(store: Store, folders: Sequence[Path]) -> None:
    """Let projects that are gone for good need nothing any more; errors as for `check_gone`.

    Raises:
        StoreError: the notes cannot be written.
    """
    check_gone(store, folders)
    for folder in folders:
        place = _place(store, folder)
        with translated(place, "cannot be removed"):
            place.with_suffix(_SUFFIX).unlink(missing_ok=True)
            place.unlink()


def _seen(place: Path, folder: Path) -> Remembered:
    try:
        text = (folder / FILE_NAME).read_bytes()
    except OSError:
        try:
            last = place.with_suffix(_SUFFIX).read_bytes()
        except FileNotFoundError:
            last = b""
        return Remembered(folder, last.decode(errors="replace"), is_there=False)
    with suppress(OSError):
        _write(place.with_suffix(_SUFFIX), text)
    return Remembered(folder, text.decode(errors="replace"), is_there=True)


def _place(store: Store, project: Path) -> Path:
    return store.root / _FOLDER / digest_bytes(os.fsencode(project))[7:23]


def _write(path: Path, data: bytes) -> None:
    if path.exists() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
    try:
        new.write_bytes(data)
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
