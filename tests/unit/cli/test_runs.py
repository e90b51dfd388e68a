from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from modelcompose.cli.runs import runs_group
from modelcompose.cli.runs_logs import follow_log
from modelcompose.engine.protocol import Sample
from modelcompose.errors import NotFound, UsageError
from modelcompose.store.content import Entry, Tree
from modelcompose.store.store import Store
from modelcompose.tracking.run import Metric
from modelcompose.tracking.runs import Runs
from tests.unit.tracking.making import FOLDER, a_full_run, a_run, digest, new_database

Call = Callable[..., Result]


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runs]:
    monkeypatch.setenv("MODELCOMPOSE_HOME", str(tmp_path))
    with closing(new_database(tmp_path / "hub.db")) as connection:
        yield Runs(connection)


@pytest.fixture
def call(runs: Runs) -> Call:
    """Call `runs` in the project folder of the tests' runs."""

    def invoke(*arguments: str, folder: str | None = FOLDER, answer: str | None = None) -> Result:
        context = SimpleNamespace(folder=None if folder is None else Path(folder))
        return CliRunner().invoke(runs_group, arguments, obj=context, input=answer)

    return invoke


def _succeeded(result: Result) -> str:
    if result.exception is not None:
        raise result.exception
    return result.stdout


def _write_log(runs: Runs, run_id: str, data: bytes) -> Path:
    path = runs.log_path(run_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_the_list_shows_what_matters_about_each_run(call: Call, runs: Runs) -> None:
    now = time.time()
    run = a_full_run(
        created_at=now - 130,
        started_at=now - 130,
        ended_at=now - 100,
        metrics={"auc": Metric(0.71324, 0.7, 0.8), "rows": Metric(327346, 0, 0)},
    )
    runs.create(run)
    head, line = _succeeded(call()).splitlines()
    assert head.split() == ["RUN", "STEP", "STATUS", "STARTED", "TOOK", "auc", "rows", "WHY"]
    assert line.split("  ")[0] == run.id[:8]
    for text in ("train", "failed", "2 minutes ago", "30.0 s", "0.7132", "327346", run.cause):
        assert text in line


def test_the_list_is_plain_text_where_it_is_no_terminal(call: Call, runs: Runs) -> None:
    runs.create(a_run(cause="x" * 500))
    output = _succeeded(call())
    assert "x" * 500 in output
    assert "\x1b" not in output
    assert all(line == line.rstrip() for line in output.splitlines())


def test_the_list_is_that_of_the_project_and_all_lists_every_project(
    call: Call, runs: Runs
) -> None:
    runs.create(a_run("here"))
    runs.create(a_run("elsewhere", folder="/other", project="other"))
    assert "elsewhere" not in _succeeded(call())
    everything = _succeeded(call("--all"))
    assert "elsewhere" in everything
    assert "PROJECT" in everything
    assert "elsewhere" in _succeeded(call(folder=None))


def test_runs_are_chosen_sorted_and_shown_as_asked(call: Call, runs: Runs) -> None:
    for value in (0.6, 0.8, 0.9):
        metrics = {"auc": Metric(value, value, value)}
        runs.create(a_run(metrics=metrics, params={"LR": str(value / 2)}))
    output = _succeeded(
        call(
            "--filter",
            "step = train and metrics.auc > 0.7",
            "--sort=-metrics.auc",
            "--columns=step, metrics.auc, params.LR",
        )
    )
    assert [line.split() for line in output.splitlines()] == [
        ["STEP", "auc", "LR"],
        ["train", "0.9", "0.45"],
        ["train", "0.8", "0.4"],
    ]


def test_a_wrong_filter_is_a_users_mistake(call: Call) -> None:
    result = call("--filter", "step ? train")
    assert isinstance(result.exception, UsageError)
    assert result.exception.message.startswith("filter:6: expected one of")


def test_an_unknown_column_names_the_nearest(call: Call) -> None:
    result = call("--columns", "step,statsu")
    assert isinstance(result.exception, UsageError)
    assert result.exception.hint == "did you mean 'status'?"


def test_a_limited_list_says_that_there_is_more(call: Call, runs: Runs) -> None:
    for _ in range(3):
        runs.create(a_run())
    result = call("--limit", "2")
    assert len(result.stdout.splitlines()) == 3
    assert "more than 2 runs; --limit 0 shows all" in result.stderr
    assert len(_succeeded(call("--limit", "0")).splitlines()) == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((), "No run was recorded in /work/flights."), (("--filter=step = x",), "No run fits")],
)
def test_an_empty_list_says_so_beside_the_data(
    call: Call, arguments: tuple[str, ...], message: str
) -> None:
    result = call(*arguments)
    assert result.stdout == ""
    assert message in result.stderr


