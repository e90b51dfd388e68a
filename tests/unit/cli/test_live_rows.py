from __future__ import annotations

from typing import Any

from modelcompose.cli.live_rows import plain_text, rows
from modelcompose.pipeline.progress import StepNow

NOW = 1_000.0


def running(step: str, since: float = 990.0, **known: Any) -> StepNow:
    return StepNow(step, "running", since, **known)


def waiting(step: str, reason: str = "db (held by load)") -> StepNow:
    return StepNow(step, "waiting", 990.0, waits_for=reason)


def drawn(*steps: StepNow, width: int = 100, **texts: str) -> list[str]:
    found = rows(steps, texts, ended=1, total=9, width=width, now=NOW)
    return ["".join(text for text, _ in row) for row in found]


def test_a_running_step_has_its_time_memory_metrics_and_last_line() -> None:
    train = running("train", 870.0, memory_bytes=360_000_000, metrics={"loss": 0.35211})
    assert drawn(train, train="epoch=8 loss=0.3521")[0] == (
        "train  running  2 min 10 s  360 MB  loss=0.3521  epoch=8 loss=0.3521"
    )


def test_columns_stand_below_each_other() -> None:
    first, second, _ = drawn(
        running("train", memory_bytes=1_000_000), running("a", 940.0), train="x", a="y"
    )
    assert first == "train  running  10 s        1 MB  x"
    assert second == "a      running  1 min 00 s        y"


def test_a_column_that_is_empty_everywhere_takes_no_room() -> None:
    assert drawn(running("a"), a="why it runs")[0] == "a  running  10 s  why it runs"


def test_a_line_without_room_beside_goes_below() -> None:
    assert drawn(running("train"), width=40, train="a line of the log")[:2] == [
        "train  running  10 s",
        "  a line of the log",
    ]


def test_few_of_the_steps_that_wait_are_named_and_all_are_counted() -> None:
    assert drawn(running("a"), *(waiting(f"w{number}") for number in range(5)), a="x") == [
        "a   running  10 s  x",
        "w0  waiting for db (held by load)",
        "w1  waiting for db (held by load)",
        "w2  waiting for db (held by load)",
        "1 of 9 steps done, 1 running, 5 waiting",
    ]


def test_many_metrics_are_counted() -> None:
    metrics = dict.fromkeys("abcde", 1.0)
    assert "a=1 b=1 c=1 (+2)" in drawn(running("t", metrics=metrics))[0]


def test_nothing_that_moves_the_cursor_is_left_of_a_line() -> None:
    assert plain_text("\x1b[1;31mred\x1b[0m and\tblue\x07") == "red and blue"
    assert plain_text("10%\r\x1b[K20%\r") == "20%"
    assert plain_text("\x1b]0;a title\x07text") == "text"
    assert plain_text("\x1b[2J\r\n") == ""
