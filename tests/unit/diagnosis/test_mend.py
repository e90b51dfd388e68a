"""Repairs: safe, told, and each on its own."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from modelcompose.diagnosis.finding import Finding, note
from modelcompose.diagnosis.mend import Mended, Notes, Tools, mend
from modelcompose.diagnosis.repair import (
    AddLine,
    ClearIngest,
    Recover,
    RemoveFile,
    Repair,
    SetAside,
)
from modelcompose.errors import Busy
from modelcompose.store.content import Content
from modelcompose.store.store import Store


def nothing(_notes: Notes) -> None:
    return


def made(*repairs: Repair, home: Path, recover: object = nothing) -> list[Mended]:
    findings: list[Finding] = [note("something", repair=repair) for repair in repairs]
    return mend(findings, Tools(home=home, recover=recover))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, b"data\n"),
        (b"", b"data\n"),
        (b"logs\n", b"logs\ndata\n"),
        (b"logs", b"logs\ndata\n"),
        (b"logs\r\n", b"logs\r\ndata\r\n"),
        (b"logs\n data \n", b"logs\n data \n"),
    ],
)
def test_a_line_is_appended_once_in_the_way_of_the_file(
    tmp_path: Path, before: bytes | None, after: bytes
) -> None:
    file = tmp_path / ".gitignore"
    if before is not None:
        file.write_bytes(before)

    made(AddLine(file, "data"), home=tmp_path)
    made(AddLine(file, "data"), home=tmp_path)

    assert file.read_bytes() == after


def test_a_repair_that_several_findings_name_is_made_once(tmp_path: Path) -> None:
    times: list[int] = []

    def recover(notes: Notes) -> None:
        times.append(1)
        notes("recovered")

    assert made(Recover(), Recover(), home=tmp_path, recover=recover) == [Mended(("recovered",))]
    assert times == [1]


def test_a_repair_that_fails_keeps_no_other_from_being_made(tmp_path: Path) -> None:
    def recover(_notes: Notes) -> None:
        raise Busy("another command works in this project")

    failed, done = made(Recover(), AddLine(tmp_path / "x", "data"), home=tmp_path, recover=recover)

    assert failed.error is not None
    assert done.done == (f"added `data` to {tmp_path / 'x'}",)


def test_a_file_that_cannot_be_written_is_an_error_with_a_hint(tmp_path: Path) -> None:
    (result,) = made(AddLine(tmp_path, "data"), home=tmp_path)

    assert result.error is not None
    assert "is a directory" in result.error.message


def test_damaged_content_is_set_aside_and_whole_content_stays(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    damaged, whole = store.put_bytes(b"one"), store.put_bytes(b"two")
    store.blob_path(damaged).chmod(0o644)
    store.blob_path(damaged).write_bytes(b"eno")

    first, second = made(SetAside(damaged), SetAside(whole), home=tmp_path)

    assert "aside" in first.done[0]
    assert second.done == ()
    assert not store.holds(Content("file", damaged, 3))
    assert store.read(whole) == b"two"
    assert [path.read_bytes() for path in (store.root / "corrupt").iterdir()] == [b"eno"]


def test_what_a_killed_writer_had_on_the_way_is_cleared(tmp_path: Path) -> None:
    folder = tmp_path / "store" / "ingest" / "4242-dead"
    folder.mkdir(parents=True)
    (folder / "half").write_bytes(b"half of it")
    an_hour_ago = time.time() - 3600
    os.utime(folder, (an_hour_ago, an_hour_ago))

    made(ClearIngest(), home=tmp_path)

    assert list(folder.parent.iterdir()) == []


def test_a_temporary_file_or_folder_is_removed(tmp_path: Path) -> None:
    file, folder = tmp_path / "file", tmp_path / "folder"
    file.touch()
    (folder / "inner").mkdir(parents=True)

    made(RemoveFile(file), RemoveFile(folder), RemoveFile(tmp_path / "gone"), home=tmp_path)

    assert list(tmp_path.iterdir()) == []
