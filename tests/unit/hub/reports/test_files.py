"""The files of reports: plain names, no way out of the folder, and no version lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from modelcompose.errors import AlreadyExists, NotFound, StoreError, UsageError
from modelcompose.hub.reports.files import list_reports, read_report, write_report


def test_a_report_is_written_read_and_listed(tmp_path: Path) -> None:
    written = write_report(tmp_path, "first", "# A\n", None)
    assert (tmp_path / "reports" / "first.md").read_text() == "# A\n"
    assert read_report(tmp_path, "first") == written
    assert [one.name for one in list_reports(tmp_path)] == ["first"]


def test_a_project_without_reports_has_none(tmp_path: Path) -> None:
    assert list_reports(tmp_path) == []


@pytest.mark.parametrize(
    "name",
    ["../x", "a/b", "", ".x", "a..b", "x.md", "a\\b", "a\0b", "ü", "a" * 101, "x ", "-x", "x\n"],
)
def test_what_is_no_plain_name_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "reports").mkdir()
    with pytest.raises(UsageError, match="a name is letters"):
        read_report(tmp_path, name)
    with pytest.raises(UsageError, match="a name is letters"):
        write_report(tmp_path, name, "x", None)


def test_a_link_out_of_the_folder_is_neither_read_nor_listed_nor_written(tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("secret")
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "link.md").symlink_to(secret)
    assert list_reports(tmp_path) == []
    with pytest.raises(NotFound):
        read_report(tmp_path, "link")
    with pytest.raises(UsageError, match="no plain file"):
        write_report(tmp_path, "link", "mine", None)
    assert secret.read_text() == "secret"


def test_a_folder_of_reports_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "a.md").write_text("secret")
    project = tmp_path / "project"
    project.mkdir()
    (project / "reports").symlink_to(elsewhere)
    assert list_reports(project) == []
    with pytest.raises(NotFound):
        write_report(project, "b", "mine", None)
    assert not (elsewhere / "b.md").exists()


def test_a_pipe_does_not_make_its_reader_wait(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    os.mkfifo(tmp_path / "reports" / "pipe.md")
    with pytest.raises(NotFound):
        read_report(tmp_path, "pipe")


def test_what_somebody_else_wrote_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    read = write_report(tmp_path, "a", "one", None)
    write_report(tmp_path, "a", "theirs", read.digest)
    with pytest.raises(AlreadyExists, match="changed meanwhile"):
        write_report(tmp_path, "a", "mine", read.digest)
    with pytest.raises(AlreadyExists):
        write_report(tmp_path, "a", "mine", None)
    assert read_report(tmp_path, "a").text == "theirs"


def test_what_was_deleted_meanwhile_is_said(tmp_path: Path) -> None:
    read = write_report(tmp_path, "a", "one", None)
    (tmp_path / "reports" / "a.md").unlink()
    with pytest.raises(AlreadyExists, match="not there any more"):
        write_report(tmp_path, "a", "mine", read.digest)


def test_the_line_ends_of_a_file_stay_its_own(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "a.md").write_bytes(b"one\r\ntwo\r\n")
    write_report(tmp_path, "a", "one\nthree\n", read_report(tmp_path, "a").digest)
    assert (tmp_path / "reports" / "a.md").read_bytes() == b"one\r\nthree\r\n"


def test_no_other_file_is_left_in_the_folder(tmp_path: Path) -> None:
    write_report(tmp_path, "a", "one", None)
    assert [one.name for one in (tmp_path / "reports").iterdir()] == ["a.md"]


def test_a_file_that_is_no_text_of_a_report_is_refused(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "a.md").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="no UTF-8"):
        read_report(tmp_path, "a")
    with pytest.raises(UsageError, match="longer than"):
        write_report(tmp_path, "b", "x" * (1024 * 1024 + 1), None)


def test_where_no_folder_can_be_made_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("a file")
    with pytest.raises(StoreError, match="reports"):
        write_report(tmp_path, "first", "x", None)
