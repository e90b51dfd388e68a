"""The volumes of a project that hold data: looked at, kept in the store, and filled from there.

What a volume holds is known by a full read, and remembered with what is cheap to see of it, the
names, sizes and times (`Volumes.stamp`); it is read again when those differ.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from modelcompose.compose.project import VOLUME, Dataset, Project
from modelcompose.engine.volumes import TOP, Volumes, VolumeUser
from modelcompose.errors import ContentMissing, EngineError, NotFound
from modelcompose.store.content import Content, Tree
from modelcompose.store.store import Store

_PROJECT = "com.docker.compose.project"
_VOLUME = "com.docker.compose.volume"
_FILE = "volumes.json"


class Remembered(Struct, frozen=True):
    """What a volume held when it was last read."""

    born: str
    stamp: str
    content: Content


class Filled(Struct, frozen=True):
    """What filling a volume did."""

    written: int
    """How many files and links."""
    before: Content | None
    """What it held, which the store keeps; None where it was empty."""


class ProjectVolumes:
    """The volumes of one project that hold data, by names such as `volume:corpus`.

    Use from several threads. The engine is asked for when it is first needed.
    """

    def __init__(
        self, project: Project, store: Store, state: Path, open_volumes: Callable[[], Volumes]
    ) -> None:
        """Prepare.

        Args:
            project: whose volumes.
            store: where content is kept.
            state: the folder of the project's state, where what was read is remembered.
            open_volumes: gives the engine's volumes.
        """
        self._project = project
        self._store = store
        self._file = state / _FILE
        self._open = open_volumes
        self._guard = threading.RLock()
        self._engine: Volumes | None = None
        self._known: dict[str, Remembered] | None = None

    @property
    def engine(self) -> Volumes:
        """Give the engine's volumes.

        Raises:
            EngineError: the engine has none.
        """
        with self._guard:
            if self._engine is None:
                self._engine = self._open()
            return self._engine

    def dataset(self, path: str) -> Dataset:
        """Give the volume of a name.

        Raises:
            NotFound: no such volume is declared to hold data.
        """
        for dataset in self._project.datasets:
            if dataset.path == path:
                return dataset
        name = path.removeprefix(VOLUME)
        raise NotFound(
            f"{path}: no volume {name!r} is declared to hold a dataset",
            hint=f"write volumes: {{{name}: {{x-ml: {{dataset: {{}}}}}}}}, and mount it somewhere",
        )

    def images(self, dataset: Dataset) -> list[str]:
        """Give the images of the services that mount a volume: helper containers are of one."""
        return [
            service.image or f"{self._project.name}-{service.name}"
            for service in self._project.services.values()
            if any(m.type == "volume" and m.source == dataset.name for m in service.mounts)
        ]

    def look(self, path: str) -> Content | None:
        """Give what a volume holds; None where it is not there, or empty.

        Raises:
            NotFound: no such volume is declared.
            EngineError: it cannot be read.
        """
        dataset = self.dataset(path)
        born = self.engine.born(dataset.volume)
        if born is None:
            return None
        images = self.images(dataset)
        stamp = self.engine.stamp(dataset.volume, images)
        known = self._remembered().get(dataset.volume)
        if known is not None and (known.born, known.stamp) == (born, stamp):
            return _or_none(known.content)
        content, _ = self._read(dataset.volume, images, keep=False)
        self._remember(dataset.volume, born, stamp, content)
        return _or_none(content)

    def keep(self, path: str) -> tuple[Content, Tree] | None:
        """Keep what a volume holds in the store; None where it is not there, or empty.

        Raises:
            NotFound: no such volume is declared.
            EngineError: it cannot be read.
            StorageFull: the store's disk is full.
        """
        dataset = self.dataset(path)
        born = self.engine.born(dataset.volume)
        if born is None:
            return None
        images = self.images(dataset)
        stamp = self.engine.stamp(dataset.volume, images)
        content, tree = self._read(dataset.volume, images, keep=True)
        self._remember(dataset.volume, born, stamp, content)
        return None if _or_none(content) is None else (content, tree)

    def keep_named(self, volume: str, images: Sequence[str]) -> Content:
        """Keep what a volume of the engine holds, declared or not; errors as for `keep`."""
        return self._read(volume, images, keep=True)[0]

    def writers(self, path: str) -> list[VolumeUser]:
        """Give the running containers that may write to a volume.

        Raises:
            EngineError: the engine does not answer.
        """
        return [user for user in self.engine.users(self.dataset(path).volume) if user.writes]

    def refuse_in_use(self, path: str) -> None:
        """Make sure that nothing that runs writes to a volume.

        Raises:
            EngineError: something does; names it.
        """
        names = sorted({user.name for user in self.writers(path)})
        if names:
            raise EngineError(
                f"{path}: {', '.join(names)} runs and may write to it: it cannot be changed now",
                hint=f"stop it first: docker compose stop {' '.join(names)}",
            )

    def fill(self, path: str, content: Content) -> Filled:
        """Make a volume hold a content that the store holds; what it held before is kept there.

        Only what differs is removed and written. Where that is broken off, the volume holds a part
        of both, and all of both is in the store: the next look sees that it differs.

        Raises:
            ContentMissing: the store does not hold it; nothing was changed.
            EngineError: something that runs may write to it, or it cannot be changed.
        """
        from modelcompose.store.tars import tar_of

        if not self._store.holds(content):
            raise ContentMissing(
                f"{path}: the store does not hold all of {content.digest}",
                hint=f"bring it here: modelcompose fetch {path}",
            )
        dataset = self.dataset(path)
        self.refuse_in_use(path)
        self._make(dataset)
        after = self._store.tree(content.digest)
        # Into the store, so that nothing of it can be lost.
        held, before = self._read(dataset.volume, self.images(dataset), keep=True)
        if held == content:
            return Filled(0, held)
        removed, written = _differences(before, after, self._owners(before), self._owners(after))
        images = self.images(dataset)
        self._forget(dataset.volume)
        if removed and not self.engine.discard(dataset.volume, images, sorted(removed)):
            self._make_anew(dataset)
            written = frozenset(entry.path for entry in after.entries)
        self.engine.write(dataset.volume, images, tar_of(self._store, after, TOP, written))
        return Filled(len(written), _or_none(held))

    def _make(self, dataset: Dataset) -> None:
        """Make a volume where it is not there, with the labels that Compose gives it."""
        if self.engine.born(dataset.volume) is not None:
            return
        own = {_PROJECT: self._project.name, _VOLUME: dataset.name}
        self.engine.create(
            dataset.volume,
            labels={**dataset.labels, **({} if dataset.is_external else own)},
            driver=dataset.driver,
            options=dataset.options,
        )

    def _make_anew(self, dataset: Dataset) -> None:
        """Empty a volume that no program can remove files of: by making it anew."""
        if dataset.is_external or self.engine.is_referred(dataset.volume):
            raise EngineError(
                f"{dataset.path}: files of it have to go, and no image here has the program `rm`",
                hint="remove the containers that mount it, and run this again: "
                "docker compose rm --force",
            )
        self.engine.remove(dataset.volume)
        self._make(dataset)

    def _owners(self, tree: Tree) -> Mapping[str, str]:
        from modelcompose.store.tars import owners_of

        return owners_of(self._store, tree)

    def _read(self, volume: str, images: Sequence[str], *, keep: bool) -> tuple[Content, Tree]:
        from modelcompose.store.tars import keep_tar, look_at_tar

        with self.engine.read(volume, images) as parts:
            return keep_tar(self._store, parts) if keep else look_at_tar(parts)

    def _remembered(self) -> dict[str, Remembered]:
        with self._guard:
            if self._known is None:
                self._known = {}
                with suppress(OSError, msgspec.MsgspecError):
                    data = self._file.read_bytes()
                    self._known = msgspec.json.decode(data, type=dict[str, Remembered])
            return self._known

    def _remember(self, volume: str, born: str, stamp: str | None, content: Content) -> None:
        with self._guard:
            if stamp is not None:
                self._remembered()[volume] = Remembered(born, stamp, content)
                self._write()

    def _forget(self, volume: str) -> None:
        with self._guard:
            if self._remembered().pop(volume, None) is not None:
                self._write()

    def _write(self) -> None:
        new = self._file.with_name(f".{_FILE}.new")
        with suppress(OSError):  # it is read anew then
            new.write_bytes(msgspec.json.encode(self._known))
            new.replace(self._file)


def _or_none(content: Content) -> Content | None:
    """Take an empty volume for none: Compose makes it whenever something mounts it."""
    return content if content.files else None


def _differences(
    before: Tree, after: Tree, old_owners: Mapping[str, str], new_owners: Mapping[str, str]
) -> tuple[list[bytes], frozenset[str]]:
    """Give what is to be removed of a volume, outermost, and the files that are to be written."""
    import os

    from modelcompose.store.tars import OWNERS, folders_of_volume

    old = {entry.path: entry for entry in before.entries if entry.path != OWNERS}
    new = {entry.path: entry for entry in after.entries if entry.path != OWNERS}
    folders, coming = folders_of_volume(before), folders_of_volume(after)
    gone = {path for path in old if path not in new} | (folders - coming)
    gone = {path for path in gone if path.rpartition("/")[0] not in gone}
    written = frozenset(
        path
        for path, entry in new.items()
        if old.get(path) != entry or old_owners.get(path) != new_owners.get(path)
    )
    return [os.fsencode(path) for path in gone], written
