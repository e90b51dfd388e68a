"""Bringing what DVC tracks into the store: from the store itself, DVC's cache, and its remotes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path

from msgspec import Struct

from modelcompose.errors import ContentCorrupt, ContentMissing, ModelComposeError
from modelcompose.store.content import Content, Entry, Tree
from modelcompose.store.looking import tree_content
from modelcompose.store.remotes.parallel import Progress
from modelcompose.store.store import Store
from modelcompose.versioning.dvc.formats_config import DvcConfig
from modelcompose.versioning.dvc.formats_manifest import ManifestFile, decode_manifest
from modelcompose.versioning.dvc.hashes import Hashes, Kind, Known, of_files, of_made
from modelcompose.versioning.dvc.remotes import FolderPlace, Place, open_place
from modelcompose.versioning.dvc.taking import Taking
from modelcompose.versioning.dvc.tracking import FOLDER, Tracked


class Brought(Struct, frozen=True):
    """What the store now holds of a path that DVC tracks."""

    tree: Tree | None
    """The listing of a folder, or of the part of it that was asked for."""
    content: Content | None
    """None for a part of a folder."""
    size_bytes: int
    """How much came."""


class Bringing:
    """Brings contents for one command. Remotes are opened where they are needed, and kept."""

    def __init__(self, project: Path, store: Store, hashes: Hashes, config: DvcConfig) -> None:
        self._store = store
        self._hashes = hashes
        self._config = config
        self.cache = FolderPlace(Path(config.cache or project / FOLDER / "cache"))
        self._stack = ExitStack()
        self._remotes: dict[str, Place] = {}
        self._told_before = 0
        self.told: list[str] = []
        """What the user ought to know."""

    def close(self) -> None:
        """Close what is open."""
        self._stack.close()

    def bring(
        self,
        item: Tracked,
        progress: Progress,
        *,
        within: str | None = None,
        is_online: bool = True,
    ) -> Brought:
        """Have the store hold a content, or a part of a folder.

        Args:
            item: what DVC tracks.
            progress: told of each object.
            within: a path inside of a folder.
            is_online: whether DVC's remotes are asked, too.

        Raises:
            ContentMissing: neither the store, nor DVC's cache, nor its remote holds it.
            ContentCorrupt: what they hold is damaged.
            RemoteError: the remote fails or refuses.
            StoreError: something cannot be read or kept.
        """
        before = progress.ready_bytes
        self._told_before = len(self.told)
        if not item.out.is_folder:
            known = self._objects(item, [item.oid], progress, is_online=is_online)[item.oid]
            content = Content(
                "file", known.digest, known.size_bytes, executable=item.out.executable
            )
            return Brought(None, content, progress.ready_bytes - before)
        made = self.made(item)
        if made is not None and within is None:
            return Brought(self._store.tree(made.digest), made, 0)
        files = [f for f in self.manifest(item, progress, is_online=is_online) if _in(f, within)]
        if within is not None and not files:
            raise ContentMissing(
                f"{item.path}/{within}: the version that DVC tracks has no such file"
            )
        found = self._objects(item, [f.md5 for f in files], progress, is_online=is_online)
        tree = _tree(files, found)
        size = progress.ready_bytes - before
        if within is not None:
            return Brought(tree, None, size)
        self._store.put_tree(tree)
        content = tree_content(tree)
        known = Known(content.digest, content.size_bytes)
        self._hashes.keep(_made(item), {known: item.oid.partition(".")[0]})
        return Brought(tree, content, size)

    def made(self, item: Tracked) -> Content | None:
        """Give the content that was made of an item before, where the store holds it still."""
        oid = item.oid.partition(".")[0]
        if not item.out.is_folder:
            found = self._hashes.contents(_files(item), [oid]).get(oid)
            if found is None:
                return None
            content = Content("file", *found, executable=item.out.executable)
            return content if self._store.holds(content) else None
        found = self._hashes.contents(_made(item), [oid]).get(oid)
        if found is None or not self._store.has(found.digest):
            return None
        tree = self._store.tree(found.digest)
        return None if self._store.lacking(tree.entries) else tree_content(tree)

    def manifest(self, item: Tracked, progress: Progress, *, is_online: bool) -> list[ManifestFile]:
        """Give the listing of a folder; errors as for `bring`."""
        kept = self._kept_listing(item)
        if kept is not None:
            return kept
        for place in self._places(item, is_online=is_online):
            taking = Taking(self._store, self._hashes, place, progress)
            data = taking.listing(item.oid, is_legacy=item.out.is_legacy)
            self._tell(taking.damaged)
            if data is not None:
                files = decode_manifest(data, f"{place.where}: {item.oid}")
                if place is not self.cache:
                    self._keep_listing(item, data)
                return files
        raise self._missing(item, 1, is_online=is_online)

    def _kept_listing(self, item: Tracked) -> list[ManifestFile] | None:
        """Give a listing that once came from a remote, out of the store."""
        oid = item.oid.partition(".")[0]
        known = self._hashes.contents("listing", [oid]).get(oid)
        if known is None:
            return None
        try:
            return decode_manifest(self._store.read(known.digest), item.oid)
        except (ContentMissing, ContentCorrupt):
            return None

    def _keep_listing(self, item: Tracked, data: bytes) -> None:
        known = Known(self._store.put_bytes(data), len(data))
        self._hashes.keep("listing", {known: item.oid.partition(".")[0]})

    def bring_files(self, items: Iterable[Tracked], progress: Progress) -> dict[str, int]:
        """Have the store hold many single files at once, as far as they are anywhere.

        Returns:
            The sizes of those that came, by path.

        Raises:
            RemoteError: a remote fails or refuses.
            StoreError: something cannot be read or kept.
        """
        groups: dict[tuple[bool, str | None], list[Tracked]] = {}
        for item in items:
            if not item.out.is_folder:
                groups.setdefault((item.out.is_legacy, self._remote_name(item)), []).append(item)
        came: dict[str, int] = {}
        for group in groups.values():
            held = self._held(group[0], [item.oid for item in group])
            lacking = [item for item in group if item.oid not in held]
            found = (
                self._gather(lacking[0], [item.oid for item in lacking], progress)
                if lacking
                else {}
            )
            came |= {i.path: found[i.oid].size_bytes for i in lacking if i.oid in found}
        return came

    def _objects(
        self, item: Tracked, oids: Iterable[str], progress: Progress, *, is_online: bool
    ) -> dict[str, Known]:
        wanted = list(dict.fromkeys(oids))
        found = self._gather(item, wanted, progress, is_online=is_online)
        lacking = [oid for oid in wanted if oid not in found]
        if lacking:
            raise self._missing(item, len(lacking), is_online=is_online)
        return found

    def _gather(
        self, item: Tracked, oids: Iterable[str], progress: Progress, *, is_online: bool = True
    ) -> dict[str, Known]:
        """Take in objects as far as they are anywhere that an item is sought."""
        wanted = list(dict.fromkeys(oids))
        found = self._held(item, wanted)
        lacking = [oid for oid in wanted if oid not in found]
        if lacking:
            size = (item.out.size_bytes or 0) * len(lacking) // len(wanted)
            progress.expect(len(lacking), size)
        for place in self._places(item, is_online=is_online) if lacking else ():
            taking = Taking(self._store, self._hashes, place, progress)
            found |= taking.take(lacking, is_legacy=item.out.is_legacy)
            self._tell(taking.damaged)
            lacking = [oid for oid in lacking if oid not in found]
            if not lacking:
                break
        return found

    def _held(self, item: Tracked, oids: list[str]) -> dict[str, Known]:
        """Give what the store holds already."""
        known = self._hashes.contents(_files(item), oids)
        entries = (Entry("", found.digest, found.size_bytes) for found in known.values())
        lacking = {entry.digest for entry in self._store.lacking(entries)}
        return {oid: found for oid, found in known.items() if found.digest not in lacking}

    def _places(self, item: Tracked, *, is_online: bool) -> Iterable[Place]:
        yield self.cache
        name = self._remote_name(item)
        if is_online and name is not None:
            if name not in self._remotes:
                place = open_place(self._config, name)
                self._remotes[name] = self._stack.enter_context(place)
            yield self._remotes[name]

    def _remote_name(self, item: Tracked) -> str | None:
        return item.out.remote or self._config.default_remote

    def _tell(self, damaged: Iterable[str]) -> None:
        self.told += [f"{where}: is damaged, and nothing of it was used" for where in damaged]

    def _missing(self, item: Tracked, count: int, *, is_online: bool) -> ModelComposeError:
        name = self._remote_name(item)
        places = f"DVC's cache {self.cache.where}"
        hint = f"bring it: modelcompose pull {item.path}"
        if is_online:
            hint = "push what DVC tracks from where it is: dvc push"
            places += (
                " holds it not, and DVC names no default remote"
                if name is None
                else f" and its remote {name} ({self._remotes[name].where}) hold it not"
            )
        else:
            places += " holds it not"
        what = f"{count:,} of its files" if count > 1 else item.oid
        told = self.told[self._told_before :]
        kind = ContentCorrupt if told else ContentMissing
        damaged = f"\n{told[-1]}" if told else ""
        return kind(f"{item.path}: {what}: {places}{damaged}", hint=hint)


def _tree(files: Iterable[ManifestFile], found: Mapping[str, Known]) -> Tree:
    entries = [
        Entry(file.relpath, found[file.md5].digest, found[file.md5].size_bytes) for file in files
    ]
    return Tree(tuple(sorted(entries, key=lambda entry: entry.path)))


def _in(file: ManifestFile, within: str | None) -> bool:
    return within is None or file.relpath == within or file.relpath.startswith(f"{within}/")


def _files(item: Tracked) -> Kind:
    return of_files(is_legacy=item.out.is_legacy)


def _made(item: Tracked) -> Kind:
    return of_made(is_legacy=item.out.is_legacy)
