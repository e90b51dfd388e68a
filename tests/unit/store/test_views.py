from __future__ import annotations

from pathlib import Path

import pytest

from modelcompose.store.content import Content
from modelcompose.store.copying import share_blocks
from modelcompose.store.packs import PACKED_BELOW_BYTES
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store
from modelcompose.store.views import Views, shown_at

LARGE = b"x" * PACKED_BELOW_BYTES


def kept(tmp_path: Path) -> tuple[Store, Content, Path]:
    """Keep a folder with a large and a small file, a program, a link and an empty folder."""
    source = tmp_path / "source"
    (source / "deep").mkdir(parents=True)
    (source / "empty").mkdir()
    (source / "large").write_bytes(LARGE)
    (source / "deep/small").write_bytes(b"s")
    (source / "program").write_bytes(LARGE)
    (source / "program").chmod(0o755)
    (source / "link").symlink_to("large")
    store = Store(tmp_path / "store")
    with FileStates(tmp_path / "states") as states:
        content, _ = store.add(source, states)
    return store, content, source


def held(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("is_linked", [False, True])
def test_a_view_holds_what_was_kept_and_nobody_may_write_to_it(
    tmp_path: Path,
    is_linked: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    store, content, source = kept(tmp_path)
    shown = Views(store).path(content, is_linked=is_linked)
    assert held(shown) == held(source)
    assert (shown / "empty").is_dir()
    assert (shown / "link").readlink() == Path("large")
    modes = {path.lstat().st_mode & 0o222 for path in shown.rglob("*") if not path.is_symlink()}
    assert modes == {0}
    assert (shown / "program").stat().st_mode & 0o777 == 0o555


def test_a_view_is_made_once_and_anew_where_somebody_changed_it(tmp_path: Path) -> None:
    store, content, _ = kept(tmp_path)
    views = Views(store)
    shown = views.path(content)
    inode = (shown / "large").stat().st_ino
    assert (views.path(content) / "large").stat().st_ino == inode
    (shown / "large").chmod(0o644)
    (shown / "large").write_bytes(b"y" * len(LARGE))
    assert (views.path(content) / "large").read_bytes() == LARGE


def test_only_a_view_that_asks_for_it_shares_files_with_the_store(tmp_path: Path) -> None:
    store, content, _ = kept(tmp_path)
    views = Views(store)
    assert (views.path(content) / "large").stat().st_nlink == 1
    linked = views.path(content, is_linked=True)
    shares = _shares_blocks(tmp_path)
    assert (linked / "large").stat().st_nlink == (1 if shares else 2)
    assert (linked / "program").stat().st_nlink == 1
    store.verify(next(e.digest for e in store.tree(content.digest).entries if e.path == "large"))


def test_a_view_of_a_file_is_a_file(tmp_path: Path) -> None:
    source = tmp_path / "one.csv"
    source.write_bytes(b"one\n")
    store = Store(tmp_path / "store")
    with FileStates(tmp_path / "states") as states:
        content, _ = store.add(source, states)
    assert Views(store).path(content).read_bytes() == b"one\n"


def test_views_that_nobody_needs_are_cleared(tmp_path: Path) -> None:
    store, content, _ = kept(tmp_path)
    views = Views(store)
    shown = views.path(content)
    assert list(views.used_since(0.0)) == [content.digest]
    used = (shown.parent / "used").stat().st_mtime
    assert views.clear(frozenset({content.digest}), used + 1) == 0
    assert views.clear(frozenset(), used - 1) == 0, "somebody is about to mount it"
    assert views.clear(frozenset(), used + 1) == 1
    assert list(views.root.iterdir()) == []


@pytest.mark.parametrize("rest", ["", "x/content", ".linked/content/deep"])
@pytest.mark.parametrize("home", ["/home/ana/store", "/host_mnt/Users/ana/store"])
def test_a_mount_names_what_it_shows_wherever_the_engine_sees_the_store(
    home: str, rest: str
) -> None:
    assert list(shown_at([f"{home}/views/{'0a' * 32}{rest}"])) == [f"sha256:{'0a' * 32}"]
    assert not [*shown_at([f"{home}/blobs/sha256/{'0a' * 32}", "/views/raw"])]


def _shares_blocks(folder: Path) -> bool:
    one, other = folder / "one", folder / "other"
    one.write_bytes(b"x" * 4096)
    with one.open("rb") as reading, other.open("wb") as writing:
        return share_blocks(reading.fileno(), writing.fileno(), one, other)
