"""What only holds for steps that are processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from modelcompose.engine.leftovers import RUN_VARIABLE
from modelcompose.engine.process.engine import ProcessEngine
from modelcompose.engine.process.execution import signal_number
from modelcompose.engine.protocol import InputMount
from modelcompose.errors import EngineError
from modelcompose.testing.engine_bench import Bench, Log, await_condition, end_of


@pytest.fixture
def kit(tmp_path: Path) -> Bench:
    return Bench(ProcessEngine(), tmp_path / "project", None)


@pytest.mark.parametrize(
    ("name", "number"),
    [("SIGINT", 2), ("INT", 2), ("int", 2), ("2", 2), ("nonsense", signal.SIGTERM)],
)
def test_signals_are_written_as_compose_allows(name: str, number: int) -> None:
    assert signal_number(name) == number


def test_a_step_that_closes_its_output_still_runs_to_its_end(kit: Bench) -> None:
    script = "import os, time; os.close(1); os.close(2); time.sleep(0.2); os._exit(4)"

    assert kit.run(kit.job(script)).outcome.exit_code == 4


def test_a_stranger_that_holds_the_log_does_not_hold_up_the_end(kit: Bench) -> None:
    script = (
        "import subprocess, sys; print('mine', flush=True); print(subprocess.Popen("
        "[sys.executable, '-c', 'import time; time.sleep(60)'], start_new_session=True).pid)"
    )
    ran = kit.run(kit.job(script))

    said, pid = ran.log.stdout.split()
    assert said == b"mine"
    assert ran.outcome.exit_code == 0
    os.kill(int(pid), signal.SIGKILL)


def test_a_step_that_ends_at_once_has_one_sample(kit: Bench) -> None:
    (sample,) = kit.run(kit.job("pass")).execution.samples()

    assert sample.cpu_s is not None
    assert sample.cpu_s > 0
    assert sample.memory_bytes


def test_a_large_input_is_a_link_to_where_it_is(kit: Bench) -> None:
    (kit.folder / "large").write_text("x")
    job = kit.job("pass", mounts=[InputMount(kit.folder / "large", "data/large")])
    (job.workspace / "data" / "large").mkdir(parents=True)

    kit.run(job)

    assert (job.workspace / "data" / "large").readlink() == kit.folder / "large"


def test_services_are_refused_by_name(kit: Bench) -> None:
    with pytest.raises(EngineError, match=r"services\.db") as caught:
        kit.engine.start_services(kit.project(), ["db"])

    assert "--engine docker" in (caught.value.hint or "")
    assert kit.engine.start_services(kit.project(), []) == []


def test_a_program_that_cannot_be_executed_is_an_error(kit: Bench) -> None:
    broken = kit.folder / "broken"
    broken.write_text("#!/no/such/interpreter\n")
    broken.chmod(0o755)

    with pytest.raises(EngineError, match=r"services\.step\.command: cannot execute"):
        kit.engine.start(kit.command_job([str(broken)]), Log())


START_AND_DIE = """
import os, sys
from pathlib import Path
from modelcompose.engine.process.engine import ProcessEngine
from modelcompose.testing.engine_bench import Bench
bench = Bench(ProcessEngine(), Path(sys.argv[1]), None)
job = bench.job(
    "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', "
    "'import time; time.sleep(600)'], start_new_session=True); print('ready', flush=True);"
    "time.sleep(600)"
)
bench.start(job)
print(job.run, flush=True)
os.kill(os.getpid(), 9)
"""


def processes_of(run: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(RUN_VARIABLE) == run:
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def test_what_a_killed_command_left_is_found_and_ended(kit: Bench, tmp_path: Path) -> None:
    died = subprocess.run(
        [sys.executable, "-c", START_AND_DIE, str(tmp_path / "other")],
        stdout=subprocess.PIPE,
        check=False,
    )
    run = died.stdout.decode().strip()
    assert died.returncode == -signal.SIGKILL
    assert len(processes_of(run)) == 2

    assert kit.engine.reclaim(kit.project(), [run]) == [run]

    await_condition(lambda: not processes_of(run), "every process of the run is gone")


def test_stopping_reaches_the_whole_group(kit: Bench) -> None:
    job = kit.command_job(["sh", "-c", "sleep 600 & echo ready; wait"], stop_grace_period_s=30.0)
    execution, _ = kit.start(job)

    execution.stop()

    assert end_of(execution).exit_code == 143
    await_condition(lambda: not processes_of(job.run), "the shell's child is gone")
