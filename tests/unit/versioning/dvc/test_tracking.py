"""What DVC tracks is found by its files, and nothing of it lies outside of the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from modelcompose.errors import ProjectError
from modelcompose.pipeline.dvc_hint import dvc_hint
from modelcompose.versioning.dvc.importing_project import find_files
from modelcompose.versioning.dvc.tracking import dvc_files, read_files, without

OUT = "outs:\n- md5: {md5}\n  hash: md5\n  path: {path}\n"
LOCK = """\
schema: '2.0'
stages:
  train:
    cmd: x
    outs:
    - path: ../models/m
      hash: md5
      md5: 11111111111111111111111111111111
    - path: metrics.json
      hash: md5
      md5: 22222222222222222222222222222222
  gone:
    cmd: x
    outs: [{path: old, hash: md5, md5: 33333333333333333333333333333333}]
  each@us:
    cmd: x
    outs: [{path: us, hash: md5, md5: 44444444444444444444444444444444}]
"""
PIPELINE = """\
stages:
  train:
    cmd: x
    wdir: src
    outs: [../models/m]
    metrics: [{metrics.json: {cache: false}}]
  each: {foreach: [us], do: {cmd: x, outs: ["${item}"]}}
"""


def out(path: str, md5: str = "0" * 32) -> str:
    return OUT.format(md5=md5, path=path)


def test_paths_are_those_of_the_project() -> None:
    found = read_files(
        {
            "data/raw.dvc": out("raw"),
            "old.dvc": out("x") + "wdir: sub\n",
            "p/dvc.lock": LOCK,
            "p/dvc.yaml": PIPELINE,
        }
    )

    assert [item.path for item in found.tracked] == ["data/raw", "p/models/m", "p/us", "sub/x"]


def test_what_is_ours_is_not_for_dvc_to_say() -> None:
    found = read_files({f"{name}.dvc": out(name) for name in ("a", "b", "c")})

    assert [item.path for item in without(found, ["a", "b/inner"]).tracked] == ["c"]


@pytest.mark.parametrize(
    "path", ["../x", "/x", "a/../../x", ".", "a/..", ".git/hooks/x", ".ml/x", "ml.lock", ".dvc/x"]
)
def test_a_path_that_no_data_can_have_is_refused(path: str) -> None:
    with pytest.raises(ProjectError, match=r"a\.dvc: names"):
        read_files({"a.dvc": out(path)})


def test_a_working_folder_outside_is_refused() -> None:
    with pytest.raises(ProjectError):
        read_files({"a.dvc": out("x") + "wdir: ../..\n"})


def test_what_only_dvc_can_bring_is_told() -> None:
    imported = out("m") + "deps:\n- path: m\n  repo: {url: https://example.com/x}\n"

    found = read_files({"a.dvc": out("s3://bucket/x"), "m.dvc": imported})

    assert found.tracked == ()
    assert [line.partition(":")[0] for line in found.told] == ["a.dvc", "m.dvc"]


def test_files_are_sought_where_dvc_would_write_them(tmp_path: Path) -> None:
    for name in (
        "a.dvc",
        "sub/b.dvc",
        "sub/dvc.yaml",
        "data/raw/c.dvc",
        "other/.dvc/config",
        "other/d.dvc",
        "node_modules/e.dvc",
        "env/pyvenv.cfg",
        "env/f.dvc",
        "ours/g.dvc",
        ".dvc/config",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "data" / ".gitignore").write_text("/raw\n*.tmp\n")

    found = sorted(dvc_files(str(tmp_path), ["ours"]))

    assert found == ["a.dvc", "sub/b.dvc", "sub/dvc.yaml"]


def test_an_input_that_dvc_tracks_is_missed_with_the_command_that_brings_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "raw.dvc").touch()
    assert dvc_hint(tmp_path, "data/raw") is None
    (tmp_path / ".dvc").mkdir()
    (tmp_path / "dvc.lock").write_text(LOCK)

    assert dvc_hint(tmp_path, "data/raw") == "DVC tracks it; bring it: modelcompose pull data/raw"
    assert (dvc_hint(tmp_path, "data/raw/x") or "").endswith("pull data/raw/x")
    assert (dvc_hint(tmp_path, "data/raw/*.csv") or "").endswith("pull data/raw")
    assert (dvc_hint(tmp_path, "us") or "").endswith("pull us")
    assert dvc_hint(tmp_path, "data/other") is None


def test_what_is_no_file_is_not_read_whatever_its_name(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.dvc")
    (tmp_path / "nowhere.dvc").symlink_to(tmp_path / "gone")
    (tmp_path / "folder.dvc").mkdir()
    (tmp_path / "real.dvc").write_text(out("real"))

    assert list(dvc_files(str(tmp_path), ())) == ["real.dvc"]
    assert find_files(tmp_path, tmp_path).data == ("real.dvc",)
