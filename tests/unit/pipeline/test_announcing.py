from __future__ import annotations

import pytest

from modelcompose.pipeline.announcing import Outcome, headline
from modelcompose.pipeline.channels import tell
from modelcompose.pipeline.report import Ending, StepResult


def results(*endings: Ending) -> list[StepResult]:
    errors = {"failed": "exit code 3", "blocked": "s0 did not succeed"}
    return [StepResult(f"s{n}", each, error=errors.get(each)) for n, each in enumerate(endings)]


@pytest.mark.parametrize(
    ("endings", "status"),
    [
        (("done", "fresh"), "done"),
        (("restored",), "done"),
        (("adopted",), "done"),
        (("fresh", "fresh"), None),
        ((), None),
        (("done", "failed", "blocked"), "failed"),
        (("killed", "blocked"), None),
        (("failed", "killed"), "failed"),
        (("blocked",), "failed"),
    ],
)
def test_what_ran_and_what_failed_is_told_and_what_was_stopped_is_not(
    endings: tuple[Ending, ...], status: str | None
) -> None:
    assert Outcome(0.0, 60.0, results(*endings)).status == status


def test_what_broke_off_the_whole_is_a_failure() -> None:
    assert Outcome(0.0, 60.0, [], error="the disk is full").status == "failed"
    assert headline("p", [], 3_700.4, "the disk is full") == (
        "p: failed after 1:01:40: the disk is full"
    )


@pytest.mark.parametrize(
    ("endings", "text"),
    [
        (("done",), "p: s0 is done after 2:03:10"),
        (("fresh", "done", "restored"), "p: s1, s2 are done after 2:03:10"),
        (("done",) * 6, "p: s0, s1, s2, s3 and 2 more are done after 2:03:10"),
        (("done", "failed"), "p: s1 failed after 2:03:10: exit code 3"),
        (("failed", "failed", "blocked"), "p: s0 and 1 more failed after 2:03:10: exit code 3"),
    ],
)
def test_the_headline_names_what_counts(endings: tuple[Ending, ...], text: str) -> None:
    assert headline("p", results(*endings), 7390.9) == text


def test_every_channel_is_used_and_each_problem_is_told() -> None:
    used: list[str] = []

    def good() -> None:
        used.append("good")

    def bad() -> str:
        used.append("bad")
        return "it is closed"

    assert tell([good, bad]) == ["it is closed"]
    assert sorted(used) == ["bad", "good"]
    assert tell([]) == []
