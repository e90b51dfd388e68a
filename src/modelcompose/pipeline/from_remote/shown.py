"""Versions of data that mounts show: what the store lacks of them comes from the remote."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from modelcompose.compose.project import Project
from modelcompose.errors import ContentCorrupt, ContentMissing, NotFound, RemoteError
from modelcompose.pipeline.lock import Lock
from modelcompose.pipeline.lock_of_revision import lock_at
from modelcompose.pipeline.paths import covers
from modelcompose.store.content import Content
from modelcompose.store.remotes.fetching import within
from modelcompose.store.store import Store

_DIGEST = "sha256:"


def bring_shown(
    project: Project,
    lock: Lock,
    store: Store,
    services: Sequence[str],
    notes: Callable[[str], object],
) -> None:
    """Fetch what services are to be shown of data, and the store does not hold.

    What cannot be fetched is told, and left to whoever shows it to say what to do about it.

    Args:
        project: what they belong to.
        lock: the project's.
        store: where to.
        services: whose mounts count.
        notes: told of each version that comes, or does not.
    """
    if not project.remote:
        return
    lacking = list(_lacking(project, lock, store, services))
    if not lacking:
        return
    from modelcompose.pipeline.from_remote.artifact import address_of
    from modelcompose.pipeline.from_remote.opening import remote_of
    from modelcompose.store.remotes.fetching import fetch
    from modelcompose.store.remotes.parallel import Progress

    with remote_of(None, project.remote, project.directory, store) as remote:
        for label, content, inner in lacking:
            try:
                fetch(remote, store, content, Progress(), inner or None)
            except (ContentCorrupt, ContentMissing, RemoteError) as error:
                notes(f"{label}: is not in the store, and does not come: {error.message}")
            else:
                notes(f"{label}: fetched from {address_of(remote)}")


def _lacking(
    project: Project, lock: Lock, store: Store, services: Sequence[str]
) -> Iterator[tuple[str, Content, str]]:
    for name in services:
        for _, mount in project.services[name].data_mounts:
            if (mount.revision or "").startswith(_DIGEST):
                continue
            try:
                known = (
                    lock if mount.revision is None else lock_at(project.directory, mount.revision)
                )
            except NotFound:
                continue
            outer = next((path for path in known.data if covers(path, mount.path)), None)
            if outer is None:
                continue
            inner = mount.path[len(outer) + 1 :]
            if not _is_held(store, known.data[outer], inner):
                yield mount.label, known.data[outer], inner


def _is_held(store: Store, content: Content, inner: str) -> bool:
    if not inner:
        return store.holds(content)
    try:
        entries = store.tree(content.digest).entries
    except (ContentMissing, ContentCorrupt):
        return False
    return not store.lacking(entry for entry in entries if within(entry, inner))
