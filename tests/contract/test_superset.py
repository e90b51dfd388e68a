"""The command line is a superset of `docker compose`: nothing of ours takes a name of Compose's."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import resource
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from modelcompose.cli.app import command
from modelcompose.cli.arguments import COMPOSE_FLAGS, EXTENDED_VERBS, OUR_FLAGS, OUR_VERBS
from modelcompose.cli.help import compose_verbs

pytestmark = pytest.mark.docker

SAME_MEANING = {
    ("run", "--build"): "builds the image before",
    ("run", "--detach"): "returns and prints what was started, which goes on by itself",
    ("run", "-d"): "as --detach",
    ("run", "--dry-run"): "says what would be done, and does nothing",
    ("run", "--env"): "sets variables of the container",
    ("run", "-e"): "sets variables of the container",
    ("run", "--no-deps"): "leaves alone what comes before",
    ("run", "--pull"): "pulls the image before",
}
"""Flags of Compose on verbs that we extend, which mean there what they mean here."""

OURS_ON_BOTH = {"--help"}

COMPOSE_FILE = """\
name: superset-{unique}
services:
  web:
    image: python:3.11-slim
    environment: {{NAME: "${{NAME:-none}}"}}
    network_mode: none
  extra:
    image: python:3.11-slim
    profiles: [more]
x-ml: {{}}
"""

LINES = [
    ["version"],
    ["version", "--short"],
    ["ls", "--filter", "name=superset-none"],
    ["ls", "--all", "--format", "json", "--filter", "name=superset-none"],
    ["ps"],
    ["ps", "--format", "json"],
    ["config"],
    ["config", "--services"],
    ["--profile", "more", "config", "--profiles"],
    ["--profile=more", "-p", "other", "config"],
    ["-f", "compose.yaml", "--project-directory", ".", "config", "--images"],
    ["--env-file", "values.env", "config"],
    ["images"],
    ["logs", "web"],
    ["--ansi", "never", "top"],
    ["--dry-run", "create"],
    ["port", "web", "80"],
    ["exec", "web", "true"],
    ["kill"],
    ["config", "--help"],
    ["nothing"],
    ["config", "nothing"],
    ["ps", "--nothing"],
    ["--nothing", "ps"],
    ["-f", "missing.yaml", "ps"],
    ["-f"],
    ["run", "--rm", "--no-TTY", "web", "sh", "-c", "echo to you; echo to me >&2; exit 3"],
    ["run", "--rm", "--no-TTY", "-e", "NAME=x", "web", "env", "-u", "HOSTNAME", "-u", "HOME"],
]

LINES_OF_OURS = [["run", "nothing"], ["run", "--help"], ["up", "--help"], ["up", "nothing"]]
"""Where an extended verb answers itself, in words of its own."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    text = COMPOSE_FILE.format(unique=tmp_path.name.lower().replace("_", "-"))
    (tmp_path / "compose.yaml").write_text(text)
    (tmp_path / "values.env").write_text("NAME=from-file\n")
    return tmp_path


def help_of(*verb: str) -> str:
    done = subprocess.run(
        ["docker", "compose", *verb, "--help"], capture_output=True, check=True, text=True
    )
    return done.stdout


def flags_in(text: str) -> set[str]:
    """Give the flags that a help text of Compose's lists."""
    lines = (re.match(r"  (?:(-\w), |    )(--[\w-]+)", line) for line in text.splitlines())
    return {name for line in lines if line for name in line.groups() if name}


def our_flags(verb: str) -> set[str]:
    options = [each for each in command(verb).params if isinstance(each, click.Option)]
    return {name for option in options for name in (*option.opts, *option.secondary_opts)}


def test_no_verb_of_ours_is_one_of_compose() -> None:
    theirs = {verb for verb, _ in compose_verbs(help_of())}

    assert "ps" in theirs
    assert OUR_VERBS.keys() & theirs == set(EXTENDED_VERBS)


def test_no_global_flag_of_ours_is_one_of_compose() -> None:
    assert flags_in(help_of()).isdisjoint({*OUR_FLAGS, "-j"})


def test_every_global_flag_of_compose_is_known_with_its_value() -> None:
    text = help_of()
    listed = re.findall(r"(--[a-z][a-z-]+)( [a-zA-Z]+)?  ", text.split("Commands:")[0])

    assert listed
    for name, value in listed:
        assert COMPOSE_FLAGS[name] is bool(value), name


