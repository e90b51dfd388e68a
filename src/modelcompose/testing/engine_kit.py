"""What every engine must do, as tests: a class to inherit.

An engine's own tests define `engine` and, where its steps run in images, `image`:

    class TestMyEngine(EngineKit):
        image = "python:3.11-slim"

        @pytest.fixture
        def engine(self) -> Engine:
            return MyEngine()

Every test starts real programs. They are Python scripts, so the image must hold a Python.
"""

# ruff: noqa: D102 - a test's name states the rule

from __future__ import annotations

import hashlib
import threading
import time
from pathlib import Path
from typing import ClassVar

import pytest

from modelcompose.engine.protocol import Engine, Execution, InputMount
from modelcompose.errors import EngineError, StorageFull
from modelcompose.testing.engine_bench import Bench, Log, end_of
from modelcompose.testing.mount_kit import MountKit

_READY_AND_WAIT = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
print("ready", flush=True)
while True:
    time.sleep(60)
"""
_DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal(signal.SIGINT, signal.SIG_IGN)
print("ready", flush=True)
while True:
    time.sleep(60)
"""
_MANY_BYTES = 100 * 2**20


class EngineKit(MountKit):
    """The tests. Inherit, and define `engine`."""

    image: ClassVar[str | None] = None
    """An image with Python 3, already there; None for engines without images."""

    @pytest.fixture
    def engine(self) -> Engine:
        """Give the engine under test."""
        raise NotImplementedError

    @pytest.fixture
    def bench(self, engine: Engine, tmp_path: Path) -> Bench:
        """Give a project to run jobs of."""
        return Bench(engine, tmp_path / "project $HOME", self.image)

    # How a step ends

    @pytest.mark.parametrize("code", [0, 1, 3, 255])
    def test_the_exit_code_is_the_program_s(self, bench: Bench, code: int) -> None:
        ran = bench.run(bench.job(f"raise SystemExit({code})"))

        assert ran.outcome.exit_code == code
        assert (ran.outcome.stopped, ran.outcome.timed_out) == (False, False)
        assert not ran.outcome.oom_killed
        assert ran.outcome.lost is None

    @pytest.mark.parametrize(("signal", "code"), [("SIGKILL", 137), ("SIGTERM", 143)])
    def test_a_signal_gives_128_and_its_number(self, bench: Bench, signal: str, code: int) -> None:
        script = f"import os, signal; os.kill(os.getpid(), signal.{signal})"

        assert bench.run(bench.job(script, init=True)).outcome.exit_code == code

    def test_the_times_are_those_of_the_program(self, bench: Bench) -> None:
        before = time.time()
        outcome = bench.run(bench.job("import time; time.sleep(0.3)")).outcome

        assert before - 1 <= outcome.started_at <= outcome.ended_at <= time.time() + 1
        assert outcome.ended_at - outcome.started_at >= 0.3

    def test_waiting_with_a_bound_gives_none_while_it_runs(self, bench: Bench) -> None:
        execution, _ = bench.start(bench.job(_READY_AND_WAIT))

        assert execution.wait(0.01) is None
        execution.stop()
        assert end_of(execution) is execution.wait(0)

    def test_a_program_that_is_not_there_is_an_error_naming_the_service(self, bench: Bench) -> None:
        job = bench.command_job(["no-such-program"])

        with pytest.raises(EngineError, match=r"services\.step.*no-such-program") as caught:
            bench.engine.start(job, Log())

        assert caught.value.hint
        assert bench.engine.reclaim(job.project, [job.run]) == []

    def test_nothing_is_left_of_a_step_that_ended(self, bench: Bench) -> None:
        leave_one_behind = (
            "import subprocess, sys;"
            "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])"
        )
        job = bench.job(leave_one_behind)

        bench.run(job)

        assert bench.engine.reclaim(job.project, [job.run]) == []

    def test_a_service_that_does_not_run_is_not_asked(self, bench: Bench) -> None:
        project = bench.job("").project

        assert bench.engine.ask(project, "db", ["true"], timeout_s=5) is None

    # The log

    def test_both_streams_arrive_apart(self, bench: Bench) -> None:
        log = bench.run(bench.job("import sys; print('out'); print('err', file=sys.stderr)")).log

        assert log.of("stdout") == b"out\n"
        assert log.of("stderr") == b"err\n"

    @pytest.mark.parametrize(
        "written",
        [
            b"",
            b"\n",
            b"no newline at the end",
            b"a\n\n\nb\n",
            b"windows\r\nold mac\rend\n",
            b"progress 1\rprogress 2\r",
            b"x" * 40_000 + b"\n" + b"y" * 16_384 + b"\n" + b"z" * 16_383,
            bytes(range(256)) * 3,
            b"half an umlaut \xc3",
            "Grüße, 世界\n".encode(),
        ],
        ids=lambda written: repr(written[:12]),
    )
    def test_the_log_is_what_was_written_byte_for_byte(self, bench: Bench, written: bytes) -> None:
        (bench.folder / "written").write_bytes(written)
        mount = InputMount(bench.folder / "written", "written")
        script = "import sys; sys.stdout.buffer.write(open('written', 'rb').read())"

        assert bench.run(bench.job(script, mounts=[mount])).log.stdout == written

    def test_streams_keep_their_order(self, bench: Bench) -> None:
        script = """
import sys, time
for number in range(20):
    print(number, file=sys.stderr if number % 2 else sys.stdout, flush=True)
    time.sleep(0.02)
"""
        log = bench.run(bench.job(script)).log

        assert log.everything.split() == [str(number).encode() for number in range(20)]

    def test_a_hundred_megabytes_arrive_whole(self, bench: Bench) -> None:
        script = f"""
import sys
line = b"%08d" + b"m" * 1015 + b"\\n"
for number in range({_MANY_BYTES} // 1024):
    sys.stdout.buffer.write(line % number)
"""
        expected = hashlib.sha256()
        for number in range(_MANY_BYTES // 1024):
            expected.update(b"%08d" % number + b"m" * 1015 + b"\n")
        seen, count = hashlib.sha256(), 0

        def sink(_: str, data: bytes) -> None:
            nonlocal count
            seen.update(data)
            count += len(data)

        assert end_of(bench.engine.start(bench.job(script), sink)).exit_code == 0
        assert count == _MANY_BYTES
        assert seen.digest() == expected.digest()

    def test_an_error_of_the_sink_ends_the_step_and_is_raised(self, bench: Bench) -> None:
        def sink(_: str, __: bytes) -> None:
            raise StorageFull("runs/1/log: no space left on device")

        job = bench.job(_READY_AND_WAIT)
        execution = bench.engine.start(job, sink)

        with pytest.raises(StorageFull):
            execution.wait(60)
        assert bench.engine.reclaim(job.project, [job.run]) == []

    # What a step sees

    def test_the_job_s_variables_go_over_the_service_s(self, bench: Bench) -> None:
        names = "A", "B", "C", "UNSET"
        script = f"import os; print([os.environ.get(name) for name in {names}])"
        job = bench.job(
            script,
            environment={"A": "service", "B": "service", "UNSET": None},
            variables={"B": "job", "C": "job"},
        )

        assert bench.run(job).log.stdout == b"['service', 'job', 'job', None]\n"

    @pytest.mark.parametrize(
        "value", ["", "$HOME", "${A:-b}", "$$", "a=b", "two\nlines", "Ü", "'\""]
    )
    def test_values_of_variables_arrive_as_they_are(self, bench: Bench, value: str) -> None:
        script = "import os; print(ascii([os.environ['S'], os.environ['J']]))"
        job = bench.job(script, environment={"S": value}, variables={"J": value})

        assert bench.run(job).log.stdout.decode().strip() == ascii([value, value])

    def test_arguments_arrive_as_they_are(self, bench: Bench) -> None:
        arguments = ["", "two words", "$HOME", "*", '"', "Ü"]
        job = bench.job("import sys; print(ascii(sys.argv[1:]))", *arguments)

        assert bench.run(job).log.stdout.decode().strip() == ascii(arguments)

    def test_the_caller_s_other_variables_stay_outside(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MODELCOMPOSE_KIT_PRIVATE", "secret")
        script = "import os; print('MODELCOMPOSE_KIT_PRIVATE' in os.environ)"

        assert bench.run(bench.job(script)).log.stdout == b"False\n"

    def test_the_working_folder_is_the_workspace(self, bench: Bench) -> None:
        job = bench.job("open('result', 'w').write('done')")

        assert bench.run(job).outcome.exit_code == 0
        assert (job.workspace / "result").read_text() == "done"
        assert not (bench.folder / "result").exists()

    def test_a_file_that_was_not_declared_is_not_there(self, bench: Bench) -> None:
        (bench.folder / "undeclared").write_text("secret")
        job = bench.job("open('undeclared')")

        ran = bench.run(job)

        assert ran.outcome.exit_code == 1
        assert b"FileNotFoundError" in ran.log.of("stderr")

    # Ending a step

    def test_a_step_over_its_time_is_ended(self, bench: Bench) -> None:
        outcome = bench.run(bench.job(_READY_AND_WAIT, timeout_s=1.0)).outcome

        assert outcome.timed_out
        assert not outcome.stopped
        assert outcome.ended_at - outcome.started_at < 10

    def test_a_timeout_holds_while_nobody_waits(self, bench: Bench) -> None:
        ended = threading.Event()
        script = """
import signal, sys, time
def end(*_):
    print("told", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
time.sleep(600)
"""

        def sink(_: str, data: bytes) -> None:
            if b"told" in data:
                ended.set()

        execution = bench.engine.start(bench.job(script, timeout_s=1.0), sink)

        assert ended.wait(30)
        assert end_of(execution).timed_out

    def test_stop_lets_a_step_end_by_itself(self, bench: Bench) -> None:
        execution, _ = bench.start(bench.job(_READY_AND_WAIT, stop_grace_period_s=30.0))

        execution.stop()
        execution.stop()
        outcome = end_of(execution)

        assert outcome.exit_code == 7
        assert outcome.stopped
        assert not outcome.timed_out

    def test_stop_sends_the_service_s_own_signal(self, bench: Bench) -> None:
        script = _READY_AND_WAIT.replace("SIGTERM", "SIGINT")
        execution, _ = bench.start(bench.job(script, stop_signal="SIGINT"))

        execution.stop()

        assert end_of(execution).exit_code == 7

    def test_a_step_deaf_to_its_stop_signal_is_killed(self, bench: Bench) -> None:
        execution, _ = bench.start(bench.job(_DEAF, stop_grace_period_s=0.5))

        asked = time.monotonic()
        execution.stop()
        outcome = end_of(execution)

        assert outcome.exit_code == 137
        assert outcome.stopped
        assert 0.5 <= time.monotonic() - asked < 10

    def test_kill_grants_no_time(self, bench: Bench) -> None:
        execution, _ = bench.start(bench.job(_DEAF, stop_grace_period_s=300.0))
        execution.stop()

        execution.kill()
        execution.kill()

        assert end_of(execution).exit_code == 137

    def test_an_interrupted_engine_still_ends_its_steps(self, bench: Bench) -> None:
        execution, _ = bench.start(bench.job(_READY_AND_WAIT))

        bench.engine.interrupt()
        execution.stop()

        assert end_of(execution).stopped

    def test_stopping_what_has_ended_changes_nothing(self, bench: Bench) -> None:
        ran = bench.run(bench.job("pass"))

        ran.execution.stop()

        assert ran.execution.wait(0) == ran.outcome
        assert not ran.outcome.stopped

    def test_reclaim_ends_what_a_dead_command_left(self, bench: Bench) -> None:
        job = bench.job(_READY_AND_WAIT)
        execution, _ = bench.start(job)

        assert bench.engine.reclaim(job.project, ["0" * 32, job.run]) == [job.run]
        assert end_of(execution).exit_code != 0
        assert bench.engine.reclaim(job.project, [job.run]) == []

    # Resources, and several at once

    def test_resources_are_sampled_while_it_runs(self, bench: Bench) -> None:
        script = """
import time
kept = bytearray(64 * 2**20)
until = time.monotonic() + 3.2
while time.monotonic() < until:
    pass
"""
        samples = bench.run(bench.job(script)).execution.samples()

        cpu = [sample.cpu_s for sample in samples if sample.cpu_s is not None]
        times = [sample.time for sample in samples]
        assert len(cpu) >= 2
        assert cpu == sorted(cpu)
        assert cpu[-1] > 0.1
        assert times == sorted(times)
        assert max(sample.memory_bytes or 0 for sample in samples) > 64 * 2**20

    def test_steps_run_at_the_same_time(self, bench: Bench) -> None:
        script = """
import os, sys, time
print("ready", sys.argv[1], flush=True)
while not os.path.exists("go"):
    time.sleep(0.05)
print("gone", sys.argv[1])
"""
        jobs = [bench.job(script, str(number)) for number in range(4)]
        logs = [Log() for _ in jobs]
        started: dict[int, Execution] = {}

        def start(number: int) -> None:
            started[number] = bench.engine.start(jobs[number], logs[number])

        threads = [threading.Thread(target=start, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread, log in zip(threads, logs, strict=True):
            thread.join(60)
            log.await_text(b"ready")
        for job in jobs:
            (job.workspace / "go").touch()

        for number, log in enumerate(logs):
            assert end_of(started[number]).exit_code == 0
            assert log.stdout == f"ready {number}\ngone {number}\n".encode()
