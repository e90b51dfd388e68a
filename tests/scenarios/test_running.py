"""How steps are run: in parallel, again, in time, and which of them."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest

from tests.workbench import Workbench, shell, wait_until

CHAIN = {
    "a": shell("echo 1 > a.txt", "a.txt"),
    "b": shell("cp a.txt b.txt", "b.txt", inputs=("a.txt",)),
    "c": shell("cp b.txt c.txt", "c.txt", inputs=("b.txt",)),
}


@pytest.fixture
def chain(bench: Workbench) -> Workbench:
    bench.compose(CHAIN)
    return bench


def meeting(folder: Path, mine: str, other: str) -> str:
    """Give a script that ends only when another one runs at the same time."""
    return f"touch {folder}/{mine}; while ! test -e {folder}/{other}; do sleep 0.02; done"


# In parallel


def test_independent_steps_run_at_the_same_time(bench: Workbench) -> None:
    place = bench.folder.parent
    bench.compose({"a": shell(meeting(place, "1", "2")), "b": shell(meeting(place, "2", "1"))})
    assert bench.endings("--jobs", "2") == {"a": "done", "b": "done"}


def test_jobs_bounds_how_many_run_at_once(bench: Workbench) -> None:
    place = bench.folder.parent
    alone = f"mkdir {place}/held && sleep 0.1 && rmdir {place}/held"
    bench.compose({name: shell(alone) for name in ("a", "b", "c")})
    assert set(bench.endings("--jobs", "1").values()) == {"done"}


def test_a_step_starts_as_soon_as_those_before_it_have_ended(bench: Workbench) -> None:
    place = bench.folder.parent
    bench.compose(
        {
            "slow": shell(f"while ! test -e {place}/after; do sleep 0.02; done"),
            "quick": shell("echo > x", "x"),
            "after": shell(f"touch {place}/after", inputs=("x",)),
        }
    )
    assert set(bench.endings("--jobs", "2").values()) == {"done"}


@pytest.mark.docker
def test_containers_too_run_at_the_same_time(bench: Workbench, tmp_path: Path) -> None:
    both = {"volumes": [".:/app", f"{tmp_path}:/meet"]}
    one, other = Path("/meet"), Path("/meet")
    bench.compose(
        {
            "a": {**shell(meeting(one, "1", "2")), **both},
            "b": {**shell(meeting(other, "2", "1")), **both},
        }
    )
    assert bench.endings("--jobs", "2") == {"a": "done", "b": "done"}


# Again, and in time


def count(folder: Path) -> str:
    return f"echo x >> {folder}/tries; test $(wc -l < {folder}/tries) -ge 3"


def test_a_failed_step_is_tried_again_waiting_longer_each_time(bench: Workbench) -> None:
    place = bench.folder.parent
    bench.compose({"a": shell(count(place), retries=2)})
    began = time.monotonic()
    done = bench.run("run")
    assert time.monotonic() - began > 3
    assert "attempt 2 of 3 in 1 s" in done.stderr
    assert "attempt 3 of 3 in 2 s" in done.stderr
    runs = bench.json("runs", "--sort", "attempt")
    assert [(run["attempt"], run["status"]) for run in runs] == [
        (1, "failed"),
        (2, "failed"),
        (3, "succeeded"),
    ]


def test_when_no_try_is_left_the_step_has_failed(bench: Workbench) -> None:
    bench.compose({"a": shell("exit 4", retries=1)})
    done = bench.run("run", code=1)
    assert "failed: exit code 4" in done.stderr
    assert len(bench.json("runs")) == 2


def test_a_step_that_exceeds_its_timeout_is_stopped_and_has_failed(bench: Workbench) -> None:
    bench.compose({"a": {**shell("exec sleep 60", timeout="300ms"), "stop_grace_period": "1s"}})
    done = bench.run("run", code=1)
    assert "it ran longer than its timeout of 0.3 s" in done.stderr
    assert "x-ml.step.timeout" in done.stderr
    run = bench.shown("a")
    assert run["timed_out"]
    assert run["status"] == "failed"
    assert run["duration_s"] < 30


def test_a_step_that_is_not_cached_runs_every_time_and_its_readers_only_when_needed(
    bench: Workbench,
) -> None:
    bench.compose(
        {
            "fetch": shell("echo same > data", "data", cache=False),
            "read": shell("cp data copy", "copy", inputs=("data",)),
        }
    )
    assert bench.endings() == {"fetch": "done", "read": "done"}
    assert bench.endings() == {"fetch": "done", "read": "fresh"}


# Which steps


def test_a_named_step_brings_what_it_needs_and_nothing_after_it(chain: Workbench) -> None:
    assert chain.endings("b") == {"a": "done", "b": "done"}


def test_without_names_every_step_of_the_active_profiles_runs(bench: Workbench) -> None:
    bench.compose(
        {
            "a": shell("true"),
            "b": {**shell("true"), "profiles": ["big"]},
            "db": {"command": ["true"]},
        }
    )
    assert bench.endings() == {"a": "done"}
    done = bench.run("--profile", "big", "run", "--format", "json")
    assert json.loads(done.stdout.splitlines()[-1])["steps"][1]["step"] == "b"


def test_naming_a_step_activates_its_profile(bench: Workbench) -> None:
    bench.compose({"a": {**shell("true"), "profiles": ["big"]}})
    assert bench.endings("a") == {"a": "done"}


def test_a_run_without_a_step_in_an_active_profile_names_the_profiles(bench: Workbench) -> None:
    bench.compose({"a": {**shell("true"), "profiles": ["big"]}})
    done = bench.run("run", code=2)
    assert "modelcompose --profile big run" in done.stderr


def test_force_runs_the_named_steps_also_when_they_are_fresh(chain: Workbench) -> None:
    chain.run("run")
    assert chain.endings("--force", "b") == {"a": "fresh", "b": "done"}
    assert chain.endings("b", "--force") == {"a": "fresh", "b": "done"}
    assert set(chain.endings("--force").values()) == {"done"}


def test_a_fresh_step_says_which_run_made_it_how_long_ago_and_force(chain: Workbench) -> None:
    chain.run("run", "a")
    done = chain.run("run", "a")
    made = rf"fresh  made by run {chain.shown('a')['id'][:8]}, (just now|.* ago)\n"
    assert re.search(made, done.stderr)
    assert "--force" in done.stderr


def test_no_deps_leaves_the_steps_before_alone(chain: Workbench) -> None:
    chain.run("run")
    chain.compose({**CHAIN, "a": shell("echo 2 > a.txt", "a.txt")})
    assert chain.endings("--no-deps", "b") == {"b": "fresh"}
    assert chain.read("a.txt") == "1\n"


def test_no_deps_names_the_step_that_makes_what_is_missing(chain: Workbench) -> None:
    done = chain.run("run", "--no-deps", "b", code=1)
    assert "a.txt is missing; step 'a' makes it" in done.stderr
    assert "modelcompose run a" in done.stderr


def test_downstream_also_runs_what_needs_the_named_steps(chain: Workbench) -> None:
    assert set(chain.endings("--downstream", "b")) == {"a", "b", "c"}
    chain.compose({**CHAIN, "side": shell("true", inputs=("a.txt",))})
    assert set(chain.endings("--downstream", "b")) == {"a", "b", "c"}
    assert set(chain.endings("--downstream", "--no-deps", "b")) == {"b", "c"}


def test_keep_going_runs_what_can_run_when_a_step_cannot_be_planned(bench: Workbench) -> None:
    bench.compose(
        {
            "lost": shell("true", inputs=("gone.txt",)),
            "good": shell("true"),
            "after": {**shell("true"), "depends_on": ["lost"]},
        }
    )
    assert "gone.txt is missing" in bench.run("run", code=1).stderr
    assert bench.json("runs") == []
    endings = bench.endings("--keep-going", code=1)
    assert endings == {"lost": "failed", "good": "done", "after": "blocked"}


# Looking


def test_a_dry_run_says_what_would_run_and_changes_nothing(chain: Workbench) -> None:
    chain.run("run", "a")
    before = sorted(path for path in chain.folder.rglob("*") if ".ml" not in path.parts)
    plan = chain.json("run", "--dry-run")
    assert {s["step"]: s["action"] for s in plan["steps"]} == {"a": "skip", "b": "run", "c": "run"}
    assert plan["steps"][2]["is_conditional"]
    after = sorted(path for path in chain.folder.rglob("*") if ".ml" not in path.parts)
    assert after == before
    assert len(chain.json("runs")) == 1


def test_a_dry_run_in_a_new_project_leaves_no_file_behind(chain: Workbench) -> None:
    chain.run("run", "--dry-run")
    assert [path.name for path in chain.folder.iterdir() if path.name != ".ml"] == ["compose.yaml"]


def test_a_dry_run_shows_what_force_would_do(chain: Workbench) -> None:
    chain.run("run")
    plan = chain.json("run", "--dry-run", "--force", "b")
    assert {s["step"]: s["action"] for s in plan["steps"]} == {"a": "skip", "b": "run"}


def test_quiet_says_nothing_when_all_goes_well(chain: Workbench) -> None:
    done = chain.run("--quiet", "run")
    assert (done.stdout, done.stderr) == ("", "")


def test_quiet_still_says_what_failed(bench: Workbench) -> None:
    bench.compose({"a": shell("exit 3")})
    done = bench.run("--quiet", "run", code=1)
    assert "a  failed: exit code 3" in done.stderr


def test_a_run_as_json_has_everything_on_stdout_and_the_log_on_stderr(bench: Workbench) -> None:
    script = "echo talking; echo '{\"auc\": 0.7}' > m.json"
    bench.compose({"a": shell(script, metrics=["m.json"])})
    done = bench.run("run", "--format", "json")
    assert "talking" in done.stderr
    (result,) = json.loads(done.stdout.splitlines()[-1])["steps"]
    assert result["step"] == "a"
    assert result["ending"] == "done"
    assert result["cause"] == "it never ran"
    assert result["metrics"] == {"auc": 0.7}
    assert result["outputs"]["m.json"]["digest"].startswith("sha256:")
    assert result["run"] == bench.shown("a")["id"]
    assert result["duration_s"] >= 0
    assert result["error"] is None


def test_a_failed_run_as_json_says_why(bench: Workbench) -> None:
    bench.compose({"a": shell("exit 3"), "b": {**shell("true"), "depends_on": ["a"]}})
    first, second = bench.json("run", code=1)["steps"]
    assert (first["ending"], first["error"]) == ("failed", "exit code 3")
    assert (second["ending"], second["error"]) == ("blocked", "a did not succeed")


def test_status_as_json_has_the_state_the_action_and_the_causes(chain: Workbench) -> None:
    chain.run("run", "a")
    document = chain.json("status")
    assert document["folder"] == str(chain.folder)
    assert document["engine"] == "process"
    first, second, _ = document["steps"]
    assert (first["state"], first["action"], first["causes"]) == ("fresh", "skip", [])
    assert (second["state"], second["causes"]) == ("missing", ["it never ran"])
    assert second["upstream"] == ["a"]


def test_status_of_a_step_shows_what_it_needs_too(chain: Workbench) -> None:
    assert set(chain.states("b")) == {"a", "b"}


# One command at a time


def test_a_second_run_waits_and_names_the_first(bench: Workbench) -> None:
    go = bench.folder.parent / "go"
    waits = f"while ! test -e {go}; do sleep 0.02; done"
    bench.compose({"slow": shell(waits), "quick": shell("true")})
    first = bench.start("run", "slow")
    wait_until(lambda: bench.states()["slow"] == "running", "the first run")
    second = bench.start("run", "quick")
    assert second.stdout is not None
    said = second.stdout.readline()
    assert "waiting for `modelcompose run slow`" in said
    assert f"process {first.pid}" in said
    refused = bench.run("run", "--no-wait", "quick", code=1)
    assert f"`modelcompose run slow` (process {first.pid}" in refused.stderr
    go.touch()
    for process in (first, second):
        told, _ = process.communicate(timeout=60)
        assert process.returncode == 0, told
    assert bench.states() == {"slow": "fresh", "quick": "fresh"}


def test_the_second_of_two_equal_runs_finds_everything_done(bench: Workbench) -> None:
    go = bench.folder.parent / "go"
    bench.compose({"a": shell(f"while ! test -e {go}; do sleep 0.02; done")})
    first = bench.start("run")
    wait_until(lambda: bench.states()["a"] == "running", "the first run")
    second = bench.start("run")
    assert second.stdout is not None
    second.stdout.readline()
    go.touch()
    for process in (first, second):
        process.communicate(timeout=60)
        assert process.returncode == 0
    assert len(bench.json("runs")) == 1


def test_clones_of_the_same_name_run_at_the_same_time(bench: Workbench, tmp_path: Path) -> None:
    bench.compose({"a": shell(meeting(tmp_path, "1", "2")), "b": shell("true")})
    bench.commit()
    other = bench.clone(tmp_path / "other")
    other.compose({"a": shell(meeting(tmp_path, "2", "1")), "b": shell("true")})
    running = [one.start("run", "a") for one in (bench, other)]
    for process in running:
        told, _ = process.communicate(timeout=60)
        assert process.returncode == 0, told
    assert [run["step"] for run in bench.json("runs")] == ["a"]
    assert [run["step"] for run in other.json("runs")] == ["a"]


# Verbs that need no values


def test_a_required_variable_that_is_not_set_is_named(bench: Workbench) -> None:
    bench.compose({"a": {**shell("true"), "environment": {"A": "${NEEDED:?set it}"}}})
    done = bench.run("run", code=1)
    assert "NEEDED" in done.stderr
    assert "set it" in done.stderr


def test_the_two_engines_never_serve_each_other(bench: Workbench) -> None:
    bench.compose({"a": shell("true")})
    bench.run("run")
    document = json.loads(
        bench.run(
            "--engine",
            "docker",
            "status",
            "--format",
            "json",
            env={"DOCKER_HOST": "tcp://127.0.0.1:9"},
        ).stdout
    )
    assert document["steps"][0]["state"] != "fresh"
