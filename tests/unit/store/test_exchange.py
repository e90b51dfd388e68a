from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from modelcompose.errors import StoreError
from modelcompose.store.digests import digest_bytes
from modelcompose.store.exchange import recover
from modelcompose.store.journal import write_journal
from modelcompose.store.states import FileStates
from modelcompose.store.swapping import carry_out
from tests.privileges import without_override
from tests.unit.store.folders import Node, build, read
from tests.unit.store.scene import Scene

OLD: dict[bytes, Node] = {
    b"same": ("file", b"same", False),
    b"changed": ("file", b"old", False),
    b"gone": {b"file": ("file", b"old", False)},
    b"file-to-folder": ("file", b"old", False),
    b"folder-to-file": {b"deep": {b"file": ("file", b"old", False)}},
    b"folder-to-link": {b"file": ("file", b"old", False)},
    b"link": ("link", b"same", False),
}
NEW: dict[bytes, Node] = {
    b"same": ("file", b"same", False),
    b"changed": ("file", b"new", True),
    b"new": {b"deep": {b"file": ("file", b"new", False)}, b"empty": {}},
    b"file-to-folder": {b"file": ("file", b"new", False)},
    b"folder-to-file": ("file", b"new", False),
    b"folder-to-link": ("link", b"../../precious", False),
    b"link": ("link", b"changed", False),
}


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path, OLD, NEW)


def test_an_exchanged_output_equals_the_staged_one(scene: Scene) -> None:
    scene.exchange()

    assert read(scene.out) == NEW
    assert list(scene.journals.iterdir()) == []


def test_a_folder_is_never_made_anew_and_equal_files_are_not_touched(scene: Scene) -> None:
    kept = {path: path.stat() for path in (scene.out, scene.out / "same")}
    stamp = kept[scene.out / "same"].st_mtime_ns - 10**9
    os.utime(scene.out / "same", ns=(stamp, stamp))

    scene.exchange()

    assert scene.out.stat().st_ino == kept[scene.out].st_ino
    assert (scene.out / "same").stat().st_ino == kept[scene.out / "same"].st_ino
    assert (scene.out / "same").stat().st_mtime_ns == stamp


def test_who_has_the_folder_open_sees_the_new_content(scene: Scene) -> None:
    service = os.open(scene.out, os.O_RDONLY)  # holds the folder as a bind mount does
    try:
        scene.exchange()
        seen = os.open("changed", os.O_RDONLY, dir_fd=service)
        try:
            assert os.read(seen, 10) == b"new"
        finally:
            os.close(seen)
    finally:
        os.close(service)


def test_equal_outputs_are_left_alone(tmp_path: Path) -> None:
    scene = Scene(tmp_path, OLD, OLD)
    before = scene.out.stat()

    scene.exchange()

    assert scene.out.stat().st_mtime_ns == before.st_mtime_ns
    assert not scene.journals.exists()


def test_several_outputs_change_together_and_their_folders_are_made(scene: Scene) -> None:
    build(scene.staged / "models", {b"v1": {b"m": ("file", b"m", False)}})
    build(scene.staged / "metrics.json", ("file", b"{}", False))

    scene.exchange("out", "models/v1/", "./metrics.json")

    assert read(scene.project / "models") == {b"v1": {b"m": ("file", b"m", False)}}
    assert read(scene.project / "metrics.json") == ("file", b"{}", False)
    assert read(scene.out) == NEW


def test_an_output_that_is_not_staged_is_removed(tmp_path: Path) -> None:
    scene = Scene(tmp_path, OLD, None)

    scene.exchange()

    assert not scene.out.exists()


def test_what_was_known_of_a_staged_file_is_known_of_the_projects_then(scene: Scene) -> None:
    fake = digest_bytes(b"what nobody wrote")  # shows that nobody read the file again
    os.utime(scene.staged / "out" / "changed", ns=(1, 1))
    with FileStates(scene.database) as states:
        states.remember(scene.staged / "out" / "changed", fake)

    scene.exchange()

    with FileStates(scene.database) as states:
        assert states.digest(scene.out / "changed") == fake


def test_recovery_never_reaches_through_a_link_that_the_exchange_brought(scene: Scene) -> None:
    operations = scene.plan()
    write_journal(scene.journals / "run.json", scene.project, scene.staged, operations)
    carry_out(operations, scene.project, scene.staged)

    recover(scene.project, scene.journals)

    assert read(scene.out) == NEW
    assert (scene.project.parent / "precious" / "file").read_bytes() == b"precious"


def test_a_journal_that_was_not_complete_is_dropped(scene: Scene) -> None:
    scene.journals.mkdir()
    (scene.journals / "run.json.new").write_bytes(b'{"version": 1, "operat')

    assert recover(scene.project, scene.journals) == []

    assert read(scene.out) == OLD
    assert list(scene.journals.iterdir()) == []


@pytest.mark.parametrize(
    "text", ["{}", "no json", '{"version": 2, "operations": [], "staged": ""}']
)
def test_a_journal_that_cannot_be_read_is_named_and_kept(scene: Scene, text: str) -> None:
    scene.journals.mkdir()
    (scene.journals / "run.json").write_text(text)

    with pytest.raises(StoreError, match=r"run\.json: this journal"):
        recover(scene.project, scene.journals)

    assert (scene.journals / "run.json").exists()


