"""`modelcompose run`: bring steps up to date; anything else is Compose's run."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from modelcompose.cli.context import Context
from modelcompose.cli.format_option import format_option
from modelcompose.cli.run_arguments import positionals
from modelcompose.errors import PlanError, UsageError

if TYPE_CHECKING:
    from modelcompose.cli.detaching import Detachment
    from modelcompose.compose.project import Project
    from modelcompose.pipeline.graph import Node
    from modelcompose.pipeline.parameters import Overrides
    from modelcompose.pipeline.plan import Plan
    from modelcompose.pipeline.report import StepResult
    from modelcompose.pipeline.session import Session

_HELP = """Bring STEPs, and the steps that they need, up to date.

Without a name: every step of the active profiles.
A step runs only when its image, command, environment, parameters, code or data changed;
what it made before comes back from the store.

With a service that is no step, a command of its own, or any other flag of Compose's run,
this is `docker compose run`.

\b
Examples:
  modelcompose run                         every step of the active profiles
  modelcompose run train                   train, and what it needs
  modelcompose run train --set LR=0.2      with another learning rate; ml.lock stays
  modelcompose run --dry-run               what would run, and why
  modelcompose run -d train                return at once; it goes on by itself
  modelcompose run web python manage.py    a command of its own: Compose's run
"""


class _Run(click.Command):
    """Hands everything that is no run of steps to Compose before click judges its flags."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse our flags; a line with any other flag becomes Compose's."""
        if "--record" in args:
            from modelcompose.cli.record import record, recorded_line

            if (line := recorded_line(args)) is not None:
                ctx.exit(record(ctx.obj, line))
        words = positionals(self, args)
        if words is None:
            _compose_run(ctx.obj)
        return super().parse_args(ctx, args)


def _compose_run(context: Context) -> None:
    from modelcompose.cli.passthrough import replace_process
    from modelcompose.cli.record import record, recorded_by_file
    from modelcompose.cli.run_shown import run_with_data

    if (line := recorded_by_file(context)) is not None:
        raise click.exceptions.Exit(record(context, line))
    run_with_data(context)
    replace_process(context.invocation.compose_arguments)


