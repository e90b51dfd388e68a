"""What a step reads, and what is refused before anything runs."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.workbench import Workbench


def show(*names: str) -> list[str]:
    """Give a command that lists what is there in `out.txt`."""
    return ["sh", "-c", f"find {' '.join(names) or '.'} -type f | sort > out.txt"]


def compose_one(bench: Workbench, *, command: list[str] | None = None, **step: Any) -> None:
    keys = {"command": command or show(), "step": {"outputs": ["out.txt"], **step}}
    bench.compose({"look": keys})


def seen(bench: Workbench) -> list[str]:
    """Give the files that the step saw, its own output excepted."""
    return [line for line in bench.read("out.txt").splitlines() if line != "./out.txt"]


def marker(bench: Workbench) -> dict[str, Any]:
    """Give a step that leaves a trace when it runs."""
    step = {"inputs": [], "outputs": ["ran"]}
    return {"command": ["sh", "-c", "echo > ran"], "step": step}


def refused(bench: Workbench, *arguments: str) -> str:
    """Run, and check that it failed before the marker step ran."""
    done = bench.run("run", *arguments, code=1)
    assert not (bench.folder / "ran").exists()
    assert "Traceback" not in done.stderr
    return done.stderr


# What a step sees


def test_a_step_sees_its_declared_inputs_and_nothing_else(bench: Workbench) -> None:
    compose_one(bench, inputs=["in.txt", "data"])
    bench.write({"in.txt": "", "other.txt": "", "data/deep/a": "", "data/b": ""})
    bench.run("run")
    assert seen(bench) == ["./data/b", "./data/deep/a", "./in.txt"]


def test_a_glob_stands_for_the_files_that_match_it(bench: Workbench) -> None:
    compose_one(bench, inputs=["data/*.csv", "src/**/*.py"])
    bench.write(dict.fromkeys(["data/a.csv", "data/a.txt", "src/x.py", "src/deep/y.py"], ""))
    bench.run("run")
    assert seen(bench) == ["./data/a.csv", "./src/deep/y.py", "./src/x.py"]
    bench.write({"data/a.txt": "changed"})
    assert bench.states() == {"look": "fresh"}
    bench.write({"data/b.csv": ""})
    assert bench.causes("look") == ["data/b.csv added"]


def test_without_inputs_a_step_reads_what_git_tracks_or_does_not_ignore(bench: Workbench) -> None:
    compose_one(bench)
    files = dict.fromkeys(["train.py", "lib/a.py", "new.py", "secret.env", "cache/x"], "")
    bench.write({**files, ".gitignore": "cache/\n*.env\n"})
    bench.git("init", "--quiet")
    bench.git("add", "train.py", "lib")
    bench.run("run")
    assert seen(bench) == ["./.gitignore", "./lib/a.py", "./new.py", "./train.py"]


def test_without_inputs_and_git_a_step_reads_every_file_but_environments_and_caches(
    bench: Workbench,
) -> None:
    compose_one(bench)
    bench.write(dict.fromkeys(["train.py", ".venv/x", "node_modules/y", "a/__pycache__/z"], ""))
    bench.run("run")
    assert seen(bench) == ["./train.py"]


def test_without_inputs_only_what_the_mounts_show_is_read(bench: Workbench) -> None:
    step = {"outputs": ["out/list"]}
    bench.compose(
        {
            "look": {
                "command": ["sh", "-c", "echo > ../out/list"],
                "working_dir": "/app/src",
                "volumes": ["./src:/app/src", "./out:/app/out"],
                "step": step,
            }
        }
    )
    bench.write({"src/a.py": "", "other/b.py": ""})
    (bench.folder / "out").mkdir()
    bench.run("run")
    bench.write({"other/b.py": "changed"})
    assert bench.states() == {"look": "fresh"}
    bench.write({"src/a.py": "changed"})
    assert bench.causes("look") == ["src/a.py changed"]


def test_the_outputs_of_other_steps_are_no_inputs_unless_declared(bench: Workbench) -> None:
    bench.compose(
        {
            "make": {
                "command": ["sh", "-c", "date +%N > made.txt"],
                "step": {"inputs": [], "outputs": ["made.txt"]},
            },
            "look": {"command": show(), "step": {"outputs": ["out.txt"]}},
        }
    )
    bench.write({"train.py": ""})
    bench.run("run")
    assert seen(bench) == ["./train.py"]
    bench.run("run", "make", "--force")
    assert bench.states()["look"] == "fresh"


def test_configuration_is_never_an_input(bench: Workbench) -> None:
    compose_one(bench, inputs=["."])
    bench.write({".env": "UNUSED=1\n", "a.txt": "", "sub/.git": "gitdir: elsewhere"})
    bench.commit()
    bench.run("run")
    assert seen(bench) == ["./a.txt"]
    bench.write({".env": "UNUSED=2\n"})
    bench.commit("another")
    assert bench.states() == {"look": "fresh"}


def test_naming_configuration_as_an_input_is_an_error(bench: Workbench) -> None:
    for name in ("compose.yaml", "ml.lock"):
        compose_one(bench, inputs=[name])
        assert f"{name} is never an input" in refused(bench)


def test_comments_in_the_compose_file_change_nothing(bench: Workbench) -> None:
    compose_one(bench)
    bench.run("run")
    (bench.folder / "compose.yaml").write_text("# new\n" + bench.read("compose.yaml"))
    assert bench.states() == {"look": "fresh"}


# External data


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    folder = tmp_path / "elsewhere"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "a.bin").write_text("one")
    return folder


def external(bench: Workbench, folder: Path, **more: str) -> None:
    entry = {"path": str(folder), **more} if more else str(folder)
    keys = {
        "command": ["sh", "-c", f"cat {folder}/deep/a.bin > out.txt"],
        "volumes": [".:/app", f"{folder}:{folder}"],
        "step": {"inputs": [entry], "outputs": ["out.txt"]},
    }
    bench.compose({"look": keys})


def test_external_data_counts_by_names_sizes_and_times(bench: Workbench, elsewhere: Path) -> None:
    external(bench, elsewhere)
    bench.run("run")
    assert bench.read("out.txt") == "one"
    assert bench.states() == {"look": "fresh"}
    os.utime(elsewhere / "deep" / "a.bin", ns=(1, 1))
    assert bench.states() == {"look": "stale"}
    assert str(elsewhere) in bench.causes_text("look")


def test_external_data_can_count_by_content(bench: Workbench, elsewhere: Path) -> None:
    external(bench, elsewhere, compare="content")
    bench.run("run")
    os.utime(elsewhere / "deep" / "a.bin", ns=(1, 1))
    assert bench.states() == {"look": "fresh"}
    (elsewhere / "deep" / "a.bin").write_text("two")
    assert bench.endings() == {"look": "done"}
    assert bench.read("out.txt") == "two"


def test_external_data_that_is_missing_is_an_error(bench: Workbench, elsewhere: Path) -> None:
    external(bench, elsewhere)
    shutil.rmtree(elsewhere)
    assert f"{elsewhere} is missing" in refused(bench)


@pytest.mark.docker
def test_external_data_is_mounted_where_it_is_and_cannot_be_written(
    bench: Workbench, elsewhere: Path
) -> None:
    external(bench, elsewhere)
    bench.run("run")
    assert bench.read("out.txt") == "one"
    keys = {
        "command": ["sh", "-c", f"echo two > {elsewhere}/deep/a.bin"],
        "volumes": [".:/app", f"{elsewhere}:{elsewhere}"],
        "step": {"inputs": [str(elsewhere)]},
    }
    bench.compose({"look": keys})
    assert "Read-only file system" in bench.run("run", code=1).stderr
    assert (elsewhere / "deep" / "a.bin").read_text() == "one"


# Files that were forgotten


@pytest.mark.parametrize(
    "command",
    [
        ["python", "-c", "open('conf/a.json')"],
        ["python", "conf/a.json"],
        ["cat", "conf/a.json"],
        ["sh", "-c", "cat < conf/a.json"],
        ["sh", "conf/a.json"],
    ],
)
def test_a_file_that_was_not_declared_is_named_with_the_line_to_add(
    bench: Workbench, command: list[str]
) -> None:
    compose_one(bench, command=command, inputs=[])
    bench.write({"conf/a.json": "{}"})
    text = bench.run("run", code=1).stderr
    assert "conf/a.json is in the project, but the step did not declare it" in text
    assert "services.look.x-ml.step.inputs" in text
    assert "\n  - conf/a.json\n" in text


def test_a_python_module_that_was_not_declared_is_named(bench: Workbench) -> None:
    compose_one(bench, command=["python", "train.py"], inputs=["train.py"])
    bench.write({"train.py": "import features.age\n", "features/age.py": ""})
    text = bench.run("run", code=1).stderr
    assert "\n  - features\n" in text


@pytest.mark.docker
def test_in_a_container_too_undeclared_files_are_not_there(bench: Workbench) -> None:
    compose_one(bench, command=["sh", "-c", "ls -A; cat /app/other.txt"], inputs=["in.txt"])
    bench.write({"in.txt": "", "other.txt": ""})
    done = bench.run("run", code=1)
    assert "look  │ in.txt\n" in done.stderr
    assert "\n  - other.txt\n" in done.stderr


@pytest.mark.docker
def test_inputs_cannot_be_damaged(bench: Workbench) -> None:
    command = ["sh", "-c", "echo broken > in.txt; echo broken > big/file || true; echo > out.txt"]
    compose_one(bench, command=command, inputs=["in.txt", "big"])
    bench.write({"in.txt": "good", "big/file": "x" * (2 << 20)})
    bench.run("run")
    assert bench.read("in.txt") == "good"
    assert len(bench.read("big/file")) == 2 << 20


# What is refused before anything runs


def test_a_missing_input_is_refused(bench: Workbench) -> None:
    keys = {"command": ["true"], "step": {"inputs": ["gone.csv"]}}
    bench.compose({"first": marker(bench), "look": keys})
    text = refused(bench)
    assert "compose.yaml:" in text
    assert "services.look.x-ml.step.inputs: gone.csv is missing" in text


def test_a_missing_input_behind_a_step_is_refused_before_that_step_runs(bench: Workbench) -> None:
    keys = {"command": ["true"], "step": {"inputs": ["ran", "gone.csv"]}}
    bench.compose({"first": marker(bench), "look": keys})
    assert "gone.csv is missing" in refused(bench)


def test_a_missing_input_with_a_known_source_names_it(bench: Workbench) -> None:
    keys = {"command": ["true"], "step": {"inputs": ["data/raw"]}}
    data = {"data/raw": {"source": "https://example.com/raw.zip"}}
    bench.compose({"look": keys}, **{"x-ml": {"data": data}})
    assert "https://example.com/raw.zip" in refused(bench)


def test_a_glob_that_matches_nothing_is_refused(bench: Workbench) -> None:
    bench.compose({"look": {"command": ["true"], "step": {"inputs": ["data/*.csv"]}}})
    assert "data/*.csv" in refused(bench)


def test_an_input_that_no_mount_shows_is_refused(bench: Workbench) -> None:
    keys = {
        "command": ["true"],
        "working_dir": "/src",
        "volumes": ["./src:/src"],
        "step": {"inputs": ["data/raw"]},
    }
    bench.compose({"first": marker(bench), "look": keys})
    bench.write({"data/raw": "", "src/a.py": ""})
    text = refused(bench)
    assert "no mount of 'look' shows data/raw" in text
    assert "volumes:" in text


def test_an_external_input_that_no_mount_shows_is_refused(
    bench: Workbench, elsewhere: Path
) -> None:
    keys = {"command": ["true"], "step": {"inputs": [str(elsewhere)]}}
    bench.compose({"first": marker(bench), "look": keys})
    text = refused(bench)
    assert f"no mount of 'look' shows {elsewhere}" in text
    assert f"{elsewhere}:{elsewhere}" in text


def test_an_output_that_no_mount_can_write_is_refused(bench: Workbench) -> None:
    keys = {
        "command": ["true"],
        "volumes": [".:/app:ro"],
        "step": {"inputs": [], "outputs": ["model"]},
    }
    bench.compose({"first": marker(bench), "look": keys})
    assert "no writable mount of 'look' shows model" in refused(bench)


def test_a_cycle_is_refused_and_drawn(bench: Workbench) -> None:
    def link(source: str, target: str) -> dict[str, Any]:
        return {"command": ["true"], "step": {"inputs": [source], "outputs": [target]}}

    bench.compose(
        {"first": marker(bench), "a": link("x", "y"), "b": link("y", "z"), "c": link("z", "x")}
    )
    text = refused(bench)
    assert "the steps need each other in a circle" in text
    assert "a → c → b → a" in text


def test_a_cycle_through_depends_on_is_refused(bench: Workbench) -> None:
    later = {"condition": "service_completed_successfully"}
    bench.compose(
        {
            "a": {
                "command": ["true"],
                "depends_on": {"b": later},
                "step": {"inputs": [], "outputs": ["x"]},
            },
            "b": {"command": ["true"], "step": {"inputs": ["x"]}},
        }
    )
    assert "in a circle" in refused(bench)


def test_two_writers_of_one_path_are_refused_and_both_are_named(bench: Workbench) -> None:
    keys = {"command": ["true"], "step": {"inputs": [], "outputs": ["ran"]}}
    bench.compose({"first": marker(bench), "second": keys})
    text = refused(bench)
    assert "ran is written by two steps" in text
    assert "first" in text
    assert "second" in text


def test_a_writer_that_was_inherited_is_named_with_its_origin_and_the_way_out(
    bench: Workbench,
) -> None:
    bench.write(
        {
            "compose.yaml": """\
