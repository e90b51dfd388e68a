"""What happens while steps run, as a stream that programs read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.workbench import Workbench, shell

TRAIN = "echo epoch=1 loss=0.5; sleep 1.6; printf 'no end'"


def step(script: str, **keys: Any) -> dict[str, Any]:
    return {
        "command": ["sh", "-c", script.replace("$", "$$")],
        "step": {"inputs": [], **keys},
    }


def events(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def kinds(found: list[dict[str, Any]], step: str) -> list[str]:
    return [event["event"] for event in found if event.get("step") == step]


def test_the_events_of_a_step_come_in_the_order_of_its_life_and_the_result_comes_last(
    bench: Workbench,
) -> None:
    bench.compose(
        {
            "train": step(TRAIN, log_metrics=["loss"]),
            "after": {**step("true"), "depends_on": ["train"]},
        }
    )
    done = bench.run("run", "--format", "json")
    *found, last = events(done.stdout)
    train = kinds(found, "train")
    assert train[:3] == ["prepare", "start", "log"]
    assert train[-2:] == ["log", "end"]
    assert {"metric", "resources"} <= set(train)
    assert kinds(found, "after") == ["wait", "prepare", "start", "end"]
    assert [result["step"] for result in last["steps"]] == ["train", "after"]
    assert [event["text"] for event in found if event["event"] == "log"] == [
        "epoch=1 loss=0.5",
        "no end",
    ]
    run = bench.shown("train")["id"]
    assert {e["run"] for e in found if e.get("step") == "train" and "run" in e} == {run}
    (metric,) = [event for event in found if event["event"] == "metric"]
    assert metric["metrics"] == {"loss": 0.5}
    (end,) = [e for e in found if e["event"] == "end" and e["step"] == "train"]
    assert {k: v for k, v in end.items() if k not in {"event", "time"}} == last["steps"][0]


def test_resources_are_told_while_a_step_runs(bench: Workbench) -> None:
    bench.compose({"train": step(TRAIN)})
    found = events(bench.run("run", "--format", "json").stdout)
    used = [event for event in found if event.get("event") == "resources"]
    assert used
    assert used[0]["memory_bytes"] > 0
    assert used[0]["time"] < bench.shown("train")["ended_at"]


def test_fresh_steps_and_failures_end_in_the_stream_too(bench: Workbench) -> None:
    bench.compose({"good": step("true"), "bad": step("exit 3")})
    bench.run("run", "good")
    *found, last = events(bench.run("run", "--format", "json", code=1).stdout)
    ends = {event["step"]: event for event in found if event["event"] == "end"}
    assert (ends["good"]["ending"], ends["bad"]["ending"]) == ("fresh", "failed")
    assert ends["bad"]["error"] == "exit code 3"
    assert {result["step"] for result in last["steps"]} == {"good", "bad"}


def test_when_there_is_nothing_to_do_the_stream_says_so_too(bench: Workbench) -> None:
    bench.compose({"a": step("true")})
    bench.run("run")
    end, last = events(bench.run("run", "--format", "json").stdout)
    assert (end["event"], end["ending"]) == ("end", "fresh")
    assert last["steps"][0]["run"] == end["run"]


def test_secrets_are_masked_in_the_stream(bench: Workbench) -> None:
    service = step("echo it is $API_KEY")
    bench.compose({"a": {**service, "environment": {"API_KEY": "hunter2hunter2"}}})
    done = bench.run("run", "--format", "json")
    assert "hunter2" not in done.stdout + done.stderr
    assert "it is ***" in done.stdout


def test_with_progress_json_the_events_take_the_place_of_the_lines(bench: Workbench) -> None:
    bench.compose({"a": step("echo hello")})
    done = bench.run("--progress", "json", "run")
    found = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    assert kinds(found, "a") == ["prepare", "start", "log", "end"]
    assert "│" not in done.stderr
    assert "done" in done.stdout


def test_progress_quiet_shows_the_result_and_no_progress(bench: Workbench) -> None:
    bench.compose({"a": step("echo hello")})
    done = bench.run("--progress", "quiet", "run")
    assert "hello" not in done.stderr
    assert "runs:" not in done.stderr
    assert "done" in done.stdout


def test_the_variable_of_compose_chooses_the_progress_too(bench: Workbench) -> None:
    bench.compose({"a": step("echo hello")})
    done = bench.run("run", env={"COMPOSE_PROGRESS": "quiet"})
    assert "hello" not in done.stderr


def test_a_failed_step_says_its_last_lines_where_no_log_is_shown(bench: Workbench) -> None:
    bench.compose({"a": step("seq 100; exit 3")})
    done = bench.run("--quiet", "run", code=1)
    assert [line for line in done.stderr.splitlines() if "│" in line] == [
        f"a  │ {number}" for number in range(91, 101)
    ]


@pytest.mark.docker
def test_the_events_of_a_container_are_the_same(bench: Workbench) -> None:
    bench.compose({"train": step(TRAIN, log_metrics=["loss"])})
    *found, last = events(bench.run("run", "--format", "json").stdout)
    train = kinds(found, "train")
    assert train[:2] == ["prepare", "start"]
    assert {"log", "metric", "resources"} <= set(train)
    assert train[-1] == "end"
    assert last["steps"][0]["ending"] == "done"


def test_the_metric_that_counts_is_told_first_and_the_others_as_the_file_has_them(
    bench: Workbench,
) -> None:
    values = '{"rows": 10, "brier": 0.2, "auc": 0.71, "accuracy": 0.6}'
    keys = shell(f"echo '{values}' > m.json", metrics=["m.json"])
    bench.compose({"train": keys})
    done = bench.run("run")
    assert "rows=10 brier=0.2 auc=0.71 accuracy=0.6" in done.stderr
    assert "rows=10  brier=0.2  auc=0.71  accuracy=0.6" in done.stdout
    (fresh,) = bench.json("run")["steps"]
    assert list(fresh["metrics"]) == ["rows", "brier", "auc", "accuracy"]

    bench.compose({"train": keys}, **{"x-ml": {"objective": {"train.auc": "max"}}})
    assert "auc=0.71 rows=10 brier=0.2" in bench.run("run", "--force").stderr
