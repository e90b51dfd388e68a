"""`modelcompose runs attach`, `wait`, `stop`: runs that go on without this terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelcompose.errors import UsageError

if TYPE_CHECKING:
    from modelcompose.cli.context import Context
    from modelcompose.cli.supervision import Supervision
    from modelcompose.compose.project import Project
    from modelcompose.tracking.run import Run
    from modelcompose.tracking.runs import Runs

_SHORT = 8
_INTERRUPTED = 130


@click.command("attach")
@click.argument("run")
@click.pass_obj
def attach(context: Context | None, run: str) -> int:
    """Show what a run prints until it ends, and end with its exit code.

    Ctrl-C leaves the run alone; `runs stop` ends it.
    RUN is an id, the first digits of one, or the name of a step: its latest run.
    """
    from modelcompose.cli.runs_logs import follow_log
    from modelcompose.cli.supervision import is_over

    with opened() as runs:
        found = runs.get(run, folder=_folder(context))
        supervision = supervision_for(context, runs)
        name = f"run {found.id[:_SHORT]} of {found.step}"
        if found.status == "running":
            click.echo(f"{name}: Ctrl-C leaves it running", err=True)
        try:
            path = runs.log_path(found.id)
            follow_log(path, sys.stdout.buffer, lambda: is_over(supervision.look(found.id)))
        except KeyboardInterrupt:
            stop = f"modelcompose runs stop {found.id[:_SHORT]}"
            click.echo(f"\n{name} goes on. To end it: {stop}", err=True)
            return _INTERRUPTED
        ended = runs.get(found.id)
    why = f": {ended.error}" if ended.error else ""
    click.echo(f"{name} {ended.status}{why}", err=True)
    return exit_code(ended)


def exit_code(run: Run) -> int:
    """Give the exit code that tells of a run: its own, but never 0 when it did not succeed."""
    return 0 if run.status == "succeeded" else run.exit_code or 1


@click.command("wait")
@click.argument("names", metavar="RUN...", nargs=-1, required=True)
@click.pass_obj
def wait(context: Context | None, names: tuple[str, ...]) -> int:
    """Wait until runs have ended; print how each did.

    Ends with 0 when all succeeded, else with 1.
    RUN is an id, the first digits of one, or the name of a step: its latest run.
    """
    with opened() as runs:
        found = [runs.get(name, folder=_folder(context)) for name in names]
        supervision = supervision_for(context, runs)
        ended = [_waited(supervision, run) for run in found]
    return 0 if all(run.status == "succeeded" for run in ended) else 1


def _waited(supervision: Supervision, run: Run) -> Run:
    ended = supervision.wait(run.id)
    click.echo(f"{ended.id[:_SHORT]} {ended.step} {ended.status}")
    return ended


@click.command("stop")
@click.argument("names", metavar="RUN...", nargs=-1, required=True)
@click.pass_obj
def stop(context: Context | None, names: tuple[str, ...]) -> int:
    """Stop runs: the stop signal, and a kill after the service's grace period.

    Other steps of the same command go on; those that need the stopped one do not start.
    RUN is an id, the first digits of one, or the name of a step: its latest run.
    """
    from modelcompose.pipeline.state_folder import StateFolder
    from modelcompose.pipeline.stop_requests import request_stop

    with opened() as runs:
        found = [runs.get(name, folder=_folder(context)) for name in names]
        running = [run for run in found if run.status == "running"]
        _refuse_recordings(running)
        for run in running:
            request_stop(StateFolder(Path(run.folder)), run.id)
        supervision = supervision_for(context, runs)
        for run in running:
            supervision.wait(run.id)
    for run in found:
        click.echo(run.id)
    return 0


def _refuse_recordings(runs: Sequence[Run]) -> None:
    for run in runs:
        if run.kind != "step":
            raise UsageError(
                f"run {run.id[:_SHORT]} of {run.step} is a command that runs at a terminal",
                hint="stop it there: Ctrl-C",
            )


@click.command("adopt", hidden=True)
@click.argument("folder", type=click.Path(path_type=Path))
@click.pass_obj
def adopt(context: Context, folder: Path) -> int:
    """Finish the runs of a project whose commands died; started by the verbs that need it."""
    from modelcompose.cli.terminal import Terminal
    from modelcompose.errors import Busy
    from modelcompose.pipeline.project_lock import project_lock
    from modelcompose.pipeline.recovery import recover_project

    with opened() as runs:
        left = runs.unfinished(folder)
        project = _project_of(context, folder, left)
        names = [run.step for run in left]
        engine = left[0].engine if left else None
    if project is None:
        return 0
    terminal = Terminal(names, quiet=False, is_coloured=False)
    context.invocation = context.invocation._replace(engine=engine)
    with context.session(project) as session:
        session.folder.make()
        try:
            with project_lock(
                session.folder.path, "modelcompose runs adopt", wait=False, waiting=terminal.notes
            ):
                session.renew_lock()
                recover_project(session, terminal.notes, terminal)
        except Busy as error:  # whoever holds the project does this
            terminal.notes(error.message)
    return 0


def _project_of(context: Context, folder: Path, left: Sequence[Run]) -> Project | None:
    """Read the project; where it cannot be read now, take what was noted when a run began."""
    from modelcompose.errors import ModelComposeError
    from modelcompose.pipeline.state_folder import StateFolder
    from modelcompose.pipeline.tickets import read_ticket

    try:
        project = context.read_project(all_profiles=True, need_values=False)
    except ModelComposeError:
        project = None
    if project is not None and project.directory == folder:
        return project
    tickets = (read_ticket(StateFolder(folder), run.id) for run in left)
    return next((ticket.project for ticket in tickets if ticket is not None), None)


@contextmanager
def opened() -> Iterator[Runs]:
    """Open the database of runs for the length of a block."""
    from modelcompose.database.connection import open_database
    from modelcompose.tracking.runs import Runs

    with closing(open_database()) as connection:
        yield Runs(connection)


def _folder(context: Context | None) -> Path | None:
    return None if context is None else context.folder


def supervision_for(context: Context | None, runs: Runs) -> Supervision:
    """Give what has runs finished whose command died."""
    from modelcompose.cli.supervision import Supervision

    invocation = getattr(context, "invocation", None)
    return Supervision(runs, () if invocation is None else invocation.global_arguments)
