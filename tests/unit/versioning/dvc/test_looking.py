"""What lies at a path is told by DVC's digests, as DVC would tell it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelcompose.store.states import FileStates
from modelcompose.versioning.changes import Change
from modelcompose.versioning.dvc.comparing import changed_files
from modelcompose.versioning.dvc.formats_manifest import (
    ManifestFile,
    encode_manifest,
    manifest_oid,
)
from modelcompose.versioning.dvc.hashes import Hashes
from modelcompose.versioning.dvc.looking import Listed, Looking


@pytest.fixture
def states(tmp_path: Path) -> Iterator[FileStates]:
    with FileStates(tmp_path / "states.db") as states:
        yield states


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "data" / "sub").mkdir(parents=True)
    (folder / "data" / "a.txt").write_bytes(b"a\r\n")
    (folder / "data" / "sub" / "b.tmp").write_bytes(b"b")
    return folder


def looking(project: Path, states: FileStates) -> Looking:
    return Looking(project, states, Hashes(project.parent / "states.db"))


def md5(data: bytes) -> str:
    return hashlib.md5(data).hexdigest()


def folder_oid(**files: str) -> str:
    entries = [ManifestFile(digest, name.replace("__", ".")) for name, digest in files.items()]
    return manifest_oid(encode_manifest(entries))


def oid(project: Path, states: FileStates, path: str = "data", *, is_legacy: bool = False) -> str:
    seen = looking(project, states).look(path, is_legacy=is_legacy)
    assert seen is not None
    return seen.oid


def test_files_and_folders_have_the_digests_of_dvc_3_or_2(
    project: Path, states: FileStates
) -> None:
    both = [ManifestFile(md5(b"a\r\n"), "a.txt"), ManifestFile(md5(b"b"), "sub/b.tmp")]
    old = [ManifestFile(md5(b"a\n"), "a.txt"), ManifestFile(md5(b"b"), "sub/b.tmp")]

    for _ in range(2):  # the second time out of what is remembered
        assert oid(project, states) == manifest_oid(encode_manifest(both))
        assert oid(project, states, is_legacy=True) == manifest_oid(encode_manifest(old))
        assert oid(project, states, "data/a.txt") == md5(b"a\r\n")
        assert oid(project, states, "data/a.txt", is_legacy=True) == md5(b"a\n")
    assert looking(project, states).look("nothing", is_legacy=False) is None


def test_a_change_shows_at_once(project: Path, states: FileStates) -> None:
    before = oid(project, states)
    (project / "data" / "a.txt").write_bytes(b"b\r\n")

    assert oid(project, states) != before
    (project / "data" / "a.txt").write_bytes(b"a\r\n")
    assert oid(project, states) == before


def test_what_dvc_ignores_is_no_part_of_a_folder(project: Path, states: FileStates) -> None:
    whole = oid(project, states)
    (project / ".dvcignore").write_text("# all of these\n*.tmp\n")

    assert oid(project, states) == folder_oid(a__txt=md5(b"a\r\n"))
    (project / ".dvcignore").write_text("# none\n")
    assert oid(project, states) == whole


def test_links_into_the_cache_of_dvc_count_as_the_files_they_are(
    project: Path, states: FileStates
) -> None:
    whole = oid(project, states)
    target = project / "cached"
    (project / "data" / "a.txt").rename(target)
    (project / "data" / "a.txt").symlink_to(target)

    assert oid(project, states) == whole
    assert oid(project, states, "data/a.txt") == md5(b"a\r\n")
    target.write_bytes(b"other")
    assert oid(project, states) != whole


def test_versions_are_compared_though_sizes_are_not_known() -> None:
    old = {"a": Listed("1", None), "b": Listed("2", 5), "c": Listed("3", None)}
    new = {"a": Listed("1", 7), "b": Listed("4", 6), "d": Listed("3", 9)}

    assert changed_files(old, new) == [
        Change("changed", "b", None, 5, 6),
        Change("renamed", "d", "c", 9, 9),
    ]
    assert changed_files({"x": Listed("9", None)}, {}) == [Change("removed", "x")]
