"""Contents of datasets: which a caller may look into, and what to do where one is not here."""

from __future__ import annotations

import shlex

from msgspec import Struct

from modelcompose.hub.datasets.history import folder_beside, locked_data, named_versions
from modelcompose.hub.datasets.versions import content_seen, last_folder, not_seen
from modelcompose.hub.hub import Hub
from modelcompose.store.content import Content, Tree
from modelcompose.store.store import Store


class DatasetAbsent(Struct, frozen=True):
    """Why a version cannot be looked into on this hub, and what brings it."""

    digest: str
    text: str
    command: str | None
    folder: str | None
    """Where the command is to be run."""


def content_of(hub: Hub, project: str, path: str, digest: str) -> Content:
    """Give a version of a dataset by its digest: one that runs had, or that the lock's git named.

    Raises:
        NotFound: none of them is of this digest.
    """
    with hub.database.read() as connection:
        found = content_seen(connection, project, path, digest)
    if found is not None:
        return found
    locked = locked_data(hub, project)
    if locked is not None:
        now = locked.data.get(path)
        earlier = (one.content for one in named_versions(locked.folder, path))
        for content in (*([now] if now else []), *earlier):
            if content.digest == digest:
                return content
    raise not_seen(project, path, digest)


def listing_of(store: Store, content: Content) -> Tree | None:
    """Give a folder's listing.

    Raises:
        StoreError: the store does not hold it.
    """
    return store.tree(content.digest) if content.kind == "folder" else None


def absent(hub: Hub, project: str, path: str, digest: str) -> DatasetAbsent:
    """Say where a version may be that the hub's store lacks, and which command brings it."""
    with hub.database.read() as connection:
        folder = last_folder(connection, project, path, digest)
    beside = folder_beside(hub, project)
    named = path
    if beside is not None:
        folder = str(beside)
        named = _named(hub, project, path, digest)
    where = f"in {folder}, on the machine where it ran" if folder else "on the project's machine"
    if beside is not None:
        where = f"in the project's folder, {folder}"
    text = (
        "The store of this hub does not hold this version: it is on the project's remote, or on "
        f"another machine. {where[0].upper()}{where[1:]}, this brings it from the remote:"
    )
    return DatasetAbsent(digest, text, shlex.join(["modelcompose", "fetch", named]), folder)


def _named(hub: Hub, project: str, path: str, digest: str) -> str:
    """Give how `fetch` is told of a version: `PATH`, or `PATH@COMMIT` of an earlier one."""
    locked = locked_data(hub, project)
    if locked is None or (now := locked.data.get(path)) is None or now.digest == digest:
        return path
    for one in named_versions(locked.folder, path):
        if one.content.digest == digest:
            return f"{path}@{one.commit.id[:12]}"
    return path
