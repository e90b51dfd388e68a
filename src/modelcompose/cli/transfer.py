"""`modelcompose push`, `pull` and `fetch`: content by ml.lock, beside Compose's images."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import click

from modelcompose.cli.context import Context
from modelcompose.cli.data_opening import held, named, opened

if TYPE_CHECKING:
    from modelcompose.versioning.transfers import Moved, Wanted
    from modelcompose.versioning.workspace import DataWorkspace

_VALUE_FLAGS = frozenset({"--policy"})
"""Flags of Compose's `push` and `pull` that take a value as the next word."""
_OWN_FLAGS = frozenset({"--no-images", "--no-data"})
_OWN_VALUES = frozenset({"--remote"})


class _Words(click.Command):
    """Takes our flags, and keeps every other word for Compose as it is."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Split off our flags; keep everything else in order."""
        if "-h" in args or "--help" in args:
            return super().parse_args(ctx, ["--help"])
        own: dict[str, Any] = {"no_images": False, "no_data": False, "remote": None, "words": ()}
        rest: list[str] = []
        waiting = list(args)
        while waiting:
            word = waiting.pop(0)
            name, equals, value = word.partition("=")
            if name in _OWN_FLAGS:
                own[name[2:].replace("-", "_")] = True
            elif name in _OWN_VALUES:
                own[name[2:]] = value if equals else (waiting.pop(0) if waiting else "")
            else:
                rest.append(word)
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
@click.pass_obj
def push(
    context: Context, words: tuple[str, ...], remote: str | None, no_images: bool, no_data: bool
) -> int:
    """Push what ml.lock names to the project's remote, then images as Compose does.

    Data, and what steps made: all of it, or what lies at each PATH; a step's name means its
    outputs. What is there already is not sent again. A SERVICE's name means its image. Every
    other flag is that of Compose's push.
    """
    return _both(context, "push", words, remote, (not no_images, not no_data))


@click.command("pull", cls=_Words, context_settings=_settings)
@_words
@_remote
@_no_images
@_no_data
@click.pass_obj
def pull(
    context: Context, words: tuple[str, ...], remote: str | None, no_images: bool, no_data: bool
) -> int:
    """Bring what ml.lock names from the project's remote into place, then images as Compose does.

    Data, and what steps made: all of it, or what lies at each PATH, which may be inside of a
    versioned folder. What was changed here is left alone. A SERVICE's name means its image. Every
    other flag is that of Compose's pull.
    """
    return _both(context, "pull", words, remote, (not no_images, not no_data))


@click.command("fetch", context_settings=_settings)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@_remote
@click.pass_obj
def fetch(context: Context, paths: tuple[str, ...], remote: str | None) -> int:
    """Bring what ml.lock names from the project's remote into the store; no file is touched."""
    with opened(context) as workspace:
        items = _wanted(workspace, paths)
        _report(_moved(context, workspace, "fetch", items, remote), "fetched")
    return 0


def _both(
    context: Context,
    verb: str,
    words: Sequence[str],
    remote: str | None,
    halves: tuple[bool, bool],
) -> int:
    does_images, does_data = halves
    plain = _plain(words)
    with opened(context) as workspace:
        services = [word for word in plain if word in workspace.project.services]
        steps = [word for word in services if workspace.lock.steps.get(word)]
        paths = [word for word in plain if word not in services]
        has_content = bool(remote or workspace.project.remote)
        if paths or steps or (not services and does_data and has_content):
            if does_data:
                items = _wanted(workspace, [*paths, *steps])
                if context.is_dry_run or "--dry-run" in words:
                    for item in items:
                        click.echo(f"{item.path}: would be {verb}ed")
                else:
                    _bring(context, workspace, verb, items, remote)
            elif paths:
                raise click.UsageError(f"{verb}: --no-data, and yet {paths[0]}")
    if does_images and not (paths and not services) and _has_images(context):
        from modelcompose.cli.passthrough import replace_process

        kept = [word for word in words if word not in paths]
        replace_process([*context.invocation.global_arguments, verb, *kept])
    return 0


def _bring(
    context: Context,
    workspace: DataWorkspace,
    verb: str,
    items: list[Wanted],
    remote: str | None,
) -> None:
    from modelcompose.cli.data_view import short
    from modelcompose.diagnosis.sizes import count

    if verb == "push":
        _report(_moved(context, workspace, "push", items, remote), "pushed")
        return
    with held(workspace):
        there = [i for i in items if i.within is None and workspace.is_there(i.path, i.content)]
        lacking = [item for item in items if item not in there]
        for item in there:
            click.echo(f"{item.path}  {short(item.content.digest)}  there already")
        if lacking or not items:
            _report(_moved(context, workspace, "fetch", lacking, remote), "fetched")
        for item in lacking:
            placed = workspace.bring(item.path, item.content, item.within)
            name = item.path if item.within is None else f"{item.path}/{item.within}"
            if placed is None:
                click.echo(
                    f"{name}: was changed here, and is left as it is; "
                    f"the version of ml.lock: modelcompose data checkout {item.path}",
                    err=True,
                )
            elif placed:
                click.echo(f"{name}: {count(placed, 'file')} put into place")


def _moved(
    context: Context,
    workspace: DataWorkspace,
    verb: str,
    items: list[Wanted],
    remote: str | None,
) -> list[Moved]:
    from modelcompose.cli.transfer_view import open_progress
    from modelcompose.versioning.transfers import fetch_all, push_all, remote_of

    work = push_all if verb == "push" else fetch_all
    declared = workspace.project.remote
    opening = remote_of(remote, declared, workspace.root, workspace.store)
    with opening as there, open_progress(context.invocation, there.where) as progress:
        return work(there, workspace.store, items, progress)


def _wanted(workspace: DataWorkspace, words: Sequence[str]) -> list[Wanted]:
    from modelcompose.versioning.transfers import wanted

    paths = [
        word if word in workspace.lock.steps else named(workspace, [word])[0] for word in words
    ]
    return wanted(workspace.lock, paths)


def _report(moved: Sequence[Moved], done: str) -> None:
    from modelcompose.cli.data_view import short
    from modelcompose.diagnosis.sizes import in_words

    for each in moved:
        told = f"{in_words(each.size_bytes)} {done}" if each.size_bytes else "there already"
        click.echo(f"{each.path}  {short(each.digest)}  {told}")
    if not moved:
        click.echo("ml.lock names nothing: modelcompose data add PATH", err=True)


def _plain(words: Sequence[str]) -> list[str]:
    """Give the words that are no flags, nor their values."""
    pairs = pairwise(("", *words))
    return [w for before, w in pairs if not w.startswith("-") and before not in _VALUE_FLAGS]


def _has_images(context: Context) -> bool:
    """Whether images are used at all: not where nothing but the process engine is."""
    from modelcompose.cli.passthrough import compose_is_there

    engine = context.invocation.engine or os.environ.get("MODELCOMPOSE_ENGINE")
    return engine != "process" and compose_is_there()
