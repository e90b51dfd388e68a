"""Our verbs as click commands; each verb's module is imported when it is called."""

from __future__ import annotations

from importlib import import_module

import click

from modelcompose.cli.arguments import Invocation
from modelcompose.cli.context import Context

_COMMANDS = {
    "status": "modelcompose.cli.status:status",
    "why": "modelcompose.cli.why:why",
    "run": "modelcompose.cli.run:run",
    "up": "modelcompose.cli.up:up",
    "data": "modelcompose.cli.data:data",
    "push": "modelcompose.cli.transfer:push",
    "pull": "modelcompose.cli.transfer:pull",
    "fetch": "modelcompose.cli.transfer:fetch",
    "runs": "modelcompose.cli.runs:runs_group",
    "models": "modelcompose.cli.models:models",
    "alias": "modelcompose.cli.alias:alias",
    "promote": "modelcompose.cli.promote:promote",
    "tag": "modelcompose.cli.tag:tag",
    "reproduce": "modelcompose.cli.reproduce:reproduce",
    "report": "modelcompose.cli.report:report",
    "init": "modelcompose.cli.init:init",
    "doctor": "modelcompose.cli.doctor:doctor",
    "ui": "modelcompose.cli.ui:ui",
    "hub": "modelcompose.cli.hub:hub",
    "render": "modelcompose.cli.render:render",
    "schema": "modelcompose.cli.schema:schema",
    "demo": "modelcompose.cli.demo:demo",
    "lock": "modelcompose.cli.lock:lock",
    "plugin": "modelcompose.cli.plugin:plugin",
    "completion": "modelcompose.cli.completion:completion",
}


def command(verb: str) -> click.Command:
    """Give the click command of one of our verbs."""
    module, _, name = _COMMANDS[verb].partition(":")
    found: click.Command = getattr(import_module(module), name)
    return found


def main(invocation: Invocation) -> int:
    """Run one of our verbs and give the exit code.

    Raises:
        ModelComposeError: what the user is to be told.
    """
    verb = invocation.verb or ""
    try:
        code = command(verb).main(
            args=list(invocation.rest),
            prog_name=f"modelcompose {verb}",
            standalone_mode=False,
            obj=Context(invocation),
        )
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort as error:
        raise KeyboardInterrupt from error
    return code if isinstance(code, int) else 0
