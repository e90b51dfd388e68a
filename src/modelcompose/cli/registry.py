"""What the verbs on models share: the database, and versions by the names that users type."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from modelcompose.errors import NotFound, UsageError

if TYPE_CHECKING:
    from modelcompose.database.database import Connection, Database
    from modelcompose.registry.records import Model, Version

REFERENCE = "NAME@VERSION"


@contextmanager
def opened() -> Iterator[Database]:
    """Open this user's hub; closed when the block ends."""
    from modelcompose.database.database import Database
    from modelcompose.database.home import home_folder

    database = Database.at(home_folder() / "hub.db")
    try:
        yield database
    finally:
        database.close()


def find(connection: Connection, text: str) -> tuple[Model, Version]:
    """Give the version that `NAME@VERSION` or `NAME@ALIAS` names, with its model.

    A git tag of this folder's repository may name it too: `NAME@v1.2.0`, `NAME#prod`.

    Raises:
        UsageError: it is of another form, or a git tag may name several.
        NotFound: there is no such model or version.
    """
    from modelcompose.registry.aliases import parse_reference, version_called
    from modelcompose.registry.git_tags import is_git_reference

    name, reference = parse_reference(text)
    model = find_named(connection, name)
    try:
        return model, version_called(connection, model, reference, Path.cwd())
    except NotFound as error:
        if is_git_reference(reference):
            raise
        what = f"version {reference}" if reference.isdigit() else f"alias {reference!r}"
        hint = error.hint or f"list its versions: modelcompose models show {name}"
        raise NotFound(f"{name} has no {what}", hint=hint) from None


def alias_given(text: str) -> str:
    """Give the alias that a user typed, with or without its `@`.

    Raises:
        UsageError: it is a number, which would be taken for a version.
    """
    alias = text.removeprefix("@")
    if alias.isdigit():
        raise UsageError(
            f"{text}: an alias is no number: that names a version",
            hint="choose a name, such as champion",
        )
    return alias


def find_named(connection: Connection, name: str) -> Model:
    """Give a model by its name.

    Raises:
        NotFound: there is none; names the nearest.
    """
    from modelcompose.registry.models import find_model, read_models

    model = find_model(connection, name)
    if model is not None:
        return model
    import difflib

    names = [each.name for each in read_models(connection, "deleted_at IS NULL ORDER BY name")]
    nearest = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean {nearest[0]}?" if nearest else "list the models: modelcompose models"
    raise NotFound(f"no model is called {name!r}", hint=hint)


def follow(model: Model, alias: str) -> None:
    """Have those services follow that mount what an alias names; says what became of each."""
    import click

    from modelcompose.pipeline.model_mounts.refreshing import refresh

    refresh(model.name, (alias,), lambda line: click.echo(line, err=True))
