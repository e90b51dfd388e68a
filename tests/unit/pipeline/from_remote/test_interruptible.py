from __future__ import annotations

import threading
from pathlib import Path

import pytest

from modelcompose.errors import ContentMissing, Interrupted
from modelcompose.pipeline.from_remote.interruptible import Interruptible
from modelcompose.store.remotes.artifacts import content_tag
from modelcompose.store.remotes.fetching import fetch
from modelcompose.store.remotes.folder import FolderRemote
from modelcompose.store.remotes.parallel import Progress
from modelcompose.store.remotes.sending import push
from modelcompose.store.store import Store
from tests.unit.pipeline.from_remote.making import kept, pushed


def test_a_stopped_command_breaks_off_its_upload_and_a_later_one_goes_on(tmp_path: Path) -> None:
    store, stopping = Store(tmp_path / "store"), threading.Event()
    content = kept(store, tmp_path / "project", "weights\n" * (1 << 18))
    remote = FolderRemote(tmp_path / "remote")
    stopping.set()

    with pytest.raises(Interrupted):
        push(Interruptible(remote, stopping.is_set), store, content, Progress())

    assert remote.manifest(content_tag(content)) is None
    stopping.clear()
    push(Interruptible(remote, stopping.is_set), store, content, Progress())
    fetch(remote, Store(tmp_path / "other"), content, Progress())


def test_a_stopped_command_breaks_off_its_download_and_a_later_one_goes_on(tmp_path: Path) -> None:
    store, stopping = Store(tmp_path / "store"), threading.Event()
    remote = FolderRemote(tmp_path / "remote")
    content = kept(store, tmp_path / "project", "weights\n" * (1 << 18))
    pushed(remote, store, content)
    other = Store(tmp_path / "other")
    with pytest.raises(ContentMissing):  # its listing comes all the same
        fetch(remote, other, content, Progress(), "nothing of it")
    stopping.set()

    with pytest.raises(Interrupted):
        fetch(Interruptible(remote, stopping.is_set), other, content, Progress())

    assert not other.holds(content)
    stopping.clear()
    fetch(Interruptible(remote, stopping.is_set), other, content, Progress())
    assert other.holds(content)
