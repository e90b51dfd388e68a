"""How the doctor's findings are printed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modelcompose.cli.doctor_view import Page, Report, print_json, print_report
from modelcompose.diagnosis.finding import Finding, ok
from modelcompose.diagnosis.mend import Mended
from modelcompose.diagnosis.repair import AddLine
from modelcompose.errors import Busy

ENGINE = Finding(
    "problem",
    "/var/run/docker.sock: permission denied: this user may not use the Docker engine",
    fix="join the group docker, then log in again:\nsudo usermod -aG docker $USER",
    code="engine",
)
OUTPUT = Finding(
    "warning",
    "git does not ignore 20 MB of models, which train writes",
    where="compose.yaml:8:9",
    fix="add the line `/models` to .gitignore",
    repair=AddLine(Path(".gitignore"), "/models"),
    code="large-outputs",
    group="project",
)
REPORT = Report(findings=(ENGINE, OUTPUT), project="/work/flights", home="/home/you/data")


def text(report: Report = REPORT, page: Page | None = None) -> str:
    return "\n".join((page or Page()).lines(report))


def test_findings_stand_in_their_groups_with_the_fix_below() -> None:
    assert text() == (
        "machine\n"
        "  ✗ /var/run/docker.sock: permission denied: this user may not use the Docker engine\n"
        "    fix: join the group docker, then log in again:\n"
        "         sudo usermod -aG docker $USER\n"
        "\n"
        "project  /work/flights\n"
        "  ! compose.yaml:8:9: git does not ignore 20 MB of models, which train writes\n"
        "    fix: add the line `/models` to .gitignore (--fix does it)\n"
        "\n"
        "store  /home/you/data\n"
        "\n"
        "1 problem, 1 warning; modelcompose doctor --fix mends 1 of them."
    )


def test_on_a_terminal_words_are_wrapped_and_commands_never_are() -> None:
    lines = text(page=Page(width=40)).splitlines()

    assert "         sudo usermod -aG docker $USER" in lines
    assert max(len(line) for line in lines if "compose" not in line) <= 40
    assert lines[2].startswith("    ")


def test_colours_are_only_where_they_are_wanted() -> None:
    assert "\x1b[31m✗\x1b[0m" in text(page=Page(is_coloured=True))
    assert "\x1b" not in text()


def test_marks_can_be_told_apart_in_ascii_too() -> None:
    assert "  x /var/run" in text(page=Page(has_marks=False))


def test_outside_of_a_project_that_is_said() -> None:
    assert "no Compose file here" in text(Report(findings=(), home="/h"))


def test_when_nothing_is_wrong_that_is_said_too() -> None:
    assert text(Report(findings=(ok("fine"),), home="/h")).endswith("All is well.")


def test_what_was_mended_is_told_and_what_could_not_be() -> None:
    mended = (
        Mended(("added `/models` to .gitignore",)),
        Mended((), Busy("another command works in this project", hint="wait for it")),
    )
    shown = text(Report(findings=(), home="/h", mended=mended))

    assert "  ✓ added `/models` to .gitignore\n" in shown
    assert "  ✗ another command works in this project\n    fix: wait for it\n" in shown


def test_json_holds_all_of_it(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    print_json(REPORT)
    document = json.loads(capfdbinary.readouterr().out)

    assert document["counts"] == {"problem": 1, "warning": 1, "note": 0, "ok": 0}
    assert document["findings"][1] == {
        "code": "large-outputs",
        "group": "project",
        "severity": "warning",
        "where": "compose.yaml:8:9",
        "what": "git does not ignore 20 MB of models, which train writes",
        "fix": "add the line `/models` to .gitignore",
        "is_fixable": True,
    }


def test_a_file_name_that_is_no_utf_8_can_be_printed_all_the_same(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    report = Report(findings=(Finding("note", "caf\udce9"),), home="/h")

    print_json(report)
    print_report(report)

    assert capfdbinary.readouterr().out.count(b"caf?") == 2
