"""`modelcompose doctor`: what is wrong with the machine, the project and the store."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from modelcompose.cli.context import Context
from modelcompose.cli.format_option import format_option

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelcompose.diagnosis.finding import Finding
    from modelcompose.diagnosis.mend import Mended
    from modelcompose.diagnosis.subject import Subject


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--fix",
    "wants_fix",
    is_flag=True,
    help="Mend what can be mended safely: lines in ignore files, and what killed commands left.",
)
@click.option("--deep", is_flag=True, help="Read all content of the store, not only a sample.")
@format_option("text", "json")
@click.pass_obj
def doctor(context: Context, wants_fix: bool, deep: bool, form: str) -> int:
    """Look for what is wrong with the machine, the project and the store.

    Each finding says how to mend it, with the command.
    Nothing is changed without --fix, and nothing is ever asked.
    Works without Docker, outside of a project, and with a Compose file that cannot be read.

    \b
    Exits with
      0  nothing keeps anything from working: there may be warnings
      1  there is a problem
    """  # noqa: D301 - click's mark for lines to keep
    from modelcompose.cli.doctor_view import Report, print_json, print_report
    from modelcompose.diagnosis.checks import CHECKS
    from modelcompose.diagnosis.examine import examine
    from modelcompose.diagnosis.finding import exit_code

    if deep and sys.stderr.isatty():
        sys.stderr.write("reading all content of the store\n")
    subject = _subject(context, is_deep=deep)
    findings = examine(subject, CHECKS)
    mended: list[Mended] = []
    if wants_fix:
        findings, mended = _mend(context, subject, findings)
    report = Report(
        findings=tuple(findings),
        mended=tuple(mended),
        project=str(subject.folder) if subject.has_project else None,
        home=str(subject.home),
    )
    (print_json if form == "json" else print_report)(report)
    return exit_code(findings)


def _subject(context: Context, *, is_deep: bool = False) -> Subject:
    from modelcompose.database.home import home_folder
    from modelcompose.diagnosis.subject import Subject

    return Subject(
        context.invocation.compose_options(),
        environment=os.environ,
        home=home_folder(),
        engine=context.invocation.engine or os.environ.get("MODELCOMPOSE_ENGINE"),
        is_deep=is_deep,
    )


def _mend(
    context: Context, subject: Subject, findings: Sequence[Finding]
) -> tuple[list[Finding], list[Mended]]:
    """Carry out the repairs, and look again where there were any."""
    from modelcompose.diagnosis.checks import CHECKS
    from modelcompose.diagnosis.examine import examine
    from modelcompose.diagnosis.mend import Tools, mend

    mended = mend(findings, Tools(home=subject.home, recover=_recovery(context)))
    touched = {finding.code for finding in findings if finding.repair is not None}
    again = examine(_subject(context), [check for check in CHECKS if check.name in touched])
    together: list[Finding] = []
    for check in CHECKS:
        source = again if check.name in touched else findings
        together += [finding for finding in source if finding.code == check.name]
    return together, mended


def _recovery(context: Context) -> Callable[[Callable[[str], None]], None]:
    """Give what recovers the project as the next `run` would."""

    def recover(notes: Callable[[str], None]) -> None:
        from modelcompose.pipeline.project_lock import project_lock
        from modelcompose.pipeline.recovery import recover_project

        with context.session(context.read_for_a_look()) as session:
            session.folder.make()
            with project_lock(
                session.folder.path, "modelcompose doctor --fix", wait=False, waiting=notes
            ):
                recover_project(session, notes)

    return recover
