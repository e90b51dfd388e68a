"""The table of checks."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcompose.diagnosis.checks import CHECKS
from modelcompose.diagnosis.examine import Check, examine
from tests.unit.diagnosis.conftest import Examined

GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "doctor.md"


def test_every_check_has_a_name_of_its_own() -> None:
    names = [check.name for check in CHECKS]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: str(check.name))
def test_every_check_stands_in_the_guide_with_what_it_looks_at(check: Check) -> None:
    assert f"| `{check.name}` | {check.about} |" in GUIDE.read_text(encoding="utf-8")


def test_no_check_breaks_in_an_empty_project_on_a_machine_without_docker(
    examined: Examined,
) -> None:
    found = examine(examined({"a": {"image": "x"}}), CHECKS)

    assert [one for one in found if "broke off" in one.what or "no answer" in one.what] == []


def test_a_file_that_cannot_be_read_is_told_once(examined: Examined) -> None:
    subject = examined({"a": {"image": "x", "x-ml": {"stepp": {}}}})

    found = [one for one in examine(subject, CHECKS) if one.group == "project"]

    assert [one.code for one in found if one.severity == "problem"] == ["compose-file"]
    assert "services.a.x-ml.stepp: unknown key" in found[0].what
    assert (found[0].where or "").startswith("compose.yaml:")
