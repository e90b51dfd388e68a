"""What a project pushes and pulls: all that its lock names, by path."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct

from modelcompose.errors import NotFound
from modelcompose.pipeline.lock import Lock
from modelcompose.pipeline.paths import covers
from modelcompose.store.content import Content
from modelcompose.store.digests import digest_bytes
from modelcompose.store.remotes.artifacts import PATH, index_of
from modelcompose.store.remotes.fetching import fetch
from modelcompose.store.remotes.parallel import Progress
from modelcompose.store.remotes.protocol import Remote
from modelcompose.store.remotes.sending import push
from modelcompose.store.store import Store

_NO_TAG = re.compile(r"[^A-Za-z0-9_.-]+")
_LONGEST_TAG = 128


class Wanted(Struct, frozen=True):
    """Something that the lock names."""

    path: str
    content: Content
    within: str | None = None
    """A path inside of it, where no more was asked for."""
    step: str | None = None
    """The step that made it; None for data."""


class Moved(Struct, frozen=True):
    """What a push or a fetch did with one path."""

    path: str
    digest: str
    blobs: int
    size_bytes: int


def wanted(lock: Lock, paths: Iterable[str] = ()) -> list[Wanted]:
    """Give what is to be moved: what was named, or all that the lock names.

    Raises:
        NotFound: a path is neither data nor an output of a step.
    """
    known = [Wanted(path, content) for path, content in lock.data.items()]
    known += [
        Wanted(path, content, step=name)
        for name, step in lock.steps.items()
        for path, content in step.outputs.items()
    ]
    known.sort(key=lambda item: item.path)
    paths = list(paths)
    return known if not paths else [item for path in paths for item in _named(path, known)]


def _named(path: str, known: list[Wanted]) -> list[Wanted]:
    by_step = [item for item in known if item.step == path]
    if by_step:
        return by_step
    inside = [item for item in known if item.path != path and covers(item.path, path)]
    if inside:
        item = inside[0]
        return [Wanted(item.path, item.content, path[len(item.path) + 1 :], item.step)]
    found = [item for item in known if covers(path, item.path)]
    if not found:
        raise NotFound(
            f"{path}: ml.lock names no data and no output there",
            hint=f"version it first: modelcompose data add {path}",
        )
    return found


def push_all(remote: Remote, store: Store, items: list[Wanted], progress: Progress) -> list[Moved]:
    """Push contents; then tag them by their paths, and all together by the lock.

    Raises:
        ContentMissing: the store does not hold one of them.
        RemoteError: the remote fails or refuses.
    """
    moved: list[Moved] = []
    manifests: dict[str, bytes] = {}
    for item in items:
        sent = push(remote, store, item.content, progress)
        moved.append(Moved(item.path, item.content.digest, sent.blobs, sent.size_bytes))
        manifests[item.path] = sent.manifest
    for path, manifest in manifests.items():
        _tag(remote, path_tag(path), manifest)
    if manifests:
        index = index_of((manifests[path], {PATH: path}) for path in sorted(manifests))
        _tag(remote, lock_tag({item.path: item.content for item in items}), index)
    return moved


def fetch_all(remote: Remote, store: Store, items: list[Wanted], progress: Progress) -> list[Moved]:
    """Bring contents into the store.

    Raises:
        ContentMissing: the remote does not hold one of them.
        RemoteError: the remote fails or refuses.
    """
    return [
        Moved(
            item.path,
            item.content.digest,
            0,
            fetch(remote, store, item.content, progress, item.within),
        )
        for item in items
    ]


def path_tag(path: str) -> str:
    """Give the tag that names the newest version of a path, for people."""
    text = _NO_TAG.sub("-", path.replace("/", ".")).lstrip(".-") or "data"
    if text == path.replace("/", ".") and len(text) <= _LONGEST_TAG:
        return text
    return (
        f"{text[: _LONGEST_TAG - 9]}-{digest_bytes(path.encode('utf-8', 'surrogateescape'))[7:15]}"
    )


def lock_tag(contents: Mapping[str, Content]) -> str:
    """Give the tag of all that a lock names together."""
    lines = "".join(f"{path}\0{contents[path].digest}\n" for path in sorted(contents))
    return f"lock-{digest_bytes(lines.encode('utf-8', 'surrogateescape'))[7:]}"


def _tag(remote: Remote, name: str, manifest: bytes) -> None:
    if remote.manifest(name) != manifest:
        remote.put_manifest(name, manifest)


def remote_of(address: str | None, declared: str | None, project: Path, store: Store) -> Remote:
    """Open the remote that was named, or the project's.

    Raises:
        NotFound: there is none.
    """
    chosen = address or declared
    if not chosen:
        raise NotFound(
            f"{project}: the project names no remote to push to and pull from",
            hint="write it into compose.yaml, such as: x-ml: {remote: "
            "oci://localhost:5000/me/project}",
        )
    from modelcompose.store.remotes.opening import open_remote

    return open_remote(chosen, project, store.root / "remotes")