def test_the_list_as_json_holds_runs_with_numbers(call: Call, runs: Runs) -> None:
    run = a_full_run()
    runs.create(run)
    (found,) = json.loads(_succeeded(call("--format", "json")))
    assert found["id"] == run.id
    assert found["duration_s"] == run.duration_s
    assert found["metrics"]["auc"]["last"] == 0.71
    assert found["params"] == dict(run.params)
    assert "service" not in found


def test_json_holds_the_columns_that_were_asked_for(call: Call, runs: Runs) -> None:
    runs.create(a_full_run())
    output = _succeeded(call("--format=json", "--columns=step,metrics.auc,params.depth,branch"))
    assert json.loads(output) == [
        {"step": "train", "metrics.auc": 0.71, "params.depth": 6, "branch": "main"}
    ]


def test_an_empty_list_as_json_is_a_list(call: Call) -> None:
    assert json.loads(_succeeded(call("--format=json"))) == []


def test_show_tells_all_facts_in_groups(call: Call, runs: Runs) -> None:
    run = a_full_run()
    runs.create(run)
    runs.add_samples(run.id, [Sample(1.0, cpu_s=12.5, memory_bytes=512_000_000)])
    path = _write_log(runs, run.id, b"x")
    output = _succeeded(call("show", run.id[:6]))
    titles = [line for line in output.splitlines() if line and not line.startswith(" ")]
    assert titles == [
        f"train  {run.id}  failed",
        "run",
        "metrics",
        "parameters",
        "definition",
        "environment",
        "inputs",
        "outputs",
        "resources",
        "code",
        "machine",
    ]
    for text in (
        "LR: 0.1 → 0.2",
        "137, killed for want of memory",
        "0.5 … 0.72 over 3 points, best at step 2",
        "python train.py",
        "1.1 TB",
        "3 files",
        "512 MB",
        "12.5 s",
        "on main, with changes",
        "8 CPUs",
        str(path),
    ):
        assert text in output


def test_show_leaves_out_what_is_not_known(call: Call, runs: Runs) -> None:
    runs.create(a_run())
    output = _succeeded(call("show", "train"))
    assert "resources" not in output
    assert "None" not in output


def test_show_as_json_gives_every_field_and_the_resources(call: Call, runs: Runs) -> None:
    run = a_full_run(metrics={})
    runs.create(run)
    runs.add_samples(run.id, [Sample(1.0, cpu_s=12.5)])
    found = json.loads(_succeeded(call("show", "train", "--format=json")))
    assert found["parts"] == run.parts
    assert found["resources"]["cpu_s"] == 12.5
    assert found["host"]["cpus"] == 8


def test_an_unknown_run_is_an_error(call: Call) -> None:
    assert isinstance(call("show", "nothing").exception, NotFound)


def test_logs_gives_the_bytes_as_they_are(call: Call, runs: Runs) -> None:
    run = a_run(status="succeeded")
    runs.create(run)
    _write_log(runs, run.id, b"a\r\n\xff\x00 no end")
    assert call("logs", "train").stdout_bytes == b"a\r\n\xff\x00 no end"


def test_logs_of_a_run_that_has_none_is_an_error(call: Call, runs: Runs) -> None:
    runs.create(a_run(status="succeeded"))
    for arguments in (("logs", "train"), ("logs", "-f", "train")):
        result = call(*arguments)
        assert isinstance(result.exception, NotFound)
        assert "has no log" in str(result.exception)


