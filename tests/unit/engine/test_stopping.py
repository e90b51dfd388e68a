"""When an execution is asked to end, and when killed."""

from __future__ import annotations

from modelcompose.engine.stopping import Stopping


def test_without_a_deadline_nothing_is_foreseen() -> None:
    stopping = Stopping(None, 10, now=100)

    assert stopping.next_moment() == float("inf")
    assert stopping.action(1e9) is None


def test_a_deadline_asks_then_kills_after_the_grace_period() -> None:
    stopping = Stopping(5, 10, now=100)

    assert stopping.action(104.9) is None
    assert stopping.action(105) == "ask"
    assert stopping.next_moment() == 115
    assert stopping.action(114.9) is None
    assert stopping.action(115) == "kill"
    assert stopping.cause == "timeout"


def test_a_request_asks_at_once_and_once() -> None:
    stopping = Stopping(None, 10, now=100)
    stopping.request()
    stopping.request()

    assert stopping.action(101) == "ask"
    assert stopping.action(102) is None
    assert stopping.cause == "request"


def test_the_first_cause_stays_the_cause() -> None:
    stopping = Stopping(5, 10, now=100)
    stopping.action(105)
    stopping.request()

    assert stopping.action(106) is None
    assert stopping.cause == "timeout"


def test_hurry_kills_right_after_asking() -> None:
    stopping = Stopping(None, 10, now=100)
    stopping.hurry()

    assert [stopping.action(101), stopping.action(101), stopping.action(101)] == [
        "ask",
        "kill",
        None,
    ]


def test_hurry_cuts_a_grace_period_short() -> None:
    stopping = Stopping(5, 10, now=100)
    stopping.action(105)
    stopping.hurry()

    assert stopping.action(106) == "kill"
    assert stopping.cause == "timeout"


def test_a_request_that_was_never_acted_upon_is_no_cause() -> None:
    stopping = Stopping(None, 10, now=100)
    stopping.request()

    assert stopping.cause is None
