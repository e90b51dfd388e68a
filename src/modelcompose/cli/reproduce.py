"""`modelcompose reproduce`: make a run, or a whole lock, again and compare."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modelcompose.cli.context import Context
from modelcompose.cli.format_option import format_option
from modelcompose.errors import NotFound, UsageError

if TYPE_CHECKING:
    from modelcompose.compose.project import Project
    from modelcompose.pipeline.reproduction.outcome import Outcome
    from modelcompose.pipeline.session import Session
    from modelcompose.tracking.run import Run

_HELP = """Make RUN again, in a folder beside the project, and compare what comes out.

RUN is the beginning of a run's id, or a step for its latest run that succeeded. Its code, inputs,
image and parameters are rebuilt as they were recorded; what is gone is named before anything
starts. The project's outputs and ml.lock stay as they are.

With --check: every step that ml.lock tells of, or the STEPs named and those that they need, from
the current checkout, each on what was just made.

The exit code is 0 when every output is identical, else 1.

\b
Examples:
  modelcompose reproduce train                     the latest run of train
  modelcompose reproduce 3f9a21c0                  a run by its id
  modelcompose reproduce --check                   all of ml.lock, as in CI
  modelcompose reproduce train --tolerance 1e-6    metrics may differ by that much
"""


@click.command(help=_HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", nargs=-1, metavar="[RUN | STEP...]")
@click.option("--check", is_flag=True, help="Make what ml.lock tells of again and compare.")
@click.option(
    "--tolerance",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="NUMBER",
    help="How far apart, absolutely or relatively, metrics may be to count as equal.",
)
@click.option("--no-wait", is_flag=True, help="Fail when another command works in the project.")
@format_option(what="How to print what came out.")
@click.pass_obj
def reproduce(
    context: Context, /, names: tuple[str, ...], check: bool, tolerance: float, **flags: Any
) -> int:
    """Run the verb; the text that users see is `_HELP`."""
    from modelcompose.cli.reproduce_view import print_outcomes

    if check:
        outcomes = _check(context, names, tolerance, flags)
    else:
        outcomes = [_reproduce(context, names, tolerance, flags)]
    print_outcomes(outcomes, flags["form"])
    return 0 if all(outcome.is_reproduced for outcome in outcomes) else 1


def _reproduce(
    context: Context, names: tuple[str, ...], tolerance: float, flags: dict[str, Any]
) -> Outcome:
    from modelcompose.engine import open_engine
    from modelcompose.pipeline.reproduction.running import reproduce_run

    if len(names) != 1:
        raise UsageError(
            f"expected one run to reproduce, found {len(names)}",
            hint="name a run or a step; for all of ml.lock: modelcompose reproduce --check",
        )
    run = _find(context, names[0])
    _refuse_other_engine(context, run)
    with context.session(_project_of(context, run)) as own:
        own.engine = open_engine(run.engine, progress=context.show_build)
        with _beside(context, own, [run.step], flags) as (folder, view):
            return reproduce_run(own, run, folder, view, tolerance=tolerance)


def _find(context: Context, name: str) -> Run:
    from modelcompose.database.connection import open_database
    from modelcompose.pipeline.reproduction.finding import wanted_run
    from modelcompose.tracking.runs import Runs

    with closing(open_database()) as connection:
        return wanted_run(Runs(connection), name, context.folder)


def _refuse_other_engine(context: Context, run: Run) -> None:
    asked = context.invocation.engine
    if asked and asked != run.engine:
        raise UsageError(
            f"run {run.id[:8]} was made by the {run.engine} engine: another one does not make the "
            "same",
            hint="leave --engine away",
        )


def _project_of(context: Context, run: Run) -> Project:
    """Read the project with the run's step, where it still has it."""
    try:
        return context.read_project([run.step])
    except NotFound:
        return context.read_project()


def _check(
    context: Context, names: tuple[str, ...], tolerance: float, flags: dict[str, Any]
) -> list[Outcome]:
    from modelcompose.pipeline.lock import FILE_NAME, read_lock
    from modelcompose.pipeline.reproduction.checking import reproduce_lock

    folder = context.folder or Path()
    wanted = names or tuple(read_lock(folder / FILE_NAME).steps)
    if not wanted:
        raise UsageError(
            f"{folder / FILE_NAME}: tells of no step",
            hint="make it, and commit it: modelcompose run",
        )
    with context.session(context.read_project(wanted)) as own:
        nodes = own.graph.select(wanted)
        with _beside(context, own, [node.step for node in nodes], flags) as (place, view):
            return reproduce_lock(own, nodes, place, view, jobs=context.jobs, tolerance=tolerance)


@contextmanager
def _beside(
    context: Context, own: Session, steps: list[str], flags: dict[str, Any]
) -> Iterator[tuple[Path, Any]]:
    """Hold the project, and give a folder beside it that is gone afterwards."""
    import shutil
    import uuid

    from modelcompose.cli.sending import sending
    from modelcompose.cli.view import open_view
    from modelcompose.pipeline.project_lock import project_lock
    from modelcompose.pipeline.recovery import recover_project

    view = open_view(context.invocation, steps, "table")
    context.builds = view.builds
    own.folder.make()
    holding = project_lock(
        own.folder.path,
        own.masker.text(" ".join(own.command_line)),
        wait=not flags["no_wait"],
        waiting=lambda holder: view.notes(f"waiting for {holder}"),
    )
    with sending(context.hub, is_quiet=context.invocation.quiet), holding, closing(view):
        own.renew_lock()
        recover_project(own, view.notes)
        folder = own.folder.work / f"reproduce-{uuid.uuid4().hex}"
        folder.mkdir(parents=True)
        try:
            yield folder / "project", view
        finally:
            shutil.rmtree(folder, ignore_errors=True)
