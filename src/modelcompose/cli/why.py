"""`modelcompose why`: what changed since a step last ran."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from modelcompose.cli.context import Context
from modelcompose.cli.format_option import format_option

if TYPE_CHECKING:
    from modelcompose.pipeline.plan import Decision, Plan

_ACTIONS = {"run": "would run", "restore": "would be restored", "skip": "is fresh"}


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("step")
@format_option("text", "json")
@click.pass_obj
def why(context: Context, step: str, form: str) -> int:
    """Explain why STEP would run, or why it would not.

    Compares with its last run and names each difference: the file, the parameter with both
    values, the variable, the command, the base image.
    """
    from modelcompose.pipeline.plan import make_plan

    project = context.read_project([step])
    with context.session(project) as session:
        plan = make_plan(session.graph.select([step]), session.observer.observe)
    document = _document(plan, step)
    if form == "json":
        import msgspec

        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(document)) + b"\n")
        sys.stdout.buffer.flush()
    else:
        click.echo("\n".join(_lines(document)))
    return 0


def _document(plan: Plan, step: str) -> dict[str, Any]:
    """Give the step's decision with, below it, those of the steps that it waits for."""
    return _explained({decision.step: decision for decision in plan.decisions}, step)


def _explained(waiting: dict[str, Decision], step: str) -> dict[str, Any]:
    """Explain a step, and below it those not explained yet; takes them out of `waiting`."""
    decision = waiting.pop(step)
    seen = decision.observation
    return {
        "step": step,
        "state": decision.state,
        "action": decision.action,
        "causes": list(decision.causes),
        "run": seen.made.run if seen.made else None,
        "ended_at": seen.made.ended_at if seen.made else None,
        "before": [_explained(waiting, name) for name in seen.pending if name in waiting],
    }


def _lines(document: dict[str, Any], depth: int = 0) -> list[str]:
    from modelcompose.cli.times import ago

    indent = "  " * depth
    if document["action"] == "skip":
        made = (
            f"made by run {document['run'][:8]}, {ago(document['ended_at'])}"
            if document["run"]
            else "made as ml.lock says"
        )
        known = ", as far as can be told" if document["causes"] else ""
        changed = f"and nothing changed since{known}"
        lines = [f"{indent}{document['step']} is fresh: {made}, {changed}"]
        return [*lines, *(f"{indent}  - {cause}" for cause in document["causes"])]
    if document["state"] == "blocked":
        return [f"{indent}{document['step']} cannot run: {'; '.join(document['causes'])}"]
    if document["before"]:
        lines = [f"{indent}{document['step']} would run if what it reads changes:"]
        for before in document["before"]:
            lines += _lines(before, depth + 1)
        return lines
    lines = [f"{indent}{document['step']} {_ACTIONS[document['action']]}:"]
    return [*lines, *(f"{indent}  - {cause}" for cause in document["causes"])]
