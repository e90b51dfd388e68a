"""`modelcompose models`: registered models, listed, shown, compared and fetched."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelcompose.cli.format_option import format_option
from modelcompose.cli.list_group import ListGroup
from modelcompose.errors import NotFound, UsageError

if TYPE_CHECKING:
    from modelcompose.registry.records import Version
    from modelcompose.tracking.run import Run


@click.group(
    "models",
    cls=ListGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--filter",
    "chosen",
    default="",
    metavar="TEXT",
    help="Only the models that this chooses, such as \"name like 'delay%' and tags.team = a\".",
)
@format_option()
@click.pass_context
def models(ctx: click.Context, *, chosen: str, form: str) -> None:
    """List the registered models, by name.

    A model is a name under which versions are numbered. A version is made by a project's
    `x-ml.models`, when a step has made new content and the gate lets it through, or by an MLflow
    client.
    """
    if ctx.invoked_subcommand is not None:
        return
    from modelcompose.cli import models_view
    from modelcompose.cli.registry import opened
    from modelcompose.cli.runs_page import print_json, print_table

    with opened() as database, database.read() as connection:
        found = models_view.listed(connection, chosen)
        tags = models_view.git_tags(connection, found, Path.cwd())
    if form == "json":
        print_json(found)
    elif found:
        print_table(*models_view.table(found, tags))
    else:
        click.echo("No models are registered.", err=True)


@models.command("show")
@click.argument("model")
@format_option(
    "table", "json", "markdown", what="How to print it; markdown gives a version's model card."
)
def show(model: str, form: str) -> None:
    """Show a model with its versions, or everything about one version.

    MODEL is a name, or a version as NAME@VERSION, NAME@ALIAS, or by a git tag: NAME@v1.2.0,
    NAME#STAGE.
    """
    if "@" in model or "#" in model:
        _show_version(model, form)
        return
    if form == "markdown":
        raise UsageError(f"{model}: a model card is of one version", hint=f"try: {model}@latest")
    from modelcompose.cli import models_view
    from modelcompose.cli.registry import find_named, opened
    from modelcompose.cli.runs_page import print_json, print_sections
    from modelcompose.registry.aliases import moves_of
    from modelcompose.registry.versions import versions_of
    from modelcompose.registry.views import ModelDocument

    with opened() as database, database.read() as connection:
        found = find_named(connection, model)
        versions = versions_of(connection, found)
        moves = moves_of(connection, found)
        tags = models_view.git_tags(connection, [found], Path.cwd())[found.name]
    if form == "json":
        print_json(ModelDocument(found, versions, moves))
    else:
        print_sections(*models_view.of_model(found, versions, moves, tags))


@models.command("diff")
@click.argument("a")
@click.argument("b")
@format_option()
def diff(a: str, b: str, form: str) -> None:
    """Tell what differs between two versions.

    That is metrics, parameters, code, data and files. A and B are NAME@VERSION or NAME@ALIAS.
    """
    from modelcompose.cli import models_view
    from modelcompose.cli.registry import find, opened
    from modelcompose.cli.runs_page import print_json, print_sections
    from modelcompose.cli.runs_trees import listing
    from modelcompose.registry.views import VersionDocument, compare_versions

    with opened() as database, database.read() as connection:
        (_, old), (_, new) = find(connection, a), find(connection, b)
    before = VersionDocument(old, _run_of(old), {})
    after = VersionDocument(new, _run_of(new), {})
    found = compare_versions(before, after, listing)
    if form == "json":
        print_json(found)
    else:
        print_sections(*models_view.of_difference(found, before.run, after.run))


@models.command("download")
@click.argument("version", metavar="NAME@VERSION")
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Where to put it; nothing may be there. By default NAME-VERSION in this folder.",
)
def download(version: str, target: Path | None) -> None:
    """Put a version's files into a folder, and print where they are."""
    from modelcompose.cli.registry import find, opened
    from modelcompose.database.home import home_folder
    from modelcompose.registry.files import VersionFiles

    with opened() as database, database.read() as connection:
        _, found = find(connection, version)
    place = target or Path(f"{found.model}-{found.version}")
    VersionFiles(home_folder()).copy(found, place)
    click.echo(str(place))


def _show_version(text: str, form: str) -> None:
    from modelcompose.cli import models_view
    from modelcompose.cli.registry import find, opened
    from modelcompose.cli.runs_page import print_json, print_sections
    from modelcompose.database.home import home_folder
    from modelcompose.registry.card import card
    from modelcompose.registry.files import VersionFiles
    from modelcompose.registry.views import VersionDocument

    with opened() as database, database.read() as connection:
        model, version = find(connection, text)
        tags = models_view.git_tags(connection, [model], Path.cwd())[model.name]
    run = _run_of(version)
    signature = VersionFiles(home_folder()).signature(version)
    if form == "json":
        print_json(VersionDocument(version, run, signature))
    elif form == "markdown":
        click.echo(card(version, run, signature), nl=False)
    else:
        print_sections(*models_view.of_version(version, run, signature, tags))


def _run_of(version: Version) -> Run | None:
    """Give the run that made a version; None where it is not recorded here any more."""
    if version.run is None:
        return None
    from contextlib import closing

    from modelcompose.database.connection import open_database
    from modelcompose.tracking.runs import Runs

    with closing(open_database()) as connection:
        try:
            return Runs(connection).get(version.run)
        except NotFound:
            return None
