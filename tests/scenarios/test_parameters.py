"""Parameters: changed for one run by -e and --set, recorded, and never moving ml.lock."""

from __future__ import annotations

from typing import Any

import pytest

from tests.workbench import Workbench

TRAIN: dict[str, Any] = {
    "train": {
        "command": ["sh", "-c", "echo lr=$$LR > model.txt; cat params.yaml >> model.txt"],
        "environment": {"LR": "0.1", "DATA": "small"},
        "step": {
            "inputs": [],
            "outputs": ["model.txt"],
            "params": ["LR", "params.yaml:model"],
        },
    },
    "evaluate": {
        "command": ["sh", "-c", "echo $$LR > score.txt; cat model.txt >> score.txt"],
        "environment": {"LR": "none"},
        "step": {"inputs": ["model.txt"], "outputs": ["score.txt"]},
    },
}
PARAMS = "# how the model is made\nmodel:\n  depth: 6  # trees\n  kind: trees\nother: 1\n"


@pytest.fixture
def training(bench: Workbench) -> Workbench:
    bench.compose(TRAIN)
    bench.write({"params.yaml": PARAMS})
    return bench


def test_set_changes_a_container_variable_of_every_step_that_has_it(training: Workbench) -> None:
    training.run("run", "--set", "LR=0.2")
    assert training.read("model.txt").startswith("lr=0.2\n")
    assert training.read("score.txt").startswith("0.2\n")


def test_e_changes_a_container_variable_of_the_named_steps_only(training: Workbench) -> None:
    training.run("run", "-e", "LR=0.2", "evaluate")
    assert training.read("model.txt").startswith("lr=0.1\n")
    assert training.read("score.txt").startswith("0.2\n")


def test_e_with_a_name_alone_takes_the_callers_value(training: Workbench) -> None:
    training.run("run", "-e", "LR", "train", env={"LR": "0.3"})
    assert training.read("model.txt").startswith("lr=0.3\n")


def test_e_without_a_step_is_an_error(training: Workbench) -> None:
    done = training.run("run", "-e", "LR=0.2", code=2)
    assert "--set LR=0.2" in done.stderr


def test_e_can_add_a_variable_that_the_file_does_not_have(training: Workbench) -> None:
    training.run("run", "train")
    assert training.endings("-e", "SEED=4", "train") == {"train": "done"}


def test_set_changes_a_variable_that_the_compose_file_interpolates(bench: Workbench) -> None:
    step = {"inputs": [], "outputs": ["out.txt"], "params": ["WINDOW"]}
    command = "sh -c 'echo window ${WINDOW:-144} > out.txt'"
    bench.compose({"train": {"command": command, "step": step}})
    bench.run("run")
    assert bench.read("out.txt") == "window 144\n"
    assert bench.shown("train")["params"] == {"WINDOW": "144"}
    bench.run("run", "--set", "WINDOW=288")
    assert bench.read("out.txt") == "window 288\n"
    assert bench.shown("train")["params"] == {"WINDOW": "288"}


def test_set_changes_a_key_in_a_copy_of_the_file_and_never_the_file(training: Workbench) -> None:
    training.run("run", "train", "--set", "params.yaml:model.depth=8")
    model = training.read("model.txt")
    assert "depth: 8  # trees" in model
    assert "kind: trees" in model
    assert training.read("params.yaml") == PARAMS


def test_a_value_set_in_a_file_has_the_type_that_yaml_gives_it(bench: Workbench) -> None:
    program = "import json; print([*json.load(open('p.json')).values()], file=open('o', 'w'))"
    step = {"inputs": [], "outputs": ["o"], "params": ["p.json:"]}
    bench.compose({"train": {"command": ["python", "-c", program], "step": step}})
    bench.write({"p.json": '{"a": 1, "b": 1, "c": 1}'})
    bench.run("run", "--set", "p.json:a=0.5", "--set", "p.json:b=true", "--set", "p.json:c=[x]")
    assert bench.read("o") == "[0.5, True, ['x']]\n"


