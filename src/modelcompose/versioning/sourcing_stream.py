"""Data that goes to a remote past this machine's store: a little of it is here at any time.

Small files come together in packs, which are here one at a time. A remote wants to know a digest
before it takes the bytes: a file of up to `HELD_BYTES` is here while it is sent, and a larger one
is read twice. What is done is noted in `done`, a line for each file, so that an interrupted
command reads and sends no file again. It is believed only as far as the remote has it.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import msgspec
from msgspec import Struct

from modelcompose.errors import ContentCorrupt, RemoteError
from modelcompose.store.content import Content, Entry, Tree
from modelcompose.store.digests import PREFIX, digest_bytes, digest_link, encode_tree
from modelcompose.store.failures import translated
from modelcompose.store.looking import tree_content
from modelcompose.store.packs import FEWEST, PACK_BYTES, PACKED_BELOW_BYTES, PackWriter
from modelcompose.store.remotes.artifacts import (
    EMPTY,
    PACK_TYPE,
    TREE_TYPE,
    Layer,
    content_tag,
    manifests_of,
)
from modelcompose.store.remotes.parallel import Progress, in_parallel
from modelcompose.store.remotes.protocol import Remote, Source, in_memory
from modelcompose.store.sources.bringing import bounded, check_paths, check_size
from modelcompose.store.sources.protocol import Item, Listed, Listing


class Streamed(Struct, frozen=True):
    """What a stream brought to a remote."""

    content: Content
    tree: Tree | None
    manifest: bytes
    mark: str | None


class Sent(Struct, frozen=True, omit_defaults=True):
    """One file that is on the remote."""

    key: str
    digest: str
    size_bytes: int
    pack: str = ""
    """The digest of the pack that it lies in; empty where it stands alone."""
    pack_bytes: int = 0


HELD_BYTES = 64 << 20
"""How large a file may be to be here while it is sent; as many are as are sent at once."""


class _Flow(Source, frozen=True):
    """The bytes of a source's file, read as they are sent."""

    read: Callable[[int], Iterator[bytes]] = lambda _: iter(())

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        """Give the bytes from `start` on."""
        return self.read(start)


def stream(source: Listed, remote: Remote, folder: Path, progress: Progress) -> Streamed:
    """Send all that a source holds to a remote, as a version of data.

    Args:
        source: what is sent.
        remote: where to.
        folder: in which it is noted how far it is, and what is on its way lies; it is there.
        progress: told of the bytes.

    Raises:
        NotFound: nothing is at the source.
        RemoteError: the source or the remote cannot be reached, or refuses.
        StoreError: there is no room for what is on its way.
    """
    listing = source.listing()
    check_paths(source.where, listing)
    with translated(folder, "cannot be written"):
        sent = _Streaming(source, remote, folder, progress).send(listing)
    content, tree = _content(listing, sent)
    manifest = _finish(remote, listing, content, tree, sent)
    return Streamed(content, tree, manifest, listing.mark)


