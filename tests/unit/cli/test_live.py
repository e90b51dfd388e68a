from __future__ import annotations

import fcntl
import io
import os
import pty
import struct
import termios
import threading

import pytest

from modelcompose.cli.live import LiveView
from modelcompose.cli.screen import Screen
from modelcompose.cli.terminal import Terminal
from modelcompose.pipeline.report import StepResult
from modelcompose.tracking.run import Metric
from tests.workbench import wait_until


class Leaving(io.StringIO):
    """A terminal that goes away after the first thing it was shown."""

    def __init__(self) -> None:
        super().__init__()
        self.tries = 0

    def write(self, text: str) -> int:
        self.tries += 1
        if self.tries > 1:
            raise OSError(5, "Input/output error")
        return super().write(text)


def test_what_nobody_sees_any_more_is_dropped() -> None:
    stream = Leaving()
    screen = Screen(stream)
    for text in ("one", "two", "three"):
        screen.write(text)
        screen.flush()
    assert stream.getvalue() == "one"
    assert stream.tries == 2


def test_steps_go_on_when_the_terminal_of_the_live_view_goes_away() -> None:
    stream = Leaving()
    view = LiveView(["a"], stream=stream)
    view.starts("a", run="0" * 32, cause="it never ran", attempt=1)
    wait_until(lambda: stream.tries > 1, "the view to lose its terminal", 10)
    view.logs("a", b"line\n")
    view.notes("a note")
    view.ends(StepResult("a", "done"))
    view.close()


def test_what_is_told_after_the_view_has_closed_still_appears() -> None:
    stream = io.StringIO()
    view = LiveView(["a"], stream=stream)
    view.starts("a", run="0" * 32, cause="it never ran", attempt=1)
    wait_until(lambda: "a  running" in stream.getvalue(), "the view", 10)
    view.close()
    view.close()
    view.notes("the end")
    assert stream.getvalue().endswith("\x1b[?25h\r\x1b[1A\x1b[2K\x1b[1A\x1b[2Knote: the end\n")


def test_a_step_that_ends_at_once_draws_no_view() -> None:
    stream = io.StringIO()
    view = LiveView(["a"], stream=stream)
    view.starts("a", run="0" * 32, cause="it never ran", attempt=1)
    view.ends(StepResult("a", "done", duration_s=0.01))
    view.close()
    assert stream.getvalue() == "a  done  0.0 s\n"


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (40, "train  done  1.0 s  loss=0.1 (+5)"),
        (29, "train  done  1.0 s  (+6)"),
        (10, "train  done  1.0 s  (+6)"),
        (200, "train  done  1.0 s  loss=0.1 accuracy_score=0.1 f1_score=0.1 log_loss=0.1 (+2)"),
        (0, "train  done  1.0 s  loss=0.1 accuracy_score=0.1 f1_score=0.1 log_loss=0.1 (+2)"),
    ],
)
def test_a_result_names_as_many_metrics_as_fit_on_its_line(width: int, line: str) -> None:
    names = ("loss", "accuracy_score", "f1_score", "log_loss", "recall", "precision")
    metrics = dict.fromkeys(names, Metric(0.1, 0.1, 0.1))
    reading, writing = pty.openpty()
    fcntl.ioctl(writing, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    with os.fdopen(writing, "w") as stream:
        terminal = Terminal(["train"], quiet=False, stream=stream, is_coloured=False)
        terminal.ends(StepResult("train", "done", duration_s=1.0, metrics=metrics))
        shown = os.read(reading, 1000).decode()
    os.close(reading)
    assert shown == f"{line}\r\n"


def test_many_threads_may_tell_at_once() -> None:
    stream = io.StringIO()
    names = [f"s{number}" for number in range(8)]
    view = LiveView(names, stream=stream)

    def tell(name: str) -> None:
        view.starts(name, run="0" * 32, cause="it never ran", attempt=1)
        for number in range(200):
            view.logs(name, b"%d\n" % number)
            view.notes(f"{name} {number}")
        view.ends(StepResult(name, "done"))

    threads = [threading.Thread(target=tell, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    view.close()
    assert all(f"note: {name} 199\n" in stream.getvalue() for name in names)


def test_a_quiet_terminal_keeps_the_last_lines_for_a_failure() -> None:
    stream = io.StringIO()
    terminal = Terminal(["a"], quiet=True, stream=stream)
    terminal.starts("a", run="0" * 32, cause="it never ran", attempt=1)
    terminal.logs("a", b"first\nla")
    terminal.logs("a", b"st")
    terminal.ends(StepResult("a", "failed", error="exit code 1"))
    assert stream.getvalue().split("\n")[:3] == [
        "a  │ first",
        "a  │ last",
        "a  failed: exit code 1",
    ]


def test_the_lines_of_an_earlier_try_are_not_shown_for_a_later_one() -> None:
    stream = io.StringIO()
    terminal = Terminal(["a"], quiet=True, stream=stream)
    for attempt, line in enumerate((b"old\n", b"new\n"), 1):
        terminal.starts("a", run="0" * 32, cause="it never ran", attempt=attempt)
        terminal.logs("a", line)
    terminal.ends(StepResult("a", "failed", error="exit code 1"))
    assert "old" not in stream.getvalue()
    assert os.linesep.join(["a  │ new"]) in stream.getvalue()
