"""`modelcompose lock`: work with ml.lock."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelcompose.cli.context import Context

if TYPE_CHECKING:
    from modelcompose.pipeline.lock import Lock


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def lock() -> None:
    """Work with ml.lock."""


@lock.command()
@click.argument("base", required=False, type=click.Path(path_type=Path))
@click.argument("ours", required=False, type=click.Path(path_type=Path))
@click.argument("theirs", required=False, type=click.Path(path_type=Path))
@click.pass_obj
def merge(context: Context, base: Path | None, ours: Path | None, theirs: Path | None) -> int:
    """Resolve a merge conflict in ml.lock.

    Takes the entry of each step and of each piece of data from the side that changed it.
    A step that both sides changed loses its entry: the next `modelcompose run` finds what it
    made in the store, or makes it again. Data that both sides changed stays as ours, and the
    command that takes theirs is told.

    As a merge driver, with the three files as arguments, the result goes to the second:

    \b
    git config merge.ml-lock.driver "modelcompose lock merge %O %A %B"
    """  # noqa: D301 - click's mark for lines to keep
    from modelcompose.errors import NotFound, UsageError
    from modelcompose.pipeline.lock import FILE_NAME, parse_lock, write_lock
    from modelcompose.pipeline.lock_merge import conflict_sides, merge_locks

    if ours is not None:
        if base is None or theirs is None:
            raise UsageError("lock merge: expected BASE OURS THEIRS, or nothing")
        texts = (_text(base), _text(ours), _text(theirs))
        target = ours
    else:
        folder = context.folder
        if folder is None:
            raise NotFound("there is no Compose file here", hint="go to the project's folder")
        target = folder / FILE_NAME
        texts = conflict_sides(target)
    names = ("the common version", "our side", "their side")
    locks = [parse_lock(text, name) for text, name in zip(texts, names, strict=True)]
    merged, dropped = merge_locks(*locks)
    write_lock(target, merged)
    _tell(target, merged, dropped)
    return 0


def _tell(target: Path, merged: Lock, changed_twice: list[str]) -> None:
    from modelcompose.diagnosis.sizes import count
    from modelcompose.pipeline.lock_merge import their_revision

    for name in changed_twice:
        told = "the next run decides"
        if name in merged.data:
            revision = their_revision(target.absolute().parent)
            told = f"ours stays; for theirs: modelcompose data checkout {revision} {name}"
        click.echo(f"{name}: both sides changed it; {told}", err=True)
    held = count(len(merged.steps), "step")
    if merged.data:
        held += f", {count(len(merged.data), 'path')} of data"
    click.echo(f"{target.name}: {held}; commit it with: git add {target.name}")


def _text(path: Path) -> str:
    from modelcompose.errors import LockFileError

    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise LockFileError(f"{path}: cannot be read: {error.strerror}") from error