@pytest.mark.parametrize("verb", EXTENDED_VERBS)
def test_a_flag_on_an_extended_verb_takes_no_meaning_of_compose(verb: str) -> None:
    theirs = flags_in(help_of(verb))
    shared = our_flags(verb) & theirs - OURS_ON_BOTH

    assert "--dry-run" in theirs
    assert {(verb, flag) for flag in shared} == {
        (known, flag) for known, flag in SAME_MEANING if known == verb
    }
    assert not ({"--engine", "--jobs", "-j"} & theirs)


@pytest.mark.parametrize("line", LINES, ids=" ".join)
def test_a_verb_of_compose_gives_the_same_output_and_exit_code(
    line: list[str], folder: Path
) -> None:
    assert run([sys.executable, "-m", "modelcompose", *line], folder) == run(
        ["docker", "compose", *line], folder
    )


@pytest.mark.parametrize("line", LINES_OF_OURS, ids=" ".join)
def test_an_extended_verb_gives_the_same_exit_code(line: list[str], folder: Path) -> None:
    ours, *_ = run([sys.executable, "-m", "modelcompose", *line], folder)
    theirs, *_ = run(["docker", "compose", *line], folder)

    assert ours == theirs


@pytest.mark.parametrize("line", [["ps"], ["config"], ["nothing"]], ids=" ".join)
def test_a_terminal_sees_the_same(line: list[str], folder: Path) -> None:
    ours = on_terminal([sys.executable, "-m", "modelcompose", *line], folder)
    theirs = on_terminal(["docker", "compose", *line], folder)

    assert ours == theirs


def test_what_is_typed_and_the_size_of_the_terminal_reach_the_container(folder: Path) -> None:
    # Docker tells the container its size a moment after it has started.
    ask_size = "for i in $(seq 100); do stty size | grep -v ^0 && break; sleep 0.1; done"
    line = ["run", "--rm", "web", "sh", "-c", f"read word; echo got $word; {ask_size}"]

    output, code = on_terminal(
        [sys.executable, "-m", "modelcompose", *line], folder, typed=b"hello\n"
    )

    assert "got hello" in output
    assert "33 111" in output
    assert code == 0


def test_passing_through_costs_little(folder: Path) -> None:
    ours = min(cpu_of([sys.executable, "-m", "modelcompose", "ps"], folder) for _ in range(3))
    theirs = min(cpu_of(["docker", "compose", "ps"], folder) for _ in range(3))

    assert ours - theirs < 0.1


def test_the_version_takes_a_tenth_of_a_second(folder: Path) -> None:
    command_line = [sys.executable, "-m", "modelcompose", "--version"]

    assert min(cpu_of(command_line, folder) for _ in range(3)) < 0.1


def test_docker_ml_is_this_program(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(folder / "config"))
    run([sys.executable, "-m", "modelcompose", "plugin", "install"], folder)

    version = run(["docker", "ml", "--version"], folder)
    helped = run(["docker", "ml", "--help"], folder)
    listed = run(["docker", "--help"], folder)
    theirs = run(["docker", "--log-level", "info", "ml", "config", "--services"], folder)
    completed = run(["docker", "__complete", "ml", "stat"], folder)

    assert version == run([sys.executable, "-m", "modelcompose", "--version"], folder)
    assert helped[1].startswith("Usage:  docker ml ")
    assert re.search(r"^  ml\*? +Docker Compose for machine learning", listed[1], re.MULTILINE)
    assert theirs == run(["docker", "compose", "config", "--services"], folder)
    assert completed[1].startswith("status\t")


def run(line: list[str], folder: Path) -> tuple[int, str, str]:
    done = subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, without_names(done.stdout), without_names(done.stderr)


def without_names(text: str) -> str:
    """Leave out what differs from one call of Compose to the next."""
    text = re.sub(r"run-[0-9a-f]{12}", "run-ID", text)
    return re.sub(r"\d+\.\d+s", "TIME", text)


def on_terminal(line: list[str], folder: Path, typed: bytes = b"") -> tuple[str, int]:
    """Run a command line on a terminal of its own; give what it showed, and the exit code."""
    main, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 111, 0, 0))
    process = subprocess.Popen(line, cwd=folder, stdin=side, stdout=side, stderr=side)
    os.close(side)
    os.write(main, typed)
    shown = read_all(lambda: os.read(main, 65536))
    os.close(main)
    return shown, process.wait(timeout=60)


def read_all(read: Callable[[], bytes]) -> str:
    shown = b""
    while True:
        try:
            piece = read()
        except OSError:  # the other side is closed
            piece = b""
        if not piece:
            return shown.decode()
        shown += piece


def cpu_of(line: list[str], folder: Path) -> float:
    """Give the CPU time of a command line, in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(line, cwd=folder, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
