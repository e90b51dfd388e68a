from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.sdk.conftest import SDK, Scripts, Server
from tests.contract.sdk.losing import Losing


def test_what_a_script_logs_is_delivered(hub: Server, scripts: Scripts) -> None:
    Path(scripts.folder, "model").mkdir()
    Path(scripts.folder, "model", "weights.bin").write_bytes(b"\0\1")
    scripts.run(
        """
import modelcompose_sdk as ml
with ml.start_run("first", experiment="flights", tags={"team": "red"}):
    ml.log_params({"lr": 0.1, "depth": 6})
    for step in range(2500):
        ml.log_metric("loss", 1 / (step + 1), step=step)
    ml.log_metric("auto", 1); ml.log_metric("auto", 2)
    ml.set_tag("note", "it's fine")
    ml.log_text("hello", "notes/a b.txt")
    ml.log_artifact("model")
""",
        MLFLOW_TRACKING_URI=hub.address,
    )
    (run,) = hub.runs("1")
    run_id = run["info"]["run_id"]
    assert run["info"]["status"] == "FINISHED"
    assert run["info"]["run_name"] == "first"
    assert {p["key"]: p["value"] for p in run["data"]["params"]} == {"lr": "0.1", "depth": "6"}
    tags = {tag["key"]: tag["value"] for tag in run["data"]["tags"]}
    assert tags["team"] == "red"
    assert tags["note"] == "it's fine"
    assert not [key for key in tags if key.startswith("modelcompose.spool")]
    assert len(hub.points(run_id, "loss")) == 2500
    assert hub.points(run_id, "auto") == [(1.0, 0), (2.0, 1)]
    listed = hub.get(f"artifacts/list?run_id={run_id}&path=notes")
    assert [file["path"] for file in listed["files"]] == ["notes/a b.txt"]
    listed = hub.get(f"artifacts/list?run_id={run_id}&path=model")
    assert [(file["path"], int(file["file_size"])) for file in listed["files"]] == [
        ("model/weights.bin", 2)
    ]
    assert scripts.spooled() == []


def test_a_run_that_was_begun_elsewhere_is_not_ended(hub: Server, scripts: Scripts) -> None:
    made = hub.post("runs/create", experiment_id="0", start_time=1)
    run_id = made["run"]["info"]["run_id"]
    scripts.run(
        "import modelcompose_sdk as ml; ml.log_metric('a', 1)",
        MLFLOW_TRACKING_URI=hub.address,
        MLFLOW_RUN_ID=run_id,
    )
    (run,) = hub.runs()
    assert run["info"]["run_id"] == run_id
    assert run["info"]["status"] == "RUNNING"
    assert hub.points(run_id, "a") == [(1.0, 0)]


def test_a_script_that_fails_has_a_failed_run(hub: Server, scripts: Scripts) -> None:
    scripts.run(
        """
import modelcompose_sdk as ml
with ml.start_run():
    with ml.start_run("inner", nested=True):
        ml.log_metric("a", 1)
    raise SystemExit(3)
""",
        code=3,
        MLFLOW_TRACKING_URI=hub.address,
    )
    inner, outer = sorted(hub.runs(), key=lambda run: run["info"]["run_name"] != "inner")
    assert (inner["info"]["status"], outer["info"]["status"]) == ("FINISHED", "FAILED")
    tags = {tag["key"]: tag["value"] for tag in inner["data"]["tags"]}
    assert tags["mlflow.parentRunId"] == outer["info"]["run_id"]


def test_numbers_that_are_none_arrive(hub: Server, scripts: Scripts) -> None:
    scripts.run(
        """
import modelcompose_sdk as ml
for value in (float("nan"), float("inf"), float("-inf"), 1e-300):
    ml.log_metric("a", value)
""",
        MLFLOW_TRACKING_URI=hub.address,
    )
    (run,) = hub.runs()
    points = hub.points(run["info"]["run_id"], "a")
    assert [value for value, _ in points] == ["NaN", "Infinity", "-Infinity", 1e-300]


def test_what_was_logged_while_the_hub_was_away_is_delivered_later(
    server: Server, scripts: Scripts
) -> None:
    server.start()
    address = server.address
    server.stop()
    told = scripts.run(
        "import modelcompose_sdk as ml; ml.log_metric('a', 1); ml.log_text('x', 'x.txt')",
        MLFLOW_TRACKING_URI=address,
        MODELCOMPOSE_FLUSH_S="0.2",
    )
    assert "is away" in told
    server.start()
    scripts.deliver(server.address)
    (run,) = server.runs()
    assert server.points(run["info"]["run_id"], "a") == [(1.0, 0)]
    assert run["info"]["status"] == "FINISHED"
    assert scripts.spooled() == []


def test_a_spool_alone_is_filled_where_no_address_is_set(hub: Server, scripts: Scripts) -> None:
    scripts.run("import modelcompose_sdk as ml; ml.log_metric('a', 1)")
    assert hub.runs() == []
    scripts.deliver(hub.address)
    assert len(hub.runs()) == 1
    scripts.deliver(hub.address)
    assert len(hub.runs()) == 1


