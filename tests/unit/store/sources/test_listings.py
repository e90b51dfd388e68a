from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from modelcompose.errors import RemoteError, StoreError
from modelcompose.store.remotes.parallel import Progress
from modelcompose.store.sources.bringing import bounded, check_paths, check_size
from modelcompose.store.sources.local import LocalSource
from modelcompose.store.sources.marks import file_mark, folder_mark
from modelcompose.store.sources.opening import open_source
from modelcompose.store.sources.protocol import Item, Listing


@pytest.mark.parametrize("path", ["../a", "a/../../b", "/etc/a", "a//b", "./a", "a/", "", "a\0b"])
def test_a_path_that_leads_out_of_its_folder_is_refused(path: str) -> None:
    with pytest.raises(RemoteError, match="is no path in a folder"):
        check_paths("s3://b", Listing(None, (Item(path, 1),), is_folder=True))


@pytest.mark.parametrize(
    "items",
    [
        (Item("a", 1), Item("a/b", 1)),
        (Item("a", link="b"), Item("a/b", 1)),
        (Item("a", 1), Item("a", is_folder=True)),
        (Item("a", 1), Item("a", 2)),
    ],
)
def test_a_file_in_the_way_of_another_is_refused(items: tuple[Item, ...]) -> None:
    with pytest.raises(RemoteError, match=r"both as a file and as a folder|two files of the same"):
        check_paths("s3://b", Listing(None, items, is_folder=True))


def test_the_mark_of_a_folder_is_of_all_in_it_in_any_order() -> None:
    one, two = Item("a", 1, "etag 1"), Item("b", 2, "etag 2")

    assert folder_mark([one, two]) == folder_mark([two, one])
    assert folder_mark([one]) != folder_mark([one, two])
    assert folder_mark([one, Item("b", 2, "etag 3")]) != folder_mark([one, two])
    assert folder_mark([one, Item("c", 2, "etag 2")]) != folder_mark([one, two])
    assert folder_mark([one, Item("b", 2)]) is None


def test_a_mark_is_the_surest_that_a_source_gives() -> None:
    assert file_mark('"1"', "Mon", 5, "v7") == "version v7"
    assert file_mark('"1"', "Mon", 5) == 'etag "1"'
    assert file_mark(None, "Mon", 5) == "modified Mon, 5 bytes"
    assert file_mark(None, None, 5) is None


@pytest.mark.parametrize("link", ["", "a\0b"])
def test_a_link_that_leads_to_no_path_is_refused(link: str) -> None:
    with pytest.raises(RemoteError, match="is a link to"):
        check_paths("ssh://h/d", Listing(None, (Item("a", link=link),), is_folder=True))


def test_a_folder_of_the_users_own_is_not_taken_for_one_that_a_download_left(
    tmp_path: Path,
) -> None:
    (tmp_path / "there").write_text("new")
    (tmp_path / "raw.partial").mkdir()
    (tmp_path / "raw.partial" / "mine").write_text("mine")

    with pytest.raises(StoreError, match=r"raw\.partial: is there already"):
        open_source("there", tmp_path, tmp_path).bring(tmp_path / "raw", Progress())

    assert (tmp_path / "raw.partial" / "mine").read_text() == "mine"


class Endless(LocalSource):
    """A source that gives more than it says."""

    given = 0

    def read(self, item: Item, start: int = 0) -> Iterator[bytes]:
        while True:
            Endless.given += 1000
            yield bytes(1000)


def test_a_source_that_gives_without_end_is_stopped_at_the_size_that_it_said(
    tmp_path: Path,
) -> None:
    (tmp_path / "x").write_bytes(bytes(2500))
    item = Item("", 2500)

    pieces = list(bounded(Endless(tmp_path / "x", "x"), item))

    assert len(pieces) == 3
    with pytest.raises(RemoteError, match="was to have 2,500 bytes, and gave 3,000"):
        check_size("x", item, 3000)
