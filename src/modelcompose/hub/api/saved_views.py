"""Views of a project's runs, saved under names."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from modelcompose.database.database import Connection
from modelcompose.errors import NotFound
from modelcompose.hub.api.endpoint import Endpoint, Nothing
from modelcompose.hub.api.visibility import check, check_whole_project
from modelcompose.hub.hub import Hub
from modelcompose.hub.tokens.principal import caller
from modelcompose.hub.tokens.store import token_name
from modelcompose.tracking import saved_views
from modelcompose.tracking.experiments import check_in_use, experiment_named
from modelcompose.tracking.saved_views import ProjectView, SavedView

_Number = Annotated[int, Meta(ge=0, le=2**31 - 1)]


class ViewsOf(Struct, frozen=True):
    """Whose views are meant."""

    project: str


class NewView(Struct, frozen=True):
    """A view to save."""

    name: str
    query: str
    """The query of the page's address, without `?`."""


class NewViewOf(ViewsOf, frozen=True, kw_only=True):
    """A view to save in a project."""

    body: NewView


class ViewChange(Struct, frozen=True):
    """What to change of a view; what is null stays as it is."""

    name: str | None = None
    query: str | None = None


class OneView(ViewsOf, frozen=True, kw_only=True):
    """One view of a project."""

    view: _Number


class ViewChangeOf(OneView, frozen=True, kw_only=True):
    """A view to change."""

    body: ViewChange


class SavedViews(Struct, frozen=True):
    """A project's views by name."""

    views: list[SavedView]


class AllViews(Struct, frozen=True):
    """The views of all projects that the caller may see, by project and name."""

    views: list[ProjectView]


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    root = "/projects/{project}/views"
    one = f"{root}/{{view}}"
    return [
        Endpoint("/views", _list_all, Nothing, AllViews),
        Endpoint(root, _list, ViewsOf, SavedViews),
        Endpoint(root, _save, NewViewOf, SavedView, method="POST", role="writer"),
        Endpoint(one, _change, ViewChangeOf, SavedView, method="PUT", role="writer"),
        Endpoint(one, _delete, OneView, Nothing, method="DELETE", role="writer"),
    ]


def _list_all(hub: Hub, asked: Nothing) -> AllViews:  # noqa: ARG001 - every handler takes it
    """List the saved views of all projects."""
    principal = caller.get()
    projects = None if principal.sees_all else sorted(principal.grants)
    with hub.database.read() as connection:
        return AllViews(saved_views.read_all_views(connection, projects))


def _list(hub: Hub, asked: ViewsOf) -> SavedViews:
    """List the saved views of a project."""
    check(asked.project)
    with hub.database.read() as connection:
        return SavedViews(saved_views.read_views(connection, _number(connection, asked.project)))


def _save(hub: Hub, asked: NewViewOf) -> SavedView:
    """Save a view under a name that is free in its project."""
    _check_writer(asked.project)
    with hub.database.write() as connection:
        return saved_views.save_view(
            connection,
            _number(connection, asked.project, in_use=True),
            asked.body.name,
            asked.body.query,
            now=hub.clock(),
            by=token_name(connection, caller.get().token),
        )


def _change(hub: Hub, asked: ViewChangeOf) -> SavedView:
    """Rename a saved view, or give it another query."""
    _check_writer(asked.project)
    with hub.database.write() as connection:
        return saved_views.change_view(
            connection,
            _number(connection, asked.project, in_use=True),
            asked.view,
            name=asked.body.name,
            query=asked.body.query,
            now=hub.clock(),
            by=token_name(connection, caller.get().token),
        )


def _delete(hub: Hub, asked: OneView) -> Nothing:
    """Delete a saved view."""
    _check_writer(asked.project)
    with hub.database.write() as connection:
        number = _number(connection, asked.project, in_use=True)
        saved_views.delete_view(connection, number, asked.view)
    return Nothing()


def _check_writer(project: str) -> None:
    check(project, "writer")
    check_whole_project()


def _number(connection: Connection, project: str, *, in_use: bool = False) -> int:
    found = experiment_named(connection, project)
    if found is None:
        raise NotFound(f"no project {project}", hint="list them: GET /api/v1/projects")
    if in_use:
        check_in_use(found)
    return found.number
