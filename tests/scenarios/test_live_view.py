"""What a person sees on a terminal while steps run."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pyte
import pytest

from tests.workbench import PATIENCE_S, Workbench

HEIGHT = 24
COLOUR = re.compile(rb"\x1b\[(?:\d+;)*[349][0-7](?:;\d+)*m")


class Terminal:
    """A terminal with a command on it."""

    def __init__(
        self, bench: Workbench, *arguments: str, width: int, env: Mapping[str, str]
    ) -> None:
        self._keyboard, side = pty.openpty()
        fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, width, 0, 0))
        environment = bench.environment({"TERM": "xterm-256color", **env})
        for name in ("COLUMNS", "NO_COLOR"):
            if name not in env:
                del environment[name]
        self.process = subprocess.Popen(
            [*bench.command, *arguments],
            cwd=bench.folder,
            env=environment,
            stdin=side,
            stdout=side,
            stderr=side,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - no threads
        )
        os.close(side)
        self.screen = pyte.HistoryScreen(width, HEIGHT, history=10_000, ratio=1)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""

    @property
    def lines(self) -> list[str]:
        """Give the lines that stand on the screen."""
        return [line.rstrip() for line in self.screen.display if line.strip()]

    def hides_cursor(self) -> bool:
        """Say whether the cursor is hidden now."""
        return bool(self.screen.cursor.hidden)

    @property
    def scrolled(self) -> list[str]:
        """Give all lines that were ever scrolled off or stand there."""
        above = ["".join(row[x].data for x in sorted(row)) for row in self.screen.history.top]
        return [line.rstrip() for line in above] + self.lines

    def wait_for(self, condition: Callable[[], object], what: str) -> None:
        """Look on until a condition holds."""
        limit = time.monotonic() + PATIENCE_S
        while not condition():
            shown = "\n".join(self.lines)
            assert time.monotonic() < limit, f"waited in vain for: {what}\n{shown}"
            assert self.look(0.05), f"the command ended before: {what}\n{shown}"

    def look(self, patience_s: float) -> bool:
        """Take in what is shown; False once the command has closed the terminal."""
        ready, _, _ = select.select([self._keyboard], [], [], patience_s)
        if not ready:
            return True
        try:
            piece = os.read(self._keyboard, 65536)
        except OSError:
            return False
        self.raw += piece
        self._stream.feed(piece)
        return bool(piece)

    def look_for(self, seconds: float) -> None:
        """Look on for some time."""
        limit = time.monotonic() + seconds
        while (left := limit - time.monotonic()) > 0:
            self.look(left)

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._keyboard, keys)

    def end(self) -> int:
        """Look on until the command has ended; give its exit code."""
        while self.look(PATIENCE_S):
            pass
        return self.process.wait(PATIENCE_S)

    def close(self) -> None:
        """Take the terminal away."""
        self.process.kill()
        self.process.wait()
        os.close(self._keyboard)


@contextmanager
def terminal(bench: Workbench, *arguments: str, width: int = 100, **env: str) -> Iterator[Terminal]:
    opened = Terminal(bench, *arguments, width=width, env=env)
    try:
        yield opened
    finally:
        (bench.folder.parent / "go").touch()
        opened.close()


def step(script: str, **keys: Any) -> dict[str, Any]:
    return {"command": ["sh", "-c", script.replace("$", "$$")], "step": {"inputs": [], **keys}}


@pytest.fixture
def training(bench: Workbench) -> Workbench:
    """Give a project with a step that trains until told to end, and one that waits for it."""
    go = bench.folder.parent / "go"
    script = f"seq 50; echo epoch=1 loss=0.5; until test -e {go}; do sleep 0.02; done; echo 1 > m"
    bench.compose(
        {
            "train": step(script, log_metrics=["loss"], outputs=["m"]),
            "test": {**step("echo tested"), "depends_on": ["train"]},
        }
    )
    return bench


def test_the_view_shows_each_running_step_and_then_goes_away(training: Workbench) -> None:
    with terminal(training, "run") as shown:
        shown.wait_for(lambda: "loss=0.5" in " ".join(shown.lines), "the metric")
        shown.wait_for(lambda: re.search(r"\d [kM]B ", " ".join(shown.lines)), "the memory")
        train, test, count = shown.lines
        assert re.fullmatch(
            r"train  running  \d+ s  [\d.]+ [kM]B  loss=0\.5  epoch=1 loss=0\.5", train
        )
        assert test == "test   waiting for train"
        assert count == "0 of 2 steps done, 1 running, 1 waiting"
        assert shown.hides_cursor()
        (training.folder.parent / "go").touch()
        assert shown.end() == 0
    assert not shown.hides_cursor()
    assert shown.lines[0].startswith("train  done")
    assert shown.lines[1].startswith("test   done")
    assert not [line for line in shown.scrolled if "steps done" in line or "running" in line]
    assert "17" not in shown.scrolled, "the log is not shown"
    assert shown.screen.cursor.x == 0


def test_lines_that_are_told_scroll_above_the_view(bench: Workbench) -> None:
    go = bench.folder.parent / "go"
    steps = {f"s{number:02}": step("true") for number in range(40)}
    wait = f"until test -e {go}; do sleep 0.02; done"
    bench.compose({**steps, "slow": step(f"sleep 0.5; {wait}")})
    with terminal(bench, "--jobs", "2", "run") as shown:
        shown.wait_for(lambda: "40 of 41 steps done" in " ".join(shown.lines), "the quick steps")
        go.touch()
        assert shown.end() == 0
    told = [line for line in shown.scrolled if re.match(r"s\d\d +done  \d", line)]
    assert len(told) == 40


def test_the_view_is_drawn_at_most_four_times_a_second(training: Workbench) -> None:
    with terminal(training, "run") as shown:
        shown.wait_for(lambda: "loss=0.5" in " ".join(shown.lines), "the metric")
        before = shown.raw.count(b"steps done")
        shown.look_for(2.0)
        assert 1 <= shown.raw.count(b"steps done") - before <= 9


def test_ctrl_c_gives_the_terminal_back(training: Workbench) -> None:
    with terminal(training, "run") as shown:
        shown.wait_for(lambda: "loss=0.5" in " ".join(shown.lines), "the metric")
        shown.type(b"\x03")
        assert shown.end() == 130
    assert not shown.hides_cursor()
    assert [line for line in shown.lines if "stopping train" in line]
    assert not [line for line in shown.lines if "steps done" in line]
    assert shown.lines[-1].startswith("hint:")
    assert training.shown("train")["status"] == "killed"


def test_a_failed_step_prints_its_last_lines(bench: Workbench) -> None:
    bench.compose({"bad": step("seq 100; sleep 0.6; echo trouble >&2; exit 3")})
    with terminal(bench, "run") as shown:
        assert shown.end() == 1
    text = "\n".join(shown.lines)
    assert "bad  │ 100\nbad  │ trouble\nbad  failed: exit code 3" in text
    assert "│ 50" not in text


def test_on_a_narrow_terminal_no_line_of_the_view_wraps(training: Workbench) -> None:
    with terminal(training, "run", width=30) as shown:
        shown.wait_for(lambda: re.search(r"\d [kM]B", " ".join(shown.lines)), "the memory")
        head, log, test, count = shown.lines
        assert head.startswith("train  running  ")
        assert head.endswith("…")
        assert log == "  epoch=1 loss=0.5"
        assert test == "test   waiting for train"
        assert count == "0 of 2 steps done, 1 running,…"


def test_a_progress_bar_and_colours_of_a_step_do_not_disturb_the_view(bench: Workbench) -> None:
    go = bench.folder.parent / "go"
    bar = r"printf '\033[31m10%%\033[0m\r\033[2K\033[32m20%%\tof it\033[0m\r'"
    bench.compose({"a": step(f"{bar}; until test -e {go}; do sleep 0.02; done")})
    with terminal(bench, "run") as shown:
        shown.wait_for(lambda: "20% of it" in " ".join(shown.lines), "the bar")
        assert shown.lines[0].endswith("20% of it")
        assert len(shown.lines) == 2


def test_without_colour_the_view_has_none(training: Workbench) -> None:
    with terminal(training, "run", NO_COLOR="1") as shown:
        shown.wait_for(lambda: "loss=0.5" in " ".join(shown.lines), "the metric")
        (training.folder.parent / "go").touch()
        assert shown.end() == 0
    assert not COLOUR.search(shown.raw)


def test_progress_plain_shows_the_log_on_a_terminal_too(training: Workbench) -> None:
    (training.folder.parent / "go").touch()
    with terminal(training, "--progress", "plain", "run") as shown:
        assert shown.end() == 0
    assert "train  │ 17" in shown.scrolled
    assert b"\x1b[?25l" not in shown.raw


def test_a_dumb_terminal_gets_plain_lines(training: Workbench) -> None:
    (training.folder.parent / "go").touch()
    with terminal(training, "run", TERM="dumb") as shown:
        assert shown.end() == 0
    assert "train  │ 17" in shown.scrolled
    assert b"\x1b" not in shown.raw
