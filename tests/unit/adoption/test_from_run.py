"""From a recorded run to the step that it would be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modelcompose.adoption.finding import Finding
from modelcompose.adoption.from_run import finding_of
from modelcompose.adoption.writing import Written
from modelcompose.errors import UsageError
from modelcompose.store.content import Content
from modelcompose.tracking.run import Recording, Run
from tests.unit.adoption.conftest import Surveyed

COMMAND = ["python", "fit.py"]
CONTENT = Content("file", "sha256:" + "0" * 64, 1)


def recorded(**fields: Any) -> Run:
    """Give a recording of the service `fit` that read `fit.py` and wrote `model`."""
    parts = {"command": COMMAND, "entrypoint": [], "working_dir": "/app", **fields.pop("parts", {})}
    known: dict[str, Any] = {
        "id": "a" * 32,
        "project": "p",
        "folder": "/p",
        "step": "fit",
        "status": "succeeded",
        "engine": "docker",
        "created_at": 0.0,
        "kind": "recording",
        "recording": Recording(),
        "inputs": {"fit.py": CONTENT},
        "outputs": {"model": CONTENT},
        "parts": parts,
    }
    return Run(**{**known, **fields})


def found(surveyed: Surveyed, tmp_path: Path, run: Run, log: str = "", **keys: Any) -> Finding:
    service = {"command": COMMAND, **keys}
    survey = surveyed({"fit": service}, {"fit.py": "", "model": ""})
    (tmp_path / "log").write_text(log)
    return finding_of(run, survey, tmp_path / "log")


def test_what_was_seen_becomes_the_step(surveyed: Surveyed, tmp_path: Path) -> None:
    assert found(surveyed, tmp_path, recorded()).step() == {
        "inputs": ["fit.py"],
        "outputs": ["model"],
    }


def test_names_of_the_log_with_several_values_are_metrics(
    surveyed: Surveyed, tmp_path: Path
) -> None:
    log = "took=3\nepoch=1 loss=0.5\nepoch=2 loss=0.25\n"
    assert found(surveyed, tmp_path, recorded(), log).log_metrics == ("loss",)


def test_without_knowing_what_was_read_inputs_are_left_out(
    surveyed: Surveyed, tmp_path: Path
) -> None:
    run = recorded(inputs={}, recording=Recording("unknown", "this system cannot"))
    finding = found(surveyed, tmp_path, run)
    assert "inputs" not in finding.step()
    assert finding.notes == ("the files that it read are unknown: this system cannot",)


def test_what_was_deleted_is_told(surveyed: Surveyed, tmp_path: Path) -> None:
    run = recorded(recording=Recording(deleted=("old",)))
    assert found(surveyed, tmp_path, run).notes == ("it deleted old, which a step cannot",)


def test_a_run_that_wrote_nothing_is_a_step_without_outputs(
    surveyed: Surveyed, tmp_path: Path
) -> None:
    finding = found(surveyed, tmp_path, recorded(outputs={}))
    assert finding.is_proposed
    assert finding.step() == {"inputs": ["fit.py"]}


def test_another_folder_entrypoint_and_variables_make_a_service_of_its_own(
    surveyed: Surveyed, tmp_path: Path
) -> None:
    run = recorded(
        parts={"entrypoint": ["nice"], "working_dir": "/app/deep"},
        overrides={"LR": "0.1", "API_KEY": "***"},
    )
    keys = found(surveyed, tmp_path, run).keys("train")
    assert keys["extends"] == {"service": "fit"}
    assert (keys["entrypoint"], keys["working_dir"]) == (["nice"], "/app/deep")
    texts = {name: value.text for name, value in keys["environment"].items()}
    assert texts == {"LR": "${LR:-0.1}", "API_KEY": "${API_KEY:-}"}
    assert isinstance(keys["command"], Written)
    assert keys["x-ml"]["step"]["params"] == ["LR"]


def test_a_secret_of_the_command_line_is_to_become_a_variable(
    surveyed: Surveyed, tmp_path: Path
) -> None:
    run = recorded(parts={"command": [*COMMAND, "--password", "***"]})
    note = "its command held a secret: pass it as a variable in place of ***"
    assert note in found(surveyed, tmp_path, run).notes


@pytest.mark.parametrize(
    ("fields", "keys", "message"),
    [
        ({"step": "gone"}, {}, "there is no service gone any more"),
        ({"kind": "step"}, {}, "is a run of the step fit"),
        ({"status": "killed"}, {}, "killed; what it would have written is not known"),
        ({}, {"x-ml": {"step": {"outputs": ["m"]}}}, "fit is a step already"),
    ],
)
def test_a_run_that_tells_no_step_is_refused(
    surveyed: Surveyed, tmp_path: Path, fields: dict[str, Any], keys: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        found(surveyed, tmp_path, recorded(**fields), **keys)
