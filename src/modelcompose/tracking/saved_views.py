"""Views of a project's runs that were saved under a name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from modelcompose.database.database import Connection
from modelcompose.errors import AlreadyExists, NotFound, UsageError
from modelcompose.tracking.limits import check_text

NAME_CHARACTERS = 200
QUERY_CHARACTERS = 60_000
MOST = 1000
"""Views of one project."""

_COLUMNS = "number, name, query, created_at, updated_at, updated_by"


class SavedView(Struct, frozen=True):
    """What the table of runs shows, under a name."""

    id: int
    name: str
    query: str
    """The query of the page's address, without `?`."""
    created_at: float
    """Seconds since the epoch."""
    updated_at: float
    updated_by: str
    """Name of the token that wrote it last; empty for somebody on the hub's machine."""


class ProjectView(SavedView, frozen=True):
    """A view, with the project whose runs it shows."""

    project: str


def read_all_views(connection: Connection, projects: Sequence[str] | None) -> list[ProjectView]:
    """Give the views of some projects, or of all where None, by project and name."""
    wanted = "" if projects is None else f"AND name IN ({', '.join('?' * len(projects))})"
    rows = connection.rows(
        "SELECT v.number, v.name, v.query, v.created_at, v.updated_at, v.updated_by, e.name "  # noqa: S608
        "FROM saved_views AS v JOIN (SELECT number, name FROM experiments "
        f"WHERE deleted_at IS NULL {wanted}) AS e ON e.number = v.experiment "
        "ORDER BY e.name, v.name, v.number",
        tuple(projects or ()),
    )
    return [ProjectView(*row) for row in rows]


def read_views(connection: Connection, experiment: int) -> list[SavedView]:
    """Give a project's views by name."""
    rows = connection.rows(
        f"SELECT {_COLUMNS} FROM saved_views WHERE experiment = ? ORDER BY name, number",  # noqa: S608
        (experiment,),
    )
    return [SavedView(*row) for row in rows]


def save_view(  # noqa: PLR0913 - what a view is, each by name
    connection: Connection, experiment: int, name: str, query: str, *, now: float, by: str
) -> SavedView:
    """Save a view under a name that is free.

    Raises:
        AlreadyExists: the name is taken.
        UsageError: something is out of bounds, or the project has too many.
    """
    _check(name, query)
    row = connection.row("SELECT count(*) FROM saved_views WHERE experiment = ?", (experiment,))
    if row is not None and row[0] >= MOST:
        raise UsageError(f"the project has {MOST} saved views", hint="delete some of them")
    saved = connection.row(
        "INSERT INTO saved_views (experiment, name, query, created_at, updated_at, updated_by) "  # noqa: S608
        "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (experiment, name) DO NOTHING "
        f"RETURNING {_COLUMNS}",
        (experiment, name, query, now, now, by),
    )
    return SavedView(*_there(saved, name))


def change_view(  # noqa: PLR0913 - what a view is, each by name
    connection: Connection,
    experiment: int,
    view: int,
    *,
    name: str | None,
    query: str | None,
    now: float,
    by: str,
) -> SavedView:
    """Give a view another name or query; None leaves what is.

    Raises:
        NotFound: the project has no such view.
        AlreadyExists: another view has the name.
        UsageError: something is out of bounds.
    """
    old = next((one for one in read_views(connection, experiment) if one.id == view), None)
    if old is None:
        raise _no_view(view)
    name, query = old.name if name is None else name, old.query if query is None else query
    _check(name, query)
    changed = connection.row(
        "UPDATE saved_views SET name = ?, query = ?, updated_at = ?, updated_by = ? "  # noqa: S608
        "WHERE number = ? AND NOT EXISTS (SELECT 1 FROM saved_views AS other "
        "WHERE other.experiment = ? AND other.name = ? AND other.number <> ?) "
        f"RETURNING {_COLUMNS}",
        (name, query, now, by, view, experiment, name, view),
    )
    return SavedView(*_there(changed, name))


def delete_view(connection: Connection, experiment: int, view: int) -> None:
    """Forget a view.

    Raises:
        NotFound: the project has no such view.
    """
    done = connection.execute(
        "DELETE FROM saved_views WHERE number = ? AND experiment = ?", (view, experiment)
    )
    if not done.rowcount:
        raise _no_view(view)


def _check(name: str, query: str) -> None:
    if not name.strip() or len(name) > NAME_CHARACTERS:
        raise UsageError(f"name: expected 1 to {NAME_CHARACTERS} characters, found {name[:100]!r}")
    if len(query) > QUERY_CHARACTERS:
        raise UsageError(f"query: longer than {QUERY_CHARACTERS:,} characters")
    check_text("name", name)
    check_text("query", query)


def _there(row: tuple[Any, ...] | None, name: str) -> tuple[Any, ...]:
    if row is None:
        raise AlreadyExists(
            f"a view named {name!r} exists", hint="choose another name, or change that view"
        )
    return row


def _no_view(view: int) -> NotFound:
    return NotFound(f"no saved view {view}")
