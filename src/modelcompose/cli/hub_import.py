"""`modelcompose hub import`: bring over what other trackers recorded."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelcompose.cli.format_option import format_option

if TYPE_CHECKING:
    from modelcompose.hub.hub import Hub
    from modelcompose.hub.importing.source import Source
    from modelcompose.hub.importing.summary import Summary

_HELP = {"help_option_names": ["-h", "--help"]}
_SHOWN = 10
_format = format_option(what="How to print what was done.")
_no_files = click.option("--no-artifacts", is_flag=True, help="Leave the files where they are.")
_as_experiment = click.option(
    "--experiment", metavar="NAME", help="The experiment that they become part of."
)


@click.group("import", context_settings=_HELP)
def import_() -> None:
    """Bring over what other trackers recorded.

    What the hub has stays as it is: the same command again adds only what is new, and goes on
    where it was interrupted. The hub may be up meanwhile.
    """


@import_.command("mlflow", short_help="From an MLflow server, file or folder.")
@click.argument("source")
@click.option(
    "--experiment",
    "names",
    multiple=True,
    metavar="NAME",
    help="Only this experiment; signs such as * stand for others.",
)
@_no_files
@_format
@click.pass_context
def mlflow(
    ctx: click.Context, *, source: str, names: tuple[str, ...], no_artifacts: bool, form: str
) -> None:
    """Bring over experiments, runs with all their points, artifacts and models of MLflow.

    SOURCE is a server's address, MLflow's SQLite file, or its folder mlruns.

    \b
    modelcompose hub import mlflow http://mlflow.example.org:5000
    modelcompose hub import mlflow mlflow.db

    A server that asks for a name or a token takes them as from MLflow's own client:
    MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN.
    """  # noqa: D301 - click's mark for lines to keep
    import os

    from modelcompose.hub.importing.mlflow import open_mlflow

    def is_wanted(name: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in names)

    with _opened(ctx) as hub:
        opened = open_mlflow(source, os.environ)
        chosen = is_wanted if names else None
        _take(hub, opened, form, with_files=not no_artifacts, wanted=chosen)


@import_.command("tensorboard", short_help="From TensorBoard's event files.")
@click.argument("logdir", type=click.Path(path_type=Path))
@_as_experiment
@_format
@click.pass_context
def tensorboard(ctx: click.Context, *, logdir: Path, experiment: str | None, form: str) -> None:
    """Bring over TensorBoard's event files: each folder below LOGDIR that has some is a run.

    Scalars become metrics, texts and histograms series of theirs, images files, and what the
    hparams plugin knows parameters. The experiment is called as LOGDIR unless a name is given.
    """
    from modelcompose.hub.importing.tensorboard import TensorBoard

    with _opened(ctx) as hub:
        _take(hub, TensorBoard(logdir, experiment), form)


@import_.command("neptune", short_help="From the Parquet of neptune-exporter.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--files",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Where neptune-exporter put the files; by default `files` beside FOLDER.",
)
@_as_experiment
@_format
@click.pass_context
def neptune(
    ctx: click.Context, *, folder: Path, files: Path | None, experiment: str | None, form: str
) -> None:
    """Bring over the Parquet files that neptune-exporter wrote, those of 2.x and 3.x.

    FOLDER is its --data-path. Each project becomes an experiment unless a name is given.
    """
    from modelcompose.hub.importing.neptune import Neptune

    with _opened(ctx) as hub:
        _take(hub, Neptune(folder, files, experiment), form)


@contextmanager
def _opened(ctx: click.Context) -> Iterator[Hub]:
    from modelcompose.database.home import home_folder
    from modelcompose.hub.hub import open_hub

    group = ctx.parent.parent if ctx.parent else None
    params = group.params if group else {}
    home = home_folder()
    hub = open_hub(
        params.get("database") or home / "hub.db", home, artifacts=params.get("artifacts")
    )
    try:
        yield hub
    finally:
        hub.close()


def _take(
    hub: Hub,
    source: Source,
    form: str,
    *,
    with_files: bool = True,
    wanted: Callable[[str], bool] | None = None,
) -> None:
    from modelcompose.cli.hub_import_view import Bar
    from modelcompose.errors import Interrupted
    from modelcompose.hub.importing.intake import take

    with Bar(sys.stderr) as bar:
        try:
            summary = take(hub, source, progress=bar, with_files=with_files, wanted=wanted)
        except KeyboardInterrupt:
            raise Interrupted(
                f"{source.name}: interrupted", hint="run the same command again: it goes on"
            ) from None
    if form == "json":
        from modelcompose.cli.runs_page import print_json

        print_json(summary)
        return
    _tell(summary)


def _tell(summary: Summary) -> None:
    from modelcompose.cli.hub_import_view import lines_of

    for line in lines_of(summary):
        click.echo(line)
    for note in summary.notes:
        click.echo(f"note: {note}", err=True)
    if not summary.left_out:
        return
    click.echo("\nleft out:", err=True)
    for left in summary.left_out[:_SHOWN]:
        click.echo(f"  {left.what}: {left.reason}", err=True)
    more = len(summary.left_out) - _SHOWN
    if more > 0:
        click.echo(f"  … and {more} more: --format json lists all", err=True)
    click.echo("\nhint: the same command again tries what was left out", err=True)
