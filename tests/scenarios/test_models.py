"""Models: versions are made by gates, aliases move them, and every version knows its past."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.workbench import Workbench

STEPS: dict[str, Any] = {
    "train": {
        "command": ["sh", "-c", "mkdir -p model && echo $$AUC > model/weights"],
        "environment": {"AUC": "${AUC:-0.6}"},
        "step": {"inputs": [], "outputs": ["model"], "params": ["AUC"]},
    },
    "evaluate": {
        "command": ["sh", "-c", 'echo "{\\"auc\\": $$(cat model/weights)}" > metrics.json'],
        "step": {"inputs": ["model"], "metrics": ["metrics.json"]},
    },
}
MODELS: dict[str, Any] = {
    "delay": {
        "path": "model",
        "requires": ["evaluate"],
        "when": "evaluate.auc >= 0.5 and evaluate.auc > @champion.evaluate.auc",
        "alias": "challenger",
    }
}


@pytest.fixture
def project(bench: Workbench) -> Workbench:
    bench.compose(STEPS, **{"x-ml": {"models": MODELS}})
    return bench


def train(project: Workbench, auc: str, *arguments: str) -> str:
    """Run the project's steps; gives what was said of the model."""
    said = project.run("run", *arguments, env={"AUC": auc}).stderr
    return "".join(line for line in said.splitlines(keepends=True) if "delay" in line)


def test_a_model_that_passes_becomes_a_version_and_its_alias_moves(project: Workbench) -> None:
    assert "version 1 made; it is @challenger now" in train(project, "0.6")
    assert "version 2 made; it is @challenger now, which was 1" in train(project, "0.7")
    shown = project.json("models", "show", "delay")
    assert shown["model"]["aliases"] == {"challenger": 2}
    assert [version["version"] for version in shown["versions"]] == [2, 1]


def test_a_gate_that_is_shut_says_both_values_in_the_terminal_and_on_the_run(
    project: Workbench,
) -> None:
    train(project, "0.6")
    project.run("promote", "delay@challenger", "champion")

    said = train(project, "0.55")

    assert "no new version" in said
    assert "evaluate.auc > @champion.evaluate.auc: 0.55 against 0.6" in said
    assert project.json("models", "show", "delay")["model"]["last_version"] == 1
    made = next(run for run in project.json("runs") if run["step"] == "train")
    assert "0.55 against 0.6" in made["tags"]["modelcompose.gate.delay"]
    assert "0.55 against 0.6" in project.run("runs", "show", "train").stdout


def test_a_version_that_is_not_there_is_said_with_what_there_is(project: Workbench) -> None:
    train(project, "0.6")
    said = project.run("models", "show", "delay@7", code=1).stderr
    assert "delay has no version 7" in said
    assert "hint: list its versions: modelcompose models show delay" in said
    said = project.run("promote", "delay@nobody", "champion", code=1).stderr
    assert "delay has no alias 'nobody'" in said
    assert "hint: delay has @challenger" in said


def test_a_required_step_that_is_not_there_is_named(bench: Workbench) -> None:
    rule = {**MODELS["delay"], "requires": ["evalute"]}
    bench.compose(STEPS, **{"x-ml": {"models": {"delay": rule}}})
    assert "it requires evalute, and no active service is called so" in train(bench, "0.6")


def test_an_alias_is_no_number_since_that_names_a_version(project: Workbench) -> None:
    train(project, "0.6")
    assert "an alias is no number" in project.run("alias", "set", "delay@1", "2", code=2).stderr
    assert "an alias is no number" in project.run("promote", "delay@1", "2", code=2).stderr
    project.run("alias", "set", "delay@1", "@best")
    aliases = project.json("models", "show", "delay")["model"]["aliases"]
    assert aliases == {"best": 1, "challenger": 1}


def test_nothing_moves_when_nothing_ran(project: Workbench) -> None:
    train(project, "0.6")
    train(project, "0.7")
    project.run("alias", "set", "delay@1", "challenger")

    assert train(project, "0.7") == ""
    assert train(project, "0.6") == ""  # restored

    assert project.json("models", "show", "delay")["model"]["aliases"] == {"challenger": 1}


def test_content_that_is_a_version_already_makes_no_other(project: Workbench) -> None:
    train(project, "0.6")
    assert "this is version 1 already" in train(project, "0.6", "--force")


def test_a_step_that_is_required_must_have_read_what_was_made(project: Workbench) -> None:
    assert "evaluate did not succeed" in train(project, "0.6", "train")
    assert "version 1 made" in train(project, "0.6", "evaluate")


def test_a_wrong_gate_is_told_before_anything_runs(project: Workbench) -> None:
    wrong = {"delay": {**MODELS["delay"], "when": "auc > 1"}}
    project.compose(STEPS, **{"x-ml": {"models": wrong}})
    done = project.run("run", code=1)
    assert "x-ml.models.delay.when:1: expected STEP.METRIC" in done.stderr
    assert project.json("runs") == []


