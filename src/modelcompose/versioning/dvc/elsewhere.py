"""What DVC tracks, on the project's own remote: found there by DVC's digest, and checked by it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable

from modelcompose.errors import ContentCorrupt, RemoteError
from modelcompose.store.content import Content
from modelcompose.store.digests import PREFIX
from modelcompose.store.remotes.artifacts import DIGEST, content_tag, parts_of
from modelcompose.store.remotes.fetching import fetch
from modelcompose.store.remotes.parallel import Progress
from modelcompose.store.remotes.protocol import Remote
from modelcompose.store.store import Store
from modelcompose.versioning.dvc.formats_manifest import (
    ManifestFile,
    encode_manifest,
    manifest_oid,
)
from modelcompose.versioning.dvc.hashing import Md5, file_blocks, whole_blocks
from modelcompose.versioning.dvc.tracking import Tracked


def tag_of(item: Tracked) -> str:
    """Give the tag under which a content is found by DVC's digest."""
    return f"dvc-{'md5-dos2unix' if item.out.is_legacy else 'md5'}-{item.oid}"


def mark(remote: Remote, item: Tracked, content: Content) -> None:
    """Have a content that was pushed be found by DVC's digest, too.

    Raises:
        RemoteError: the remote fails or refuses.
    """
    manifest = remote.manifest(content_tag(content))
    if manifest is not None and remote.manifest(tag_of(item)) != manifest:
        remote.put_manifest(tag_of(item), manifest)


def fetched(remote: Remote, store: Store, item: Tracked, progress: Progress) -> Content | None:
    """Bring what a remote has under DVC's digest; None where it has nothing.

    Raises:
        ContentCorrupt: what it has there is something else.
        RemoteError: the remote fails or refuses.
    """
    manifest = remote.manifest(tag_of(item))
    if manifest is None:
        return None
    parts = parts_of(manifest)
    content = _content((remote.manifest(parts[0]) if parts else manifest) or b"{}", item)
    fetch(remote, store, content, progress)
    found = _oid(store, content, is_legacy=item.out.is_legacy)
    if found != item.oid:
        raise ContentCorrupt(
            f"{remote.where}: {tag_of(item)}: what lies there is {found}, by its bytes",
            hint=f"push it again from where it is: modelcompose push {item.path}",
        )
    return content


def _content(manifest: bytes, item: Tracked) -> Content:
    try:
        notes = json.loads(manifest)["annotations"]
        return Content(
            "folder" if item.out.is_folder else "file",
            str(notes[DIGEST]),
            int(notes["io.modelcompose.size"]),
            int(notes["io.modelcompose.files"]),
            executable=item.out.executable,
        )
    except (ValueError, KeyError, TypeError) as error:
        raise RemoteError(f"a manifest on the remote is not one of ours: {error!r}") from error


def _oid(store: Store, content: Content, *, is_legacy: bool) -> str:
    """Give DVC's digest of what the store holds, by its bytes."""
    if content.kind != "folder":
        return _md5(store, content.digest, is_legacy=is_legacy)
    files = [entry for entry in store.tree(content.digest).entries if entry.link is None]
    return manifest_oid(
        encode_manifest(
            ManifestFile(_md5(store, entry.digest, is_legacy=is_legacy), entry.path)
            for entry in files
        )
    )


def _md5(store: Store, digest: str, *, is_legacy: bool) -> str:
    hashed = Md5(is_legacy=is_legacy)
    for block in _blocks(store, digest):
        hashed.update(block)
    return hashed.hexdigest()


def _blocks(store: Store, digest: str) -> Iterable[bytes]:
    path = store.blob_path(digest)
    if not digest.startswith(PREFIX) or not path.exists():
        yield from whole_blocks([store.read(digest)])
        return
    reading = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield from file_blocks(reading)
    finally:
        os.close(reading)
