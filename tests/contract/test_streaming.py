"""What is streamed to a remote is the version that adding it makes, and goes on after a stop."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelcompose.store.content import Content
from modelcompose.store.remotes.fetching import fetch
from modelcompose.store.remotes.folder import FolderRemote
from modelcompose.store.remotes.oci.remote import OciRemote
from modelcompose.store.remotes.parallel import Progress
from modelcompose.store.remotes.protocol import Remote
from modelcompose.store.sources.local import LocalSource
from modelcompose.store.sources.web import WebSource
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store
from modelcompose.versioning import sourcing_stream
from modelcompose.versioning.sourcing_stream import stream
from tests.registries import registry
from tests.web_servers import Web, web_server

LARGE = os.urandom(40 << 20)


@pytest.fixture
def web() -> Iterator[Web]:
    with web_server() as web:
        web.files = {"/large": LARGE}
        yield web


@pytest.fixture(params=["folder", "registry"])
def remote(request: pytest.FixtureRequest, tmp_path: Path, shelf: str) -> Iterator[Remote]:
    if request.param == "folder":
        yield FolderRemote(tmp_path / "remote")
        return
    with OciRemote(shelf, f"team/{tmp_path.name.lower()}", tmp_path / "state") as remote:
        yield remote


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with registry(tmp_path_factory.mktemp("streams") / "registry") as host:
        yield host


class _Interrupting(Progress):
    def __init__(self, after: int) -> None:
        super().__init__(jobs=1)
        self._after = after

    def show(self) -> None:
        if self.ready_bytes >= self._after:
            raise KeyboardInterrupt


def fetched(remote: Remote, content: Content, folder: Path) -> Path:
    store = Store(folder / "fetched")
    fetch(remote, store, content, Progress())
    store.place(content, folder / "placed")
    return folder / "placed"


def test_a_streamed_folder_is_the_version_that_adding_it_makes(
    remote: Remote, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    (data / "empty").mkdir(parents=True)
    for number in range(200):
        (data / f"{number:03}").write_bytes(b"%d" % (number % 150))
    (data / "large").write_bytes(LARGE)
    (data / "odd\n").write_bytes(b"odd")
    (data / "link").symlink_to("large")
    (data / "000").chmod(0o755)
    (data / "001").chmod(0o600)
    (tmp_path / "work").mkdir()

    sent = stream(LocalSource(data, "data"), remote, tmp_path / "work", Progress())
    with FileStates(tmp_path / "states") as states:
        added, tree = Store(tmp_path / "store").add(data, states)
        assert sent.content == added
        assert sent.tree == tree
        placed = fetched(remote, sent.content, tmp_path)
        assert states.look(placed, modes=True) == added


def test_a_file_too_large_to_be_held_goes_on_and_is_not_read_for_its_digest_again(
    remote: Remote, web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sourcing_stream, "HELD_BYTES", 1 << 20)
    work = tmp_path / "work"
    work.mkdir()
    source = WebSource(f"{web.url}/large")
    with pytest.raises(KeyboardInterrupt):
        stream(source, remote, work, _Interrupting(len(LARGE) + (36 << 20)))
    before = web.sent_bytes

    sent = stream(source, remote, work, Progress())
    source.close()
    # Docker's registry may forget what came of a piece, and with it the whole upload.
    again = 10 << 20 if isinstance(remote, FolderRemote) else 2 * len(LARGE)
    assert web.sent_bytes - before < again
    assert max((path.stat().st_size for path in work.iterdir()), default=0) < 1 << 20
    assert fetched(remote, sent.content, tmp_path).read_bytes() == LARGE
