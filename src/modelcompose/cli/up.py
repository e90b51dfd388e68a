"""`modelcompose up`: steps first, then Compose's up, which no longer waits for them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import click

from modelcompose.cli.context import Context
from modelcompose.cli.passthrough import replace_process
from modelcompose.cli.up_missing import tell_missing
from modelcompose.cli.up_services import start_services
from modelcompose.errors import PlanError, UsageError

if TYPE_CHECKING:
    from modelcompose.pipeline.graph import Node
    from modelcompose.pipeline.session import Session

_ASK_ABOVE_S = 60.0
_CHOICES = ("run", "skip", "fail")
_VALUE_FLAGS = frozenset(
    {
        "--attach",
        "--exit-code-from",
        "--no-attach",
        "--pull",
        "--scale",
        "-t",
        "--timeout",
        "--wait-timeout",
    }
)
"""Flags of Compose's `up` that take a value as the next word."""


class _Up(click.Command):
    """Takes our flag, and hands every other one to Compose as it is."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Split off `--steps`; keep everything else in order."""
        if "-h" in args or "--help" in args:
            return super().parse_args(ctx, ["--help"])
        choice, rest = _split(args)
        ctx.params = {"choice": choice, "arguments": tuple(rest)}
        return []


def _split(arguments: Sequence[str]) -> tuple[str | None, list[str]]:
    choice: str | None = None
    rest: list[str] = []
    waiting = list(arguments)
    while waiting:
        word = waiting.pop(0)
        name, equals, value = word.partition("=")
        if name != "--steps":
            rest.append(word)
            continue
        choice = value if equals else (waiting.pop(0) if waiting else "")
        if choice not in _CHOICES:
            raise UsageError(f"--steps {choice}: expected one of {', '.join(_CHOICES)}")
    return choice, rest


def named_services(arguments: Sequence[str]) -> list[str]:
    """Give the service names among the arguments of Compose's `up`."""
    return [arguments[index] for index in _positions(arguments)]


def _positions(arguments: Sequence[str]) -> list[int]:
    """Give where the arguments that are no flags, nor their values, stand."""
    pairs = pairwise(("", *arguments))
    return [
        index
        for index, (before, word) in enumerate(pairs)
        if not word.startswith("-") and before not in _VALUE_FLAGS
    ]


@click.command(cls=_Up, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("arguments", nargs=-1, metavar="[SERVICE]...")
@click.option(
    "--steps",
    "choice",
    type=click.Choice(_CHOICES),
    help="What to do with steps that are not up to date: run them, start without, or fail. "
    "By default they run; one that last took over a minute is asked about on a terminal.",
)
@click.pass_obj
def up(context: Context, choice: str | None, arguments: tuple[str, ...]) -> int:
    """Bring the steps that services need up to date, then start the services.

    Only the steps that the services to be started depend on.
    Models that they mount are put in their place, and tracked services get a hub to log to.
    Everything else is Compose's `up`, with all of its flags: see docker compose up --help.
    """
    from modelcompose.cli.up_preparing import needs_us, prepare
    from modelcompose.pipeline.graph import services_behind, steps_behind

    names = named_services(arguments)
    project = context.read_project(names)
    started = names or list(project.services)
    steps = steps_behind(project, started)
    starting = started if "--no-deps" in arguments else services_behind(project, started)
    if not steps:
        tell_missing(project, starting)
    if not steps and not needs_us(project, starting):
        replace_process(context.invocation.compose_arguments)
    code = 0
    if steps:
        with context.session(project) as session:
            nodes = session.graph.select(sorted(steps))
            code = _bring(context, session, nodes, choice, arguments)
    services = [name for name in started if name not in project.steps]
    if code == 0 and services:
        if steps:
            tell_missing(project, starting)
        attached = prepare(context, project, starting)
        positions = _positions(arguments)
        flags = [word for index, word in enumerate(arguments) if index not in positions]
        start_services(context.invocation, project, ["up", *flags, *services], attached)
    return code


def _bring(
    context: Context,
    session: Session,
    nodes: list[Node],
    choice: str | None,
    arguments: Sequence[str],
) -> int:
    from modelcompose.cli.plan_snapshot import tell_plan
    from modelcompose.cli.plan_view import print_plan
    from modelcompose.cli.run import bring
    from modelcompose.cli.sending import sending
    from modelcompose.pipeline.plan import make_plan

    build, pull = "--build" in arguments, _pull_policy(arguments)
    plan = make_plan(nodes, session.observer.observe)
    if choice == "skip" or "--no-deps" in arguments:
        return 0
    if context.is_dry_run:
        print_plan(session, nodes, plan, "table")
        return 0
    if plan.is_done and plan.is_certain and not build and pull != "always":
        with sending(context.hub, is_look=True):
            tell_plan(session, nodes, plan)
        return 0
    waiting = [d for d in plan.decisions if d.action != "skip"]
    if choice == "fail":
        raise PlanError(
            "; ".join(f"{d.step}: {d.cause}" for d in waiting),
            hint=f"run: modelcompose run {' '.join(d.step for d in waiting)}",
        )
    if choice is None and not _agrees(session, [d.step for d in waiting if d.action == "run"]):
        return 1
    flags = {"form": "table", "build": build, "pull": pull}
    return bring(context, session, nodes, forced=frozenset(), flags=flags)


def _pull_policy(arguments: Sequence[str]) -> str | None:
    """Give the value of Compose's `--pull`."""
    for before, word in pairwise(("", *arguments)):
        if before == "--pull":
            return word
        if word.startswith("--pull="):
            return word.removeprefix("--pull=")
    return None


def _agrees(session: Session, steps: Sequence[str]) -> bool:
    """Ask about steps that last took long, where somebody is there to answer."""
    from modelcompose.cli.times import duration

    long = []
    for step in steps:
        last = session.runs.latest(session.project.directory, step, status="succeeded")
        if last is not None and (last.duration_s or 0) > _ASK_ABOVE_S:
            long.append(f"{step} ({duration(last.duration_s)} the last time)")
    if not long or not sys.stdin.isatty():
        return True
    return click.confirm(f"These steps will run first: {', '.join(long)}. Go on?", default=True)
