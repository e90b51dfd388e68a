"""What the verbs on reports share: the project's files, and the hub that fills them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelcompose.cli.context import Context
    from modelcompose.compose.project import Project
    from modelcompose.hub.reports.files import ReportFile
    from modelcompose.reporting.asking import Hub

LOCAL = "local"
"""What names this user's own hub where a project has a shared one."""


def project_of(context: Context) -> Project:
    """Read the project as far as reports need it: required variables may be unset."""
    return context.read_project(need_values=False, all_profiles=True)


@contextmanager
def asking(project: Project, chosen: str | None) -> Iterator[Hub]:
    """Open the hub that fills a project's reports; closed when the block ends.

    Args:
        project: whose shared hub it is by default.
        chosen: the address of another; `local` for this user's own.

    Raises:
        UsageError: that is no address.
    """
    from modelcompose.database.home import home_folder
    from modelcompose.hub.reports.asking import InProcess, OverHttp
    from modelcompose.hub.sending.destinations import chosen_hub, hub_address

    home = home_folder()
    address = chosen_hub(project.hub, os.environ) if chosen is None else chosen
    if address in ("", LOCAL):
        from modelcompose.hub.hub import open_hub

        with closing(open_hub(home / "hub.db", home)) as hub:
            yield InProcess(hub)
        return
    from modelcompose.hub.sending.remote import Remote
    from modelcompose.hub.sending.tokens import token_for

    address = hub_address(address, "--hub")
    with closing(Remote(address, token_for(home, address, os.environ))) as remote:
        yield OverHttp(remote)


def named(directory: Path, names: Sequence[str]) -> list[ReportFile]:
    """Give the reports of some names, or all of a project.

    Raises:
        NotFound: one of them, or any, is not there.
    """
    from modelcompose.errors import NotFound
    from modelcompose.hub.reports.files import list_reports

    found = list_reports(directory)
    if not names:
        if not found:
            hint = "begin one: modelcompose report new NAME"
            raise NotFound("this project has no report", hint=hint)
        return found
    return [_named(directory, name_in(name), found) for name in dict.fromkeys(names)]


def name_in(text: str) -> str:
    """Give the name that a user typed, who may have completed the file's path."""
    return text.removeprefix("./").removeprefix("reports/").removesuffix(".md")


def _named(directory: Path, name: str, found: Sequence[ReportFile]) -> ReportFile:
    from modelcompose.compose.fault import nearest
    from modelcompose.errors import NotFound
    from modelcompose.hub.reports.files import read_report

    try:
        return read_report(directory, name)
    except NotFound as error:
        hint = nearest(name, [one.name for one in found]) if found else error.hint
        raise NotFound(error.message, hint=hint) from None
