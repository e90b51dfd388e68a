"""`modelcompose data add` of what lies elsewhere: a URL, and what goes to the remote at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelcompose.cli.context import Context
from modelcompose.cli.data_opening import held, named, opened

if TYPE_CHECKING:
    from modelcompose.compose.project import Project
    from modelcompose.versioning.sourcing import Sourced
    from modelcompose.versioning.workspace import DataWorkspace


def add_elsewhere(
    context: Context, words: Sequence[str], to: str | None, *, is_to_remote: bool
) -> None:
    """Add from sources, or to the remote; `words` are as the user typed them.

    Without `to` and `is_to_remote` they are addresses.

    Raises:
        UsageError: the words do not go together.
    """
    from modelcompose.errors import UsageError
    from modelcompose.store.sources.opening import is_address

    if not words:
        flag = "--to-remote" if is_to_remote else f"--to {to}"
        raise UsageError(f"{flag}: what? name a PATH or a URL")
    if to is not None and len(words) != 1:
        raise UsageError(
            f"--to {to}: goes with one URL", hint="modelcompose data add URL --to PATH"
        )
    with opened(context) as workspace:
        is_new = False
        for word in words:
            address = word if to is not None or is_address(word) else None
            if address is None:
                (path,) = named(workspace, [word])
                found = _to_remote(context, workspace, path, _declared(workspace, path))
            else:
                path = _place(workspace, address, to)
                _check_shared(workspace.project, path, address, is_to_remote=is_to_remote)
                add = _to_remote if is_to_remote else _from_source
                found = add(context, workspace, path, address)
                _declare(workspace.project, path, address)
            _show(found)
            is_new |= found.state != "unchanged"
    if is_new:
        click.echo("ml.lock names it: commit that file", err=True)


def add_declared(context: Context, workspace: DataWorkspace, paths: Sequence[str]) -> list[str]:
    """Bring those paths that have a source and are not here; give the others."""
    lacking = [path for path in paths if _declared(workspace, path)]
    if lacking:
        from modelcompose.cli.data_update import show, update_all

        found, failure = update_all(context, workspace, lacking)
        show(found)
        if failure is not None:
            raise failure
    return [path for path in paths if path not in lacking]


def _declared(workspace: DataWorkspace, path: str) -> str | None:
    """Give the declared source of a path where nothing lies."""
    import os

    if os.path.lexists(workspace.root / path):
        return None
    return next((item.source for item in workspace.project.data if item.path == path), None)


def _place(workspace: DataWorkspace, address: str, to: str | None) -> str:
    from modelcompose.cli.data_get import name_in
    from modelcompose.errors import UsageError

    name = name_in(address)
    if to is None and not name:
        raise UsageError(
            "where to? the address names no file", hint="modelcompose data add URL --to PATH"
        )
    target = to or name
    if target.endswith("/"):
        target += name
    return named(workspace, [target])[0]


def _check_shared(project: Project, path: str, address: str, *, is_to_remote: bool) -> None:
    """Refuse an address with a secret in it, unless it is declared: with a variable, then."""
    from modelcompose.errors import UsageError
    from modelcompose.store.sources.opening import refuse_secrets, shown

    refuse_secrets(address)
    if shown(address) != address and not _is_declared(project, path, address):
        then = f"data add --to-remote {path}" if is_to_remote else "data update"
        raise UsageError(
            f"{shown(address)}: holds a secret, which the Compose file would share",
            hint=f"write it there with a variable: x-ml: {{data: {{{path}: {{source: …?token="
            f"${{TOKEN}}}}}}}}, then: modelcompose {then}",
        )


def _from_source(context: Context, workspace: DataWorkspace, path: str, address: str) -> Sourced:
    """Bring it, unless something else lies there."""
    import os

    from modelcompose.cli.data_update import open_sourcing
    from modelcompose.errors import AlreadyExists

    if os.path.lexists(workspace.root / path) and path not in workspace.known:
        raise AlreadyExists(
            f"{path}: is there already, and is no version of anything",
            hint="name another place: --to PATH; or version what is there first: "
            f"modelcompose data add {path}",
        )
    return open_sourcing(context, workspace, {path: address}).update(path)


def _declare(project: Project, path: str, address: str) -> None:
    """Have the Compose file say where a path comes from."""
    from modelcompose.adoption.changes import read_exactly
    from modelcompose.adoption.editing import Editor

    if _is_declared(project, path, address):
        return
    file = project.files[0]
    text = read_exactly(file) or ""
    editor = Editor(text, file.name)
    editor.add_at_top({"x-ml": {"data": {path: {"source": address}}}})
    _replace(file, editor.text)
    click.echo(f"{file.name}: x-ml.data names {path} and its source", err=True)


def _is_declared(project: Project, path: str, address: str) -> bool:
    return any(item.path == path and item.source == address for item in project.data)


def _replace(file: Path, text: str) -> None:
    import os

    from modelcompose.store.failures import translated

    with translated(file, "cannot be written"):
        new = file.with_name(f".{file.name}.new")
        with new.open("w", encoding="utf-8", newline="") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        new.chmod(file.stat().st_mode & 0o777)
        new.replace(file)


def _to_remote(
    context: Context, workspace: DataWorkspace, path: str, address: str | None
) -> Sourced:
    from modelcompose.cli.transfer_view import open_progress
    from modelcompose.pipeline.from_remote.opening import remote_of
    from modelcompose.versioning.sourcing_remote import record_on_remote, send_to_remote

    declared = workspace.project.remote
    with (
        remote_of(None, declared, workspace.root, workspace.store) as remote,
        open_progress(context.invocation, remote.where) as progress,
    ):
        sent = send_to_remote(workspace, path, address, remote, progress)
    with held(workspace):
        return record_on_remote(workspace, sent)


def _show(found: Sourced) -> None:
    from modelcompose.cli.data_update import show

    show([found], is_told=False)
