"""The files that go with a run: its artifacts, and those of the models that it made."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from msgspec import Struct

from modelcompose.errors import StoreError
from modelcompose.hub.sending.made import content_place
from modelcompose.registry.logged_models import LoggedModel
from modelcompose.registry.records import Origin, Version
from modelcompose.store.store import Store

_SCHEME = "mlflow-artifacts"


class File(Struct, frozen=True):
    """A file that is to be there."""

    place: str
    """Below `artifacts/` of the run, or below `models/` of its project."""
    path: Path
    size_bytes: int
    state: str
    """Changes when the file does."""


class Places:
    """Where the files of a home are. Reads only; for any thread."""

    def __init__(self, home: Path) -> None:
        """Take the home folder."""
        self._artifacts = home / "artifacts"
        self._store = Store(home / "store")

    def files(
        self, root: str, logged: Sequence[LoggedModel], versions: Sequence[Version]
    ) -> Iterator[File]:
        """Give all files of a run.

        Args:
            root: address of the run's artifacts.
            logged: the models that were logged in it.
            versions: the versions that it made.
        """
        yield from self._below(root, "artifacts")
        for model in logged:
            yield from self._below(model.artifacts, f"models/{model.id}/artifacts")
        for origin in {content_place(v.origin): v.origin for v in versions if v.origin}.values():
            yield from self._content(origin)

    def is_whole(self, version: Version) -> bool:
        """Tell whether the files of a version are here, as far as the content store keeps them."""
        return version.origin is None or self._store.holds(version.origin.content)

    def _below(self, address: str, place: str) -> Iterator[File]:
        split = urlsplit(address)
        names = [name for name in split.path.split("/") if name]
        if split.scheme != _SCHEME or ".." in names:
            return  # a bucket of the user's own: the hub is told its address alone
        yield from _walk(self._artifacts.joinpath(*names), place)

    def _content(self, origin: Origin) -> Iterator[File]:
        place = f"artifacts/{content_place(origin)}"
        content = origin.content
        with suppress(StoreError):
            if content.kind == "file":
                path = self._store.blob_path(content.digest)
                # In a folder of its own: MLflow's client finds no file at a version's own address.
                inside = f"{place}/{PurePosixPath(place).name}"
                yield File(inside, path, content.size_bytes, content.digest)
                return
            for entry in self._store.tree(content.digest).entries:
                if entry.link is None:
                    path = self._store.blob_path(entry.digest)
                    yield File(f"{place}/{entry.path}", path, entry.size_bytes, entry.digest)


def _walk(folder: Path, place: str) -> Iterator[File]:
    with suppress(FileNotFoundError, NotADirectoryError):
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
        for entry in found:
            below = f"{place}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(Path(entry.path), below)
            elif entry.is_file(follow_symlinks=False):
                about = entry.stat()
                state = f"{about.st_size}:{about.st_mtime_ns}"
                yield File(below, Path(entry.path), about.st_size, state)
