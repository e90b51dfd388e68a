"""Runs changed by hand, many at once: renamed, annotated, tagged, archived, put into the trash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from modelcompose.database.database import Connection, one_of
from modelcompose.errors import NotFound, UsageError
from modelcompose.tracking.limits import check_tag
from modelcompose.tracking.logging import RUN_NAME_TAG, KeyValue, write_tags
from modelcompose.tracking.query.fields import ARCHIVED_TAG, NOTE_TAG

_SET_DELETED = "UPDATE runs SET deleted_at = ? WHERE deleted_at {} NULL AND {}"


class Edit(Struct, frozen=True):
    """What to change; None changes nothing."""

    name: str | None = None
    note: str | None = None
    """Markdown; empty for none."""
    set_tags: Mapping[str, str] = {}
    remove_tags: Sequence[str] = ()
    """Those that a run does not have are no error."""
    archived: bool | None = None


def edit_runs(connection: Connection, numbers: Sequence[int], edit: Edit) -> None:
    """Change runs, all of them or, after an error, none.

    That a client lives is not concluded from it, as it is from what it logs.

    Args:
        connection: of a write block.
        numbers: of runs that are not in the trash.
        edit: what to change.

    Raises:
        UsageError: a name or value is out of bounds.
    """
    tags, removed = _tags(edit)
    for index, tag in enumerate(tags):
        check_tag(tag.key, tag.value, f"set_tags[{index}]")
    for number in numbers:
        write_tags(connection, number, tags)
    if removed:
        these, runs = one_of(connection, "run", list(numbers))
        named, names = one_of(connection, "name", removed)
        connection.execute(
            f"DELETE FROM run_tags WHERE {these} AND {named}",  # noqa: S608
            (runs, names),
        )


def delete_runs(connection: Connection, numbers: Sequence[int], now: float) -> int:
    """Put runs into the trash; give how many of them were not there yet."""
    these, parameter = one_of(connection, "number", list(numbers))
    return connection.execute(_SET_DELETED.format("IS", these), (now, parameter)).rowcount


def restore_runs(connection: Connection, numbers: Sequence[int]) -> int:
    """Take runs out of the trash; give how many of them were there.

    Raises:
        UsageError: the whole project of one is in the trash.
    """
    these, parameter = one_of(connection, "runs.number", list(numbers))
    row = connection.row(
        "SELECT experiments.name FROM runs "  # noqa: S608
        "JOIN experiments ON experiments.number = runs.experiment "
        f"WHERE experiments.deleted_at IS NOT NULL AND {these} LIMIT 1",
        (parameter,),
    )
    if row is not None:
        raise UsageError(
            f"the project {row[0]} is in the trash with all its runs", hint="restore the project"
        )
    these, parameter = one_of(connection, "number", list(numbers))
    return connection.execute(_SET_DELETED.format("IS NOT", these), (None, parameter)).rowcount


def projects_of_runs(
    connection: Connection, ids: Sequence[str], *, with_deleted: bool = False
) -> dict[int, str]:
    """Give the numbers of runs, and their projects.

    Args:
        connection: of any block.
        ids: of the runs.
        with_deleted: whether they may be in the trash.

    Raises:
        NotFound: there is no such run.
        UsageError: one is in the trash.
    """
    these, parameter = one_of(connection, "runs.id", list(ids))
    rows = connection.rows(
        "SELECT runs.number, runs.id, coalesce(experiments.name, runs.project), "  # noqa: S608
        "runs.deleted_at FROM runs "
        f"LEFT JOIN experiments ON experiments.number = runs.experiment WHERE {these}",
        (parameter,),
    )
    missing = sorted(set(ids) - {row[1] for row in rows})
    if missing:
        raise NotFound(f"no run {missing[0]}")
    deleted = next((row[1] for row in rows if row[3] is not None), None)
    if deleted is not None and not with_deleted:
        raise UsageError(f"run {deleted} is in the trash", hint="restore it first")
    return {row[0]: row[2] for row in rows}


def _tags(edit: Edit) -> tuple[list[KeyValue], list[str]]:
    """Give the tags to write, and the names of those to remove."""
    if edit.name is not None and not edit.name.strip():
        raise UsageError("name: a run's name is not empty")
    tags = [KeyValue(name, value) for name, value in sorted(edit.set_tags.items())]
    removed = list(edit.remove_tags)
    own = {
        RUN_NAME_TAG: edit.name,
        NOTE_TAG: edit.note,
        ARCHIVED_TAG: {None: None, True: "true", False: ""}[edit.archived],
    }
    for key, value in own.items():
        if value:
            tags.append(KeyValue(key, value))
        elif value is not None:
            removed.append(key)
    if RUN_NAME_TAG in removed:
        raise UsageError(f"remove_tags: {RUN_NAME_TAG} is the run's name")
    return tags, sorted(set(removed))
