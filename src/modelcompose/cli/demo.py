"""`modelcompose demo`: the flights example, from nothing to a trained and tested model."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelcompose.cli.arguments import Invocation
from modelcompose.cli.context import Context
from modelcompose.errors import EngineError, NotFound

if TYPE_CHECKING:
    from modelcompose.pipeline.session import Session

_PROFILE = "train"
_NEXT = (
    ("status", "every step's state, and why"),
    ("run train --set DEPTH=8", "train with another parameter"),
    ("runs", "what ran, with its metrics"),
    ("models", "the model that passed a gate"),
    ("why evaluate", "what would make a step run"),
)
_PAGES = Path(__file__).parents[1] / "hub" / "static" / "index.html"
"""The web UI, where this installation has it."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("folder", default="flights", type=click.Path(path_type=Path))
@click.pass_obj
def demo(context: Context, folder: Path) -> int:
    """Run the flights example in FOLDER: predict late arrivals from real data.

    Runs with Docker if an engine answers, else as processes of this machine.
    A FOLDER that is not there yet gets a copy of the example, to start from.
    """
    if not (folder / "compose.yaml").exists():
        _copy_example(folder)
    engine, reason = _engine(context)
    click.echo(f"engine: {engine} ({reason})", err=True)
    start = Path.cwd()
    os.chdir(folder)
    if engine == "process":
        _use_environment(Path.cwd())
    code = _run(context, engine)
    if code == 0:
        _say_what_next(folder, start)
    return code


def _engine(context: Context) -> tuple[str, str]:
    """Give the engine to run with, and why this one."""
    from modelcompose.engine import choose

    if context.invocation.engine:
        return context.invocation.engine, "as asked"
    named = os.environ.get("MODELCOMPOSE_ENGINE")
    return (named, "as MODELCOMPOSE_ENGINE says") if named else choose()


def _run(context: Context, engine: str) -> int:
    from modelcompose.cli.run import bring

    invocation = Invocation(
        flags=(("--profile", _PROFILE),),
        engine=engine,
        jobs=context.invocation.jobs,
        quiet=context.invocation.quiet,
        verb="run",
    )
    inner = Context(invocation)
    with inner.session(inner.read_project()) as session:
        nodes = session.graph.select([])
        code = bring(inner, session, nodes, forced=frozenset(), flags={})
        if code == 0:
            _print_metrics(session)
    return code


def _print_metrics(session: Session) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("metric", "value"):
        table.add_column(title, justify="right" if title == "value" else "left")
    for step in session.project.steps:
        run = session.runs.latest(session.project.directory, step, status="succeeded")
        for name, metric in (run.metrics if run else {}).items():
            table.add_row(f"{step}.{name}", f"{metric.last:.6g}")
    Console(highlight=False).print(table)


def _say_what_next(folder: Path, start: Path) -> None:
    place = os.path.relpath(Path.cwd(), start)
    program = "modelcompose"
    if shutil.which(program) is None:
        program = os.path.relpath(start / sys.argv[0], Path.cwd())
    click.echo(f"What to try next, in {place if place != '.' else folder}:")
    seen = [("ui", "all of it in a browser")] if _PAGES.exists() else []
    for arguments, what in (*_NEXT, *seen):
        click.echo(f"  {program} --profile {_PROFILE} {arguments:<26} {what}")


def _copy_example(folder: Path) -> None:
    source = Path(__file__).parents[1] / "_examples" / "flights"
    if not source.is_dir():
        raise NotFound(
            f"{folder}: there is no compose.yaml, and this installation holds no examples",
            hint="name the folder of the example: modelcompose demo examples/flights",
        )
    shutil.copytree(source, folder)
    click.echo(f"wrote the example to {folder}", err=True)


def _use_environment(folder: Path) -> None:
    """Put an environment with the example's requirements first on the PATH, made once."""
    environment = folder / ".venv"
    requirements = folder / "requirements.txt"
    stamp = environment / ".requirements"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        click.echo(f"installing {requirements.name} into {environment} (once)", err=True)
        _call([sys.executable, "-m", "venv", str(environment)])
        pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        _call([*pip, "--disable-pip-version-check", "-r", str(requirements)])
        stamp.write_text(wanted, encoding="utf-8")
    os.environ["VIRTUAL_ENV"] = str(environment)
    os.environ["PATH"] = f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}"


def _call(command: Sequence[str]) -> None:
    done = subprocess.run(command, check=False, stdout=sys.stderr)
    if done.returncode != 0:
        raise EngineError(
            f"{' '.join(command)}: failed with exit code {done.returncode}",
            hint="install the example's requirements by hand, then run the demo again",
        )
