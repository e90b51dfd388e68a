"""`modelcompose run --record`: what Compose would run, recorded."""

from __future__ import annotations

import re
import sys
from contextlib import closing
from typing import TYPE_CHECKING

from modelcompose.compose.run_line import RunLine, parse_run_line
from modelcompose.errors import NotFound, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelcompose.adoption.recording import Recorded
    from modelcompose.cli.context import Context
    from modelcompose.compose.project import Project
    from modelcompose.tracking.run import Run

FLAG = "--record"
_ASKED = re.compile(r"\brecord\b[\"']?\s*:")


def recorded_line(arguments: Sequence[str]) -> RunLine | None:
    """Give what is to be recorded of what follows `run`; None where `--record` is not given.

    Raises:
        UsageError: it is, and there is nothing to record.
    """
    line = parse_run_line(arguments, own=[FLAG])
    if line is not None and line.is_set(FLAG):
        _refuse_detached(line)
        return line
    if line is not None and line.command == (FLAG,):
        return RunLine(line.service, flags=line.flags)
    if arguments[:1] == [FLAG] and not {"-h", "--help"} & set(arguments):
        raise UsageError(
            "run --record: expected a service, then its command",
            hint="such as: modelcompose run --record train python train.py",
        )
    return None


def recorded_by_file(context: Context) -> RunLine | None:
    """Give the line of Compose's run that the service's `x-ml.record` wants recorded.

    Costs next to nothing where no file says so.
    """
    import os

    from modelcompose.compose.discovery import discover
    from modelcompose.compose.sources import Sources

    line = parse_run_line(context.invocation.rest)
    if line is None or line.is_set("--detach") or line.is_set("--dry-run"):
        return None
    text = Sources(discover(context.invocation.compose_options(), os.environ)).text
    if not _ASKED.search(text):
        return None
    try:
        project = context.read_project([line.service])
    except NotFound:
        return None
    return line if project.services[line.service].is_recorded else None


def record(context: Context, line: RunLine) -> int:
    """Run a command as Compose would, record it, and give its exit code."""
    from modelcompose.adoption.recording import Recorder
    from modelcompose.cli.sending import remember_hub, sending
    from modelcompose.database.connection import open_database
    from modelcompose.database.home import home_folder
    from modelcompose.store.store import Store
    from modelcompose.tracking.runs import Runs

    project = context.read_project([line.service])
    line = RunLine(
        line.service, line.command, tuple(flag for flag in line.flags if flag[0] != FLAG)
    )
    with closing(open_database()) as connection:
        runs = Runs(connection)
        recorder = Recorder(
            project,
            engine=context.engine(project, runs).name,
            runs=runs,
            store=Store(home_folder() / "store"),
            global_arguments=context.invocation.global_arguments,
            command_line=("modelcompose", *sys.argv[1:]),
        )
        hub = remember_hub(connection, project)
        with sending(hub, is_quiet=context.invocation.quiet):
            recorded = recorder.record(line)
    if not context.invocation.quiet:
        _tell(recorded)
    _announce(project, recorded.run)
    return recorded.exit_code


def _refuse_detached(line: RunLine) -> None:
    for flag, why in (
        ("--detach", "a record goes to the command's end"),
        ("--dry-run", "nothing would run"),
    ):
        if line.is_set(flag):
            raise UsageError(
                f"run --record {flag}: {why}", hint=f"leave out {flag}, or leave out --record"
            )


def _announce(project: Project, run: Run) -> None:
    """Tell those whom `x-ml.notify` names; what a run holds has its secrets masked already."""
    from modelcompose.pipeline.announcing import Occasion, Outcome, announce
    from modelcompose.pipeline.report import result_of
    from modelcompose.tracking.masking import Masker

    if project.notify is None:
        return
    began, ended = run.started_at or run.created_at, run.ended_at or run.created_at
    masker = Masker([project.notify.webhook or ""], project.masked_variables)
    announce(
        Occasion(project, run.command_line, masker),
        Outcome(began, ended, [result_of(run)]),
        lambda problem: sys.stderr.write(f"note: {problem}\n"),
    )


def _tell(recorded: Recorded) -> None:
    run = recorded.run
    for note in recorded.notes:
        sys.stderr.write(f"note: {note}\n")
    if run.recording is not None and run.recording.reads != "seen":
        sys.stderr.write(
            f"note: the files that it read are {run.recording.reads}: {run.recording.reason}\n"
        )
    sys.stderr.write(
        f"recorded as run {run.id[:8]}: {_touched(recorded)} "
        f"(modelcompose runs show {run.id[:8]})\n"
    )
    if run.status == "succeeded" and run.outputs:
        sys.stderr.write(f"To make it a step: modelcompose init --from-run {run.id[:8]}\n")


def _touched(recorded: Recorded) -> str:
    run = recorded.run
    read = sum(content.files for content in run.inputs.values())
    written = sum(content.files for content in run.outputs.values())
    is_known = run.recording is not None and run.recording.reads != "unknown"
    return f"{f'read {_files(read)}, ' if is_known else ''}wrote {_files(written)}"


def _files(number: int) -> str:
    return "1 file" if number == 1 else f"{number} files"
