"""A run's log is every byte that its step printed, in order, secrets masked, there at once."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.workbench import COMMAND, Workbench, wait_until

ENGINES = ["process", pytest.param("docker", marks=pytest.mark.docker)]
MANY_BYTES = 100 * 2**20
MEMORY_BYTES = 200 * 2**20


def printing(script: str, **keys: Any) -> dict[str, Any]:
    """Give a step that runs a Python script, unbuffered."""
    command = ["python", "-u", "-c", script.replace("$", "$$")]
    return {"talk": {"command": command, "step": {"inputs": []}, **keys}}


def log_of(bench: Workbench, run: str = "talk") -> bytes:
    done = subprocess.run(
        [*COMMAND, "runs", "logs", run],
        cwd=bench.folder,
        env=bench.environment(),
        capture_output=True,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("engine", ENGINES)
def test_lines_keep_their_order_and_the_last_needs_no_end(bench: Workbench, engine: str) -> None:
    bench.compose(printing("for n in range(2000): print(n)\nprint('the end', end='')"))
    done = bench.run("run")
    expected = "".join(f"{n}\n" for n in range(2000)) + "the end"
    assert log_of(bench).decode() == expected
    assert "talk  │ the end\n" in done.stderr


@pytest.mark.parametrize("engine", ENGINES)
def test_bytes_that_are_no_utf_8_come_through(bench: Workbench, engine: str) -> None:
    script = "import os; os.write(1, bytes(range(256))); os.write(1, b'\\n\\xff\\xfe end')"
    bench.compose(printing(script))
    done = bench.run("run")
    assert log_of(bench) == bytes(range(256)) + b"\n\xff\xfe end"
    assert "talk  │ \ufffd\ufffd end\n" in done.stderr


def test_both_streams_are_in_the_log_in_the_order_they_came(bench: Workbench) -> None:
    # Each line is seen before the next is written: a step's pipes have no order of their own.
    script = """
import os, pathlib, time
log = pathlib.Path(os.environ['LOG'])
for n in range(6):
    os.write(1 + n % 2, b'%d\\n' % n)
    while not log.exists() or log.read_bytes().count(b'\\n') <= n:
        time.sleep(0.01)
"""
    seen = bench.folder.parent / "seen"
    bench.compose(printing(script, environment={"LOG": str(seen)}))
    with bench.start("run"):
        wait_until(lambda: list(bench.home.rglob("output.log")), "the log")
        (log,) = bench.home.rglob("output.log")
        seen.symlink_to(log)
    assert log_of(bench) == b"0\n1\n2\n3\n4\n5\n"


def test_a_hundred_megabytes_are_complete_and_take_no_memory(
    bench: Workbench, tmp_path: Path
) -> None:
    script = f"""
import os
line = b'x' * 1000 + b'\\n'
block = line * 1000
for _ in range({MANY_BYTES} // len(block)):
    os.write(1, block)
"""
    bench.compose(printing(script, environment={"API_KEY": "a secret to be looked for"}))
    peak_kib = peak_of([*COMMAND, "--quiet", "run"], bench)
    assert peak_kib * 1024 < MEMORY_BYTES
    bytes_written = MANY_BYTES // 1001000 * 1001000
    expected = hashlib.sha256()
    for _ in range(bytes_written // 1001):
        expected.update(b"x" * 1000 + b"\n")
    copy = tmp_path / "copy"
    with copy.open("wb") as out:
        peak_kib = peak_of([*COMMAND, "runs", "logs", "talk"], bench, out.fileno())
    assert peak_kib * 1024 < MEMORY_BYTES
    assert copy.stat().st_size == bytes_written
    with copy.open("rb") as log:
        assert hashlib.file_digest(log, "sha256").digest() == expected.digest()


PEAK = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
sys.stderr.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code)
"""


def peak_of(command: list[str], bench: Workbench, out: int = subprocess.DEVNULL) -> int:
    """Run a command; give the most memory it held, in KiB.

    A small process starts it: the memory of who starts a command counts as its own.
    """
    done = subprocess.run(
        [sys.executable, "-c", PEAK, *command],
        cwd=bench.folder,
        env=bench.environment(),
        stdout=out,
        stderr=subprocess.PIPE,
        check=True,
    )
    return int(done.stderr) // (1024 if sys.platform == "darwin" else 1)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_secret_is_masked_also_when_it_comes_byte_by_byte(bench: Workbench, engine: str) -> None:
    script = """
import os
for byte in os.environ['API_TOKEN'].encode():
    os.write(1, bytes([byte]))
    os.sched_yield()
print(' told', os.environ['API_TOKEN'][:6], 'and no more', end='')
"""
    bench.compose(printing(script, environment={"API_TOKEN": "hunter2-is-no-secret"}))
    done = bench.run("run")
    assert log_of(bench) == b"*** told hunter and no more"
    assert "hunter2" not in done.stderr
    assert "hunter2" not in (bench.home / "hub.db").read_bytes().decode(errors="replace")


@pytest.mark.parametrize("engine", ENGINES)
def test_follow_shows_a_running_step_and_ends_with_it(bench: Workbench, engine: str) -> None:
    bench.compose(
        printing(
            """
import pathlib, time
print('begun')
while not pathlib.Path('go').exists():
    time.sleep(0.01)
print('done', end='')
"""
        )
    )
    with bench.start("run") as running:
        wait_until(lambda: bench.json("runs"), "the run")
        with bench.start("runs", "logs", "-f", "talk") as following:
            assert following.stdout is not None
            assert following.stdout.readline() == "begun\n"
            (workspace,) = bench.folder.glob(".ml/work/*")
            (workspace / "go").touch()
            assert following.stdout.read() == "done"
        assert following.returncode == 0
        if running.stdout:
            running.stdout.read()
    assert running.returncode == 0


def test_follow_ends_with_a_step_whose_command_was_killed(bench: Workbench) -> None:
    bench.compose(printing("import time; print('begun'); time.sleep(1000)"))
    with bench.start("run") as running:
        wait_until(lambda: bench.json("runs"), "the run")
        with bench.start("runs", "logs", "-f", "talk") as following:
            assert following.stdout is not None
            assert following.stdout.readline() == "begun\n"
            running.kill()
            following.stdout.read()
        assert following.returncode is not None
    bench.compose({"other": {"command": ["true"], "step": {"inputs": []}}})
    bench.run("run")


def test_the_log_of_a_failed_run_is_kept(bench: Workbench) -> None:
    bench.compose(printing("print('the reason'); raise SystemExit(3)"))
    bench.run("run", code=1)
    assert log_of(bench) == b"the reason\n"
