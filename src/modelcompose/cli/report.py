"""`modelcompose report`: Markdown with live charts, kept in the project's git."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelcompose.cli.context import Context
from modelcompose.cli.format_option import format_option
from modelcompose.cli.list_group import ListGroup
from modelcompose.cli.report_hub import asking, name_in, named, project_of

if TYPE_CHECKING:
    from modelcompose.hub.reports.building import Built
    from modelcompose.hub.reports.files import ReportFile

_hub_option = click.option(
    "--hub",
    "hub",
    metavar="URL",
    help="The hub that fills it; by default the project's shared one, else yours. "
    "`local` is always yours.",
)


@click.group(
    "report",
    cls=ListGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
)
def report() -> None:
    """Write reports: Markdown with live charts, tables and run sets.

    A report is a file of the project, reports/NAME.md, which reads well in any viewer of Markdown.
    Blocks such as `chart` and `table` are filled with runs: live in the UI, and for good in the
    one HTML file that `report build` makes.
    """


@report.command("list")
@format_option()
@click.pass_obj
def list_(context: Context, form: str) -> None:
    """List the project's reports, by name."""
    from modelcompose.cli.runs_page import Cell, Column, print_json, print_table
    from modelcompose.cli.times import ago
    from modelcompose.hub.reports.files import list_reports
    from modelcompose.reporting.parsing import parse

    found = list_reports(project_of(context).directory)
    read = [(one, parse(one.text, one.name)) for one in found]
    if form == "json":
        print_json([_listed(one, page.title, len(page.faults)) for one, page in read])
        return
    if not read:
        click.echo("No reports. Begin one: modelcompose report new NAME", err=True)
        return
    columns = [Column("NAME"), Column("TITLE", may_be_cut=True), Column("CHANGED"), Column("")]
    rows = [
        [
            Cell(one.name, "bold"),
            Cell(page.title),
            Cell(ago(one.modified_at)),
            Cell(f"{len(page.faults)} wrong" if page.faults else "", "red"),
        ]
        for one, page in read
    ]
    print_table(columns, rows)


@report.command()
@click.argument("name")
@click.pass_obj
def new(context: Context, name: str) -> None:
    """Begin reports/NAME.md with what the project measures, and print its path."""
    from modelcompose.errors import AlreadyExists
    from modelcompose.hub.reports.files import path_of, write_report
    from modelcompose.reporting.beginning import Seed, beginning

    project, name = project_of(context), name_in(name)
    logged = {name: list(step.log_metrics) for name, step in project.steps.items()}
    text = beginning(name, Seed(project.objective, logged))
    try:
        write_report(project.directory, name, text, None)
    except AlreadyExists as error:
        raise AlreadyExists(
            f"{path_of(name)}: it is there already", hint="take another name"
        ) from error
    click.echo(path_of(name))
    click.echo(f"write it there, or in the UI; then: modelcompose report build {name}", err=True)


@report.command()
@click.argument("name")
@_hub_option
@format_option("table", "json")
@click.pass_obj
def show(context: Context, name: str, hub: str | None, form: str) -> int:
    """Tell what each block of a report shows now, and what is wrong with it."""
    from modelcompose.cli.report_view import print_document
    from modelcompose.cli.runs_page import print_json
    from modelcompose.hub.reports.building import document_of

    project = project_of(context)
    (file,) = named(project.directory, [name])
    with asking(project, hub) as source:
        document = document_of(file, source, project.name, project.directory)
    if form == "json":
        print_json(document)
    else:
        print_document(document, file.path)
    return 1 if document.faults else 0


@report.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE|DIR",
    help="Where to put it: a file for one report, a folder for several; "
    "by default reports/NAME.html.",
)
@_hub_option
@format_option("text", "json")
@click.pass_obj
def build(
    context: Context, names: tuple[str, ...], output: Path | None, hub: str | None, form: str
) -> int:
    """Make one HTML file of each report, and print where it is.

    The file holds all that it shows, and opens anywhere without a server: from a mail, a disk, a
    wiki. It asks for nothing over the network. The same runs give the same bytes.

    \b
    Examples:
      modelcompose report build                    every report of the project
      modelcompose report build results -o /tmp/results.html
      modelcompose report build --hub https://hub.example.org results
    """  # noqa: D301 - click's mark for lines to keep
    from modelcompose.cli.report_view import told
    from modelcompose.cli.runs_page import print_json
    from modelcompose.hub.reports.building import build as build_one

    project = project_of(context)
    files = named(project.directory, names)
    targets = _targets(project.directory, files, output, is_one=len(files) == 1)
    _check_grammar(files)
    done = []
    with asking(project, hub) as source:
        for file in files:
            built = build_one(file, source, project.name, project.directory)
            told(built, file.path)
            _write(targets[file.name], built)
            done.append((file, targets[file.name], built))
    if form == "json":
        print_json([_said(*one) for one in done])
    else:
        for _, target, _ in done:
            click.echo(str(target))
    return 1 if any(built.faults for _, _, built in done) else 0


def _check_grammar(files: list[ReportFile]) -> None:
    """Refuse all where one is wrong by itself, before a hub is asked."""
    from modelcompose.reporting.parsing import checked, parse

    for file in files:
        checked(parse(file.text, file.name), file.path)


def _targets(
    directory: Path, files: list[ReportFile], output: Path | None, *, is_one: bool
) -> dict[str, Path]:
    from modelcompose.errors import UsageError

    if output is None:
        return {one.name: _short(directory / "reports" / f"{one.name}.html") for one in files}
    if output.suffix.lower() in (".html", ".htm") and not output.is_dir():
        if not is_one:
            raise UsageError(
                f"-o {output}: one file for several reports", hint="name one report, or a folder"
            )
        return {files[0].name: output}
    return {one.name: output / f"{one.name}.html" for one in files}


def _short(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _write(target: Path, built: Built) -> None:
    import os

    from modelcompose.store.failures import translated

    new = target.with_name(f".{target.name}.{os.getpid()}")
    with translated(target, "cannot be written"):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            new.write_text(built.html, encoding="utf-8", newline="\n")
            new.replace(target)
        finally:
            new.unlink(missing_ok=True)


def _listed(file: ReportFile, title: str, faults: int) -> dict[str, object]:
    return {
        "name": file.name,
        "path": file.path,
        "title": title,
        "modified_at": file.modified_at,
        "faults": faults,
    }


def _said(file: ReportFile, target: Path, built: Built) -> dict[str, object]:
    return {
        "name": file.name,
        "path": file.path,
        "html": str(target),
        "size_bytes": len(built.html.encode()),
        "faults": built.faults,
        "notes": built.notes,
    }
