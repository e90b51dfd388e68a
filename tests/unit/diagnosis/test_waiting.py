"""Waiting no longer than a bound, and finding things once."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from modelcompose.diagnosis.waiting import Fact, NoAnswer, Task, Unknown


@pytest.fixture
def forever() -> Iterator[threading.Event]:
    """Give what hangs until the test is over."""
    event = threading.Event()
    yield event
    event.set()


def test_work_that_hangs_is_waited_for_no_longer_than_its_bound(forever: threading.Event) -> None:
    task = Task(forever.wait, limit_s=0.05)

    with pytest.raises(NoAnswer, match=r"no answer within 0\.05 s"):
        task.result()


def test_what_work_raises_is_raised_in_the_one_who_asks() -> None:
    task = Task(lambda: 1 // 0, limit_s=5)

    with pytest.raises(ZeroDivisionError):
        task.result()


def test_a_fact_is_found_once_however_many_ask() -> None:
    asked: list[int] = []

    def find() -> int:
        asked.append(1)
        return len(asked)

    fact = Fact(find)
    tasks = [Task(fact.get, limit_s=5) for _ in range(8)]

    assert [task.result() for task in tasks] == [1] * 8


def test_a_fact_that_cannot_be_found_is_unknown_to_checks_about_something_else() -> None:
    fact: Fact[int] = Fact(lambda: 1 // 0)

    with pytest.raises(Unknown):
        fact.known()
    with pytest.raises(ZeroDivisionError):
        fact.get()