def test_a_changed_parameter_is_recorded_with_what_the_user_typed(training: Workbench) -> None:
    training.run("run", "train", "--set", "LR=0.2", "--set", "params.yaml:model.depth=8")
    run = training.shown("train")
    assert run["params"]["LR"] == "0.2"
    assert run["params"]["params.yaml:model"] == {"depth": 8, "kind": "trees"}
    assert run["overrides"] == {"LR": "0.2", "params.yaml:model.depth": "8"}
    assert run["command_line"][1:4] == ["run", "train", "--set"]


def test_a_changed_parameter_never_moves_the_lock(training: Workbench) -> None:
    training.run("run", "--set", "LR=0.2")
    assert training.lock == ""
    training.run("run")
    before = training.lock
    for change in (("--set", "LR=0.3"), ("-e", "LR=0.4", "train")):
        training.run("run", *change)
        assert training.lock == before


def test_the_next_plain_run_brings_the_old_outputs_back_without_running(
    training: Workbench,
) -> None:
    training.run("run")
    before = training.read("model.txt")
    training.run("run", "--set", "LR=0.2")
    assert training.states() == {"train": "stale", "evaluate": "stale"}
    assert training.endings() == {"train": "restored", "evaluate": "restored"}
    assert training.read("model.txt") == before


def test_the_same_change_again_is_fresh(training: Workbench) -> None:
    training.run("run", "--set", "LR=0.2")
    assert training.endings("--set", "LR=0.2") == {"train": "fresh", "evaluate": "fresh"}


def test_a_key_that_no_step_declares_changes_nothing(training: Workbench) -> None:
    training.run("run")
    training.write({"params.yaml": PARAMS.replace("other: 1", "other: 2")})
    assert set(training.endings().values()) == {"fresh"}


def test_a_key_that_a_step_declares_counts(training: Workbench) -> None:
    training.run("run")
    training.write({"params.yaml": PARAMS.replace("depth: 6", "depth: 7")})
    assert training.endings() == {"train": "done", "evaluate": "done"}


def test_a_variable_that_the_identity_ignores_changes_nothing(bench: Workbench) -> None:
    def write(home: str) -> None:
        bench.compose(
            {
                "train": {
                    "command": ["sh", "-c", "echo 1 > o"],
                    "environment": {"WANDB_DIR": home},
                    "step": {"inputs": [], "outputs": ["o"]},
                }
            },
            **{"x-ml": {"identity": {"ignore": ["WANDB_*"]}}},
        )

    write("/here")
    bench.run("run")
    write("/there")
    assert bench.endings() == {"train": "fresh"}


def test_a_variable_that_nothing_has_is_an_error_that_names_the_nearest(
    training: Workbench,
) -> None:
    done = training.run("run", "--set", "DATE=big", code=2)
    assert "--set DATE: no step has such a variable" in done.stderr
    assert "DATA" in done.stderr.partition("hint:")[2]


def test_a_key_that_the_file_does_not_have_is_an_error_that_names_the_nearest(
    training: Workbench,
) -> None:
    done = training.run("run", "--set", "params.yaml:model.dpeth=8", code=2)
    assert "params.yaml: no key 'model.dpeth'" in done.stderr
    assert "depth" in done.stderr.partition("hint:")[2]


def test_a_file_that_no_step_reads_is_an_error(training: Workbench) -> None:
    training.write({"unread.yaml": "a: 1\n"})
    done = training.run("run", "--set", "unread.yaml:a=2", code=2)
    assert "unread.yaml: no step reads it" in done.stderr


def test_a_declared_parameter_without_a_value_is_an_error_before_anything_runs(
    bench: Workbench,
) -> None:
    bench.compose(
        {
            "one": {"command": ["sh", "-c", "echo > x"], "step": {"inputs": [], "outputs": ["x"]}},
            "two": {
                "command": ["true"],
                "environment": {"DEPTH": "6"},
                "step": {"inputs": ["x"], "params": ["DEPHT"]},
            },
        }
    )
    done = bench.run("run", code=1)
    assert "compose.yaml:" in done.stderr
    assert "'DEPHT'" in done.stderr
    assert "DEPTH" in done.stderr.partition("hint:")[2]
    assert not (bench.folder / "x").exists()


