"""Stages of DVC as steps: what becomes what, and what is said of the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modelcompose.errors import ProjectError
from modelcompose.versioning.dvc.formats import DvcOut
from modelcompose.versioning.dvc.importing import draft, service_name
from modelcompose.versioning.dvc.importing_commands import command_of, shell_line
from modelcompose.versioning.dvc.importing_data import data_of, models_of
from modelcompose.versioning.dvc.importing_project import import_project, load_values
from modelcompose.versioning.dvc.templating import Stage


def stage(name: str = "train", **document: Any) -> Stage:
    return Stage(name, {"cmd": "python train.py", **document})


def notes(*stages: Stage, folder: str = "") -> list[str]:
    return [note.text for note in draft([(folder, each) for each in stages]).notes]


@pytest.mark.parametrize(
    ("cmd", "command"),
    [
        ("python train.py --lr=0.1 data/raw", "python train.py --lr=0.1 data/raw"),
        ("python a.py 'two words'", "python a.py 'two words'"),
        ("cat *.csv > all.csv", ("sh", "-c", "cat *.csv > all.csv")),
        ("LR=1 python a.py", ("sh", "-c", "LR=1 python a.py")),
        ("cd src", ("sh", "-c", "cd src")),
        ("echo 'open", ("sh", "-c", "echo 'open")),
        (["one a", "two | b"], ("sh", "-c", "one a && (two | b)")),
        (["one # why", "two"], ("sh", "-c", "(one # why\n) && two")),
    ],
)
def test_a_command_of_plain_words_needs_no_shell(cmd: Any, command: Any) -> None:
    assert command_of(cmd) == command


def test_a_shell_command_is_given_back_as_it_was() -> None:
    assert shell_line(["sh", "-c", "cat *.csv"]) == "cat *.csv"
    assert shell_line(["python", "a b.py"]) == "python 'a b.py'"


def test_a_name_of_dvc_becomes_one_that_compose_takes() -> None:
    assert service_name("train@a b-c") == "train-a-b-c"
    assert service_name("@@") == "stage"


def test_paths_are_those_of_the_project_wherever_a_stage_runs() -> None:
    found = stage(
        wdir="sub",
        deps=["train.py", "../data", "/abs", "azure://c/p"],
        params=["a.b", {"conf.toml": ["c"]}, {"all.json": None}],
        outs=["model", {"keep": {"persist": True}}],
        metrics=[{"m.json": {"cache": False}}],
        plots=["p.csv"],
    )
    (step,) = draft([("ml", found)]).steps

    assert step.folder == "ml/sub"
    assert step.step() == {
        "inputs": ["ml/sub/train.py", "ml/data", "/abs", "az://c/p"],
        "outputs": {"ml/sub/model": None, "ml/sub/keep": {"resume": True}},
        "params": ["ml/sub/params.yaml:a.b", "ml/sub/conf.toml:c", "ml/sub/all.json:"],
        "metrics": ["ml/sub/m.json"],
        "plots": ["ml/sub/p.csv"],
    }


def test_steps_come_after_those_whose_outputs_they_read() -> None:
    stages = [
        stage("last", deps=["model/best.pkl"]),
        stage("first", outs=["data"]),
        stage("middle", deps=["data"], outs=["model"]),
    ]
    steps = draft([("", each) for each in stages]).steps

    assert [(step.service, step.after) for step in steps] == [
        ("first", ()),
        ("middle", ("first",)),
        ("last", ("middle",)),
    ]


def test_a_name_that_a_service_has_is_not_given_again() -> None:
    stages = [("", stage("a")), ("sub", stage("a")), ("", stage("web"))]
    steps = draft(stages, taken={"web"}).steps

    assert [step.service for step in steps] == ["a", "sub-a", "web-2"]


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"frozen": True}, "frozen: "),
        ({"always_changed": True}, "always_changed becomes `cache: false`"),
        ({"meta": {"a": 1}}, "meta: left out"),
        ({"deps": ["remote://r/x"]}, "remote://r/x is left out"),
        ({"deps": ["../x"]}, "../x is left out"),
        ({"outs": ["../x"]}, "../x is left out"),
        ({"outs": [{"x": {"persist": True}}]}, "x: persist becomes `resume`"),
        ({"outs": [{"x": {"push": False}}]}, "x: remote and push are left out"),
        ({"plots": [{"x.csv": {"template": "t"}}]}, "x.csv: template: "),
        ({"metrics": ["m.toml"]}, "m.toml stays an output"),
        ({"params": [{"p.py": ["X"]}]}, "p.py: parameters are read from YAML"),
    ],
)
def test_what_cannot_be_kept_is_said(document: dict[str, Any], told: str) -> None:
    (note,) = notes(stage(**document))

    assert note.startswith(told)


def test_a_value_of_a_template_that_a_file_gave_is_said() -> None:
    found = Stage("train", {"cmd": "echo 1"}, used=(("params.yaml", "lr"),))

    assert notes(found) == ["${lr} of params.yaml: the value stands in compose.yaml from now on"]


def test_imported_data_keeps_its_source() -> None:
    url = {"deps": [{"path": "s3://bucket/x", "etag": "1"}]}
    repo = {"deps": [{"path": "a/b", "repo": {"url": "https://g/r", "rev": "v1"}}]}
    out = DvcOut("x", "0" * 32)

    assert data_of("d/x.dvc", url, [out]).data[0].source == "s3://bucket/x"
    (found,) = data_of("d/x.dvc", repo, [out]).data
    assert (found.path, found.source) == ("d/x", "git+https://g/r@v1#a/b")


def test_an_artifact_that_a_step_writes_is_a_model() -> None:
    steps = draft([("", stage(outs=["model"]))]).steps
    artifacts = {"best": {"path": "model", "type": "model"}, "other": {"path": "elsewhere"}}
    models, told = models_of(artifacts, "", steps)

    assert models == {"best": {"path": "model"}}
    assert [note.where for note in told] == ["artifacts.other"]


@pytest.mark.parametrize("path", ["../../x", ".git/hooks/post-checkout", "/etc/passwd"])
def test_data_outside_of_the_project_is_left_out_and_said(path: str) -> None:
    found = data_of("x.dvc", {}, [DvcOut(path, "0" * 32)])

    assert found.data == ()
    assert found.notes[0].text.startswith(f"{path} is left out")


def test_credentials_of_an_address_reach_neither_the_file_nor_a_message() -> None:
    document = {"deps": [{"path": "https://ana:secret@example.com/x"}]}
    found = data_of("x.dvc", document, [DvcOut("x", "0" * 32)])
    drafted = draft([("", stage(deps=["https://ana:secret@example.com/x"]))])

    assert found.data[0].source is None
    assert drafted.steps[0].inputs == ()
    told = [note.text for note in (*found.notes, *drafted.notes)]
    assert len(told) == 2
    assert "secret" not in "".join(told)


@pytest.mark.parametrize(
    "text", [f"{'[' * 50_000}", "a: &a [x]\nb: &b {c: *b}\n", "a: &a\n  - *a\n"]
)
def test_values_that_are_made_to_harm_their_reader_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "params.yaml").write_text(text)

    with pytest.raises(ProjectError, match=r"params\.yaml: cannot be read: "):
        load_values(tmp_path / "params.yaml")


@pytest.mark.parametrize(
    "text",
    [
        "stages: [a]",
        "stages: {5: {cmd: x}}",
        "stages: {a: 5}",
        "stages: {a: {cmd: {b: c}}}",
        "stages: {a: {cmd: x, wdir: [b]}}",
        "stages: {a: {cmd: x, deps: 5}}",
        "stages: {a: {cmd: x, outs: [[b]]}}",
        "stages: {a: {cmd: x, params: [{p.yaml: 5}]}}",
        "stages: {a: {foreach: [1], do: 5}}",
        "stages: {a: {foreach: [1], do: {cmd: x, outs: 5}}}",
        "vars: 5",
        "vars: [5]",
        "artifacts: [a]",
    ],
)
def test_a_dvc_yaml_of_another_shape_is_named_by_the_place(tmp_path: Path, text: str) -> None:
    (tmp_path / "dvc.yaml").write_text(text)

    with pytest.raises(ProjectError, match=r"^dvc\.yaml: (stages|vars|artifacts).*: expected "):
        import_project(tmp_path, tmp_path, {})