services:
  train:
    image: python:3.11-slim
    volumes: [".:/app"]
    command: [sh, -c, "echo > ran"]
    x-ml:
      step:
        inputs: []
        outputs: [ran]
  notebook:
    extends: {service: train}
    command: [jupyter, lab]
"""
        }
    )
    text = refused(bench)
    assert "notebook inherits it from compose.yaml:train" in text
    assert "step: !override false" in text
    fixed = bench.read("compose.yaml") + "    x-ml:\n      step: !override false\n"
    bench.write({"compose.yaml": fixed})
    assert bench.states() == {"train": "missing"}


def test_two_writers_in_profiles_that_are_not_active_together_are_fine(bench: Workbench) -> None:
    step = {"inputs": [], "outputs": ["model"]}
    command = ["sh", "-c", "echo > model"]
    bench.compose(
        {
            "small": {"command": command, "profiles": ["small"], "step": step},
            "large": {"command": command, "profiles": ["large"], "step": step},
        }
    )
    bench.run("--profile", "small", "run")
    bench.run("--profile", "large", "run")
    done = bench.run("--profile", "small", "--profile", "large", "run", code=1)
    assert "model is written by two steps" in done.stderr


def test_an_output_inside_another_steps_output_is_refused(bench: Workbench) -> None:
    keys = {"command": ["true"], "step": {"inputs": [], "outputs": ["ran/inner"]}}
    bench.compose({"first": marker(bench), "second": keys})
    assert "ran/inner lies in ran" in refused(bench)


def test_metrics_may_lie_in_an_output_folder_of_the_same_step(bench: Workbench) -> None:
    command = ["sh", "-c", "mkdir out; echo '{\"auc\": 0.5}' > out/m.json"]
    compose_one(bench, command=command, inputs=[], outputs=["out"], metrics=["out/m.json"])
    (result,) = bench.json("run")["steps"]
    assert result["metrics"] == {"auc": 0.5}
    assert list(result["outputs"]) == ["out"]


def test_an_output_outside_the_project_is_refused_with_its_place(bench: Workbench) -> None:
    compose_one(bench, inputs=[], outputs=["../model"])
    text = refused(bench)
    assert "compose.yaml:" in text
    assert "must lie in the project" in text


def test_an_input_that_is_the_steps_own_output_is_refused(bench: Workbench) -> None:
    compose_one(bench, inputs=["out.txt"])
    assert "is also an output of the same step" in refused(bench)


# Order


def test_order_comes_from_matching_inputs_to_outputs(bench: Workbench) -> None:
    steps: dict[str, dict[str, Any]] = {}
    for reader, declared in {"file": "o/a", "around": ".", "inside": "o/b", "glob": "o/*"}.items():
        steps[reader] = {"command": ["true"], "step": {"inputs": [declared]}}
    steps["writer"] = {
        "command": ["sh", "-c", "mkdir -p o/b; echo > o/a; echo > o/b/c"],
        "step": {"inputs": [], "outputs": ["o"]},
    }
    bench.compose(steps)
    for state in bench.json("status")["steps"]:
        assert state["upstream"] == ([] if state["step"] == "writer" else ["writer"])
    assert set(bench.endings().values()) == {"done"}
    assert set(bench.endings().values()) == {"fresh"}


@pytest.mark.parametrize(
    "condition", ["service_started", "service_healthy", "service_completed_successfully"]
)
def test_depends_on_a_step_orders_whatever_the_condition(bench: Workbench, condition: str) -> None:
    depends = {"zuerst": {"condition": condition}}
    bench.compose(
        {
            "a": {"command": ["true"], "depends_on": depends, "step": {"inputs": []}},
            "zuerst": {"command": ["true"], "step": {"inputs": []}},
        }
    )
    assert list(bench.endings()) == ["zuerst", "a"]


def test_a_step_behind_a_service_comes_first(bench: Workbench) -> None:
    bench.compose(
        {
            "a": {"command": ["true"], "depends_on": ["db"], "step": {"inputs": []}},
            "db": {
                "command": ["sleep", "60"],
                "depends_on": {"zuerst": {"condition": "service_completed_successfully"}},
            },
            "zuerst": {"command": ["true"], "step": {"inputs": []}},
        }
    )
    upstream = {s["step"]: s["upstream"] for s in bench.json("status")["steps"]}
    assert upstream == {"zuerst": [], "a": ["zuerst"]}
