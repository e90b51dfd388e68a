from __future__ import annotations

from pathlib import Path

import pytest

from modelcompose.errors import StoreError
from modelcompose.store.content import Content
from modelcompose.store.copying import share_blocks
from modelcompose.store.packs import PACKED_BELOW_BYTES
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store

LARGE = b"x" * PACKED_BELOW_BYTES


def kept(tmp_path: Path, *, mode: int = 0o644) -> tuple[Store, Content]:
    source = tmp_path / "source"
    source.write_bytes(LARGE)
    source.chmod(mode)
    store = Store(tmp_path / "store")
    with FileStates(tmp_path / "states") as states:
        content, _ = store.add(source, states)
    return store, content


def test_a_hardlink_is_the_file_of_the_store(tmp_path: Path) -> None:
    store, content = kept(tmp_path)
    store.place(content, tmp_path / "placed", link="hardlink")
    assert (tmp_path / "placed").samefile(store.blob_path(content.digest))


def test_a_program_is_no_hardlink_for_permissions_are_shared(tmp_path: Path) -> None:
    store, content = kept(tmp_path, mode=0o755)
    store.place(content, tmp_path / "placed", link="hardlink")
    assert (tmp_path / "placed").stat().st_nlink == 1
    assert (tmp_path / "placed").stat().st_mode & 0o100


def test_a_blob_that_somebody_wrote_to_is_never_linked(tmp_path: Path) -> None:
    store, content = kept(tmp_path)
    blob = store.blob_path(content.digest)
    blob.chmod(0o644)
    blob.write_bytes(b"y" * len(LARGE))
    with pytest.raises(StoreError, match="the bytes are not those of"):
        store.place(content, tmp_path / "placed", link="hardlink")
    assert not (tmp_path / "placed").exists()


def test_a_copy_is_a_file_of_its_own(tmp_path: Path) -> None:
    store, content = kept(tmp_path)
    store.place(content, tmp_path / "placed", link="copy")
    assert (tmp_path / "placed").read_bytes() == LARGE
    assert (tmp_path / "placed").stat().st_nlink == 1


def test_a_reflink_is_one_or_an_error(tmp_path: Path) -> None:
    store, content = kept(tmp_path)
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(LARGE)
    with one.open("rb") as reading, other.open("wb") as writing:
        can = share_blocks(reading.fileno(), writing.fileno(), one, other)
    if can:
        store.place(content, tmp_path / "placed", link="reflink")
        assert (tmp_path / "placed").read_bytes() == LARGE
        return
    with pytest.raises(StoreError, match="shares no blocks"):
        store.place(content, tmp_path / "placed", link="reflink")
    assert not (tmp_path / "placed").exists()
