"""Checks run on their own: none takes another along."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable, Iterable, Iterator

import pytest
from msgspec.structs import replace

from modelcompose.diagnosis import examine as room
from modelcompose.diagnosis.examine import Check, examine
from modelcompose.diagnosis.finding import Finding, Group, ok, problem
from modelcompose.diagnosis.subject import Subject
from modelcompose.diagnosis.waiting import Unknown
from modelcompose.errors import StoreError
from tests.unit.diagnosis.conftest import Examined


def is_well(_subject: Subject) -> Iterator[Finding]:
    yield ok("this is well")


def breaks(_subject: Subject) -> Iterator[Finding]:
    yield ok("this is never told")
    raise KeyError("key")


def cannot_tell(_subject: Subject) -> Iterator[Finding]:
    raise Unknown


def meets_an_error_of_ours(_subject: Subject) -> Iterator[Finding]:
    raise StoreError("compose.yaml:3:7: the store is no folder", hint="make it one: mkdir store")


def may_not_look(_subject: Subject) -> Iterator[Finding]:
    raise PermissionError(errno.EACCES, "Permission denied", "/home/ben")


def check(look: Callable[[Subject], Iterable[Finding]], group: Group = "machine") -> Check:
    return Check(getattr(look, "__name__", "look"), group, "a check of this test", look)


def test_a_check_that_breaks_leaves_the_others_alone(examined: Examined) -> None:
    first, second = examine(examined(), [check(breaks), check(is_well)])

    assert first.severity == "warning"
    assert "the check breaks broke off: KeyError: 'key' (test_examine.py:" in first.what
    assert second == replace(ok("this is well"), code="is_well")


def test_a_check_that_hangs_leaves_the_others_alone(
    examined: Examined, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "LIMIT_S", 0.2)
    end = threading.Event()

    def hangs(_subject: Subject) -> list[Finding]:
        end.wait()
        return []

    first, second = examine(examined(), [check(hangs), check(is_well)])
    end.set()

    assert "the check hangs gave no answer within 0.2 s" in first.what
    assert second.what == "this is well"


def test_a_check_that_cannot_tell_says_nothing(examined: Examined) -> None:
    assert examine(examined(), [check(cannot_tell)]) == []


def test_an_error_of_ours_is_the_finding_with_its_place_and_its_hint(examined: Examined) -> None:
    (found,) = examine(examined(), [check(meets_an_error_of_ours)])

    assert found == replace(
        problem("the store is no folder", where="compose.yaml:3:7", fix="make it one: mkdir store"),
        code="meets_an_error_of_ours",
    )


def test_what_a_check_may_not_look_at_is_named(examined: Examined) -> None:
    (found,) = examine(examined(), [check(may_not_look)])

    assert (found.severity, found.where) == ("warning", "/home/ben")
    assert found.what == "the check may_not_look could not look: permission denied"


def test_findings_come_in_the_order_of_the_checks_with_their_codes(examined: Examined) -> None:
    codes = [found.code for found in examine(examined(), [check(is_well), check(breaks)])]

    assert codes == ["is_well", "breaks"]


def test_outside_of_a_project_its_checks_are_left_out(examined: Examined) -> None:
    assert examine(examined(), [check(is_well, "project")]) == []
    assert examine(examined({"a": {"image": "x"}}), [check(is_well, "project")]) != []
