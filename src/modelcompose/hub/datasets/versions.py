"""The versions of one dataset, and contents that a caller may look into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from modelcompose.database.database import Connection, one_of
from modelcompose.errors import NotFound
from modelcompose.hub.api.visibility import JOIN, PROJECT
from modelcompose.hub.datasets.records import DatasetModel, DatasetVersion
from modelcompose.store.content import Content
from modelcompose.tracking.rows import content_from_row

_OF = f"{PROJECT} = ? AND contents.path = ? AND runs.deleted_at IS NULL"
_FROM = f"FROM contents JOIN runs ON runs.number = contents.run {JOIN}"

# In this order of tables, and with both roles named, each run is asked by the key of `contents`.
_ALL = """
    FROM runs CROSS JOIN contents
    WHERE runs.experiment = (SELECT number FROM experiments WHERE name = ?)
    AND contents.run = runs.number AND contents.role IN ('input', 'output')
    AND contents.path = ? AND runs.deleted_at IS NULL
"""

_VERSIONS = f"""
    SELECT contents.digest, max(contents.kind), max(contents.size_bytes), max(contents.files),
        min(runs.created_at), max(runs.created_at),
        sum(CASE WHEN contents.role = 'output' THEN 1 ELSE 0 END),
        sum(CASE WHEN contents.role = 'input' THEN 1 ELSE 0 END),
        min(CASE WHEN contents.role = 'output' THEN runs.number END), min(runs.number)
    {_ALL} GROUP BY contents.digest
    ORDER BY 5 DESC, contents.digest LIMIT ? OFFSET ?
"""
_COUNT = f"SELECT count(DISTINCT contents.digest), max(runs.created_at) {_ALL}"
_CONTENT = f"""
    SELECT contents.kind, contents.digest, contents.size_bytes, contents.files,
        contents.executable
    {_FROM} WHERE {_OF} AND contents.digest = ? LIMIT 1
"""
_LAST_RUN = f"""
    SELECT runs.folder, runs.id, runs.step {_FROM} WHERE {_OF} AND contents.digest = ?
    ORDER BY runs.number DESC LIMIT 1
"""
_MODELS = """
    SELECT versions.digest, models.name, versions.version FROM model_versions AS versions
    JOIN registered_models AS models ON models.number = versions.model
    WHERE {} AND versions.project = ? AND versions.deleted_at IS NULL
    AND models.deleted_at IS NULL ORDER BY models.name, versions.version
"""
_LOGGED = f"""
    SELECT datasets.digest, min(runs.created_at), max(runs.created_at),
        count(DISTINCT runs.number), min(runs.number)
    FROM run_datasets JOIN datasets ON datasets.number = run_datasets.dataset
    JOIN runs ON runs.number = run_datasets.run {JOIN}
    WHERE {PROJECT} = ? AND datasets.name = ? AND runs.deleted_at IS NULL
    GROUP BY datasets.digest ORDER BY 2 DESC, datasets.digest LIMIT ? OFFSET ?
"""  # noqa: S608 - made of constants


class SeenVersions(Struct, frozen=True):
    """A page of versions, those seen first last."""

    versions: list[DatasetVersion]
    count: int
    last_digest: str
    """Of the version that was seen last."""


def seen_versions(
    connection: Connection, project: str, path: str, limit: int, offset: int
) -> SeenVersions:
    """Give the versions of a path that runs read or wrote."""
    rows = connection.rows(_VERSIONS, (project, path, limit, offset))
    counted = connection.row(_COUNT, (project, path))
    runs = _runs(connection, [row[8] or row[9] for row in rows])
    models = _models(connection, project, [row[0] for row in rows])
    count, last = counted or (0, None)
    return SeenVersions(
        [_version(row, runs, models) for row in rows],
        int(count),
        next((row[0] for row in rows if row[5] == last), ""),
    )


def logged_versions(
    connection: Connection, project: str, name: str, limit: int, offset: int
) -> SeenVersions:
    """Give the versions of a dataset that clients told of."""
    rows = connection.rows(_LOGGED, (project, name, limit, offset))
    runs = _runs(connection, [row[4] for row in rows])
    found = [_logged(row, runs) for row in rows]
    newest = max(found, key=lambda one: one.last_seen_at or 0.0, default=None)
    return SeenVersions(found, len(found) + offset, "" if newest is None else newest.digest)


def content_seen(connection: Connection, project: str, path: str, digest: str) -> Content | None:
    """Give a content that runs of a project had at a path; None where none had it."""
    row = connection.row(_CONTENT, (project, path, digest))
    return None if row is None else content_from_row(tuple(row))


def last_folder(connection: Connection, project: str, path: str, digest: str) -> str | None:
    """Give the project folder of the run that had a content last; None where that is not known."""
    row = connection.row(_LAST_RUN, (project, path, digest))
    return str(row[0]) if row is not None and row[0] else None


def not_seen(project: str, path: str, digest: str = "") -> NotFound:
    """Give the error for what no run of a project had."""
    what = f"{path}: no version {digest}" if digest else f"{path}: no run read or wrote it"
    return NotFound(
        f"{what} in the project {project}",
        hint=f"list what there is: GET /api/v1/data?project={project}",
    )


def _logged(row: tuple[Any, ...], runs: Mapping[int, tuple[str, str]]) -> DatasetVersion:
    digest, first, last, count, number = row
    run, step = runs.get(number, (None, ""))
    return DatasetVersion(
        digest,
        "",
        None,
        None,
        first,
        last,
        0,
        count,
        run,
        step,
        [],
        [],
        is_current=False,
        is_here=False,
    )


def _version(
    row: tuple[Any, ...],
    runs: Mapping[int, tuple[str, str]],
    models: Mapping[str, list[DatasetModel]],
) -> DatasetVersion:
    digest, kind, size, files, first, last, written, read, writer, reader = row
    run, step = runs.get(writer or reader, (None, ""))
    return DatasetVersion(
        digest,
        kind,
        size,
        files,
        first,
        last,
        int(written or 0),
        int(read or 0),
        run,
        step,
        [],
        models.get(digest, []),
        is_current=False,
        is_here=False,
    )


def _runs(connection: Connection, numbers: Sequence[int]) -> dict[int, tuple[str, str]]:
    if not numbers:
        return {}
    these, value = one_of(connection, "number", sorted(set(numbers)))
    rows = connection.rows(f"SELECT number, id, step FROM runs WHERE {these}", (value,))  # noqa: S608
    return {number: (run, step) for number, run, step in rows}


def _models(
    connection: Connection, project: str, digests: Sequence[str]
) -> dict[str, list[DatasetModel]]:
    if not digests:
        return {}
    these, value = one_of(connection, "versions.digest", sorted(set(digests)))
    found: dict[str, list[DatasetModel]] = {}
    for digest, model, version in connection.rows(_MODELS.format(these), (value, project)):
        found.setdefault(digest, []).append(DatasetModel(model, version))
    return found
