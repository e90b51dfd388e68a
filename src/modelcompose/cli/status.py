"""`modelcompose status`: each step's state, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from modelcompose.cli.context import Context
from modelcompose.cli.format_option import format_option

if TYPE_CHECKING:
    from modelcompose.compose.project import Project


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("steps", nargs=-1, metavar="[STEP]...")
@format_option()
@click.pass_obj
def status(context: Context, steps: tuple[str, ...], form: str) -> int:
    """Show which steps are fresh, stale, missing, modified or failed, and why.

    \b
    fresh     what it made is there, and nothing that it depends on changed
    stale     its image, command, environment, parameters, code or data changed
    missing   it never ran, or an output is gone
    modified  an output was changed by hand
    failed    its last run failed
    \b
    While another command runs steps here, also:
    running   since when, with its newest metrics
    preparing its services and its image are made ready
    waiting   what for, and who holds it: limits, jobs, or the steps before it
    """  # noqa: D301 - click's mark for lines to keep
    from modelcompose.cli.plan_snapshot import tell_plan
    from modelcompose.cli.plan_view import print_plan
    from modelcompose.cli.sending import sending
    from modelcompose.cli.supervision import Supervision
    from modelcompose.pipeline.plan import make_plan

    project = context.read_for_a_look(steps)
    with context.session(project) as session:
        arguments = context.invocation.global_arguments
        Supervision(session.runs, arguments).look_around(project.directory)
        nodes = session.graph.select(steps)
        plan = make_plan(nodes, session.observer.observe)
        if not plan.decisions and form == "table":
            click.echo("The Compose file has no steps.")
        else:
            print_plan(session, nodes, plan, form)
            with sending(context.hub, is_look=True):
                tell_plan(session, nodes, plan)
    _tell_of_models(project)
    return 0


def _tell_of_models(project: Project) -> None:
    """Say which folders do not hold the version that their mounts ask for."""
    if not any(service.model_mounts for service in project.services.values()):
        return
    from modelcompose.cli.registry import opened
    from modelcompose.pipeline.model_mounts.filling import outdated

    with opened() as database, database.read() as connection:
        for line in outdated(connection, project):
            click.echo(f"note: {line}", err=True)