def test_set_on_a_file_that_is_an_input_reaches_the_step_through_a_changed_copy(
    bench: Workbench,
) -> None:
    bench.compose(
        {
            "copy": {
                "command": ["cp", "p.yaml", "o"],
                "step": {"inputs": ["p.yaml"], "outputs": ["o"]},
            }
        }
    )
    bench.write({"p.yaml": "a: 1\n"})
    bench.run("run")
    bench.run("run", "--set", "p.yaml:a=2")
    assert bench.read("o") == "a: 2\n"
    assert bench.read("p.yaml") == "a: 1\n"
    assert bench.endings() == {"copy": "restored"}


def test_set_on_a_file_in_an_input_folder_reaches_the_step_and_its_identity(
    bench: Workbench,
) -> None:
    step = {"inputs": ["conf"], "outputs": ["o"]}
    bench.compose({"copy": {"command": ["cp", "conf/p.yaml", "o"], "step": step}})
    bench.write({"conf/p.yaml": "a: 1\n", "conf/big.bin": "0" * (20 << 20)})
    bench.run("run")
    assert bench.endings("--set", "conf/p.yaml:a=2") == {"copy": "done"}
    assert bench.read("o") == "a: 2\n"
    assert bench.read("conf/p.yaml") == "a: 1\n"


def test_a_parameter_file_that_a_step_makes_comes_after_that_step(bench: Workbench) -> None:
    bench.compose(
        {
            "choose": {
                "command": ["sh", "-c", "echo 'depth: 3' > best.yaml"],
                "step": {"inputs": [], "outputs": ["best.yaml"]},
            },
            "train": {
                "command": ["cp", "best.yaml", "model"],
                "step": {"inputs": [], "outputs": ["model"], "params": ["best.yaml:depth"]},
            },
        }
    )
    assert bench.endings() == {"choose": "done", "train": "done"}
    assert bench.shown("train")["params"] == {"best.yaml:depth": 3}


def test_a_secret_that_is_set_is_masked_and_no_part_of_the_identity(bench: Workbench) -> None:
    command = ["sh", "-c", "echo $$API_KEY; echo > o"]
    step = {"inputs": [], "outputs": ["o"]}
    bench.compose({"fetch": {"command": command, "environment": {"API_KEY": "a"}, "step": step}})
    bench.run("run")
    done = bench.run("run", "--force", "--set", "API_KEY=verysecret")
    assert "***" in done.stderr
    assert "verysecret" not in done.stderr + done.stdout
    assert "verysecret" not in str(bench.shown("fetch"))
    assert bench.endings() == {"fetch": "fresh"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("params.yaml:model=[1", "the value is no YAML"),
        ("params.yaml:=1", "expected NAME=VALUE or FILE:KEY=VALUE"),
        ("=1", "expected NAME=VALUE or FILE:KEY=VALUE"),
        ("LR", "expected NAME=VALUE or FILE:KEY=VALUE"),
        ("gone.yaml:a=1", "there is no such file"),
        ("params.yaml:model.depth.more=1", "no key 'model.depth.more'"),
        ("rates.toml:lr=1", "a TOML file can be read but not changed"),
    ],
)
def test_a_change_that_cannot_be_made_is_refused_before_anything_runs(
    training: Workbench, change: str, words: str
) -> None:
    keys = {**TRAIN["train"]["step"], "params": ["params.yaml:model", "rates.toml:lr"]}
    training.compose({"train": {**TRAIN["train"], "step": keys}})
    training.write({"rates.toml": "lr = 1\n"})
    done = training.run("run", "--set", change, code=2)
    assert words in done.stderr
    assert training.json("runs") == []


def test_dates_and_other_values_of_yaml_are_parameters_too(bench: Workbench) -> None:
    step = {"inputs": [], "params": ["p.yaml:"], "outputs": ["o"]}
    bench.compose({"train": {"command": ["cp", "p.yaml", "o"], "step": step}})
    bench.write({"p.yaml": "from: 2024-01-01\nlimit: .inf\nby: {1: a}\nnames: [x, null]\n"})
    bench.run("run")
    found = bench.shown("train")["params"]["p.yaml:"]
    assert found["from"].startswith("2024-01-01")
    assert {**found, "from": ""} == {
        "from": "",
        "limit": "inf",
        "by": {"1": "a"},
        "names": ["x", None],
    }
    bench.run("run", "--set", "./p.yaml:from=2025-01-01", "--set", "p.yaml:limit=1e-3")
    assert bench.read("o").startswith("from: 2025-01-01\nlimit: 1e-3\n")