def test_a_project_that_was_moved_recovers(tmp_path: Path, scene: Scene) -> None:
    operations = scene.plan()
    write_journal(scene.journals / "run.json", scene.project, scene.staged, operations)
    moved = tmp_path / "moved"
    scene.project.rename(moved)

    recover(moved, moved / ".ml" / "journals")

    assert read(moved / "out") == NEW


@pytest.mark.parametrize("where", ["project", "staged"])
def test_an_output_behind_a_symbolic_link_is_refused(scene: Scene, where: str) -> None:
    outside = scene.project.parent / "precious"
    folder = scene.project if where == "project" else scene.staged
    (folder / "data").symlink_to(outside)
    if where == "project":
        build(scene.staged / "data", {b"file": ("file", b"new", False)})

    with pytest.raises(StoreError, match="data: the output data/file lies behind a symbolic link"):
        scene.exchange("out", "data/file")

    assert read(outside) == {b"file": ("file", b"precious", False)}
    assert read(scene.out) == OLD


@pytest.mark.parametrize("output", ["../precious", "/etc", "a/../../b", "", "."])
def test_an_output_outside_the_project_is_refused(scene: Scene, output: str) -> None:
    with pytest.raises(StoreError, match="a path inside the project folder"):
        scene.exchange(output)


def test_a_file_where_an_outputs_folder_must_be_is_named(scene: Scene) -> None:
    (scene.project / "models").write_bytes(b"mine")
    build(scene.staged / "models", {b"m": ("file", b"m", False)})

    with pytest.raises(StoreError, match="models: expected a folder"):
        scene.exchange("out", "models/m")

    assert read(scene.out) == OLD


def test_an_output_that_is_a_link_in_the_project_is_replaced_and_not_followed(
    tmp_path: Path,
) -> None:
    scene = Scene(tmp_path, ("link", b"../precious", False), {b"file": ("file", b"new", False)})

    scene.exchange()

    assert read(scene.out) == {b"file": ("file", b"new", False)}
    assert read(tmp_path / "precious") == {b"file": ("file", b"precious", False)}


def test_a_folder_takes_the_place_of_a_link_to_itself(tmp_path: Path) -> None:
    new: Node = {b"a": {b"file": ("file", b"new", False)}}
    scene = Scene(tmp_path, {b"a": ("link", b"a", False)}, new)

    scene.exchange()

    assert read(scene.out) == new


def test_a_staged_link_inside_the_workspace_becomes_what_it_points_to(scene: Scene) -> None:
    build(scene.staged / "v1", {b"m": ("file", b"m", False), b"l": ("link", b"m", False)})
    (scene.staged / "latest").symlink_to("v1")

    scene.exchange("latest")

    assert read(scene.project / "latest") == read(scene.staged / "v1")


@pytest.mark.parametrize("target", ["/etc/hostname", "../../../../precious/file", "nowhere"])
def test_a_staged_link_out_of_the_workspace_is_refused(scene: Scene, target: str) -> None:
    (scene.staged / "latest").symlink_to(target)

    with pytest.raises(StoreError, match="latest: the output is a symbolic link"):
        scene.exchange("out", "latest")

    assert read(scene.out) == OLD


def test_a_folder_that_may_not_be_written_is_found_before_anything_changes(scene: Scene) -> None:
    (scene.out / "gone").chmod(0o555)

    refused = pytest.raises(
        StoreError, match="gone: the outputs were left as they are: permission denied"
    )
    with without_override(), refused:
        scene.exchange()

    assert read(scene.out) == OLD
    (scene.out / "gone").chmod(0o755)


def test_a_file_that_somebody_else_put_there_meanwhile_stays(scene: Scene) -> None:
    operations = scene.plan()
    (scene.out / "gone" / "theirs").write_bytes(b"theirs")

    carry_out(operations, scene.project, scene.staged)

    assert read(scene.out / "gone") == {b"theirs": ("file", b"theirs", False)}


def test_an_output_on_another_file_system_is_exchanged_too(scene: Scene) -> None:
    other = scene.out / "mounted"
    other.mkdir()
    mount = ["mount", "-t", "tmpfs", "tmpfs", str(other)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        assert not os.environ.get("CI"), "only root can mount the file system of this test"
        pytest.skip("only root can mount a file system")
    inside: Node = {b"f": ("file", b"new", True), b"l": ("link", b"f", False), b"d": {}}
    try:
        build(other / "f", ("file", b"old", False))
        build(scene.staged / "out" / "mounted", inside)
        scene.exchange()
        assert read(other) == inside
    finally:
        subprocess.run(["umount", str(other)], check=True)


@pytest.mark.parametrize(
    "path", ["../outside", "/etc/motd", ".git/hooks/post-checkout", "a/../../b"]
)
def test_a_journal_that_came_with_a_project_changes_nothing_outside_of_it(
    scene: Scene, path: str
) -> None:
    write_journal(scene.journals / "run.json", scene.project, scene.staged, [("move", path)])

    with pytest.raises(StoreError, match="it would change"):
        recover(scene.project, scene.journals)
