"""`modelcompose runs`: the runs that were recorded, listed, shown, compared and deleted."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modelcompose.cli.format_option import format_option
from modelcompose.cli.list_group import ListGroup
from modelcompose.cli.runs_life import adopt, attach, stop, supervision_for, wait
from modelcompose.errors import UsageError

if TYPE_CHECKING:
    from modelcompose.tracking.run import Run
    from modelcompose.tracking.runs import Runs

_LIMIT = 30


@click.group(
    "runs",
    cls=ListGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--filter",
    "chosen",
    metavar="TEXT",
    help="Only the runs that this chooses, such as 'step = train and metrics.auc > 0.7'.",
)
@click.option(
    "--sort", metavar="NAME", help="Sort by a field, 'metrics.auc'; '-metrics.auc': largest first."
)
@click.option(
    "--columns", metavar="NAMES", help="The columns to show, such as 'step,params.LR,metrics.auc'."
)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=_LIMIT,
    show_default=True,
    help="How many to show; 0 for all.",
)
@click.option("--all", "everywhere", is_flag=True, help="The runs of all projects.")
@format_option()
@click.pass_context
def runs_group(
    ctx: click.Context,
    *,
    chosen: str | None,
    sort: str | None,
    columns: str | None,
    limit: int,
    everywhere: bool,
    form: str,
) -> None:
    """List the runs of this project, the newest first.

    Every execution of a step is a run. What a filter, a sort key and a column can name: step,
    status (running, succeeded, failed, killed), project, engine, created, started, ended,
    duration, exit_code, attempt, cause, error, id, identity, image, branch, commit, oom_killed,
    timed_out, archived, note, params.NAME, metrics.NAME and tags.NAME.

    \b
    Filters compare with = != < <= > >= and join with and, or, not, ( ).
      modelcompose runs --filter 'status = failed and created > 2d'
      modelcompose runs --filter 'params.LR <= 0.1' --sort -metrics.auc
    """  # noqa: D301 - click's mark for lines to leave as they are
    if ctx.invoked_subcommand is not None:
        return
    from modelcompose.cli import runs_list
    from modelcompose.cli.runs_page import print_json, print_table

    names = runs_list.named_columns(columns) if columns else None
    folder = None if everywhere else _folder(ctx)
    with _opened() as runs:
        if folder is not None:
            supervision_for(ctx.obj, runs).look_around(folder)
        found = runs.list(
            folder=folder,
            filter=chosen,
            sort=sort,
            limit=limit + 1 if limit else None,
            columns=runs_list.READ,
        )
    shown = found[:limit] if limit else found
    if form == "json":
        print_json(runs_list.summaries(shown, names))
    elif shown:
        usual = runs_list.usual_columns(shown, has_projects=folder is None)
        is_asked = names is not None
        print_table(*runs_list.table(shown, names or usual, time.time(), is_asked=is_asked))
    else:
        _say_none(is_chosen=chosen is not None, folder=folder)
    if len(found) > len(shown):
        click.echo(f"There are more than {limit} runs; --limit 0 shows all.", err=True)


@runs_group.command("show")
@click.argument("run")
@format_option()
@click.pass_context
def show(ctx: click.Context, run: str, form: str) -> None:
    """Show everything that is known about a run.

    RUN is an id, the first digits of one, or the name of a step: its latest run.
    """
    from modelcompose.cli import runs_show
    from modelcompose.cli.runs_logged import logged_sections
    from modelcompose.cli.runs_page import print_json, print_sections
    from modelcompose.database.home import home_folder
    from modelcompose.tracking.summary import resources
    from modelcompose.tracking.views import document

    with _opened() as runs:
        found = runs.get(run, folder=_folder(ctx))
        supervision_for(ctx.obj, runs).look_around(Path(found.folder))
        used = resources(runs.samples(found.id))
        log = runs.log_path(found.id)
        beside = runs.logged_beside(found.id)
    if form == "json":
        from modelcompose.cli.registry import opened
        from modelcompose.tracking.query.reading import read_run

        with opened() as database, database.read() as connection:
            one = read_run(connection, found.id)
        print_json(document(found, used, name=one.name or None, user=one.user, tags=one.tags))
        return
    place = str(log) if log.exists() else ""
    shown = runs_show.sections(found, used, place, time.time())
    artifacts = home_folder() / "artifacts" / str(beside.experiment) / found.id / "artifacts"
    logged = logged_sections(beside, artifacts)
    print_sections(runs_show.headline(found), [*shown[:3], *logged, *shown[3:]])


@runs_group.command("logs")
@click.option("-f", "--follow", is_flag=True, help="Go on until the run ends.")
@click.argument("run")
@click.pass_context
def logs(ctx: click.Context, run: str, follow: bool) -> None:
    """Print what a run printed.

    RUN is an id, the first digits of one, or the name of a step: its latest run.
    """
    from modelcompose.cli.runs_logs import copy_log, follow_log
    from modelcompose.cli.supervision import is_over

    out = sys.stdout.buffer
    with _opened() as runs:
        found = runs.get(run, folder=_folder(ctx))
        path = runs.log_path(found.id)
        if follow:
            supervision = supervision_for(ctx.obj, runs)
            follow_log(path, out, lambda: is_over(supervision.look(found.id)))
        else:
            copy_log(path, out)


@runs_group.command("diff")
@click.argument("a")
@click.argument("b")
@format_option()
@click.pass_context
def diff(ctx: click.Context, a: str, b: str, form: str) -> None:
    """Tell what differs between two runs: metrics, parameters, definition, inputs, code.

    A and B are ids, the first digits of one, or names of steps: their latest runs.
    """
    from modelcompose.cli import runs_diff
    from modelcompose.cli.runs_page import print_json, print_sections
    from modelcompose.cli.runs_trees import listing
    from modelcompose.tracking.comparison import compare_runs
    from modelcompose.tracking.views import comparison_document

    with _opened() as runs:
        old, new = (runs.get(name, folder=_folder(ctx)) for name in (a, b))
    comparison = compare_runs(old, new, listing=listing)
    if form == "json":
        print_json(comparison_document(comparison))
    else:
        print_sections(runs_diff.headline(old, new), runs_diff.sections(comparison))


@runs_group.command("rm")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.argument("names", metavar="RUN...", nargs=-1, required=True)
@click.pass_context
def rm(ctx: click.Context, names: tuple[str, ...], yes: bool) -> None:
    """Delete runs with their logs and artifacts.

    Outputs in the project stay as they are. RUN is an id, the first digits of one, or the name
    of a step: its latest run.
    """
    with _opened() as runs:
        found = {run.id: run for run in (runs.get(n, folder=_folder(ctx)) for n in names)}
        _refuse_running(list(found.values()))
        if not yes:
            _confirm(list(found.values()))
        runs.delete(list(found))
    for run_id in found:
        click.echo(run_id)


for _command in (attach, wait, stop, adopt):
    runs_group.add_command(_command)


@contextmanager
def _opened() -> Iterator[Runs]:
    from contextlib import closing

    from modelcompose.database.connection import open_database
    from modelcompose.tracking.runs import Runs

    with closing(open_database()) as connection:
        yield Runs(connection)


def _folder(ctx: click.Context) -> Path | None:
    state: Any = ctx.obj
    return None if state is None else state.folder


def _say_none(*, is_chosen: bool, folder: Path | None) -> None:
    place = "" if folder is None else f" in {folder}"
    found = "No run fits the filter" if is_chosen else "No run was recorded"
    hint = "" if is_chosen else "\n\nhint: make the first one: modelcompose run"
    click.echo(f"{found}{place}.{hint}", err=True)


def _refuse_running(runs: list[Run]) -> None:
    from modelcompose.cli.supervision import is_over

    for run in runs:
        if not is_over(run):
            raise UsageError(
                f"run {run.id} of {run.step} still runs",
                hint=f"stop it first: modelcompose runs stop {run.id[:8]}",
            )


def _confirm(runs: list[Run]) -> None:
    from modelcompose.tracking.naming import SHORT

    if not sys.stdin.isatty():
        raise UsageError(
            "runs are deleted without asking only with --yes",
            hint=f"modelcompose runs rm --yes {' '.join(run.id[:SHORT] for run in runs)}",
        )
    listed = ", ".join(f"{run.id[:SHORT]} ({run.step})" for run in runs)
    click.confirm(f"Delete {listed}?", abort=True, err=True)
