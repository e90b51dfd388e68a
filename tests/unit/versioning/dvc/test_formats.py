"""DVC's files are read as DVC reads them, and written byte for byte as DVC 3.67 wrote these."""

from __future__ import annotations

import pytest

from modelcompose.errors import ProjectError
from modelcompose.versioning.dvc.formats import (
    DvcOut,
    LockedStage,
    StageOut,
    read_dvc_file,
    read_lock,
    read_pipeline,
)
from modelcompose.versioning.dvc.formats_writing import write_dvc_file, write_lock

FOLDER = """\
outs:
- md5: 7b3951479224c1d2639d6d5840993e13.dir
  size: 7
  nfiles: 3
  hash: md5
  path: data
"""
PROGRAM = """\
outs:
- md5: 3253b41059cac6e987c5a5e9233ea5d0
  size: 6
  isexec: true
  hash: md5
  path: prog.sh
"""
LOCK = """\
schema: '2.0'
stages:
  s:
    cmd: wc -l data/a.txt > out.txt && mkdir -p outd && echo 1 > outd/x && echo{blank}
      '{{"a":1}}' > m.json
    deps:
    - path: data
      hash: md5
      md5: 7b3951479224c1d2639d6d5840993e13.dir
      size: 7
      nfiles: 3
    - path: prog.sh
      hash: md5
      md5: 3253b41059cac6e987c5a5e9233ea5d0
      size: 6
      isexec: true
    params:
      params.yaml:
        a:
          b: &id001
          - 1
          - 2
          c:
        a.b: *id001
        lr: 0.1
    outs:
    - path: m.json
      hash: md5
      md5: 4588ff3797b78d819d858fa3bdd82b09
      size: 8
    - path: out.txt
      hash: md5
      md5: 40fef1fdda1ef9f99f83fdd6a7da2833
      size: 13
""".format(blank=" ")  # which DVC leaves where it folds a line


@pytest.mark.parametrize("text", [FOLDER, PROGRAM])
def test_a_dvc_file_is_written_as_it_was_read(text: str) -> None:
    assert write_dvc_file(read_dvc_file(text, "x.dvc").outs) == text


def test_a_lock_is_written_as_it_was_read_but_for_parameters() -> None:
    (stage,) = read_lock(LOCK, "dvc.lock").values()
    values = [1, 2]
    params = {"params.yaml": {"lr": 0.1, "a.b": values, "a": {"b": values, "c": None}}}

    written = write_lock({"s": LockedStage(stage.cmd, stage.deps, stage.outs[::-1], params)})

    assert written == LOCK


def test_the_flags_of_an_output_stand_where_dvc_puts_them() -> None:
    out = DvcOut("x", "0" * 32, 1, is_cached=False, is_kept=True, remote="other", is_pushed=False)

    text = write_dvc_file([out], wdir="..")

    assert text == (
        "outs:\n- md5: '00000000000000000000000000000000'\n  size: 1\n  hash: md5\n  path: x\n"
        "  cache: false\n  persist: true\n  remote: other\n  push: false\nwdir: ..\n"
    )
    assert read_dvc_file(text, "x.dvc").outs == (out,)
    assert read_dvc_file(text, "x.dvc").wdir == ".."


def test_an_output_without_a_hash_is_one_of_dvc_2() -> None:
    (out,) = read_dvc_file(f"outs:\n- md5: {'a' * 32}\n  path: x\n", "x.dvc").outs

    assert out.is_legacy
    assert write_dvc_file([out]) == f"outs:\n- md5: {'a' * 32}\n  path: x\n"


@pytest.mark.parametrize("md5", ["1" * 32, "0" * 32, "12345e78" * 4, "0123456789" * 3 + "01"])
def test_a_digest_that_looks_like_a_number_is_none(md5: str) -> None:
    (out,) = read_dvc_file(f"outs:\n- md5: {md5}\n  hash: md5\n  path: on\n", "x.dvc").outs

    assert (out.oid, out.path) == (md5, "on")


def test_a_stage_says_which_of_its_outputs_git_keeps_be_they_of_a_template() -> None:
    text = """\
stages:
  eval:
    foreach: [us, eu]
    do:
      cmd: x
      wdir: sub
      outs: [plain, {"model/${item}": {persist: true, remote: r, push: false}}]
      metrics: [{"m-${item}.json": {cache: false}}]
"""
    stage = read_pipeline(text, "dvc.yaml")["eval"]

    assert (stage.is_template, stage.wdir) == (True, "sub")
    assert stage.said_of("plain") == StageOut()
    assert stage.said_of("model/us") == StageOut(is_kept=True, remote="r", is_pushed=False)
    assert not stage.said_of("m-eu.json").is_cached
    assert stage.said_of("other").is_cached


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("outs: [", "x.dvc: cannot be read"),
        ("[1]", "expected keys and values, found list"),
        ("outs: no", "x.dvc: outs: expected a list, found str"),
        ("outs: [{md5: abc, path: x}]", "x: expected an md5 of 32 hex digits, found 'abc'"),
        ("outs: [{md5: ../../../../etc/passwd, path: x}]", "expected an md5"),
        ("outs: [{path: x, size: many}]", "size: expected a number, found 'many'"),
        ("outs: [{size: 1}]", "expected a path in each output"),
    ],
)
def test_a_dvc_file_that_is_none_is_an_error_that_says_where(text: str, told: str) -> None:
    with pytest.raises(ProjectError, match=r"x\.dvc") as caught:
        read_dvc_file(text, "x.dvc")

    assert told in caught.value.message


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "text",
    [
        f"{BOMB}outs: [{{path: *i}}]",
        f"{BOMB}outs: [{{path: x, isexec: *i}}]",
        f"outs: {'[' * 50_000}",
        f"outs: {'[' * 400}{']' * 400}",
        f"outs:\n{'- ' * 50_000}x",
        "wdir: {a: b}",
        "outs: [{path: x, remote: [a]}]",
        f"outs: [{{path: x, size: {'9' * 5000}}}]",
    ],
)
def test_a_file_that_is_made_to_harm_its_reader_is_refused(text: str) -> None:
    with pytest.raises(ProjectError, match=r"^x\.dvc: ") as caught:
        read_dvc_file(text, "x.dvc")

    assert len(caught.value.message) < 300


def test_a_pattern_that_is_made_to_take_for_ever_takes_no_time() -> None:
    stage = read_pipeline(f"stages: {{s: {{outs: ['{'a${x}' * 25}c']}}}}", "dvc.yaml")["s"]

    assert stage.said_of("a" * 60) == StageOut()


@pytest.mark.parametrize("said", ["outs: [[a]]", "wdir: [x]", "outs: [{a: {remote: [x]}}]"])
def test_a_stage_that_says_something_odd_is_refused(said: str) -> None:
    with pytest.raises(ProjectError, match=r"dvc\.yaml: .*expected"):
        read_pipeline(f"stages: {{s: {{{said}}}}}", "dvc.yaml")