@click.command(cls=_Run, help=_HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("steps", nargs=-1, metavar="[STEP]...")
@click.option("--force", is_flag=True, help="Run the named steps also when they are fresh.")
@click.option(
    "--resume", is_flag=True, help="Go on from kept outputs also when the identity changed."
)
@click.option("--dry-run", is_flag=True, help="Say what would run, and why; do nothing.")
@click.option("--no-deps", is_flag=True, help="Leave the steps and services before them alone.")
@click.option("--downstream", is_flag=True, help="Also the steps that need the named ones.")
@click.option("--keep-going", is_flag=True, help="Run what can run, also when a step cannot.")
@click.option(
    "-e",
    "--env",
    "environment",
    multiple=True,
    metavar="NAME=VALUE",
    help="Set a container variable of the named steps.",
)
@click.option(
    "--set",
    "sets",
    multiple=True,
    metavar="NAME=VALUE",
    help="Change a parameter: a variable, or FILE:KEY. Recorded; ml.lock does not move.",
)
@click.option("--build", is_flag=True, help="Look up the base images anew and build.")
@click.option(
    "--pull",
    type=click.Choice(["always", "missing", "never"]),
    help="Pull the images before; with always, look up their digests anew.",
)
@click.option(
    "--record",
    is_flag=True,
    help="Have SERVICE COMMAND... run as by Compose, in place, and record it.",
)
@click.option(
    "--from-remote",
    is_flag=True,
    help="Take what the project's remote has of a step in place of running it.",
)
@click.option(
    "-d",
    "--detach",
    is_flag=True,
    help="Return once the first run has started, and print its id; it goes on by itself.",
)
@click.option("--no-wait", is_flag=True, help="Fail when another command works in the project.")
@format_option(what="How to print what came out.")
@click.pass_obj
def run(context: Context, /, steps: tuple[str, ...], **flags: Any) -> int:
    """Run the verb; the text that users see is `_HELP`."""
    from modelcompose.pipeline.overriding import parse_overrides, refuse_unknown

    named = _variables(flags["environment"])
    overrides = parse_overrides(flags["sets"], named, frozenset(steps))
    project = context.read_project(steps[:1], variables=overrides.variables)
    if steps and not set(steps) <= project.steps.keys():
        project = _steps_or_compose(context, project, steps, overrides)
    refuse_unknown(project, overrides)
    _refuse_no_steps(context, project)
    is_look = flags["dry_run"] or context.is_dry_run
    flags["detachment"] = _detached(flags["form"]) if flags["detach"] and not is_look else None
    with context.session(project, overrides) as session:
        session.keeps_resumed = flags["resume"]
        nodes = session.graph.select(
            steps,
            with_upstream=not flags["no_deps"],
            with_downstream=flags["downstream"],
        )
        if flags["no_deps"]:
            nodes = _without_services(nodes)
        forced = frozenset(steps or (n.step for n in nodes)) if flags["force"] else frozenset()
        if is_look:
            return _show_plan(session, nodes, forced, flags)
        return bring(context, session, nodes, forced=forced, flags=flags)


def _steps_or_compose(
    context: Context, project: Project, steps: Sequence[str], overrides: Overrides
) -> Project:
    """Read the project with all of the names, if these are steps; else this is Compose's run."""
    from modelcompose.errors import NotFound

    if steps[0] not in project.steps:
        _compose_run(context)
    try:
        whole = context.read_project(steps, variables=overrides.variables)
    except NotFound:
        _compose_run(context)
    if not set(steps) <= whole.steps.keys():
        _compose_run(context)
    return whole


def _variables(arguments: Sequence[str]) -> dict[str, str]:
    """Read `-e` as Compose does: a bare name takes the caller's value."""
    found: dict[str, str] = {}
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if equals:
            found[name] = value
        elif name in os.environ:
            found[name] = os.environ[name]
    return found


def _refuse_no_steps(context: Context, project: Project) -> None:
    if project.steps:
        return
    from modelcompose.errors import ModelComposeError

    try:
        whole = context.read_project(all_profiles=True)
    except ModelComposeError:
        whole = project
    profiles = sorted({p for name in whole.steps for p in whole.services[name].profiles})
    if profiles:
        raise UsageError(
            f"no step is in an active profile; there are steps in: {', '.join(profiles)}",
            hint=f"run: modelcompose --profile {profiles[0]} run",
        )
    raise UsageError(
        "the Compose file has no steps",
        hint="make a service a step with `x-ml: {step: {outputs: {PATH: }}}`; see "
        "docs/guides/steps-and-caching.md",
    )


def _without_services(nodes: list[Node]) -> list[Node]:
    from msgspec.structs import replace

    return [replace(node, services=()) for node in nodes]


def _detached(form: str) -> Detachment:
    """Go on without the terminal; the process that the user started ends here."""
    from modelcompose.cli.detaching import detach

    detachment, run, code = detach()
    if detachment is None:
        if run is not None and form == "table":
            click.echo(run)
        raise click.exceptions.Exit(code)
    return detachment


def _show_plan(
    session: Session, nodes: list[Node], forced: frozenset[str], flags: dict[str, Any]
) -> int:
    from modelcompose.cli.plan_view import print_plan
    from modelcompose.pipeline.plan import make_plan

    with _asking(session, lambda line: click.echo(line, err=True), forced, flags):
        plan = make_plan(nodes, session.observer.observe, forced=forced)
    print_plan(session, nodes, plan, flags["form"])
    return 1 if plan.blocked else 0


@contextmanager
def _asking(
    session: Session, notes: Callable[[str], object], forced: frozenset[str], flags: dict[str, Any]
) -> Iterator[None]:
    """Have the project's remote asked, where it has one or the user wants that."""
    is_wanted = bool(flags.get("from_remote"))
    if not (session.project.remote or is_wanted):
        yield
        return
    from modelcompose.pipeline.from_remote.opening import asking

    with asking(session, notes, is_wanted=is_wanted, forced=forced):
        yield


def bring(
    context: Context,
    session: Session,
    nodes: list[Node],
    *,
    forced: frozenset[str],
    flags: dict[str, Any],
) -> int:
    """Bring nodes up to date with the project's lock held; print what came out.

    Returns:
        0 when every step is up to date, else 1.
    """
    from contextlib import closing

    from modelcompose.cli.lost_terminal import outlives_terminal
    from modelcompose.cli.sending import sending
    from modelcompose.cli.view import open_view
    from modelcompose.pipeline.project_lock import project_lock

    form = flags.get("form", "table")
    detachment = flags.get("detachment")
    view = open_view(context.invocation, [node.step for node in nodes], form, detachment)
    if detachment is not None:
        detachment.writes_to(session.folder.supervisor_log)
    context.builds = view.builds
    session.folder.make()
    with (
        sending(context.hub, is_quiet=context.invocation.quiet),
        outlives_terminal(),
        project_lock(
            session.folder.path,
            session.masker.text(" ".join(session.command_line)),
            wait=not flags.get("no_wait"),
            waiting=lambda holder: view.notes(f"waiting for {holder}"),
        ),
        closing(view),
        _asking(session, view.notes, forced, flags),
    ):
        return _bring_locked(context, session, nodes, view, forced=forced, flags=flags)


def _bring_locked(
    context: Context,
    session: Session,
    nodes: list[Node],
    terminal: Any,
    *,
    forced: frozenset[str],
    flags: dict[str, Any],
) -> int:
    from modelcompose.cli.plan_snapshot import tell_plan
    from modelcompose.pipeline.acting import acting
    from modelcompose.pipeline.orders import Orders
    from modelcompose.pipeline.prepare import prepare_plan
    from modelcompose.pipeline.recovery import recover_project

    session.renew_lock()
    recover_project(session, terminal.notes, terminal)
    _bring_shown(session, nodes, terminal.notes)
    with acting(session, terminal.notes):
        plan = prepare_plan(
            session,
            nodes,
            forced=forced,
            build=bool(flags.get("build")),
            pull=flags.get("pull") == "always",
        )
        for warning in session.images.warnings():
            terminal.notes(warning)
        if plan.blocked and not flags.get("keep_going"):
            first = plan.blocked[0]
            raise PlanError(first.cause, hint=first.observation.hint)
        orders = Orders(jobs=context.jobs, forced=forced)
        results = _carry_out(session, nodes, plan, orders, terminal)
    terminal.close()
    tell_plan(session, nodes, plan, results)
    _print_results(session, results, flags.get("form", "table"), quiet=context.invocation.quiet)
    return 0 if all(result.is_good for result in results) else 1


def _bring_shown(session: Session, nodes: list[Node], notes: Callable[[str], object]) -> None:
    """Have the versions of data in the store that the steps' mounts show."""
    project, steps = session.project, [node.step for node in nodes]
    if not any(project.services[step].data_mounts for step in steps):
        return
    from modelcompose.pipeline.from_remote.shown import bring_shown

    bring_shown(project, session.lock, session.store, steps, notes)


def _carry_out(
    session: Session, nodes: list[Node], plan: Plan, orders: Any, terminal: Any
) -> list[StepResult]:
    from modelcompose.pipeline.prepare import take_as_done

    if plan.is_done:
        return take_as_done(session, plan, terminal)
    from modelcompose.pipeline.execute import execute

    if any(decision.action == "run" for decision in plan.decisions):
        session.engine.check(session.project)
    return execute(session, nodes, plan, orders, terminal)


def _print_results(session: Session, results: list[StepResult], form: str, *, quiet: bool) -> None:
    from modelcompose.cli.results_view import print_json, print_table

    if form == "json":
        print_json(results)
    elif not quiet and any(result.ending != "fresh" for result in results):
        print_table(results, session.project.objective)
    elif not quiet:
        sys.stderr.write("Nothing to do. To run again all the same: --force\n")
