from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcompose.errors import ContentCorrupt, StoreError
from modelcompose.store.content import Entry, Tree
from modelcompose.store.packs import PACKED_BELOW_BYTES
from modelcompose.store.store import Store
from modelcompose.store.tars import OWNERS, Parts, keep_tar, look_at_tar, owners_of, tar_of


def member(name: str, data: bytes | None = None, **facts: object) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(f"v/{name}" if name else "v")
    info.type = tarfile.DIRTYPE if data is None else tarfile.REGTYPE
    info.mode = 0o755 if data is None else 0o644
    info.size = len(data or b"")
    for key, value in facts.items():
        setattr(info, key, value)
    return info, data or b""


def stream(*members: tuple[tarfile.TarInfo, bytes]) -> Iterator[bytes]:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for info, data in members:
            archive.addfile(info, io.BytesIO(data))
    data = buffer.getvalue()
    return (data[at : at + 1000] for at in range(0, len(data), 1000))


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tuple[tarfile.TarInfo, bytes]:
    return member(name, b"", type=kind, linkname=target)


ODD = [
    member("", None, uid=999, gid=998, mode=0o700),
    member("a", None),
    member("a/large", b"l" * PACKED_BELOW_BYTES, uid=999),
    member("a/program", b"p", mode=0o755),
    member("empty", None, mode=0o711),
    link("hard", "v/a/program", tarfile.LNKTYPE),
    link("link", "/outside"),
    member("b\udcff", b"", mode=0o600),
    member("pipe", b"", type=tarfile.FIFOTYPE),
]


def test_what_was_kept_comes_back_with_its_owners_and_modes(tmp_path: Path) -> None:
    store = Store(tmp_path)
    content, tree = keep_tar(store, stream(*ODD))
    assert [entry.path for entry in tree.entries] == [
        OWNERS,
        "a/large",
        "a/program",
        "b\udcff",
        "hard",
        "link",
    ]
    again, _ = look_at_tar(tar_of(store, tree, "elsewhere"))
    assert again == content
    assert store.holds(content)


def test_the_order_and_the_times_of_a_stream_do_not_count() -> None:
    files = [member("a", b"1"), member("b", b"2")]
    later = [member("b", b"2", mtime=7), member("a", b"1", mtime=9)]
    assert look_at_tar(stream(*files))[0] == look_at_tar(stream(*later))[0]


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        (member("null", b"", type=tarfile.CHRTYPE), "is a device"),
        (member("../../up", b""), "lies outside"),
        (member("../..", b""), "lies outside"),
        (member("/../../../up", b""), "lies outside"),
        (member("", b""), "lies outside"),
        (member(OWNERS, b""), "is a name that is kept for owners"),
    ],
)
def test_what_no_version_can_hold_is_an_error(
    odd: tuple[tarfile.TarInfo, bytes], said: str
) -> None:
    with pytest.raises(StoreError, match=said):
        look_at_tar(stream(odd))


@pytest.mark.parametrize("told", [b"no", b'{"a": "root"}', b'{"\xc4\x80": "0:0"}'])
def test_owners_that_nobody_here_wrote_are_damage(tmp_path: Path, told: bytes) -> None:
    store = Store(tmp_path)
    tree = Tree((Entry(OWNERS, store.put_bytes(told), len(told)),))
    with pytest.raises(ContentCorrupt):
        owners_of(store, tree)


def test_a_stream_that_is_cut_is_an_error_and_names_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    parts = list(stream(member("a", b"x" * 5000)))
    with pytest.raises(StoreError):
        keep_tar(store, iter(parts[:3]))
    assert not list((tmp_path / "blobs/sha256").iterdir())


@pytest.mark.parametrize("rest", [b"", b"\0" * 100, b'{"message":"no such file"}\n', b"x" * 512])
def test_a_stream_that_ends_between_two_files_is_cut_too(rest: bytes) -> None:
    whole = b"".join(stream(member("a", b"1"), member("b", b"2")))
    with pytest.raises(StoreError, match="unexpected end"):
        look_at_tar(iter([whole[:1024] + rest]))


def test_a_name_may_begin_with_two_dots() -> None:
    _, tree = look_at_tar(stream(member("..data", b""), member("a/..b", b"")))
    assert [entry.path for entry in tree.entries] == ["..data", "a/..b"]


@given(parts=st.lists(st.binary(max_size=9)), sizes=st.lists(st.integers(1, 12)))
def test_parts_read_as_one_file(parts: list[bytes], sizes: list[int]) -> None:
    file = Parts(iter([part for part in parts if part]))
    read = b"".join([*(file.read(size) for size in sizes), file.read()])
    assert read == b"".join(parts)
