"""`modelcompose init`: propose the `x-ml` of a project that is there, or begin a new one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from modelcompose.cli.context import Context
from modelcompose.cli.format_option import format_option
from modelcompose.errors import UsageError, VariableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelcompose.adoption.changes import Change
    from modelcompose.adoption.finding import Finding
    from modelcompose.adoption.survey import Survey
    from modelcompose.compose.discovery import Discovery
    from modelcompose.compose.project import Project


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@click.option(
    "--from-run",
    metavar="RUN",
    help="Propose a step for what a recorded run was seen to read and write.",
)
@click.option(
    "--profile",
    metavar="NAME",
    help="Put steps without a profile into this one: plain `up` then leaves them alone.",
)
@click.option("-y", "--yes", "--write", "is_sure", is_flag=True, help="Write without asking.")
@format_option("text", "json")
@click.pass_obj
def init(context: Context, /, services: tuple[str, ...], **flags: Any) -> int:
    """Propose which services of a Compose file are steps; in an empty folder, begin a project.

    Tells which services run to their end, what each reads, writes and takes as parameters,
    which variables hold secrets, and what belongs into .gitignore and .dockerignore.
    Shows all of it as a diff that keeps every line, comment and blank of yours,
    and asks before it writes. Without a terminal it prints the diff and writes nothing.

    With SERVICE, only these are looked at, and they are taken for steps whatever they look like.

    \b
    Examples:
      modelcompose init                        a proposal for the whole project
      modelcompose init > steps.patch          the diff alone, for `git apply`
      modelcompose init --write                write it without asking
      modelcompose run --record train          watch a command, then
      modelcompose init --from-run RUN         make a step of what was seen
    """  # noqa: D301 - click's mark for lines to keep
    from modelcompose.compose.discovery import discover

    if flags["from_run"] is not None and services:
        raise UsageError(
            "init --from-run: the run tells the service",
            hint=f"run: modelcompose init --from-run {flags['from_run']}",
        )
    discovery = discover(context.invocation.compose_options(), os.environ)
    if discovery.has_unseen_files:
        raise UsageError(
            "init: a Compose file from standard input, or from elsewhere, cannot be changed",
            hint="name a file of this machine: modelcompose -f compose.yaml init",
        )
    if discovery.files:
        _adopt(context, discovery, services, flags)
    else:
        _begin(context, discovery, flags)
    return 0


def _adopt(
    context: Context, discovery: Discovery, services: Sequence[str], flags: dict[str, Any]
) -> None:
    """Propose what makes steps of the services of a project."""
    from modelcompose.adoption.proposal import Proposer
    from modelcompose.adoption.survey import Survey
    from modelcompose.cli.init_view import print_json, print_proposal, print_written
    from modelcompose.compose.sources import Sources

    survey = Survey(_project(context), Sources(discovery))
    _refuse_unknown(survey.project, services)
    run = flags["from_run"]
    findings = [_seen(run, survey)] if run is not None else survey.findings(services)
    proposer = Proposer(survey, discovery, os.environ, profile=flags["profile"])
    proposal = proposer.propose(findings)
    if flags["form"] == "text":
        print_proposal(survey.project, proposal)
    is_written = _written(proposal.changes, flags)
    if flags["form"] == "json":
        print_json(survey.project, proposal, is_written=is_written)
    elif is_written:
        print_written(survey.project, proposal)


def _begin(context: Context, discovery: Discovery, flags: dict[str, Any]) -> None:
    """Write a small project into an empty folder."""
    from modelcompose.adoption.scaffold import scaffold
    from modelcompose.cli.init_view import print_begun, print_files, print_files_json

    folder = discovery.directory
    changes = scaffold(folder)
    if flags["form"] == "text":
        print_files(folder, changes)
    is_written = _written(changes, flags)
    if flags["form"] == "json":
        print_files_json(folder, changes, is_written=is_written)
    elif is_written:
        print_begun(context.invocation.engine)


def _written(changes: Sequence[Change], flags: dict[str, Any]) -> bool:
    """Write the changes if the user wants that, and tell whether it was done."""
    from modelcompose.adoption.changes import write
    from modelcompose.cli.init_view import ask

    if not changes:
        return False
    if not (flags["is_sure"] or (flags["form"] == "text" and ask(changes))):
        return False
    write(changes)
    return True


def _project(context: Context) -> Project:
    """Read the whole project; where a required variable is unset, as it is written."""
    try:
        return context.read_project(all_profiles=True)
    except VariableError:
        return context.read_project(all_profiles=True, need_values=False)


def _seen(name: str, survey: Survey) -> Finding:
    """Give what a recorded run tells."""
    from contextlib import closing

    from modelcompose.adoption.from_run import finding_of
    from modelcompose.database.connection import open_database
    from modelcompose.tracking.runs import Runs

    with closing(open_database()) as connection:
        runs = Runs(connection)
        run = runs.get(name, folder=survey.project.directory)
        return finding_of(run, survey, runs.log_path(run.id))


def _refuse_unknown(project: Project, services: Sequence[str]) -> None:
    from modelcompose.compose.complaints import unknown_service

    for name in services:
        if name not in project.services:
            raise unknown_service(name, set(project.services))