class _Streaming:
    def __init__(self, source: Listed, remote: Remote, folder: Path, progress: Progress) -> None:
        self._source = source
        self._remote = remote
        self._folder = folder
        self._progress = progress
        self._guard = threading.Lock()
        self._done = _read(folder / "done")

    def send(self, listing: Listing) -> dict[str, Sent]:
        """Send every file that is not there yet; give what became of each, by its path."""
        files = [item for item in listing.items if item.link is None and not item.is_folder]
        found = self._there(files)
        lacking = [item for item in files if item.path not in found]
        self._progress.expect(len(lacking), sum(item.size_bytes or 0 for item in lacking))
        small = [item for item in lacking if _is_small(item)]
        large = [item for item in lacking if not _is_small(item)]
        if len(small) >= FEWEST:
            self._send_packs(small, found)
        else:
            large += small
        in_parallel(lambda item: self._send_alone(item, found), large, self._progress.jobs)
        return found

    def _there(self, files: list[Item]) -> dict[str, Sent]:
        noted = {item.path: self._done[_key(item)] for item in files if _key(item) in self._done}
        blobs = {sent.pack or sent.digest for sent in noted.values()}
        sizes = self._remote.sizes(sorted(blobs))
        return {
            path: sent
            for path, sent in noted.items()
            if sizes.get(sent.pack or sent.digest) == (sent.pack_bytes or sent.size_bytes)
        }

    def _send_packs(self, items: list[Item], found: dict[str, Sent]) -> None:
        waiting = iter(items)
        while True:
            sent = self._send_pack(waiting)
            if not sent:
                return
            self._note(sent)
            found.update(sent)

    def _send_pack(self, waiting: Iterator[Item]) -> dict[str, Sent]:
        """Fill one pack and send it; give what it holds, by path."""
        path = self._folder / "pack"
        path.unlink(missing_ok=True)
        packed: list[tuple[Item, str, int]] = []
        seen: set[str] = set()
        with closing(PackWriter(path, 0o600)) as writer:
            for item in waiting:
                data = b"".join(bounded(self._source, item))
                check_size(self._source.where, item, len(data))
                digest = digest_bytes(data)
                if digest not in seen:
                    writer.add(bytes.fromhex(digest[len(PREFIX) :]), data)
                    seen.add(digest)
                packed.append((item, digest, len(data)))
                self._progress.done(1, len(data))
                if writer.size_bytes >= PACK_BYTES:
                    break
            if not packed:
                return {}
            pack = PREFIX + writer.finish()[0]
        size = path.stat().st_size
        self._remote.put(pack, Source(size, path))
        path.unlink()
        return {
            item.path: Sent(_key(item), digest, length, pack, size)
            for item, digest, length in packed
        }

    def _send_alone(self, item: Item, found: dict[str, Sent]) -> None:
        held = self._folder / _key(item)
        try:
            digest, size = self._digest(item, held if _is_held(item) else None)
            source = Source(size, held) if held.exists() else self._flow(item, size)
            self._remote.put(digest, source)
        except ContentCorrupt as error:
            raise RemoteError(
                f"{self._source.where}: {item.path or 'it'} changed while it was sent",
                hint="run this again",
            ) from error
        finally:
            held.unlink(missing_ok=True)
        self._progress.done(1, 0)
        sent = {item.path: Sent(_key(item), digest, size)}
        self._note(sent)
        with self._guard:
            found.update(sent)

    def _flow(self, item: Item, size: int) -> _Flow:
        def read(start: int) -> Iterator[bytes]:
            for block in self._source.read(item, start):
                yield block
                self._progress.done(0, len(block))

        self._progress.expect(0, size)
        return _Flow(size, read=read)

    def _digest(self, item: Item, held: Path | None) -> tuple[str, int]:
        """Read a file for its digest; what an interrupted command read is not read again."""
        known = self._done.get(f"{_key(item)} digest") if item.mark and held is None else None
        if known is not None:
            self._progress.done(0, known.size_bytes)
            return known.digest, known.size_bytes
        hashed, size = hashlib.sha256(), 0
        with ExitStack() as stack:
            writing = None if held is None else stack.enter_context(held.open("wb"))
            for block in bounded(self._source, item):
                hashed.update(block)
                size += len(block)
                self._progress.done(0, len(block))
                if writing is not None:
                    writing.write(block)
        check_size(self._source.where, item, size)
        digest = PREFIX + hashed.hexdigest()
        if held is None:
            self._note({item.path: Sent(f"{_key(item)} digest", digest, size)})
        return digest, size

    def _note(self, sent: dict[str, Sent]) -> None:
        lines = b"".join(msgspec.json.encode(each) + b"\n" for each in sent.values())
        with self._guard, (self._folder / "done").open("ab") as stream:
            stream.write(lines)


def _is_held(item: Item) -> bool:
    return item.size_bytes is not None and item.size_bytes <= HELD_BYTES


def _is_small(item: Item) -> bool:
    return item.size_bytes is not None and item.size_bytes < PACKED_BELOW_BYTES


def _read(path: Path) -> dict[str, Sent]:
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return {}
    found: dict[str, Sent] = {}
    for line in lines:
        try:
            sent = msgspec.json.decode(line, type=Sent)
        except msgspec.MsgspecError:  # the last line of a killed command
            continue
        found[sent.key] = sent
    return found


def _key(item: Item) -> str:
    text = f"{item.path}\0{item.mark or os.urandom(8).hex()}\0{item.size_bytes}"
    return digest_bytes(text.encode("utf-8", "surrogateescape"))[len(PREFIX) :][:32]


def _content(listing: Listing, sent: dict[str, Sent]) -> tuple[Content, Tree | None]:
    if not listing.is_folder:
        (item,) = listing.items
        one = sent[item.path]
        return Content("file", one.digest, one.size_bytes, executable=item.executable), None
    entries = tuple(_entry(item, sent) for item in listing.items if not item.is_folder)
    folders = tuple(f"{item.path}/" for item in listing.items if item.is_folder)
    tree = Tree(tuple(sorted(entries, key=lambda entry: entry.path)), tuple(sorted(folders)))
    return tree_content(tree), tree


def _entry(item: Item, sent: dict[str, Sent]) -> Entry:
    if item.link is not None:
        text = os.fsencode(item.link)
        return Entry(item.path, digest_link(item.link), len(text), link=item.link)
    one = sent[item.path]
    return Entry(item.path, one.digest, one.size_bytes, item.executable, mode=item.mode)


def _finish(
    remote: Remote, listing: Listing, content: Content, tree: Tree | None, sent: dict[str, Sent]
) -> bytes:
    """Put the listing, then the manifest: where that is, all is."""
    layers: dict[str, Layer] = {}
    if tree is not None:
        data = encode_tree(tree)
        remote.put(content.digest, in_memory(data))
        layers[content.digest] = Layer(content.digest, len(data), TREE_TYPE)
    for one in sent.values():
        if one.pack:
            layers.setdefault(one.pack, Layer(one.pack, one.pack_bytes, PACK_TYPE))
    for path, one in sorted(sent.items()):
        if not one.pack:
            title = path if listing.is_folder and path.isprintable() else None
            layers.setdefault(one.digest, Layer(one.digest, one.size_bytes, title=title))
    remote.put(digest_bytes(EMPTY), in_memory(EMPTY))
    parts, manifest = manifests_of(content, list(layers.values()))
    for part in parts:
        remote.put_manifest(digest_bytes(part), part)
    remote.put_manifest(content_tag(content), manifest)
    return manifest
