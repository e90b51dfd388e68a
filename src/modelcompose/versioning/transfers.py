"""What a project pushes and pulls: all that its lock names, by path."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from modelcompose.errors import ContentCorrupt, ContentMissing, NotFound
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
_PUSH_AGAIN = "push it again from where it was made: modelcompose push"


class Wanted(Struct, frozen=True):
    """Something that the lock names."""

    path: str
    content: Content
    within: str | None = None
    """A path inside of it, where no more was asked for."""
    step: str | None = None
    """The step that made it; None for data."""
    revision: str | None = None
    """The git revision whose lock names it; None for the lock that is here."""


class Moved(Struct, frozen=True):
    """What a push or a fetch did with one path."""

    path: str
    digest: str
    blobs: int
    size_bytes: int


class Lacking(Struct, frozen=True):
    """Something that did not come."""

    path: str
    reason: str
    hint: str | None = None


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
            f"{path}: ml.lock names no data and no output there", hint=_how_to_have(path, known)
        )
    return found


def _how_to_have(path: str, known: list[Wanted]) -> str:
    plain, at, revision = path.rpartition("@")
    if at and any(covers(item.path, plain) for item in known):
        return (
            f"an older version is checked out: modelcompose fetch {path} && "
            f"modelcompose data checkout {revision} {plain}"
        )
    return f"version it first: modelcompose data add {path}"


def push_all(
    remote: Remote, store: Store, items: list[Wanted], progress: Progress
) -> tuple[list[Moved], dict[Content, bytes]]:
    """Push contents; then tag those of the lock by their paths, and all together.

    Returns:
        What was done with each, and the manifest of each content.

    Raises:
        ContentMissing: the store does not hold one of them.
        RemoteError: the remote fails or refuses.
    """
    moved: list[Moved] = []
    manifests: dict[Content, bytes] = {}
    newest: dict[str, Content] = {}
    for item in items:
        sent = push(remote, store, item.content, progress)
        moved.append(Moved(item.path, item.content.digest, sent.blobs, sent.size_bytes))
        manifests[item.content] = sent.manifest
        if item.revision is None:
            newest[item.path] = item.content
    for path, content in newest.items():
        _tag(remote, path_tag(path), manifests[content])
    if newest:
        index = index_of((manifests[newest[path]], {PATH: path}) for path in sorted(newest))
        _tag(remote, lock_tag(newest), index)
    return moved, manifests


def fetch_all(
    remote: Remote, store: Store, items: list[Wanted], progress: Progress
) -> tuple[list[Moved], list[Lacking]]:
    """Bring contents into the store: all that the remote holds.

    Returns:
        What was done with each that came, and which did not.

    Raises:
        RemoteError: the remote fails or refuses.
    """
    moved: list[Moved] = []
    lacking: list[Lacking] = []
    for item in items:
        try:
            size = fetch(remote, store, item.content, progress, item.within)
        except (ContentMissing, ContentCorrupt) as error:
            lacking.append(Lacking(item.path, error.message, _how_to_push(item, error.hint)))
        else:
            moved.append(Moved(item.path, item.content.digest, 0, size))
    return moved, lacking


def _how_to_push(item: Wanted, hint: str | None) -> str:
    if item.revision is None:
        return hint or _PUSH_AGAIN
    return f"{_PUSH_AGAIN} {item.path}@{item.revision}"


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
