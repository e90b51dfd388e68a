"""`modelcompose data export`: leave what is versioned to another tool."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelcompose.cli.context import Context
from modelcompose.cli.format_option import format_option

if TYPE_CHECKING:
    from modelcompose.adoption.changes import Change
    from modelcompose.compose.project import Project
    from modelcompose.pipeline.plan import Decision
    from modelcompose.versioning.dvc.exporting import Runner
    from modelcompose.versioning.dvc.exporting_objects import ObjectCache
    from modelcompose.versioning.dvc.exporting_project import Exported


@click.group("export")
def export() -> None:
    """Write what another tool needs to go on from here."""


@export.command("dvc")
@click.option(
    "--output",
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the DVC project is: a clone of this one; by default this folder itself.",
)
@click.option(
    "--cmd",
    "style",
    type=click.Choice(["auto", "compose", "own"]),
    default="auto",
    show_default=True,
    help="What new stages run: `docker compose run`, or the step's own command; "
    "auto does as the dvc.yaml does that is there.",
)
@click.option("-y", "--yes", "--write", "is_sure", is_flag=True, help="Change without asking.")
@format_option("text", "json")
@click.pass_obj
def dvc(context: Context, output: Path | None, style: str, *, is_sure: bool, form: str) -> int:
    """Write the files that make this a DVC project which is up to date.

    Each piece of data gets its `.dvc` file, each step a stage in dvc.yaml, with a dvc.lock of all
    that is up to date here; DVC's cache is filled. `dvc status`, `dvc checkout` and `dvc push`
    then work. Stages that a dvc.yaml says already as the steps do stay as they are.
    Files that are there are changed only after their diff was shown and agreed to.

    \b
    Examples:
      modelcompose data export dvc                     beside compose.yaml
      modelcompose data export dvc --output ../clone   into a clone of this project
    """  # noqa: D301 - click's mark for lines to keep
    from modelcompose.cli.data_export_view import print_exported, print_json
    from modelcompose.cli.data_opening import held
    from modelcompose.database.home import home_folder
    from modelcompose.store.store import Store
    from modelcompose.versioning.dvc.exporting_output import refuse_nested
    from modelcompose.versioning.dvc.exporting_project import Exporter
    from modelcompose.versioning.dvc.exporting_sources import open_sources
    from modelcompose.versioning.workspace import DataWorkspace

    project = _project(context)
    target = Path(os.path.normpath((output or project.directory).absolute()))
    refuse_nested(target)
    decisions = _decisions(context, project)
    runner = _runner(context, project, target, style)
    with (
        DataWorkspace(project, Store(home_folder() / "store")) as workspace,
        held(workspace),  # while the user is asked, too: what was put aside for DVC's cache stays
        open_sources(workspace, target) as sources,
    ):
        exporter = Exporter(workspace, sources, target, decisions=decisions, runner=runner)
        exported = exporter.export()
        changes = _changes(target, exported)
        is_written = _is_agreed(target, changes, is_sure=is_sure, form=form)
        if is_written:
            _write(context, sources.cache, changes)
    if form == "json":
        print_json(target, exported, changes, is_written=is_written)
    else:
        objects = sources.cache.count
        is_here = target == project.directory
        print_exported(target, exported, changes, objects, is_written=is_written, is_here=is_here)
    return 0


def _project(context: Context) -> Project:
    """Read the project with all its steps, or those of the profiles that the user named."""
    project = context.read_for_a_look()
    return project if project.profiles else context.read_project(all_profiles=True)


def _decisions(context: Context, project: Project) -> dict[str, Decision]:
    """See how each step stands, as `status` does."""
    from modelcompose.pipeline.plan import make_plan

    if not project.steps:
        return {}
    with context.session(project) as session:
        plan = make_plan(session.graph.select(()), session.observer.observe)
    return {decision.step: decision for decision in plan.decisions}


def _runner(context: Context, project: Project, target: Path, style: str) -> Runner:
    from modelcompose.versioning.dvc.exporting import Runner
    from modelcompose.versioning.dvc.exporting_runner import compose_runner, usual_style

    if (usual_style(target) if style == "auto" else style) == "own":
        return Runner(is_compose=False)
    return compose_runner(project, context.invocation.compose_options().files)


def _changes(target: Path, exported: Exported) -> list[Change]:
    from modelcompose.adoption.changes import Change, read_exactly

    return [
        Change(target / name, read_exactly(target / name), text)
        for name, text in sorted(exported.files.items())
    ]


def _is_agreed(target: Path, changes: list[Change], *, is_sure: bool, form: str) -> bool:
    """Whether to write: at once where all files are new, else when the user agrees to the diff."""
    from modelcompose.cli.init_view import ask

    changed = [change for change in changes if change.before is not None]
    if not changed or is_sure:
        return True
    if form == "text":
        sys.stdout.write("".join(change.diff(target) for change in changed))
        sys.stdout.flush()
    return form == "text" and ask(changed)


def _write(context: Context, cache: ObjectCache, changes: list[Change]) -> None:
    """Fill DVC's cache, then write the files that name what is there."""
    from modelcompose.adoption.changes import write
    from modelcompose.cli.transfer_view import open_progress

    with open_progress(context.invocation, "DVC's cache") as progress:
        cache.fill(progress)
    write(changes)
