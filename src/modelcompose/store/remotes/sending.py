"""Pushing contents: what a remote lacks of them, as packs and files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from modelcompose.store.content import Content, Entry
from modelcompose.store.digests import PREFIX, decode_tree, digest_bytes
from modelcompose.store.failures import missing
from modelcompose.store.packs import FEWEST, PACKED_BELOW_BYTES
from modelcompose.store.remotes.artifacts import (
    EMPTY,
    PACK_TYPE,
    TREE_TYPE,
    Layer,
    content_tag,
    layers_of,
    manifests_of,
    parts_of,
)
from modelcompose.store.remotes.parallel import Part, Progress, in_parallel
from modelcompose.store.remotes.protocol import Remote, Source, in_memory
from modelcompose.store.store import Store

_WORTH = 0.5
"""A pack that is on the remote is referred to where at least this part of it is wanted."""


class Sent(Struct, frozen=True):
    """What a push of one content did."""

    manifest: bytes
    blobs: int = 0
    size_bytes: int = 0


def push(remote: Remote, store: Store, content: Content, progress: Progress) -> Sent:
    """Bring a content to a remote, under the tag of its digest.

    Raises:
        ContentMissing: the store does not hold all of it.
        ContentCorrupt: what the store holds is damaged.
        RemoteError: the remote fails or refuses.
    """
    there = remote.manifest(content_tag(content))
    if there is not None and _is_whole(remote, there):
        return Sent(there)
    layers, sources = _laid_out(remote, store, content)
    empty = digest_bytes(EMPTY)
    sources[empty] = in_memory(EMPTY)
    known = remote.sizes(list(sources))
    lacking = [d for d, source in sources.items() if known.get(d) != source.size_bytes]
    size = sum(sources[digest].size_bytes for digest in lacking)
    progress.expect(len(lacking), size)

    def send(digest: str) -> None:
        source = sources[digest]
        part = Part(progress, source.size_bytes)
        remote.put(digest, replace(source, moved=part.moved))
        part.ended()

    in_parallel(send, lacking, progress.jobs)
    parts, manifest = manifests_of(content, layers)
    for part in parts:
        remote.put_manifest(digest_bytes(part), part)
    remote.put_manifest(content_tag(content), manifest)
    return Sent(manifest, len(lacking), size)


def _is_whole(remote: Remote, manifest: bytes) -> bool:
    """Whether all that a manifest names is there: somebody may have cleared the remote."""
    parts = [remote.manifest(digest) for digest in parts_of(manifest)]
    if any(part is None for part in parts):
        return False
    manifests = [part for part in parts if part is not None] or [manifest]
    layers = [layer for each in manifests for layer in layers_of(each)]
    sizes = remote.sizes(sorted({layer.digest for layer in layers}))
    return all(sizes.get(layer.digest) == layer.size_bytes for layer in layers)


def _laid_out(
    remote: Remote, store: Store, content: Content
) -> tuple[list[Layer], dict[str, Source]]:
    if content.kind != "folder":
        return [Layer(content.digest, content.size_bytes)], {
            content.digest: _source(store, content.digest, content.size_bytes)
        }
    data = store.read(content.digest)
    tree = decode_tree(data)
    files = {entry.digest: entry for entry in tree.entries if entry.link is None}
    layers = [Layer(content.digest, len(data), TREE_TYPE)]
    sources = {content.digest: in_memory(data)}
    small = {d: entry for d, entry in files.items() if entry.size_bytes < PACKED_BELOW_BYTES}
    packs, rest = _packs(remote, store, small)
    for digest, path in packs.items():
        size = path.stat().st_size
        layers.append(Layer(digest, size, PACK_TYPE))
        sources[digest] = Source(size, path)
    for digest, entry in files.items():
        if digest in rest or digest not in small:
            layers.append(Layer(digest, entry.size_bytes, title=_title(entry)))
            sources[digest] = _source(store, digest, entry.size_bytes)
    return layers, sources


def _title(entry: Entry) -> str | None:
    """Give the name that other clients write a file to; one that is no Unicode has none."""
    try:
        entry.path.encode()
    except UnicodeEncodeError:
        return None
    return entry.path


def _source(store: Store, digest: str, size: int) -> Source:
    packed = store.packed(digest)
    if packed is not None:
        return Source(size, store.blob_path(PREFIX + packed.pack), packed.offset)
    path = store.blob_path(digest)
    if not path.exists():
        raise missing(store.root, digest)
    return Source(size, path)


def _packs(
    remote: Remote, store: Store, small: Mapping[str, Entry]
) -> tuple[dict[str, Path], set[str]]:
    """Choose the packs that bring small files; give them, and the files that go by themselves.

    A pack goes as it is where all that it holds is wanted: others may hold files of other
    projects, or some that were taken away for good. What is left is packed anew.
    """
    wanted = {bytes.fromhex(digest[len(PREFIX) :]) for digest in small}
    chosen, left = _fitting(remote, store, wanted)
    if len(left) >= FEWEST:
        _pack_anew(store, (e for d, e in small.items() if bytes.fromhex(d[len(PREFIX) :]) in left))
        chosen, left = _fitting(remote, store, wanted)
    paths = {PREFIX + name: store.blob_path(PREFIX + name) for name in chosen}
    return paths, {PREFIX + key.hex() for key in left}


def _fitting(remote: Remote, store: Store, wanted: set[bytes]) -> tuple[list[str], set[bytes]]:
    if not wanted:
        return [], set()
    shares: list[tuple[str, set[bytes], float]] = []
    for name, index in store.packs.indexes().items():
        keys = {key for key, _, _ in index.items()}
        share = keys & wanted
        if share and len(share) >= _WORTH * len(keys):
            shares.append((name, share, len(share) / len(keys)))
    partial = [PREFIX + name for name, _, part in shares if part < 1]
    there = remote.sizes(partial) if partial else {}
    usable = [s for s in shares if s[2] == 1 or PREFIX + s[0] in there]
    chosen: list[str] = []
    left = set(wanted)
    for name, share, _ in sorted(usable, key=lambda found: (-len(found[1]), found[0])):
        if not share.isdisjoint(left):
            chosen.append(name)
            left -= share
    return chosen, left


def _pack_anew(store: Store, entries: Iterable[Entry]) -> None:
    with store.intake() as intake:
        for entry in entries:
            intake.add_small(entry.digest, store.read(entry.digest))
        intake.commit()
    store.packs.forget()
