from __future__ import annotations

import os
from pathlib import Path

from modelcompose.store.packs import PACKED_BELOW_BYTES
from modelcompose.store.remotes.fetching import fetch
from modelcompose.store.remotes.folder import FolderRemote
from modelcompose.store.remotes.parallel import Part, Progress
from modelcompose.store.remotes.sending import push
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store


def test_an_object_that_was_cut_off_here_comes_again_at_once(
    tmp_path: Path, store: Store, states: FileStates
) -> None:
    (tmp_path / "large").write_bytes(b"a" * PACKED_BELOW_BYTES)
    content, _ = store.add(tmp_path / "large", states)
    remote = FolderRemote(tmp_path / "remote")
    push(remote, store, content, Progress())
    store.blob_path(content.digest).chmod(0o644)
    os.truncate(store.blob_path(content.digest), 1)

    again = Store(store.root)

    assert fetch(remote, again, content, Progress()) == content.size_bytes
    again.place(content, tmp_path / "place")
    assert (tmp_path / "place").read_bytes() == b"a" * PACKED_BELOW_BYTES


class Steps(Progress):
    def __init__(self) -> None:
        self.seen: list[int] = []
        super().__init__()

    def show(self) -> None:
        self.seen.append(self.ready_bytes)


def test_progress_moves_by_bytes_and_ends_at_what_was_expected(
    tmp_path: Path, store: Store, states: FileStates
) -> None:
    size = 3 << 20
    (tmp_path / "large").write_bytes(os.urandom(size))
    content, _ = store.add(tmp_path / "large", states)
    remote = FolderRemote(tmp_path / "remote")
    sent, came = Steps(), Steps()

    push(remote, store, content, sent)
    fetch(remote, Store(tmp_path / "other"), content, came)

    for steps in (sent, came):
        megabytes = {each >> 20 for each in steps.seen}
        assert megabytes >= {1, 2, 3}
        assert steps.ready_bytes == steps.total_bytes
        assert steps.ready == steps.total


def test_what_moves_twice_counts_once() -> None:
    progress = Progress()
    part = Part(progress, 10)
    for _ in range(3):
        part.moved(6)
    part.ended()
    assert (progress.ready, progress.ready_bytes) == (1, 10)