def test_a_version_knows_its_run_its_data_and_its_numbers(project: Workbench) -> None:
    train(project, "0.6")
    shown = project.json("models", "show", "delay@challenger")
    assert shown["run"]["step"] == "train"
    assert shown["version"]["origin"]["path"] == "model"
    assert shown["version"]["origin"]["evidence"]["metrics"]["evaluate.auc"] == 0.6
    card = project.run("models", "show", "delay@1", "--format", "markdown").stdout
    assert card.startswith("# delay, version 1\n")
    assert "| evaluate.auc | 0.6 |" in card
    assert "| AUC | 0.6 |" in card


def test_two_versions_are_compared(project: Workbench) -> None:
    train(project, "0.6")
    train(project, "0.7")
    found = project.json("models", "diff", "delay@1", "delay@2")
    assert found["metrics"] == [
        {**found["metrics"][0], "name": "evaluate.auc", "old": 0.6, "new": 0.7}
    ]
    said = project.run("models", "diff", "delay@1", "delay@2").stdout
    assert "weights changed" in said
    assert "AUC: 0.6 → 0.7" in said


def test_a_version_is_fetched_whole(project: Workbench) -> None:
    train(project, "0.6")
    assert project.run("models", "download", "delay@1").stdout == "delay-1\n"
    assert project.read("delay-1/weights") == "0.6\n"
    again = project.run("models", "download", "delay@1", code=2)
    assert "something is there already" in again.stderr
    project.run("models", "download", "delay@challenger", "--to", "other")
    assert project.read("other/weights") == "0.6\n"


def test_aliases_are_set_moved_and_removed(project: Workbench) -> None:
    train(project, "0.6")
    assert project.run("alias", "set", "delay@1", "best").stdout == "delay@best is now version 1\n"
    assert "is already version 1" in project.run("promote", "delay@1", "best").stdout
    assert "is removed" in project.run("alias", "rm", "delay@best").stdout
    assert "no alias 'best'" in project.run("alias", "rm", "delay@best", code=1).stderr
    assert project.json("models", "show", "delay")["model"]["aliases"] == {"challenger": 1}


def test_models_and_versions_are_tagged_and_chosen_by_tags(project: Workbench) -> None:
    train(project, "0.6")
    project.run("tag", "delay", "team=flights")
    project.run("tag", "delay@1", "reviewed=yes", "by=ann")
    project.run("tag", "delay@1", "--rm", "by")
    assert [m["name"] for m in project.json("models", "--filter", "tags.team = flights")] == [
        "delay"
    ]
    assert project.json("models", "--filter", "tags.team = other") == []
    assert project.json("models", "show", "delay@1")["version"]["tags"] == {"reviewed": "yes"}


def test_a_git_tag_names_a_version_for_every_verb(project: Workbench) -> None:
    project.git("init", "--quiet")
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "first")
    train(project, "0.6")
    train(project, "0.7")

    assert "delay@v1.0.0 names version 1" in project.run("tag", "delay@1", "--git", "v1.0.0").stdout
    project.run("tag", "delay@2", "--git", "#prod")

    assert "v1.0.0" in project.git("tag", "--list", "delay@*")
    assert "#prod 2, v1.0.0 1" in project.run("models").stdout
    assert project.json("models", "show", "delay#prod")["version"]["version"] == 2
    difference = project.json("models", "diff", "delay@v1.0.0", "delay#prod")
    assert [difference[side]["version"] for side in ("old", "new")] == [1, 2]
    project.run("models", "download", "delay@v1.0.0", "--to", "fetched")
    assert (project.folder / "fetched" / "weights").read_text() == "0.6\n"
    project.run("alias", "set", "delay@v1.0.0", "champion")
    project.run("promote", "delay#prod", "newest")
    aliases = project.json("models", "show", "delay")["model"]["aliases"]
    assert (aliases["champion"], aliases["newest"]) == (1, 2)
    missing = project.run("models", "show", "delay@v9.0.0", code=1).stderr
    assert "no git tag delay@v9.0.0 here" in missing
    assert "names a version such as" in project.run("tag", "delay@1", "--git", "x", code=2).stderr


def test_what_is_not_there_is_said_with_what_is(project: Workbench) -> None:
    assert "No models are registered" in project.run("models").stderr
    train(project, "0.6")
    assert "did you mean delay?" in project.run("models", "show", "dely", code=1).stderr
    missing = project.run("models", "show", "delay@nothing", code=1).stderr
    assert "delay has @challenger" in missing
    assert "modelcompose models show delay" in project.run("models", "delay", code=2).stderr


def test_a_reproduction_registers_nothing(project: Workbench) -> None:
    train(project, "0.6")
    (run,) = [r for r in project.json("runs") if r["step"] == "train"]
    project.run("reproduce", run["id"], code=None)
    assert json.dumps(project.json("models", "show", "delay")["versions"]).count('"version":') == 1
