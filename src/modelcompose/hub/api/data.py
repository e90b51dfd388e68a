"""Datasets: those of all projects, and the versions of one."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from modelcompose.errors import StoreError
from modelcompose.hub.api.endpoint import Endpoint
from modelcompose.hub.api.visibility import check
from modelcompose.hub.datasets.history import (
    LockedData,
    NamedVersion,
    locked_data,
    named_versions,
)
from modelcompose.hub.datasets.listing import (
    NEWEST_RUNS,
    category_of,
    has_older_runs,
    logged_datasets,
    seen_datasets,
)
from modelcompose.hub.datasets.records import DatasetCommit, DatasetGlance, DatasetVersion, Origin
from modelcompose.hub.datasets.versions import (
    SeenVersions,
    logged_versions,
    not_seen,
    seen_versions,
)
from modelcompose.hub.hub import Hub
from modelcompose.store.content import Content
from modelcompose.store.store import Store

_LOOKED_AT = 20
"""Of so many projects the locks are read where all are listed, those seen last."""

Text = Annotated[str, Meta(min_length=1, max_length=4096)]


class DatasetsOf(Struct, frozen=True):
    """Which datasets are meant."""

    project: Annotated[list[str], Meta(max_length=100)] = []
    """Only those of these projects; by default of all."""
    search: Annotated[str, Meta(max_length=500)] = ""
    """A part of the path or the name."""
    limit: Annotated[int, Meta(ge=1, le=2000)] = 500


class Datasets(Struct, frozen=True):
    """Datasets, those seen last first."""

    datasets: list[DatasetGlance]
    is_cut: bool
    """Whether there may be more."""
    newest_runs: int | None
    """Of so many runs, the newest, they are, and their counts; null where those are all."""


class DatasetAsked(Struct, frozen=True):
    """One dataset."""

    project: Text
    path: Text
    """In the project, or the name that a client gave it."""
    origin: Origin = "runs"


class VersionsAsked(DatasetAsked, frozen=True, kw_only=True):
    """A page of the versions of a dataset."""

    limit: Annotated[int, Meta(ge=1, le=1000)] = 200
    offset: Annotated[int, Meta(ge=0, le=1_000_000)] = 0


class DatasetVersions(Struct, frozen=True):
    """The versions of a dataset, the newest first."""

    versions: list[DatasetVersion]
    count: int
    """How many were seen by runs."""
    has_history: bool
    """Whether the hub stands beside the project's folder, and git was asked too."""
    folder: str | None
    """The project's folder, where the hub stands beside it."""


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    return [
        Endpoint("/data", _list, DatasetsOf, Datasets),
        Endpoint("/data/versions", _versions, VersionsAsked, DatasetVersions),
    ]


def _list(hub: Hub, asked: DatasetsOf) -> Datasets:
    """List the datasets: what runs read and wrote, what `ml.lock` names, what clients told."""
    with hub.database.read() as connection:
        seen = seen_datasets(connection, asked.project, asked.search, asked.limit)
        logged = logged_datasets(connection, asked.project, asked.search, asked.limit)
        has_older = has_older_runs(connection, asked.project)
    is_cut = asked.limit in (len(seen), len(logged))
    for project in asked.project or list(dict.fromkeys(one.project for one in seen))[:_LOOKED_AT]:
        seen = _with_locked(seen, project, locked_data(hub, project), asked.search)
    found = sorted([*seen, *logged], key=lambda one: -(one.last_seen_at or 0.0))
    return Datasets(found, is_cut, NEWEST_RUNS if has_older else None)


def _with_locked(
    seen: list[DatasetGlance], project: str, locked: LockedData | None, search: str
) -> list[DatasetGlance]:
    """Mark what the lock names, and add what no run has read yet."""
    if locked is None or not locked.data:
        return seen
    marked = [
        msgspec.structs.replace(one, is_locked=True)
        if one.project == project and one.path in locked.data
        else one
        for one in seen
    ]
    known = {one.path for one in seen if one.project == project}
    return marked + [
        _from_lock(project, path, content)
        for path, content in locked.data.items()
        if path not in known and search.lower() in path.lower()
    ]


def _from_lock(project: str, path: str, content: Content) -> DatasetGlance:
    return DatasetGlance(
        project,
        path,
        "runs",
        category_of(path, is_written=False, is_file=False),
        content.kind,
        1,
        0,
        None,
        None,
        content.digest,
        content.size_bytes,
        content.files,
        [],
        [],
        is_locked=True,
    )


def _versions(hub: Hub, asked: VersionsAsked) -> DatasetVersions:
    """List the versions of a dataset, with the commits that named them where git can be asked."""
    check(asked.project)
    page = (asked.limit, asked.offset)
    with hub.database.read() as connection:
        if asked.origin == "logged":
            found = logged_versions(connection, asked.project, asked.path, *page)
        else:
            found = seen_versions(connection, asked.project, asked.path, *page)
    locked = locked_data(hub, asked.project) if asked.origin == "runs" else None
    named = [] if locked is None else named_versions(locked.folder, asked.path)
    if not found.versions and not named and not _is_locked(locked, asked.path):
        raise not_seen(asked.project, asked.path)
    merged = _merged(hub, found, locked, named, asked)
    folder = None if locked is None else str(locked.folder)
    return DatasetVersions(merged, max(found.count, len(merged)), bool(named), folder)


def _is_locked(locked: LockedData | None, path: str) -> bool:
    return locked is not None and path in locked.data


def _merged(
    hub: Hub,
    found: SeenVersions,
    locked: LockedData | None,
    named: list[NamedVersion],
    asked: VersionsAsked,
) -> list[DatasetVersion]:
    """Join what runs saw with what git and the lock name."""
    commits: dict[str, list[DatasetCommit]] = {}
    contents: dict[str, Content] = {}
    for one in named:
        commits.setdefault(one.content.digest, []).append(one.commit)
        contents[one.content.digest] = one.content
    now = None if locked is None else locked.data.get(asked.path)
    if now is not None:
        contents[now.digest] = now
    known = {one.digest for one in found.versions}
    others = [] if asked.offset else [one for key, one in contents.items() if key not in known]
    current = found.last_digest if now is None else now.digest
    store = Store(hub.home / "store")
    versions = [
        msgspec.structs.replace(
            one,
            commits=commits.get(one.digest, []),
            is_current=one.digest == current,
            is_here=asked.origin == "runs" and _has(store, one.digest),
        )
        for one in [*found.versions, *map(_unseen, others)]
    ]
    return sorted(versions, key=_age)


def _unseen(content: Content) -> DatasetVersion:
    return DatasetVersion(
        content.digest,
        content.kind,
        content.size_bytes,
        content.files,
        None,
        None,
        0,
        0,
        None,
        "",
        [],
        [],
        is_current=False,
        is_here=False,
    )


def _age(version: DatasetVersion) -> float:
    """Give what sorts the newest first; what is only in the lock yet is the newest of all."""
    times = [commit.at for commit in version.commits]
    if version.first_seen_at is not None:
        times.append(version.first_seen_at)
    return -min(times, default=float("inf"))


def _has(store: Store, digest: str) -> bool:
    try:
        return store.has(digest)
    except StoreError:
        return False
