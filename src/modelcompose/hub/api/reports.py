"""Reports of projects that this hub stands beside: files in their folders, and what they show."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from modelcompose.errors import NotFound
from modelcompose.hub.api.endpoint import Endpoint
from modelcompose.hub.api.visibility import check
from modelcompose.hub.beside.beside import NotBeside, standing_beside
from modelcompose.hub.hub import Hub
from modelcompose.hub.mlflow.errors import MlflowError
from modelcompose.hub.reports.asking import InProcess
from modelcompose.hub.reports.building import document_of
from modelcompose.hub.reports.files import (
    LIMIT_BYTES,
    ReportFile,
    check_name,
    digest_of,
    list_reports,
    path_of,
    read_report,
    write_report,
)
from modelcompose.hub.tokens.principal import caller
from modelcompose.reporting.document import ReportDocument
from modelcompose.reporting.parsing import parse

_Name = Annotated[str, Meta(max_length=100)]
_Text = Annotated[str, Meta(max_length=LIMIT_BYTES)]


class ReportsOf(Struct, frozen=True):
    """Whose reports."""

    project: str


class OneReport(ReportsOf, frozen=True):
    """One report."""

    name: _Name
    """Of its file in `reports/`, without `.md`."""


class ReportText(Struct, frozen=True):
    """A report's text."""

    text: _Text


class ReportDraft(OneReport, frozen=True, kw_only=True):
    """A report's text, which need not be written anywhere."""

    body: ReportText


class NewText(Struct, frozen=True):
    """What is to stand in a report's file."""

    text: _Text
    digest: str | None = None
    """Of what was read there; null for a report that is not there yet."""


class ReportWriting(OneReport, frozen=True, kw_only=True):
    """A report to be written."""

    body: NewText


class ReportListed(Struct, frozen=True):
    """A report in a list."""

    name: str
    path: str
    title: str
    modified_at: float
    faults: int
    """How many things are wrong in it."""


class ReportList(Struct, frozen=True):
    """The reports of a project, by name."""

    folder: str | None
    """The project's folder; null where this hub does not stand beside it."""
    reason: str
    """Why it does not."""
    reports: list[ReportListed]


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    path = "/projects/{project}/reports"
    one = f"{path}/{{name}}"
    return [
        Endpoint(path, _list, ReportsOf, ReportList),
        Endpoint(one, _get, OneReport, ReportFile),
        Endpoint(one, _put, ReportWriting, ReportFile, method="PUT", role="admin"),
        Endpoint(f"{one}/document", _fill, ReportDraft, ReportDocument, method="POST"),
    ]


def folder_of(hub: Hub, project: str) -> Path:
    """Give the folder of a project that this hub stands beside, for its owner on this machine.

    Raises:
        NotFound: it does not; says why.
        MlflowError: the caller may not see the project.
    """
    check(project)
    try:
        place = standing_beside(project, caller.get(), hub.home, hub.database)
    except NotBeside as reason:
        raise NotFound(
            f"reports of {project}: they are files in its folder, and {reason}",
            hint="open the UI where the project is, modelcompose ui, or publish them there: "
            "modelcompose report build",
        ) from reason
    return Path(place.directory)


def _list(hub: Hub, asked: ReportsOf) -> ReportList:
    """List the reports of a project, which are files in its folder."""
    check(asked.project)
    try:
        place = standing_beside(asked.project, caller.get(), hub.home, hub.database)
    except NotBeside as reason:
        return ReportList(None, str(reason), [])
    found = list_reports(Path(place.directory))
    return ReportList(place.directory, "", [_listed(one) for one in found])


def _listed(file: ReportFile) -> ReportListed:
    report = parse(file.text, file.name)
    return ReportListed(file.name, file.path, report.title, file.modified_at, len(report.faults))


def _get(hub: Hub, asked: OneReport) -> ReportFile:
    """Give a report as it stands in its file."""
    return read_report(folder_of(hub, asked.project), asked.name)


def _put(hub: Hub, asked: ReportWriting) -> ReportFile:
    """Write a report's file; refused where it is not what its writer had read."""
    check(asked.project, "admin")
    _check_here()
    folder = folder_of(hub, asked.project)
    return write_report(folder, asked.name, asked.body.text, asked.body.digest)


def _fill(hub: Hub, asked: ReportDraft) -> ReportDocument:
    """Give what a report's text shows; nothing is written."""
    check(asked.project)
    check_name(asked.name)
    try:
        folder = folder_of(hub, asked.project)
    except NotFound:
        folder = None
    text = asked.body.text
    file = ReportFile(asked.name, path_of(asked.name), text, digest_of(text.encode()), 0.0)
    return document_of(file, InProcess(hub), asked.project, folder)


def _check_here() -> None:
    """Check that the caller is on this machine: who has a token may be anywhere.

    Raises:
        MlflowError: they may not be.
    """
    if caller.get().token is not None:
        raise MlflowError(
            "PERMISSION_DENIED", "Reports are written on the machine where the project is."
        )
