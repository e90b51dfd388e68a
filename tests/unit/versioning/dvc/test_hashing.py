"""Digests of DVC 2 are those that DVC 2.58 gave for the same bytes."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelcompose.store.digests import digest_bytes
from modelcompose.store.file_state import state_of
from modelcompose.versioning.dvc.hashes import Hashes, Known
from modelcompose.versioning.dvc.hashing import BLOCK_BYTES, Md5, Reader, whole_blocks
from tests.unit.store.folders import settle
from tests.unit.store.test_changes_seen import is_on_tmpfs

STRADDLE = b"x" * (BLOCK_BYTES - 1) + b"\r\n" + b"yy\r\n" * 1000
TEXT_THEN_BINARY = b"text\r\n" * 200_000 + b"\0\1\2\r\n" * 300_000
BINARY_THEN_TEXT = b"\0\1\2\r\n" * 300_000 + b"text\r\n" * 300_000


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


@pytest.mark.parametrize(
    ("data", "md5"),
    [
        (b"a\r\nb\r\n", "dd8c6a395b5dd36c56d23275028f526c"),
        (b"\0\r\n", "692c8022360661692872fdc730517229"),
        (STRADDLE, "48a80a1dc6e62961b0a2570c2b55dd63"),
        (TEXT_THEN_BINARY, "c47715008a41859be9b0021d9a90993a"),
        (BINARY_THEN_TEXT, "406af5f31ea5f21d4a83e9091cdbcd9b"),
    ],
    ids=["text", "binary", "straddle", "text-then-binary", "binary-then-text"],
)
@pytest.mark.parametrize("size", [BLOCK_BYTES, 300_001])
def test_text_counts_as_unix_ends_its_lines(data: bytes, md5: str, size: int) -> None:
    hashed = Md5(is_legacy=True)
    for block in whole_blocks(pieces(data, size)):
        hashed.update(block)

    assert hashed.hexdigest() == md5


def test_digests_are_remembered_both_ways(tmp_path: Path) -> None:
    known = Known(digest_bytes(b"x"), 1)
    hashes = Hashes(tmp_path / "states.db")

    hashes.keep("md5", {known: "0" * 32})
    hashes.close()

    again = Hashes(tmp_path / "states.db")
    assert again.hashes("md5", [known.digest, digest_bytes(b"y")]) == {known.digest: "0" * 32}
    assert again.contents("md5", ["0" * 32, "1" * 32]) == {"0" * 32: known}
    assert again.contents("md5-dos2unix", ["0" * 32]) == {}
    again.close()


def test_a_write_through_a_memory_map_after_a_look_changes_the_state(tmp_path: Path) -> None:
    if is_on_tmpfs(tmp_path):
        pytest.skip("tmpfs does not tell of it")
    path = tmp_path / "data"
    path.write_bytes(b"0" * 4096)
    with path.open("r+b") as stream, mmap.mmap(stream.fileno(), 0) as mapped:
        mapped[0:1] = b"1"
        settle(path)
        _, state = Reader(is_legacy=False).read(str(path))
        assert state == state_of(path.stat())
        mapped[0:1] = b"2"

        assert state != state_of(path.stat())