def test_each_point_arrives_once_when_the_process_is_killed(hub: Server, scripts: Scripts) -> None:
    script = """
import modelcompose_sdk as ml
step = 0
while True:
    ml.log_metric("a", step, step=step)
    step += 1
    if step % 1000 == 0:
        print(step, flush=True)
"""
    environment = scripts.environment(MLFLOW_TRACKING_URI=hub.address)
    process = subprocess.Popen(
        [sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for _ in range(20):
        logged = int(process.stdout.readline())
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    scripts.deliver(hub.address)
    (run,) = hub.runs()
    steps = [
        point["step"]
        for page in _pages(hub, run["info"]["run_id"], "a")
        for point in page["metrics"]
    ]
    assert len(steps) >= logged
    assert sorted(steps) == list(range(len(steps)))


def _pages(hub: Server, run: str, key: str) -> list[dict[str, list[dict[str, int]]]]:
    pages, token = [], ""
    while True:
        page = hub.get(
            f"metrics/get-history?run_id={run}&metric_key={key}&max_results=25000"
            + (f"&page_token={token}" if token else "")
        )
        pages.append(page)
        token = page.get("next_page_token", "")
        if not token:
            return pages


def test_each_point_arrives_once_when_answers_are_lost(hub: Server, scripts: Scripts) -> None:
    with Losing(hub.port, paths=("runs/log-batch", "runs/create"), times=3) as losing:
        script = """
import modelcompose_sdk as ml
for step in range(3000):
    ml.log_metric("a", 0.5, step=0, timestamp=1.0 + step)
"""
        scripts.run(script, MLFLOW_TRACKING_URI=losing.address)
    assert losing.lost == 3
    scripts.deliver(hub.address, code=0)
    (run,) = hub.runs()
    assert len(hub.points(run["info"]["run_id"], "a")) == 3000


def test_what_the_hub_does_not_take_is_told_and_the_rest_arrives(
    hub: Server, scripts: Scripts
) -> None:
    told = scripts.run(
        """
import modelcompose_sdk as ml
ml.log_param("lr", 1); ml.log_metric("a", 1); ml.log_param("lr", 2); ml.log_metric("b", 2)
""",
        MLFLOW_TRACKING_URI=hub.address,
    )
    assert told.count("does not take") == 1
    (run,) = hub.runs()
    assert run["data"]["params"] == [{"key": "lr", "value": "1"}]
    assert {point["key"] for point in run["data"]["metrics"]} == {"a", "b"}


def test_a_forked_process_logs_into_its_parents_run(hub: Server, scripts: Scripts) -> None:
    scripts.run(
        """
import os, modelcompose_sdk as ml
ml.log_metric("a", 1); ml.flush()
if os.fork() == 0:
    ml.log_metric("b", 2)
    raise SystemExit
os.wait()
""",
        MLFLOW_TRACKING_URI=hub.address,
    )
    (run,) = hub.runs()
    assert {point["key"] for point in run["data"]["metrics"]} == {"a", "b"}
    assert run["info"]["status"] == "FINISHED"


def test_logging_is_quick(scripts: Scripts) -> None:
    text = scripts.run(
        """
import time, modelcompose_sdk as ml
ml.log_metric("loss", 1.0)
best = 1.0
for _ in range(5):
    begin = time.perf_counter()
    for step in range(2000):
        ml.log_metric("loss", 0.25, step=step)
    best = min(best, (time.perf_counter() - begin) / 2000)
print(best)
"""
    )
    assert float(text) < 20e-6


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("ml.log_metric('a', 'high')", "ValueError"),
        ("ml.log_metric('', 1)", "ValueError"),
        ("ml.log_metric(1, 1)", "ValueError"),
        ("ml.log_text('x', '../x')", "ValueError"),
        ("ml.log_text('x', '/x')", "ValueError"),
        ("ml.log_artifact('missing')", "FileNotFoundError"),
        ("ml.log_figure(1, 'a.png')", "TypeError"),
        ("ml.start_run(); ml.start_run()", "RuntimeError"),
    ],
)
def test_wrong_arguments_raise(scripts: Scripts, call: str, error: str) -> None:
    assert error in scripts.run(f"import modelcompose_sdk as ml; {call}", code=1)


def test_it_needs_the_standard_library_alone(scripts: Scripts) -> None:
    script = f"""
import sys; sys.path.insert(0, {str(SDK)!r})
import modelcompose_sdk as ml, modelcompose_sdk.__main__, modelcompose_sdk.background, json
ml.log_metric("a", 1)
print(json.dumps([name for name in sys.modules if "." not in name]))
"""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script],
        env=scripts.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    names = set(json.loads(done.stdout)) - {"modelcompose_sdk", "__main__"}
    assert names <= sys.stdlib_module_names
