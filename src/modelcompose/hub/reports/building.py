"""Build a report: its text, filled by a hub, as one HTML file."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from msgspec import Struct

from modelcompose.errors import UsageError
from modelcompose.hub.reports.files import ReportFile
from modelcompose.hub.reports.pictures import pictures
from modelcompose.reporting.asking import Hub
from modelcompose.reporting.document import ReportDocument, ReportImages
from modelcompose.reporting.filling import fill
from modelcompose.reporting.page import Data, Viewer, page
from modelcompose.reporting.parsing import parse
from modelcompose.reporting.report import BlockFault
from modelcompose.reporting.series import series

_STATIC = "static"
_SCRIPT, _STYLE = "report/viewer.js", "report/viewer.css"


class Built(Struct, frozen=True):
    """A report as a page."""

    html: str
    faults: tuple[BlockFault, ...]
    """What is wrong in it; the page says so in place of the block."""
    notes: tuple[str, ...]
    """What its author is to know, such as images that were too large."""


def document_of(
    file: ReportFile, hub: Hub, project: str, directory: Path | None, *, is_embedding: bool = False
) -> ReportDocument:
    """Give a report with what its blocks show.

    Args:
        file: the report.
        hub: what is asked.
        project: whose runs are meant.
        directory: the project's folder, for images of its prose; None where it is not here.
        is_embedding: whether images of runs go into the document itself.
    """
    report = parse(file.text, file.name)
    found = pictures(directory, report.images) if directory else {}
    return fill(
        report,
        hub,
        project=project,
        name=file.name,
        pictures=found,
        is_embedding=is_embedding,
    )


def build(file: ReportFile, hub: Hub, project: str, directory: Path) -> Built:
    """Build a report; arguments as for `document_of`.

    Raises:
        UsageError: this installation has no viewer.
    """
    document = document_of(file, hub, project, directory, is_embedding=True)
    html = page(Data(document, series(document, hub)), viewer())
    return Built(html, document.faults, tuple(_notes(document)))


def viewer() -> Viewer:
    """Give what draws reports, as it is installed.

    Raises:
        UsageError: it is not there.
    """
    folder = resources.files("modelcompose.hub") / _STATIC
    try:
        script = (folder / _SCRIPT).read_text(encoding="utf-8")
        style = (folder / _STYLE).read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(
            "report: this installation has no viewer of reports",
            hint="build it, in a checkout of the source: make ui",
        ) from error
    return Viewer(script, style)


def _notes(document: ReportDocument) -> list[str]:
    found: list[str] = []
    for block in document.blocks:
        found += [f"{block.line}: {note}" for note in getattr(block, "notes", ())]
        if isinstance(block, ReportImages):
            found += [
                f"{block.line}: {image.path} of {image.run[:8]}: {image.note}"
                for image in block.images
                if image.note
            ]
    return found