def test_following_a_log_ends_with_the_run_and_loses_nothing(tmp_path: Path) -> None:
    log, copy = tmp_path / "output.log", tmp_path / "copy"
    over = threading.Event()
    with copy.open("wb", buffering=0) as out:
        thread = threading.Thread(target=follow_log, args=(log, out, over.is_set))
        thread.start()
        with log.open("wb", buffering=0) as file:
            for n in range(3):
                file.write(f"line {n}\n".encode())
                _until(partial(_ends_with, copy, f"line {n}\n"))
            file.write(b"the end")
        over.set()
        thread.join(10)
    assert not thread.is_alive()
    assert copy.read_bytes() == b"line 0\nline 1\nline 2\nthe end"


def test_following_ends_when_the_supervisor_is_gone(call: Call, runs: Runs) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    run = a_run(supervisor_pid=gone.pid)
    runs.create(run)
    _write_log(runs, run.id, b"so far")
    assert _succeeded(call("logs", "--follow", "train")) == "so far"


def _ends_with(path: Path, text: str) -> bool:
    return path.read_bytes().endswith(text.encode())


def _until(condition: Callable[[], bool]) -> None:
    pause, deadline = threading.Event(), time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        pause.wait(0.01)


def test_diff_tells_what_differs(call: Call, runs: Runs, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    old_tree, new_tree = (
        store.put_tree(Tree((Entry("a.csv", digest(letter), 1),))) for letter in "12"
    )
    shared: dict[str, Any] = {"status": "succeeded", "created_at": 1.0}
    a = a_full_run(**shared, metrics={"auc": Metric(0.5, 0, 0), "same": Metric(1, 1, 1)})
    b = a_full_run(**shared, metrics={"auc": Metric(0.75, 0, 0), "same": Metric(1, 1, 1)})
    for run, tree, rate in ((a, old_tree, "0.1"), (b, new_tree, "0.2")):
        content = {"data": a.outputs["models"].__class__("folder", tree, 1)}
        runs.create(run)
        runs.update(run.id, inputs=content, params={"LR": rate})
    output = _succeeded(call("diff", a.id, b.id))
    for text in ("0.5 → 0.75", "+0.25", "the same", "LR: 0.1 → 0.2", "data/a.csv changed"):
        assert text in output
    found = json.loads(_succeeded(call("diff", a.id, b.id, "--format=json")))
    assert found["metrics"][0] == {"name": "auc", "old": 0.5, "new": 0.75, "difference": 0.25}
    assert found["inputs"][0]["text"] == "data/a.csv changed"


def test_diff_of_equal_runs_says_so(call: Call, runs: Runs) -> None:
    a, b = a_full_run(metrics={}), a_full_run(metrics={})
    runs.create(a)
    runs.create(b)
    assert "nothing else differs" in _succeeded(call("diff", a.id, b.id))


def test_rm_deletes_runs_with_their_logs_and_prints_their_ids(call: Call, runs: Runs) -> None:
    run, kept = a_run(status="failed"), a_run("other")
    runs.create(run)
    runs.create(kept)
    log = _write_log(runs, run.id, b"x")
    assert _succeeded(call("rm", "--yes", "train", run.id[:8])) == f"{run.id}\n"
    assert runs.list() == [kept]
    assert not log.exists()


def test_rm_without_a_terminal_wants_yes(call: Call, runs: Runs) -> None:
    run = a_run(status="failed")
    runs.create(run)
    result = call("rm", "train", answer="y\n")
    assert isinstance(result.exception, UsageError)
    assert result.exception.hint == f"modelcompose runs rm --yes {run.id[:8]}"
    assert runs.list() == [run]


def test_rm_refuses_a_run_that_still_runs(call: Call, runs: Runs) -> None:
    run = a_run(supervisor_pid=os.getpid(), created_at=time.time())
    runs.create(run)
    result = call("rm", "--yes", "train")
    assert isinstance(result.exception, UsageError)
    assert "still runs" in result.exception.message
    assert runs.list() == [run]


@pytest.mark.parametrize(
    ("name", "hint"),
    [("shwo", "try: modelcompose runs show"), ("train", "try: modelcompose runs show train")],
)
def test_a_run_where_a_command_belongs_names_the_command(call: Call, name: str, hint: str) -> None:
    result = call(name)
    assert isinstance(result.exception, UsageError)
    assert result.exception.hint == hint
