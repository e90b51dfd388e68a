"""`modelcompose plugin`: makes `docker ml …` the same as `modelcompose …`."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import tempfile
from pathlib import Path

import click

from modelcompose.compose.plugin import user_folder
from modelcompose.errors import UsageError

_NAME = "docker-ml"
_MARK = "modelcompose.__main__"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def plugin() -> None:
    """Make `docker ml` work."""


@plugin.command()
def install() -> None:
    """Install `docker ml` for this user.

    Writes a launcher for this installation of Model Compose to Docker's folder of plugins.
    """
    path = _path()
    launcher = _launcher()
    if _is_ours(path) and path.read_text() == launcher:
        click.echo(f"`docker ml` is already installed: {path}")
    else:
        _refuse_foreign(path)
        _write(path, launcher)
        click.echo(f"installed `docker ml`: {path}")
    if shutil.which("docker") is None:
        click.echo("`docker` is not on the PATH: `docker ml` works once it is", err=True)


@plugin.command()
def remove() -> None:
    """Remove `docker ml` again."""
    path = _path()
    if not os.path.lexists(path):
        click.echo(f"`docker ml` is not installed: there is no {path}")
        return
    _refuse_foreign(path)
    path.unlink()
    click.echo(f"removed `docker ml`: {path}")


def _path() -> Path:
    return Path(user_folder(os.environ), _NAME)


def _launcher() -> str:
    """Give a script that starts the plugin with the Python that runs this."""
    code = f"import sys; from {_MARK} import plugin; sys.exit(plugin())"
    return f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -c {shlex.quote(code)} "$@"\n'


def _is_ours(path: Path) -> bool:
    """Tell whether a launcher of ours is there, one of pip's among them."""
    try:
        return _MARK in path.read_text()
    except (OSError, UnicodeDecodeError):
        return False


def _refuse_foreign(path: Path) -> None:
    if os.path.lexists(path) and path.exists() and not _is_ours(path):
        raise UsageError(
            f"{path}: belongs to another program",
            hint=f"move it away, then try again: `mv {path} {path}.old`",
        )


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{_NAME}-")
    with os.fdopen(handle, "w") as file:
        file.write(text)
    Path(temporary).chmod(0o755)
    Path(temporary).replace(path)
