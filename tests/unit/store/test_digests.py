from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelcompose.errors import ContentCorrupt
from modelcompose.store.content import Entry, Tree
from modelcompose.store.digests import decode_tree, digest_bytes, digest_file, encode_tree

DIGEST = digest_bytes(b"")
parts = st.binary(min_size=1, max_size=6).map(
    lambda raw: raw.replace(b"/", b"-").replace(b"\0", b"-").decode("utf-8", "surrogateescape")
)
paths = st.lists(parts.filter(lambda part: part not in {".", ".."}), min_size=1, max_size=3).map(
    "/".join
)
entries = st.builds(
    Entry,
    path=paths,
    digest=st.just(DIGEST),
    size_bytes=st.integers(0, 1 << 40),
    executable=st.booleans(),
    link=st.none() | parts,
)
trees = st.builds(
    Tree,
    entries=st.lists(entries, max_size=6, unique_by=lambda entry: entry.path).map(tuple),
    empty_folders=st.lists(paths.map(lambda path: path + "/"), max_size=3, unique=True).map(tuple),
)


@settings(deadline=None)
@given(trees)
def test_a_listing_comes_back_as_it_was_with_its_entries_sorted(tree: Tree) -> None:
    found = decode_tree(encode_tree(tree))

    assert list(found.entries) == sorted(tree.entries, key=lambda entry: entry.path)
    assert list(found.empty_folders) == sorted(tree.empty_folders)


@settings(deadline=None)
@given(trees, st.randoms())
def test_equal_trees_have_equal_bytes_in_whatever_order_they_come(
    tree: Tree, random: Random
) -> None:
    shuffled = list(tree.entries)
    random.shuffle(shuffled)

    assert encode_tree(Tree(tuple(shuffled), tree.empty_folders)) == encode_tree(tree)


@settings(deadline=None)
@given(trees)
def test_a_listing_is_json_in_utf_8(tree: Tree) -> None:
    found = json.loads(encode_tree(tree).decode("utf-8"))

    assert sorted(found) == ["empty_folders", "entries"]


def test_an_odd_name_does_not_change_how_the_other_names_are_written() -> None:
    plain = Entry('ü \x01\x7f\u2028"\\/é😀', DIGEST, 1)
    odd = Entry("\udcff", DIGEST, 1)

    alone = encode_tree(Tree((plain,)))
    together = encode_tree(Tree((plain, odd)))

    written = alone.removeprefix(b'{"entries":[').partition(b"}")[0]
    assert written in together
    assert b'"\\udcff"' in together


def test_a_listing_has_the_documented_form() -> None:
    tree = Tree((Entry("b", DIGEST, 0), Entry("a", DIGEST, 2, executable=True)), ("c/",))

    assert (
        encode_tree(tree)
        == (
            f'{{"entries":[{{"path":"a","digest":"{DIGEST}","size_bytes":2,"executable":true}},'
            f'{{"path":"b","digest":"{DIGEST}","size_bytes":0}}],"empty_folders":["c/"]}}'
        ).encode()
    )


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../a", "a/../../b", "a/..", ".", "./a", "a//b", "a/", "", "a\0b"]
)
def test_a_path_that_leaves_its_folder_is_refused(path: str) -> None:
    data = json.dumps(
        {"entries": [{"path": path, "digest": DIGEST, "size_bytes": 0}], "empty_folders": []}
    ).encode()

    with pytest.raises(ContentCorrupt):
        decode_tree(data)


@pytest.mark.parametrize("path", [".hidden", "a/.b", "..a", "a../b", "..."])
def test_a_name_that_begins_with_a_dot_is_no_escape(path: str) -> None:
    tree = Tree((Entry(path, DIGEST, 0),))

    assert decode_tree(encode_tree(tree)) == tree


@pytest.mark.parametrize("data", [b"", b"{}", b"\xff", b"[1]", b'{"entries":[{}]}', b'"\\udc80"'])
def test_bytes_that_are_no_listing_are_refused(data: bytes) -> None:
    with pytest.raises(ContentCorrupt):
        decode_tree(data)


def test_a_path_that_stands_twice_is_refused() -> None:
    with pytest.raises(ContentCorrupt, match="twice"):
        decode_tree(encode_tree(Tree((Entry("a", DIGEST, 0), Entry("a", DIGEST, 0)))))


def test_a_file_and_its_bytes_have_the_same_digest(tmp_path: Path) -> None:
    data = b"0123456789" * 300_000
    (tmp_path / "file").write_bytes(data)

    assert digest_file(tmp_path / "file") == digest_bytes(data)
    assert digest_bytes(b"") == (
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )
