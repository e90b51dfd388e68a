"""Steps as stages of DVC, and the texts of its files."""

from __future__ import annotations

from typing import Any

import pytest

from modelcompose.compose.project import Output, Param, Probe, Service, Step
from modelcompose.versioning.dvc.exporting import Runner, draft_stage
from modelcompose.versioning.dvc.exporting_files import (
    config_text,
    data_text,
    ignore_line,
    lock_text,
    pipeline_text,
    remote_of,
)
from modelcompose.versioning.dvc.formats import DvcOut, LockedStage

OWN = Runner(is_compose=False)
OID = "0123456789abcdef0123456789abcdef"


def service(step: Step, **keys: Any) -> Service:
    return Service("train.x", {}, command=("python", "a b.py"), step=step, **keys)


def document(step: Step, runner: Runner = OWN, folder: str = ".", **keys: Any) -> dict[str, Any]:
    found = draft_stage(
        service(step, **keys), folder, ["a.py"], runner, lambda path: path == "m.json"
    )
    assert found.name == "train-x"
    return dict(found.document)


def test_what_git_holds_is_left_to_git() -> None:
    found = document(Step(outputs=(Output("out"),), metrics=("m.json",)))

    assert found["outs"] == ["out"]
    assert found["metrics"] == [{"m.json": {"cache": False}}]


def test_tables_among_the_metrics_are_plots() -> None:
    found = document(Step(metrics=("loss.csv", "log.jsonl")))

    assert found["plots"] == ["loss.csv"]
    assert found["outs"] == ["log.jsonl"]


def test_metrics_inside_of_an_output_stand_at_the_top_of_the_file() -> None:
    step = Step(outputs=(Output("out"),), metrics=("out/m.json",))
    found = draft_stage(service(step), ".", [], OWN, lambda path: False)

    assert "metrics" not in found.document
    assert found.nested_metrics == ("out/m.json",)


def test_a_stage_of_its_own_command_runs_where_the_step_does() -> None:
    found = document(Step(params=(Param("lr", "params.yaml"),)), folder="sub")

    assert found["wdir"] == "sub"
    assert found["cmd"] == "python 'a b.py'"
    assert found["deps"] == ["../a.py"]
    assert found["params"] == [{"../params.yaml": ["lr"]}]


def test_a_stage_of_compose_watches_the_service_and_starts_what_it_needs() -> None:
    runner = Runner(
        is_compose=True,
        steps=frozenset({"train.x", "prepare"}),
        files=("dev.yaml",),
        file="dev.yaml",
        keys={"train.x": ("image",)},
    )
    found = document(Step(), runner, "sub", depends_on={"db": "service_healthy", "prepare": ""})

    assert found["cmd"] == [
        "docker compose --file=dev.yaml up --detach --wait db",
        "docker compose --file=dev.yaml run --rm --no-deps -T train.x",
    ]
    assert found["params"] == [{"dev.yaml": ["services.train.x.image"]}]
    assert "wdir" not in found


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (Step(params=(Param("LR"),)), "LR: DVC watches files"),
        (Step(cache=False), "cache: false becomes always_changed"),
        (Step(outputs=(Output("c", resume=True),)), "c: resume becomes persist"),
        (Step(retries=2, timeout_s=1.0), "retries, timeout: left out"),
        (Step(probes=(Probe("date"),)), "date: left out"),
        (Step(every_s=60.0), "every: left out"),
    ],
)
def test_what_dvc_cannot_hold_is_said(step: Step, told: str) -> None:
    (note,) = draft_stage(service(step), ".", [], OWN, lambda path: False).notes

    assert note.text.startswith(told)


def test_a_file_that_is_there_keeps_what_people_wrote() -> None:
    before = "# ours\nouts:\n- md5: old\n  size: 1\n  path: raw  # here\nmeta: {a: 1}\n"
    after = data_text(before, DvcOut("raw", f"{OID}.dir", 5, 2))

    assert after == (
        f"# ours\nouts:\n- md5: {OID}.dir\n  size: 5\n  path: raw  # here\n"
        "  nfiles: 2\n  hash: md5\nmeta: {a: 1}\n"
    )


def test_other_stages_keep_their_place_and_their_comments() -> None:
    before = "stages:\n  a:\n    cmd: ${x}  # why\n  b:\n    cmd: old\n  c:\n    cmd: last\n"

    assert pipeline_text(before, {"b": {"cmd": "new"}}, ["c"], {}) == (
        "stages:\n  a:\n    cmd: ${x}  # why\n  b:\n    cmd: new\n"
    )


def test_a_lock_keeps_what_it_says_of_other_stages() -> None:
    other = "  a:\n    cmd: a\n    params:\n      p.yaml:\n        x: 1e-05\n"
    before = f"schema: '2.0'\nstages:\n  b:\n    cmd: b\n{other}"
    after = lock_text(before, {"b": LockedStage("new")})

    assert after == before.replace("cmd: b\n", "cmd: new\n")


@pytest.mark.parametrize(
    ("address", "remote"),
    [
        ("s3://bucket/p/", "s3://bucket/p/dvc"),
        ("az://c/p", "azure://c/p/dvc"),
        ("oci://host/name", None),
        ("../remote", "../../remote/dvc"),
        ("/mnt/share", "/mnt/share/dvc"),
        (None, None),
    ],
)
def test_the_objects_of_dvc_go_beside_ours(address: str | None, remote: str | None) -> None:
    assert remote_of(address, "..") == remote


def test_a_configuration_is_what_dvc_writes() -> None:
    assert config_text(None, has_git=True) == ""
    assert config_text("../../r", has_git=False) == (
        "[core]\n    no_scm = True\n    remote = origin\n['remote \"origin\"']\n    url = ../../r\n"
    )


def test_a_line_of_gitignore_takes_a_name_as_it_is() -> None:
    assert ignore_line("a*[b]") == r"/a\*\[b\]"
