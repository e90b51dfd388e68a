"""Pulling contents: what this store lacks of them, whole packs or parts of them."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from modelcompose.errors import ContentCorrupt, ContentMissing
from modelcompose.store.content import Content, Entry, Tree
from modelcompose.store.copying import write_all
from modelcompose.store.digests import PREFIX, decode_tree, digest_bytes
from modelcompose.store.failures import translated
from modelcompose.store.packs import FOOTER_BYTES, PackIndex, footer_count, index_bytes, read_index
from modelcompose.store.remotes.artifacts import (
    PACK_TYPE,
    TREE_TYPE,
    Layer,
    content_tag,
    layers_of,
    parts_of,
)
from modelcompose.store.remotes.parallel import Part, Progress, in_parallel
from modelcompose.store.remotes.protocol import CHUNK_BYTES, Remote
from modelcompose.store.store import Store

_LISTING_BYTES = 1 << 30
_WORTH = 0.3
"""A pack is fetched whole where at least this part of its bytes is lacking."""


def fetch(
    remote: Remote,
    store: Store,
    content: Content,
    progress: Progress,
    at: str | None = None,
) -> int:
    """Bring a content, or what lies at one path in it, from a remote into the store.

    Args:
        remote: where from.
        store: where to.
        content: what is wanted.
        progress: told of each blob.
        at: a path inside of a folder.

    Returns:
        How many bytes came.

    Raises:
        ContentMissing: the remote does not hold it.
        ContentCorrupt: the remote gave something else; nothing of that was kept.
        RemoteError: the remote fails or refuses.
    """
    if at is None and store.holds(content):
        return 0
    return _Fetching(remote, store, progress).fetch(content, at)


def fetch_listing(remote: Remote, store: Store, content: Content) -> Tree:
    """Give the listing of a folder that a remote holds; it is in the store from then on.

    Raises:
        ContentMissing: the remote does not hold it.
        ContentCorrupt: the remote gave something else.
        RemoteError: the remote fails or refuses.
    """
    return _Fetching(remote, store, Progress()).listing(content)


def chosen(tree: Tree, at: str | None) -> list[Entry]:
    """Give the files of a listing that lie at a path, or all."""
    files = [entry for entry in tree.entries if entry.link is None]
    return files if at is None else [entry for entry in files if within(entry, at)]


def within(entry: Entry, path: str) -> bool:
    """Whether an entry is at a path, or below it."""
    return entry.path == path or entry.path.startswith(f"{path}/")


def _holds(tree: Tree, path: str) -> bool:
    return any(within(entry, path) for entry in tree.entries) or any(
        folder.startswith(f"{path}/") for folder in tree.empty_folders
    )


class _Fetching:
    def __init__(self, remote: Remote, store: Store, progress: Progress) -> None:
        self._remote = remote
        self._store = store
        self._progress = progress

    def fetch(self, content: Content, at: str | None) -> int:
        before = self._progress.ready_bytes
        if content.kind != "folder":
            self._need_manifest(content)
            self._blobs([Layer(content.digest, content.size_bytes)])
            return self._progress.ready_bytes - before
        layers = self._layers(content)
        tree = self._listing(content, layers)
        if at is not None and not _holds(tree, at):
            raise ContentMissing(
                f"{self._remote.where}: {content.digest[:19]} holds no {at}",
                hint="see what it holds: modelcompose data ls PATH",
            )
        lacking = self._store.lacking(chosen(tree, at))
        if lacking:
            self._files(lacking, layers)
        return self._progress.ready_bytes - before

    def listing(self, content: Content) -> Tree:
        return self._listing(content, self._layers(content))

    def _need_manifest(self, content: Content) -> bytes:
        found = self._remote.manifest(content_tag(content))
        if found is None:
            raise ContentMissing(
                f"{self._remote.where}: holds no content {content.digest}",
                hint="push it from where it was made: modelcompose push",
            )
        return found

    def _layers(self, content: Content) -> list[Layer]:
        manifest = self._need_manifest(content)
        parts = parts_of(manifest)
        if not parts:
            return layers_of(manifest)
        found: list[Layer] = []
        for digest in parts:
            part = self._remote.manifest(digest)
            if part is None or digest_bytes(part) != digest:
                raise _lie(self._remote, digest)
            found += layers_of(part)
        return found

    def _listing(self, content: Content, layers: Sequence[Layer]) -> Tree:
        if self._store.has(content.digest):
            return self._store.tree(content.digest)
        size = next((layer.size_bytes for layer in layers if layer.media_type == TREE_TYPE), 0)
        if size > _LISTING_BYTES:
            raise _lie(self._remote, content.digest)
        data = _bounded(self._remote, content.digest, 0, size)
        if digest_bytes(data) != content.digest:
            raise _lie(self._remote, content.digest)
        tree = decode_tree(data)
        # A listing alone promises nothing: `holds` looks for each file.
        self._store.put_bytes(data)
        return tree

    def _files(self, lacking: Sequence[Entry], layers: Sequence[Layer]) -> None:
        alone = {layer.digest: layer for layer in layers}
        packed = {entry.digest: entry for entry in lacking if entry.digest not in alone}
        self._blobs([alone[entry.digest] for entry in lacking if entry.digest in alone])
        packs = [layer for layer in layers if layer.media_type == PACK_TYPE]
        if packed:
            self._packs(packed, packs)
        still = self._store.lacking(packed.values())
        if still:
            raise ContentMissing(f"{self._remote.where}: its artifact lacks {still[0].digest}")

    def _packs(self, wanted: dict[str, Entry], packs: Sequence[Layer]) -> None:
        size = sum(entry.size_bytes for entry in wanted.values())
        packs = [layer for layer in packs if not self._store.has(layer.digest)]
        if size >= _WORTH * sum(layer.size_bytes for layer in packs):
            self._blobs(packs, are_packs=True)
            return
        whole: list[Layer] = []
        for layer in packs:
            found = self._wanted_in(layer, wanted)
            if sum(size for _, _, size in found) >= _WORTH * layer.size_bytes:
                whole.append(layer)
            elif found:
                self._parts(layer, found)
        self._blobs(whole, are_packs=True)

    def _wanted_in(self, layer: Layer, wanted: dict[str, Entry]) -> list[tuple[str, int, int]]:
        """Give the wanted objects of a pack by reading its index alone: digest, offset, size."""
        where, size = f"{self._remote.where}: {layer.digest}", layer.size_bytes
        footer = _bounded(self._remote, layer.digest, max(0, size - FOOTER_BYTES), size)
        length = index_bytes(footer_count(footer, where))
        if length > size:
            raise _lie(self._remote, layer.digest)
        index = PackIndex(_bounded(self._remote, layer.digest, size - length, size), where)
        found = []
        for digest in wanted:
            place = index.find(bytes.fromhex(digest[len(PREFIX) :]))
            if place is not None:
                found.append((digest, place.offset, place.size_bytes))
        return found

    def _parts(self, layer: Layer, found: Iterable[tuple[str, int, int]]) -> None:
        with translated(self._store.root, "cannot be written"), self._store.intake() as intake:
            for digest, offset, size in found:
                data = _bounded(self._remote, layer.digest, offset, offset + size)
                if digest_bytes(data) != digest:
                    raise _lie(self._remote, digest)
                intake.add_small(digest, data)
                self._progress.done(0, size)
            intake.commit()

    def _blobs(self, layers: Sequence[Layer], *, are_packs: bool = False) -> None:
        lacking = [layer for layer in layers if not self._is_here(layer)]
        self._progress.expect(len(lacking), sum(layer.size_bytes for layer in lacking))

        def bring(layer: Layer) -> None:
            part = Part(self._progress, layer.size_bytes)
            with translated(self._store.root, "cannot be written"):
                self._bring(layer, part, is_pack=are_packs)
            part.ended()

        in_parallel(bring, lacking, self._progress.jobs)

    def _is_here(self, layer: Layer) -> bool:
        """Whether a blob is here; one that was cut off is set aside, so that it comes anew."""
        path = self._store.blob_path(layer.digest)
        with suppress(FileNotFoundError, ContentMissing, ContentCorrupt):
            if path.stat().st_size != layer.size_bytes:
                self._store.verify(layer.digest)
            return True
        return False

    def _bring(self, layer: Layer, part: Part, *, is_pack: bool) -> None:
        """Download a blob beside the store, going on with what an interrupted pull left."""
        with _partial(self._store.root, layer.digest) as (path, writing):
            if self._store.blob_path(layer.digest).exists():  # another command was quicker
                path.unlink(missing_ok=True)
                return
            hashed = hashlib.sha256()
            size = os.fstat(writing).st_size
            if size > layer.size_bytes:
                os.ftruncate(writing, 0)
                size = 0
            while block := os.read(writing, CHUNK_BYTES):
                hashed.update(block)
                part.moved(len(block))
            for block in self._remote.read(layer.digest, size):
                size += len(block)
                if size > layer.size_bytes:
                    break
                hashed.update(block)
                write_all(writing, block)
                part.moved(len(block))
            if PREFIX + hashed.hexdigest() != layer.digest:
                path.unlink()
                raise _lie(self._remote, layer.digest)
            os.fchmod(writing, 0o444)
            with self._store.intake() as intake:
                intake.add_created(layer.digest, path)
                if is_pack:
                    intake.add_index(layer.digest, read_index(path))
                intake.commit()


@contextmanager
def _partial(root: Path, digest: str) -> Iterator[tuple[Path, int]]:
    """Open what is there of a blob, and hold it: another command may be fetching the same."""
    folder = root / "partial"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / digest[len(PREFIX) :]
    writing = _held(path)
    while writing is None:
        writing = _held(path)
    try:
        yield path, writing
    finally:
        os.close(writing)


def _held(path: Path) -> int | None:
    """Open and lock a file; None where the one that was opened has lost its name meanwhile."""
    writing = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with suppress(OSError):  # some file systems know no locks
        fcntl.flock(writing, fcntl.LOCK_EX)
    with suppress(FileNotFoundError):
        if os.path.samestat(os.fstat(writing), os.stat(path)):
            return writing
    os.close(writing)
    return None


def _bounded(remote: Remote, digest: str, start: int, stop: int) -> bytes:
    data = b"".join(remote.read(digest, start, stop))
    if len(data) != stop - start:
        raise _lie(remote, digest)
    return data


def _lie(remote: Remote, digest: str) -> ContentCorrupt:
    return ContentCorrupt(
        f"{remote.where}: what it gave for {digest} is something else, or cut off",
        hint="it is damaged there: push it again from where it was made: modelcompose push",
    )
