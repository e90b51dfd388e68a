"""`modelcompose push`, `pull` and `fetch`: content by ml.lock, beside Compose's images."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import click

from modelcompose.cli.context import Context
from modelcompose.cli.data_opening import opened
from modelcompose.cli.format_option import format_option
from modelcompose.errors import UsageError

if TYPE_CHECKING:
    from modelcompose.cli.transfer_work import Asked, Outcome, Verb
    from modelcompose.versioning.workspace import DataWorkspace

_VALUE_FLAGS = frozenset({"--policy"})
"""Flags of Compose's `push` and `pull` that take a value as the next word."""
_OWN_FLAGS = frozenset({"--no-images", "--no-data", "--all-results"})
_OWN_VALUES = frozenset({"--remote", "--format"})
_FORMS = ("table", "json")


class _Words(click.Command):
    """Takes our flags, and keeps every other word for Compose as it is."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Split off our flags; keep everything else in order."""
        if "-h" in args or "--help" in args:
            return super().parse_args(ctx, ["--help"])
        known = {name for param in self.params for name in param.opts}
        own: dict[str, Any] = {"remote": None, "form": _FORMS[0]}
        own.update((name[2:].replace("-", "_"), False) for name in _OWN_FLAGS & known)
        rest: list[str] = []
        waiting = list(args)
        while waiting:
            word = waiting.pop(0)
            name, equals, value = word.partition("=")
            if name in _OWN_FLAGS & known:
                own[name[2:].replace("-", "_")] = True
            elif name in _OWN_VALUES:
                found = value if equals else (waiting.pop(0) if waiting else "")
                if not found:
                    raise UsageError(f"{name}: expected a value")
                own["form" if name == "--format" else name[2:]] = found
            else:
                rest.append(word)
        if own["form"] not in _FORMS:
            raise UsageError(f"--format {own['form']}: expected one of {', '.join(_FORMS)}")
        ctx.params = {**own, "words": tuple(rest)}
        return []


_remote = click.option(
    "--remote", metavar="ADDRESS", help="Where to, or from; by default x-ml.remote."
)
_no_images = click.option("--no-images", is_flag=True, help="Leave the services' images alone.")
_no_data = click.option("--no-data", is_flag=True, help="Leave data, outputs and models alone.")
_words = click.argument("words", nargs=-1, metavar="[PATH|SERVICE]...")
_settings = {"help_option_names": ["-h", "--help"]}


@click.command("push", cls=_Words, context_settings=_settings)
@_words
@_remote
@_no_images
@_no_data
@click.option(
    "--all-results",
    is_flag=True,
    default=False,
    help="Also what steps made with other parameters and inputs, as far as it is in the store.",
)
@format_option()
@click.pass_obj
def push(context: Context, /, **flags: Any) -> int:
    """Push what ml.lock names to the project's remote, then images as Compose does.

    Data, what steps made, under which identity they made it, and the registered models: all of
    it, or what lies at each PATH; a step's name means its outputs. PATH@REV means data as ml.lock
    of that git revision names it. What is there already is not sent again. A SERVICE's name means
    its image. Every other flag is that of Compose's push.
    """
    return _both(context, "push", flags)


@click.command("pull", cls=_Words, context_settings=_settings)
@_words
@_remote
@_no_images
@_no_data
@format_option()
@click.pass_obj
def pull(context: Context, /, **flags: Any) -> int:
    """Bring what ml.lock names from the project's remote into place, then images as Compose does.

    Data, what steps made, and the registered models: all of it, or what lies at each PATH, which
    may be inside of a versioned folder; a step's name means its outputs. What was changed here
    is left alone; pull then exits with 1, as where the remote lacks something. A SERVICE's name
    means its image. Every other flag is that of Compose's pull.
    """
    return _both(context, "pull", flags)


@click.command("fetch", context_settings=_settings)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@_remote
@format_option()
@click.pass_obj
def fetch(context: Context, paths: tuple[str, ...], remote: str | None, form: str) -> int:
    """Bring what ml.lock names from the project's remote into the store; no file is touched.

    PATH@REV means data as ml.lock of that git revision names it.
    """
    from modelcompose.cli.transfer_work import Asked

    with opened(context) as workspace:
        asked = Asked("fetch", paths, remote, is_dry=context.is_dry_run, form=form)
        return _content(context, workspace, asked)


def _both(context: Context, verb: Verb, flags: dict[str, Any]) -> int:
    words: tuple[str, ...] = flags["words"]
    does_images, does_data = not flags["no_images"], not flags["no_data"]
    plain = _plain(words)
    code = 0
    with opened(context) as workspace:
        services = [word for word in plain if word in workspace.project.services]
        steps = [word for word in services if workspace.lock.steps.get(word)]
        paths = [word for word in plain if word not in services]
        if paths and not does_data:
            raise UsageError(
                f"{verb}: --no-data, and yet {paths[0]}", hint="leave one of them away"
            )
        has_content = bool(flags["remote"] or workspace.project.remote)
        has_content |= verb == "pull" and bool(workspace.dvc and workspace.dvc.tracked)
        # Without a remote, `push` and a service's name mean what they mean in Compose.
        has_place = has_content or not does_images
        if does_data and (paths or (has_place and (steps or not services))):
            from modelcompose.cli.transfer_work import Asked

            asked = Asked(
                verb,
                (*paths, *steps),
                flags["remote"],
                all_results=bool(flags.get("all_results")),
                is_dry=context.is_dry_run or "--dry-run" in words,
                form=flags["form"],
            )
            code = _content(context, workspace, asked)
        elif does_data and not services and workspace.lock.data:
            click.echo(
                f"note: no data is moved: the Compose file names no x-ml.remote to {verb} "
                f"{'to' if verb == 'push' else 'from'}",
                err=True,
            )
    if does_images and not (paths and not services) and _has_images(context):
        kept = [word for word in words if word not in paths]
        return _images([*context.invocation.global_arguments, verb, *kept], code)
    return code


def _content(context: Context, workspace: DataWorkspace, asked: Asked) -> int:
    from modelcompose.cli.transfer_stop import telling_of_interrupt
    from modelcompose.cli.transfer_told import tell

    with telling_of_interrupt():
        outcome = _moved(context, workspace, asked)
    tell(asked, outcome)
    return 0 if outcome.is_whole else 1


def _moved(context: Context, workspace: DataWorkspace, asked: Asked) -> Outcome:
    from modelcompose.cli.transfer_work import move

    if workspace.dvc is None:
        return move(context, workspace, asked)
    from modelcompose.cli.transfer_dvc import move_all

    return move_all(context, workspace, workspace.dvc, asked)


def _images(arguments: Sequence[str], code: int) -> int:
    """Do with images as Compose does; a code that is not 0 already stays."""
    from modelcompose.cli.passthrough import replace_process

    if code == 0:
        replace_process(arguments)
    import subprocess

    subprocess.run(["docker", "compose", *arguments], check=False)
    return code


def _plain(words: Sequence[str]) -> list[str]:
    """Give the words that are no flags, nor their values."""
    pairs = pairwise(("", *words))
    return [w for before, w in pairs if not w.startswith("-") and before not in _VALUE_FLAGS]


def _has_images(context: Context) -> bool:
    """Whether images are used at all: not where nothing but the process engine is."""
    from modelcompose.cli.passthrough import compose_is_there

    engine = context.invocation.engine or os.environ.get("MODELCOMPOSE_ENGINE")
    return engine != "process" and compose_is_there()
