"""Runs changed by hand, many at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta, Struct

from modelcompose.database.database import Connection
from modelcompose.hub.api.endpoint import Endpoint
from modelcompose.hub.api.visibility import check, check_whole_project
from modelcompose.hub.hub import Hub
from modelcompose.tracking.run_edits import (
    Edit,
    delete_runs,
    edit_runs,
    projects_of_runs,
    restore_runs,
)

_Ids = Annotated[list[str], Meta(min_length=1, max_length=1000)]
_Tags = Annotated[Mapping[str, str], Meta(max_length=100)]
_TagNames = Annotated[tuple[str, ...], Meta(max_length=100)]


class TheseRuns(Struct, frozen=True):
    """Runs by their ids."""

    runs: _Ids


class RunEdit(Struct, frozen=True, kw_only=True):
    """What to change of runs; what is null stays as it is."""

    runs: _Ids
    name: str | None = None
    """Also the tag `mlflow.runName`."""
    note: str | None = None
    """Markdown, the tag `mlflow.note.content`; empty for none."""
    set_tags: _Tags = {}
    remove_tags: _TagNames = ()
    """Those that a run does not have are no error."""
    archived: bool | None = None
    """The tag `modelcompose.archived`."""


class EditOf(Struct, frozen=True):
    """A change of runs."""

    body: RunEdit


class TheseRunsOf(Struct, frozen=True):
    """Runs to delete or restore."""

    body: TheseRuns


class Changed(Struct, frozen=True):
    """How many runs were changed."""

    count: int


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    return [
        Endpoint("/runs/edit", _edit, EditOf, Changed, method="POST", role="writer"),
        Endpoint("/runs/delete", _delete, TheseRunsOf, Changed, method="POST", role="writer"),
        Endpoint("/runs/restore", _restore, TheseRunsOf, Changed, method="POST", role="writer"),
    ]


def _edit(hub: Hub, asked: EditOf) -> Changed:
    """Rename, annotate, tag or archive runs: all of them, or none."""
    body = asked.body
    edit = Edit(body.name, body.note, body.set_tags, body.remove_tags, body.archived)
    with hub.database.write() as connection:
        numbers = _writable(connection, body.runs)
        edit_runs(connection, numbers, edit)
    return Changed(len(numbers))


def _delete(hub: Hub, asked: TheseRunsOf) -> Changed:
    """Put runs into the trash: they can be restored until it is emptied."""
    with hub.database.write() as connection:
        numbers = _writable(connection, asked.body.runs, with_deleted=True)
        return Changed(delete_runs(connection, numbers, hub.clock()))


def _restore(hub: Hub, asked: TheseRunsOf) -> Changed:
    """Take runs out of the trash."""
    with hub.database.write() as connection:
        numbers = _writable(connection, asked.body.runs, with_deleted=True)
        return Changed(restore_runs(connection, numbers))


def _writable(connection: Connection, ids: list[str], *, with_deleted: bool = False) -> list[int]:
    check_whole_project()
    found = projects_of_runs(connection, ids, with_deleted=with_deleted)
    for project in sorted(set(found.values())):
        check(project, "writer")
    return list(found)
