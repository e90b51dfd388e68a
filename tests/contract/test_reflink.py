"""Where the file system can, a file of the project and its copy in the store share their blocks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelcompose.errors import ContentCorrupt
from modelcompose.store.content import Content
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store
from tests.disks import needs_root, sharing_disk

pytestmark = needs_root

SIZE_BYTES = 40 << 20
SLACK_BYTES = 4 << 20


class Scene:
    """A large file, and a store, on one disk."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.file = root / "large"
        self.file.write_bytes(os.urandom(1 << 20) * (SIZE_BYTES >> 20))
        self.store = Store(root / "store")
        self.states = FileStates(root / "states.db")

    def free_bytes(self) -> int:
        os.sync()
        status = os.statvfs(self.root)
        return status.f_bavail * status.f_frsize

    def add(self) -> Content:
        return self.store.add(self.file, self.states)[0]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with sharing_disk(tmp_path / "disk"):
        scene = Scene(tmp_path / "disk")
        yield scene
        scene.states.close()


def test_what_is_added_and_placed_takes_its_room_once(scene: Scene) -> None:
    before = scene.free_bytes()

    content = scene.add()
    scene.store.place(content, scene.root / "placed")

    assert before - scene.free_bytes() < SLACK_BYTES
    assert (scene.root / "placed").read_bytes() == scene.file.read_bytes()


def test_writing_to_what_shares_blocks_leaves_the_store_as_it_is(scene: Scene) -> None:
    content = scene.add()
    scene.store.place(content, scene.root / "placed")

    for path in (scene.file, scene.root / "placed"):
        with path.open("r+b") as stream:
            stream.write(b"changed")

    scene.store.verify(content.digest)


def test_a_blob_that_somebody_wrote_to_is_not_shared_further(scene: Scene) -> None:
    content = scene.add()
    blob = scene.store.blob_path(content.digest)
    blob.chmod(0o644)
    with blob.open("r+b") as stream:
        stream.write(b"damage")

    with pytest.raises(ContentCorrupt):
        scene.store.place(content, scene.root / "placed")

    assert not (scene.root / "placed").exists()
