"""Models that a caller may see, and those that they may change."""

from __future__ import annotations

from modelcompose.database.database import Connection
from modelcompose.errors import NotFound
from modelcompose.hub.api.visibility import check, check_whole_project
from modelcompose.hub.guarding import projects_of_model, visible_models
from modelcompose.hub.tokens.principal import caller
from modelcompose.registry.models import find_model
from modelcompose.registry.names import check_model_name
from modelcompose.registry.records import Model


def seen_models(connection: Connection, names: set[str]) -> set[str]:
    """Give those of some models' names that the caller may see."""
    principal = caller.get()
    return names if principal.sees_all else visible_models(connection, principal, names)


def seen_model(connection: Connection, name: str) -> Model:
    """Give a model that the caller may see.

    Raises:
        NotFound: there is none.
        UsageError: no model can be named so.
    """
    check_model_name(name)
    found = find_model(connection, name) if seen_models(connection, {name}) else None
    if found is None:
        raise NotFound(f"no model {name}", hint="list them: modelcompose models")
    return found


def changed_model(connection: Connection, name: str) -> Model:
    """Give a model that the caller may change: a writer in each project that made a version.

    Raises:
        NotFound: there is none.
        MlflowError: they may not change it.
    """
    model = seen_model(connection, name)
    check_whole_project()
    for project in sorted(projects_of_model(connection, name)):
        check(project, "writer")
    return model
