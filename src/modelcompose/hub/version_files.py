"""The files of a version of a model, wherever this hub keeps them."""

from __future__ import annotations

from collections import deque
from contextlib import closing

from msgspec import Struct

from modelcompose.errors import ModelComposeError, NotFound
from modelcompose.hub.artifacts.paths import Parts, parts_of, parts_of_uri
from modelcompose.hub.artifacts.protocol import Artifacts
from modelcompose.registry.candidates import CONTENT
from modelcompose.registry.records import Version
from modelcompose.store.content import Entry, Tree
from modelcompose.store.digests import PREFIX
from modelcompose.store.store import Store

MOST_FILES = 2_000
TEXT_BYTES = 256 * 1024


class VersionFolder(Struct, frozen=True):
    """Where the files of a version lie, and which they are."""

    place: Parts
    """Of the folder, or of the file itself."""
    files: tuple[tuple[str, int | None, str | None], ...]
    """Path, size in bytes and digest, as far as they are known; sorted by path."""
    is_cut: bool
    is_file: bool = False
    """Whether the version is one file."""

    def place_of(self, path: str) -> Parts:
        """Give where one of the files is read.

        Raises:
            UsageError: the path leads out of the version.
            NotFound: the version is a file of another name.
        """
        below = parts_of(path)
        if not self.is_file:
            return (*self.place, *below)
        if below != self.place[-1:]:
            raise NotFound(f"{path}: the version is one file, {self.place[-1]}")
        return self.place


def version_folder(artifacts: Artifacts, store: Store, version: Version) -> VersionFolder:
    """Find the files of a version.

    Raises:
        NotFound: another place keeps them, or they are gone.
    """
    place = parts_of_uri(version.storage)
    if place is None:
        raise NotFound(
            f"{version.label}: its files are at {version.storage}",
            hint="fetch them by MLflow's client: mlflow artifacts download -u "
            f"models:/{version.model}/{version.version}",
        )
    if place[:2] == (CONTENT, "file"):
        with closing(artifacts.open(place)) as reading:
            size = reading.size_bytes
        return VersionFolder(place, ((place[-1], size, PREFIX + place[2]),), False, is_file=True)  # noqa: FBT003
    if place[:2] == (CONTENT, "folder"):
        return _of_tree(version, place, _tree(store, PREFIX + place[2]))
    return _of_artifacts(artifacts, version, place)


def tree_of(artifacts: Artifacts, store: Store, version: Version) -> Tree:
    """Give the listing of a version; files whose digest nobody knows are told apart by size.

    Raises:
        NotFound: another place keeps them, or they are gone.
    """
    place = parts_of_uri(version.storage)
    if (
        place is not None
        and place[:2] == (CONTENT, "folder")
        and (tree := _tree(store, PREFIX + place[2]))
    ):
        return tree
    found = version_folder(artifacts, store, version)
    return Tree(
        tuple(
            Entry(path, digest or f"{size} bytes", size or 0) for path, size, digest in found.files
        )
    )


def read_text(artifacts: Artifacts, folder: VersionFolder, path: str) -> str | None:
    """Give the beginning of one of a version's files as text; None where it is not there."""
    try:
        with closing(artifacts.open(folder.place_of(path))) as reading:
            data = b"".join(reading.chunks(0, min(reading.size_bytes, TEXT_BYTES)))
    except ModelComposeError:
        return None
    return data.decode("utf-8", "replace")


def _of_tree(version: Version, place: Parts, tree: Tree | None) -> VersionFolder:
    if tree is None:
        command = f"modelcompose models download {version.label}"
        raise NotFound(
            f"{version.label}: the store of this hub has no listing of it",
            hint=f"bring it from the project's remote, in the project's folder: {command}",
        )
    entries = [entry for entry in tree.entries if entry.link is None]
    files = tuple((one.path, one.size_bytes, one.digest) for one in entries[:MOST_FILES])
    return VersionFolder(place, files, len(entries) > MOST_FILES)


def _of_artifacts(artifacts: Artifacts, version: Version, place: Parts) -> VersionFolder:
    found: list[tuple[str, int | None, str | None]] = []
    waiting: deque[str] = deque([""])
    while waiting and len(found) <= MOST_FILES:
        folder = waiting.popleft()
        for entry in artifacts.entries((*place, *parts_of(folder))):
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_dir:
                waiting.append(path)
            else:
                found.append((path, entry.size_bytes, None))
    if not found:
        raise NotFound(f"{version.label}: its files are gone from this hub")
    found.sort(key=lambda one: one[0])
    return VersionFolder(place, tuple(found[:MOST_FILES]), len(found) > MOST_FILES)


def _tree(store: Store, digest: str) -> Tree | None:
    try:
        return store.tree(digest)
    except ModelComposeError:
        return None
