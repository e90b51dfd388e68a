"""What every place of artifacts promises: a folder and a bucket."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from obstore.store import MemoryStore

from modelcompose.errors import NotFound, UsageError
from modelcompose.hub.artifacts.bucket import Bucket
from modelcompose.hub.artifacts.folder import Folder
from modelcompose.hub.artifacts.protocol import Artifacts, Entry
from tests.unit.hub.artifacts.moving import part, read, write


@pytest.fixture(params=["folder", "bucket"])
def artifacts(request: pytest.FixtureRequest, tmp_path: Path) -> Artifacts:
    if request.param == "folder":
        return Folder(tmp_path / "artifacts")
    return Bucket(MemoryStore(), tmp_path / "artifacts.uploads")


def test_an_artifact_is_read_as_it_was_written(artifacts: Artifacts) -> None:
    write(artifacts, ("1", "run", "a.bin"), b"abc", b"def")
    assert read(artifacts, ("1", "run", "a.bin")) == b"abcdef"
    assert read(artifacts, ("1", "run", "a.bin"), 2, 4) == b"cd"


def test_a_large_artifact_comes_in_pieces(artifacts: Artifacts) -> None:
    data = os.urandom(3_000_000)
    write(artifacts, ("a",), data)
    with closing(artifacts.open(("a",))) as reading:
        pieces = list(reading.chunks(1, 2_999_999))
    assert b"".join(pieces) == data[1:-1]


def test_a_folder_is_listed_by_name(artifacts: Artifacts) -> None:
    assert artifacts.entries(("1",)) == []
    write(artifacts, ("1", "b"), b"xy")
    write(artifacts, ("1", "a", "c"), b"")
    assert artifacts.entries(("1",)) == [
        Entry("a", is_dir=True),
        Entry("b", is_dir=False, size_bytes=2),
    ]
    assert artifacts.entries(("1", "b")) == []


def test_nothing_is_seen_before_it_is_whole_and_nothing_stays_of_what_is_given_up(
    artifacts: Artifacts, tmp_path: Path
) -> None:
    write(artifacts, ("a",), b"old")
    writing = artifacts.create(("a",))
    writing.write(b"new")
    assert read(artifacts, ("a",)) == b"old"
    writing.abort()
    writing.abort()
    assert read(artifacts, ("a",)) == b"old"
    assert list((tmp_path / "artifacts.uploads").iterdir()) == []


def test_the_tag_changes_with_the_content(artifacts: Artifacts) -> None:
    tags = []
    for data in (b"one", b"two"):
        write(artifacts, ("a",), data)
        with closing(artifacts.open(("a",))) as reading:
            tags.append(reading.tag)
    assert len(set(tags)) == 2


def test_a_folder_is_deleted_with_all_in_it(artifacts: Artifacts) -> None:
    write(artifacts, ("1", "a", "b"), b"x")
    assert artifacts.delete(("1",))
    assert not artifacts.delete(("1",))
    assert artifacts.entries(()) == []
    with pytest.raises(UsageError):
        artifacts.delete(())


def test_many_writers_of_one_name_leave_one_of_them_whole(artifacts: Artifacts) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: write(artifacts, ("1", "a"), bytes([n]) * 100_000), range(16)))
    data = read(artifacts, ("1", "a"))
    assert len(data) == 100_000
    assert len(set(data)) == 1


def test_parts_that_come_in_any_order_become_one_artifact(artifacts: Artifacts) -> None:
    upload = artifacts.begin_parts(("1", "a"))
    parts = [part(artifacts, upload, number, data) for number, data in ((2, b"def"), (1, b"abc"))]
    assert artifacts.entries(("1",)) == []
    artifacts.join_parts(upload, ("1", "a"), sorted(parts))
    assert read(artifacts, ("1", "a")) == b"abcdef"
    with pytest.raises(NotFound):
        artifacts.create_part(upload, 1)


def test_a_part_that_is_sent_again_replaces_the_first(artifacts: Artifacts) -> None:
    upload = artifacts.begin_parts(("a",))
    old = part(artifacts, upload, 1, b"old")
    new = part(artifacts, upload, 1, b"new")
    with pytest.raises(UsageError, match="part 1"):
        artifacts.join_parts(upload, ("a",), [old])
    artifacts.join_parts(upload, ("a",), [new])
    assert read(artifacts, ("a",)) == b"new"


def test_parts_may_be_joined_again_by_who_heard_no_answer(artifacts: Artifacts) -> None:
    upload = artifacts.begin_parts(("1", "a"))
    sent = [part(artifacts, upload, number, b"x" * number) for number in (1, 2)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: artifacts.join_parts(upload, ("1", "a"), sent), range(8)))
    artifacts.join_parts(upload, ("1", "a"), sent)
    assert read(artifacts, ("1", "a")) == b"xxx"
    with pytest.raises(NotFound):
        artifacts.join_parts(upload, ("1", "b"), sent)


@pytest.mark.parametrize("upload", ["", "..", "../artifacts", "a" * 32, "A/b", "ä" * 32])
def test_an_upload_that_is_not_there_is_not_found(artifacts: Artifacts, upload: str) -> None:
    with pytest.raises(NotFound):
        artifacts.create_part(upload, 1)
    artifacts.drop_parts(upload, ("a",))


def test_an_upload_is_joined_and_dropped_only_at_its_own_path(artifacts: Artifacts) -> None:
    upload = artifacts.begin_parts(("mine",))
    sent = part(artifacts, upload, 1, b"x")
    artifacts.drop_parts(upload, ("other",))
    with pytest.raises(UsageError, match="another path"):
        artifacts.join_parts(upload, ("other",), [sent])
    artifacts.drop_parts(upload, ("mine",))
    with pytest.raises(NotFound):
        artifacts.join_parts(upload, ("mine",), [sent])


def test_a_part_has_a_number_that_can_be(artifacts: Artifacts) -> None:
    upload = artifacts.begin_parts(("a",))
    for number in (0, -1, 10_001):
        with pytest.raises(UsageError):
            artifacts.create_part(upload, number)
    with pytest.raises(UsageError, match="no parts"):
        artifacts.join_parts(upload, ("a",), [])
