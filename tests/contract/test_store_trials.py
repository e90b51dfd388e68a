"""A store and what remembers files, whatever is done to them: too many trials for a unit test."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelcompose.store.content import Content
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store
from tests.unit.store.folders import Node, build, folders, read

OPERATIONS = ("write", "same size", "swap", "time back", "chmod", "remove", "folder", "link")


@settings(max_examples=40, deadline=None)
@given(folder=folders)
def test_what_is_added_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, folder: dict[bytes, Node]
) -> None:
    root = tmp_path_factory.mktemp("store")
    build(root / "data", folder)
    store = Store(root / "store")
    with FileStates(root / "states.db") as states:
        content, tree = store.add(root / "data", states)
        assert store.tree(content.digest) == tree
        store.place(content, root / "place", states)
        assert read(root / "place") == folder
        assert states.look(root / "place", modes=True) == content


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(OPERATIONS), st.sampled_from("abc"), st.sampled_from("abc")),
        max_size=8,
    )
)
def test_whatever_is_done_a_look_sees_what_one_without_memory_sees(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, str]]
) -> None:
    root = tmp_path_factory.mktemp("seen")
    folder = root / "data"
    folder.mkdir()
    with FileStates(root / "states.db") as states:
        for step in steps:
            do(folder, *step)
            assert states.look(folder, modes=True) == look_anew(root, folder)


def look_anew(root: Path, folder: Path) -> Content | None:
    (root / "none.db").unlink(missing_ok=True)
    with FileStates(root / "none.db") as states:
        return states.look(folder, modes=True)


def do(folder: Path, what: str, one: str, other: str) -> None:
    """Do something to a path; nothing where that makes no sense."""
    path, second = folder / one, folder / other
    is_file = path.is_file() and not path.is_symlink()
    if what == "write" and (is_file or not os.path.lexists(path)):
        path.write_text(other)
    elif what == "same size" and is_file:
        path.write_bytes(bytes(reversed(path.read_bytes())) or b"x")
    elif what == "swap" and os.path.lexists(path) and os.path.lexists(second) and one != other:
        path.rename(folder / "x")
        second.rename(path)
        (folder / "x").rename(second)
    elif what == "time back" and is_file:
        os.utime(path, ns=(10**18, 10**18))
    elif what == "chmod" and is_file:
        path.chmod(0o755 if other == "a" else 0o640 if other == "b" else 0o700)
    elif what == "remove" and os.path.lexists(path):
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    elif what == "folder" and not os.path.lexists(path):
        path.mkdir()
        (path / other).write_text(one)
    elif what == "link" and not os.path.lexists(path):
        path.symlink_to(other)
