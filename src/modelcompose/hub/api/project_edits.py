"""Projects changed by hand: described, put into the trash, and taken out of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta, Struct

from modelcompose.database.database import Connection
from modelcompose.errors import NotFound
from modelcompose.hub.api.endpoint import Endpoint, Nothing
from modelcompose.hub.api.visibility import check, check_whole_project
from modelcompose.hub.hub import Hub
from modelcompose.tracking import experiments
from modelcompose.tracking.experiments import Experiment
from modelcompose.tracking.query.fields import NOTE_TAG

_Tags = Annotated[Mapping[str, str], Meta(max_length=100)]
_TagNames = Annotated[tuple[str, ...], Meta(max_length=100)]


class OneProject(Struct, frozen=True):
    """One project."""

    project: str


class ProjectEdit(Struct, frozen=True):
    """What to change of a project; what is null stays as it is."""

    note: str | None = None
    """Markdown, the tag `mlflow.note.content`; empty for none."""
    set_tags: _Tags = {}
    remove_tags: _TagNames = ()
    """Those that it does not have are no error."""


class ProjectEditOf(OneProject, frozen=True, kw_only=True):
    """A change of a project."""

    body: ProjectEdit


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    root = "/projects/{project}"
    return [
        Endpoint(f"{root}/edit", _edit, ProjectEditOf, Nothing, method="POST", role="writer"),
        Endpoint(f"{root}/delete", _delete, OneProject, Nothing, method="POST", role="writer"),
        Endpoint(f"{root}/restore", _restore, OneProject, Nothing, method="POST", role="writer"),
    ]


def _edit(hub: Hub, asked: ProjectEditOf) -> Nothing:
    """Describe or tag a project."""
    body = asked.body
    notes = {} if body.note is None else {NOTE_TAG: body.note}
    tags = {**body.set_tags, **notes}
    gone = [*body.remove_tags, *([NOTE_TAG] if body.note == "" else [])]
    with hub.database.write() as connection:
        experiment = _writable(connection, asked.project)
        for key, value in sorted(tags.items()):
            if key not in gone:
                experiments.set_experiment_tag(connection, experiment, key, value)
        for key in sorted({*gone} & {*experiment.tags}):
            experiments.delete_experiment_tag(connection, experiment, key)
    return Nothing()


def _delete(hub: Hub, asked: OneProject) -> Nothing:
    """Put a project with its runs into the trash."""
    with hub.database.write() as connection:
        experiment = _writable(connection, asked.project)
        experiments.delete_experiment(connection, experiment, hub.clock())
    return Nothing()


def _restore(hub: Hub, asked: OneProject) -> Nothing:
    """Take a project with all its runs out of the trash."""
    with hub.database.write() as connection:
        experiment = _writable(connection, asked.project)
        experiments.restore_experiment(connection, experiment, hub.clock())
    return Nothing()


def _writable(connection: Connection, project: str) -> Experiment:
    check(project, "writer")
    check_whole_project()
    found = experiments.experiment_named(connection, project)
    if found is None:
        raise NotFound(f"no project {project}", hint="list them: GET /api/v1/projects")
    return found
