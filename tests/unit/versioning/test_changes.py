from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcompose.errors import StoreError
from modelcompose.store.content import Content, Entry, Tree
from modelcompose.store.digests import digest_bytes, digest_link
from modelcompose.versioning.changes import Change, tree_changes
from modelcompose.versioning.links import check_links
from modelcompose.versioning.transfers import lock_tag, path_tag


def tree(files: dict[str, bytes], *empty: str) -> Tree:
    entries = [Entry(path, digest_bytes(data), len(data)) for path, data in sorted(files.items())]
    return Tree(tuple(entries), empty)


def test_each_kind_of_change_is_told() -> None:
    old = tree({"a": b"1", "b": b"22", "c": b"333", "same": b"s"}, "gone/")
    new = tree({"a": b"one", "d": b"333", "e": b"5", "same": b"s"}, "come/")

    assert tree_changes(old, new) == [
        Change("changed", "a", None, 1, 3),
        Change("removed", "b", old_size_bytes=2),
        Change("added", "come/", new_size_bytes=0),
        Change("renamed", "d", "c", 3, 3),
        Change("added", "e", new_size_bytes=1),
        Change("removed", "gone/", old_size_bytes=0),
    ]


def test_empty_files_are_no_evidence_of_a_rename() -> None:
    kinds = [change.kind for change in tree_changes(tree({"a": b""}), tree({"b": b""}))]

    assert kinds == ["removed", "added"]


def test_a_changed_mode_is_a_change() -> None:
    old, new = (
        Tree((Entry("a", "sha256:1", 1),)),
        Tree((Entry("a", "sha256:1", 1, executable=True),)),
    )

    assert [change.kind for change in tree_changes(old, new)] == ["changed"]


files = st.dictionaries(st.sampled_from("abcdefgh"), st.binary(max_size=2), max_size=8)


@given(old=files, new=files)
def test_the_changes_lead_from_one_to_the_other(
    old: dict[str, bytes], new: dict[str, bytes]
) -> None:
    found = dict(old)
    changes = tree_changes(tree(old), tree(new))
    for change in changes:
        if change.kind in {"removed", "renamed"}:
            del found[change.old_path or change.path]
    for change in changes:
        if change.kind != "removed":
            found[change.path] = new[change.path]

    assert found == new


@pytest.mark.parametrize("target", ["/a", "..", "../a", "x/../../a", "../data2/a"])
def test_a_link_that_leads_out_is_refused(target: str) -> None:
    entry = Entry("sub/link", digest_link(target), 1, link=target)
    if target in {"..", "../a"}:  # inside still, from a folder below
        check_links("data", Tree((entry,)))
        entry = Entry("link", digest_link(target), 1, link=target)
    if target in {"x/../../a", "../data2/a"}:
        entry = Entry("link", digest_link(target), 1, link=target)

    with pytest.raises(StoreError, match=r"data/.*link: is a symbolic link"):
        check_links("data", Tree((entry,)))


@pytest.mark.parametrize(
    "links",
    [
        {"d": ".", "out": "d/../secret"},
        {"d": ".", "out": "d/d/../../etc"},
        {"p/d": "..", "p/out": "d/../x"},
    ],
)
def test_a_link_that_leads_out_by_way_of_another_is_refused(links: dict[str, str]) -> None:
    with pytest.raises(StoreError, match=r"out: is a symbolic link"):
        check_links("data", Tree(tuple(linked(links))))


def test_a_link_may_go_by_folders_and_links_that_stay_inside() -> None:
    inside = {"d": "sub", "x": "d/file", "sub/up": "../other/./deep", "y": "sub/../other"}
    check_links("data", Tree(tuple(linked(inside))))


def linked(links: Mapping[str, str]) -> Iterator[Entry]:
    for path, link in links.items():
        yield Entry(path, digest_link(link), len(link), link=link)


@pytest.mark.parametrize(
    ("path", "tag"), [("data/raw", "data.raw"), ("model.pkl", "model.pkl"), ("a-b_c", "a-b_c")]
)
def test_a_path_is_its_own_tag_where_it_can_be(path: str, tag: str) -> None:
    assert path_tag(path) == tag


@pytest.mark.parametrize("path", ["größe/x", "a b", ".hidden", "x" * 200, "---"])
def test_every_path_has_a_tag_that_registries_take(path: str) -> None:
    from modelcompose.store.remotes.layout import TAG

    assert TAG.fullmatch(path_tag(path))


def test_the_tag_of_a_lock_says_all_that_it_names() -> None:
    one, two = Content("file", "sha256:1", 1), Content("file", "sha256:2", 1)

    assert lock_tag({"a": one, "b": two}) == lock_tag({"b": two, "a": one})
    assert lock_tag({"a": one}) != lock_tag({"a": two})
