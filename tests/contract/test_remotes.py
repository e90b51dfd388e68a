"""Every remote passes the same kit."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcompose.errors import ContentCorrupt, RemoteError
from modelcompose.store.remotes.fetching import fetch
from modelcompose.store.remotes.folder import FolderRemote
from modelcompose.store.remotes.parallel import Progress
from modelcompose.store.remotes.sending import push
from modelcompose.store.store import Store
from modelcompose.testing.remote_kit import RemoteKit, Remotes, kept, make_data


class TestFolder(RemoteKit):
    @pytest.fixture
    def remotes(self, tmp_path: Path) -> Remotes:
        return lambda: FolderRemote(tmp_path / "remote")


@pytest.mark.parametrize("lie", ["changed", "cut off", "longer"])
def test_a_remote_that_lies_is_caught_and_named(tmp_path: Path, lie: str) -> None:
    make_data(tmp_path / "data")
    store, other = Store(tmp_path / "store"), Store(tmp_path / "other")
    content = kept(store, tmp_path / "data", tmp_path / "states.db")
    with FolderRemote(tmp_path / "remote") as remote:
        push(remote, store, content, Progress())
        for blob in (tmp_path / "remote" / "blobs" / "sha256").iterdir():
            data = blob.read_bytes()
            if data.startswith(b'{"schema') or len(data) < 100:
                continue
            wrong = {"changed": b"~" + data[1:], "cut off": data[:-1], "longer": data + b"~"}
            blob.write_bytes(wrong[lie])

        with pytest.raises(ContentCorrupt, match=r"remote: what it gave for sha256:\w{64}"):
            fetch(remote, other, content, Progress())

    assert not other.holds(content)


def test_a_folder_whose_share_is_not_mounted_is_not_made(tmp_path: Path) -> None:
    with FolderRemote(tmp_path / "share" / "remote") as remote, pytest.raises(RemoteError):
        remote.put_manifest("a", b"{}")

    assert not (tmp_path / "share").exists()
