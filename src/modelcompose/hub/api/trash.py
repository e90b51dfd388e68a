"""The trash: what lies in it, what is brought back, and its end."""

from __future__ import annotations

import math
from threading import Lock
from typing import Annotated

from msgspec import Meta, Struct

from modelcompose.database.database import Connection
from modelcompose.errors import Busy, NotFound
from modelcompose.hub.api.endpoint import Endpoint
from modelcompose.hub.api.model_access import changed_model
from modelcompose.hub.api.runs import Limit
from modelcompose.hub.api.visibility import check, check_hub_admin, check_whole_project
from modelcompose.hub.deleted import KINDS, Deleted, DeletedThing, deleted_runs, deleted_things
from modelcompose.hub.gc.collect import Collection, collect
from modelcompose.hub.hub import Hub
from modelcompose.hub.tokens.principal import caller
from modelcompose.registry.restoring import restore_model, restore_version
from modelcompose.tracking.experiments import experiment_named, restore_experiment
from modelcompose.tracking.run_edits import projects_of_runs, restore_runs

_Kinds = Annotated[tuple[Deleted, ...], Meta(max_length=len(KINDS))]
_Items = Annotated[list["TrashItem"], Meta(min_length=1, max_length=1000)]
_Moment = Annotated[float, Meta(ge=0, le=1e12)]
_purging = Lock()


class TrashAsked(Struct, frozen=True):
    """What of the trash to list."""

    kind: _Kinds = KINDS
    limit: Limit = 200
    """How many of each kind."""
    offset: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 0
    """How many of each kind to pass over."""


class TrashListing(Struct, frozen=True):
    """What is in the trash, by kind, what was deleted last first."""

    items: list[DeletedThing]
    counts: dict[str, int]
    """How many there are, by kind; runs of deleted projects do not count."""


class TrashItem(Struct, frozen=True):
    """Something in the trash."""

    kind: Deleted
    id: str


class RestoreAsked(Struct, frozen=True):
    """What to bring back."""

    items: _Items


class RestoreOf(Struct, frozen=True):
    """What to bring back."""

    body: RestoreAsked


class Restored(Struct, frozen=True):
    """How many things were brought back."""

    count: int


class Purge(Struct, frozen=True):
    """How to empty the trash."""

    before: _Moment | None = None
    """Only what was deleted before this time; null for all."""
    is_sure: bool = False
    """Whether to do it; else it is only told what would go."""


class PurgeOf(Struct, frozen=True):
    """How to empty the trash."""

    body: Purge


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    return [
        Endpoint("/trash", _list, TrashAsked, TrashListing),
        Endpoint("/trash/restore", _restore, RestoreOf, Restored, method="POST", role="writer"),
        Endpoint("/trash/purge", _purge, PurgeOf, Collection, method="POST", role="admin"),
    ]


def _list(hub: Hub, asked: TrashAsked) -> TrashListing:
    """List what is in the trash."""
    items: list[DeletedThing] = []
    counts: dict[str, int] = {}
    with hub.database.read() as connection:
        for kind in asked.kind:
            if kind == "run":
                page, count = deleted_runs(connection, caller.get(), asked.offset, asked.limit)
            else:
                found = list(deleted_things(connection, caller.get(), kind))
                page, count = found[asked.offset : asked.offset + asked.limit], len(found)
            items += page
            counts[kind] = count
    return TrashListing(items, counts)


def _restore(hub: Hub, asked: RestoreOf) -> Restored:
    """Bring things back out of the trash: all of them, or none."""
    check_whole_project()
    items = asked.body.items
    with hub.database.write() as connection:
        # A project brings its runs back with it.
        for item in sorted(items, key=lambda one: KINDS.index(one.kind)):
            _RESTORE[item.kind](connection, item.id, hub.clock())
    return Restored(len(items))


def _restore_run(connection: Connection, run: str, _now: float) -> None:
    ((number, project),) = projects_of_runs(connection, [run], with_deleted=True).items()
    check(project, "writer")
    restore_runs(connection, [number])


def _restore_project(connection: Connection, project: str, now: float) -> None:
    check(project, "writer")
    found = experiment_named(connection, project)
    if found is None:
        raise NotFound(f"no project {project} is in the trash")
    restore_experiment(connection, found, now)


def _restore_model(connection: Connection, number: str, now: float) -> None:
    found = deleted_things(connection, caller.get(), "model")
    model = next((one for one in found if one.id == number), None)
    if model is None:
        raise NotFound(f"no model {number} is in the trash", hint="list it: GET /api/v1/trash")
    for project in model.projects:
        check(project, "writer")
    restore_model(connection, int(model.id), now)


def _restore_version(connection: Connection, version: str, now: float) -> None:
    name, _, number = version.rpartition("@")
    model = changed_model(connection, name)
    if not number.isdecimal():
        raise NotFound(f"no version {version} is in the trash", hint="list it: GET /api/v1/trash")
    restore_version(connection, model, int(number), now)


_RESTORE = {
    "run": _restore_run,
    "project": _restore_project,
    "model": _restore_model,
    "version": _restore_version,
}


def _purge(hub: Hub, asked: PurgeOf) -> Collection:
    """Empty the trash for good, with the files, as `modelcompose hub gc` does; or say what goes."""
    check_hub_admin()
    before = math.inf if asked.body.before is None else asked.body.before
    if not _purging.acquire(blocking=False):
        raise Busy("the trash is being emptied", hint="ask again in a while")
    try:
        return collect(hub, min(before, hub.clock()), is_sure=asked.body.is_sure)
    finally:
        _purging.release()
