"""A step's workspace: a folder that holds exactly what the step declared that it reads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath

from msgspec import Struct

from modelcompose.compose.project import Project, Service, is_volume
from modelcompose.engine.protocol import GivenMount, InputMount
from modelcompose.pipeline.mounts import project_path
from modelcompose.pipeline.parameters import Overrides, write_changed
from modelcompose.pipeline.paths import covers
from modelcompose.store.content import Content
from modelcompose.store.copying import copy_file
from modelcompose.store.failures import translated

MOUNTED_ABOVE_BYTES = 1 << 20
"""An engine that can mount read-only copies what is smaller, since a mount costs more."""
LINKED_ABOVE_BYTES = 16 << 20
"""An engine that cannot copies what is smaller and links the rest, without protection."""
_MANY_FILES = 200


class Laid(Struct, frozen=True):
    """A workspace that is ready."""

    folder: Path
    mounts: tuple[InputMount, ...]
    shown: tuple[GivenMount, ...] = ()
    """Versions of data, out of the store."""
    volumes: Mapping[str, str] = {}
    """The volumes that stand for those that the step writes, by the names of these."""


class Layout:
    """Lays out the workspaces of one command."""

    def __init__(
        self,
        project: Project,
        overrides: Overrides,
        *,
        can_mount: bool,
        stored: Callable[[str, Service], Path | None] = lambda _path, _service: None,
    ) -> None:
        """Prepare.

        Args:
            project: whose steps.
            overrides: what the command changes.
            can_mount: whether the engine mounts read-only.
            stored: where a path lies that is in the store alone; None for all others.
        """
        self._stored = stored
        self._project = project
        self._overrides = overrides
        self._limit = MOUNTED_ABOVE_BYTES if can_mount else LINKED_ABOVE_BYTES

    def lay(
        self,
        folder: Path,
        service: Service,
        inputs: Mapping[str, Content],
        skip: Callable[[Path], bool],
    ) -> Laid:
        """Fill a workspace: small inputs copied, large ones to be mounted from where they are.

        Raises:
            StorageFull: the disk is full.
            StoreError: an input cannot be read.
        """
        mounts: list[InputMount] = []
        with translated(folder, "the inputs cannot be laid out"):
            self._make_folders(folder, service)
            for path, content in inputs.items():
                if is_volume(path):
                    continue
                if (view := self._stored(path, service)) is not None:
                    mounts.append(InputMount(view, path))
                    continue
                mounts += self._lay_input(folder, path, content, skip)
            self._lay_parameter_files(folder, service)
        return Laid(folder, tuple(mounts))

    def _make_folders(self, folder: Path, service: Service) -> None:
        self._make_folder(folder, ".")
        working = project_path(self._project, service, ".") if service.working_dir else None
        if working is not None:
            self._make_folder(folder, working)
        for written in service.the_step.written:
            self._make_folder(folder, str(PurePosixPath(written).parent))

    def _make_folder(self, folder: Path, path: str) -> None:
        """Make a folder like the project's one of that path, with its mode and owner."""
        target = folder / path
        if target.is_dir():
            return
        if path != ".":
            self._make_folder(folder, str(PurePosixPath(path).parent))
        target.mkdir(parents=path == ".")
        try:
            like = (self._project.directory / path).stat()
        except OSError:
            return
        target.chmod(like.st_mode & 0o7777)
        if os.geteuid() == 0:
            os.chown(target, like.st_uid, like.st_gid)

    def _lay_input(
        self, folder: Path, path: str, content: Content, skip: Callable[[Path], bool]
    ) -> Iterable[InputMount]:
        source = self._project.directory / path
        if path.startswith("/"):
            return [InputMount(source, path)]
        if content.kind == "file":
            return self._lay_file(folder, path)
        if self._is_large(content) and self._is_whole(path, skip):
            return [InputMount(source, path)]
        return self._lay_folder(folder, path, skip)

    def _is_large(self, content: Content) -> bool:
        return content.size_bytes > self._limit or content.files > _MANY_FILES

    def _is_whole(self, path: str, skip: Callable[[Path], bool]) -> bool:
        """Tell whether nothing in the folder is to be hidden from the step, or changed for it."""
        if path == "." or any(covers(path, file) for file in self._overrides.file_keys):
            return False
        hidden = [w for step in self._project.steps.values() for w in step.written]
        hidden += [os.path.relpath(file, self._project.directory) for file in self._project.files]
        return not any(
            covers(path, inner) and skip(self._project.directory / inner) for inner in hidden
        )

    def _lay_file(self, folder: Path, path: str) -> list[InputMount]:
        source = self._project.directory / path
        changes = self._overrides.file_keys.get(path)
        if not changes and source.stat().st_size > self._limit:
            return [InputMount(source, path)]
        self._make_folder(folder, str(PurePosixPath(path).parent))
        if changes:
            write_changed(source, folder / path, changes)
        else:
            copy_file(source, folder / path)
        return []

    def _lay_folder(
        self, folder: Path, path: str, skip: Callable[[Path], bool]
    ) -> list[InputMount]:
        self._make_folder(folder, path)
        mounts: list[InputMount] = []
        for entry in sorted(os.scandir(self._project.directory / path), key=lambda e: e.name):
            inner = entry.name if path == "." else f"{path}/{entry.name}"
            if skip(Path(entry.path)):
                continue
            if entry.is_symlink():
                (folder / inner).symlink_to(os.readlink(entry.path))  # noqa: PTH115 - Path changes a link's text
            elif entry.is_dir():
                mounts += self._lay_folder(folder, inner, skip)
            else:
                mounts += self._lay_file(folder, inner)
        return mounts

    def _lay_parameter_files(self, folder: Path, service: Service) -> None:
        for file in {param.file for param in service.the_step.params if param.file}:
            if not (folder / file).exists():
                self._lay_file(folder, file)
