"""Where the bytes of an export come from: the project, else the store."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from modelcompose.store.content import Content
from modelcompose.versioning.dvc.exporting_objects import Lying, ObjectCache
from modelcompose.versioning.dvc.hashes import Hashes
from modelcompose.versioning.dvc.looking import IGNORE_FILE, Looking
from modelcompose.versioning.dvc.reading import read_config
from modelcompose.versioning.dvc.tracking import FOLDER
from modelcompose.versioning.workspace import DataWorkspace


class Sources:
    """What lies in the project, and what the store gives in its place; for one export."""

    def __init__(
        self, workspace: DataWorkspace, hashes: Hashes, scratch: Path, cache: ObjectCache
    ) -> None:
        self._workspace = workspace
        self._hashes = hashes
        self._scratch = scratch
        self.cache = cache
        self.project = Lying(workspace.root, Looking(workspace.root, workspace.states, hashes))

    def holding(self, path: str, content: Content) -> Lying:
        """Give where a path holds a content: in the project, or out of the store.

        Raises:
            ContentMissing: neither holds it.
        """
        if self._workspace.is_there(path, content):
            return self.project
        place = Path(tempfile.mkdtemp(dir=self._scratch))
        with suppress(FileNotFoundError):
            shutil.copyfile(self._workspace.root / IGNORE_FILE, place / IGNORE_FILE)
        self._workspace.store.place(content, place / path)
        return Lying(place, Looking(place, self._workspace.states, self._hashes))

    def lost(self, content: Content) -> Iterator[str]:
        """Say what of a folder DVC does not keep."""
        tree = self._workspace.tree(content) if self._workspace.store.holds(content) else None
        if tree is None:
            return
        if any(entry.link is not None for entry in tree.entries):
            yield "symbolic links: DVC keeps the files that they lead to in their places"
        if any(entry.executable for entry in tree.entries):
            yield "executable files: DVC forgets that of files in a folder"
        if tree.empty_folders:
            yield "empty folders: DVC forgets them"


@contextmanager
def open_sources(workspace: DataWorkspace, target: Path) -> Iterator[Sources]:
    """Give the sources of an export into a target folder; what was put aside is removed after."""
    cache = read_config(target).cache or target / FOLDER / "cache"
    hashes = Hashes(workspace.folder.states)
    workspace.folder.work.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=workspace.folder.work, prefix="export-") as scratch:
            yield Sources(workspace, hashes, Path(scratch), ObjectCache(Path(cache)))
    finally:
        hashes.close()
