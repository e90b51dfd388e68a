"""What the doctor found, as people read it and as machines do."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence

from msgspec import Struct

from modelcompose.cli.terminal import has_colour
from modelcompose.diagnosis.finding import GROUPS, SEVERITIES, Finding, Group, Severity
from modelcompose.diagnosis.mend import Mended

_MARKS: dict[Severity, tuple[str, str]] = {
    "ok": ("✓", "32"),
    "note": ("·", "36"),
    "warning": ("!", "33"),
    "problem": ("✗", "31"),
}
"""The mark of each severity, and its colour."""
_PLAIN_MARKS: dict[Severity, str] = {"ok": "+", "note": "-", "warning": "!", "problem": "x"}
"""For output that knows ASCII alone."""
_INDENT = "  "
_FIX = "fix: "


class Report(Struct, frozen=True):
    """All there is to print."""

    findings: tuple[Finding, ...]
    home: str
    project: str | None = None
    """The project folder; None outside of a project."""
    mended: tuple[Mended, ...] = ()
    """What `--fix` did."""

    def count(self, severity: Severity) -> int:
        """Count the findings of a severity."""
        return sum(finding.severity == severity for finding in self.findings)


def print_json(report: Report) -> None:
    """Print `{"project": …, "home": …, "counts": …, "findings": […], "done": […], "failed": […]}`.

    Each finding has `code`, `group`, `severity`, `where`, `what`, `fix` and `is_fixable`.
    """
    import msgspec

    document = {
        "project": report.project,
        "home": report.home,
        "counts": {severity: report.count(severity) for severity in SEVERITIES},
        "findings": [_document(finding) for finding in report.findings],
        "done": [text for one in report.mended for text in one.done],
        "failed": [
            {"what": one.error.message, "hint": one.error.hint}
            for one in report.mended
            if one.error is not None
        ],
    }
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(document)) + b"\n")
    sys.stdout.buffer.flush()


def _document(finding: Finding) -> dict[str, object]:
    return {
        "code": finding.code,
        "group": finding.group,
        "severity": finding.severity,
        "where": _encodable(finding.where),
        "what": _encodable(finding.what),
        "fix": _encodable(finding.fix),
        "is_fixable": finding.repair is not None,
    }


def _encodable(text: str | None) -> str | None:
    """Give a text without what JSON cannot hold: the bytes of file names that are no UTF-8."""
    return text and text.encode(errors="replace").decode()


def print_report(report: Report) -> None:
    """Print the findings by group, what was mended, and a line that sums up."""
    page = Page(
        is_coloured=has_colour(sys.stdout),
        width=shutil.get_terminal_size().columns if sys.stdout.isatty() else None,
        has_marks=(sys.stdout.encoding or "").lower().startswith("utf"),
    )
    text = "\n".join(page.lines(report)) + "\n"
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, errors="replace").decode(encoding))


class Page(Struct, frozen=True):
    """How to write for one terminal, file or pipe."""

    is_coloured: bool = False
    width: int | None = None
    """Columns to stay within; None: lines as long as they are. Commands are never broken."""
    has_marks: bool = True
    """Whether marks beyond ASCII can be shown."""

    def lines(self, report: Report) -> Iterator[str]:
        """Give the lines of a report."""
        for group in GROUPS:
            found = [finding for finding in report.findings if finding.group == group]
            yield self._heading(group, report)
            for finding in found:
                yield from self._finding(finding)
            if group == "project" and report.project is None:
                yield f"{_INDENT}{self._paint('2', 'no Compose file here, nor above')}"
            yield ""
        yield from self._mended(report.mended)
        yield self._summary(report)

    def _heading(self, group: Group, report: Report) -> str:
        place = {"project": report.project, "store": report.home}.get(group)
        return self._paint("1", group) + (f"  {self._paint('2', place)}" if place else "")

    def _finding(self, finding: Finding) -> Iterator[str]:
        mark = self._mark(finding.severity)
        start = f"{_INDENT}{mark} "
        where = f"{finding.where}: " if finding.where else ""
        hanging = " " * (len(_INDENT) + 2)
        first, *more = self._wrapped(start, len(hanging), hanging, f"{where}{finding.what}")
        yield first.replace(where, self._paint("2", where), 1) if where else first
        yield from more
        if finding.fix is not None:
            yield from self._fix(hanging, finding)

    def _fix(self, hanging: str, finding: Finding) -> Iterator[str]:
        words, *commands = (finding.fix or "").splitlines()
        if finding.repair is not None:
            words = f"{words.removesuffix(':')} (--fix does it)" + (":" if commands else "")
        inner = hanging + " " * len(_FIX)
        start = f"{hanging}{self._paint('2', _FIX)}"
        yield from self._wrapped(start, len(inner), inner, words)
        for command in commands:
            yield f"{inner}{self._paint('1', command)}"

    def _wrapped(self, start: str, start_width: int, hanging: str, text: str) -> Iterator[str]:
        if self.width is None:
            yield start + text
            return
        lines = textwrap.wrap(
            text,
            max(20, self.width - start_width),
            break_long_words=False,
            break_on_hyphens=False,
        )
        yield start + (lines[0] if lines else "")
        yield from (hanging + line for line in lines[1:])

    def _mended(self, mended: Sequence[Mended]) -> Iterator[str]:
        if not mended:
            return
        yield self._paint("1", "mended")
        for one in mended:
            for text in one.done:
                yield f"{_INDENT}{self._mark('ok')} {text}"
            if one.error is not None:
                hint = one.error.hint
                yield from self._finding(Finding("problem", one.error.message, fix=hint))
        yield ""

    def _mark(self, severity: Severity) -> str:
        mark, colour = _MARKS[severity]
        return self._paint(colour, mark if self.has_marks else _PLAIN_MARKS[severity])

    def _summary(self, report: Report) -> str:
        counted = [
            f"{report.count(severity)} {severity}{'' if report.count(severity) == 1 else 's'}"
            for severity in SEVERITIES
            if severity != "ok" and report.count(severity)
        ]
        if not counted:
            return self._paint("32", "All is well.")
        fixable = sum(finding.repair is not None for finding in report.findings)
        more = f"; modelcompose doctor --fix mends {fixable} of them" if fixable else ""
        return f"{', '.join(counted)}{more}."

    def _paint(self, colour: str, text: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self.is_coloured else text
