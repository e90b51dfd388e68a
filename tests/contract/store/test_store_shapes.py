"""Folders of any shape come back from the store as they went in."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings

from modelcompose.store.content import Content
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store
from tests.unit.store.folders import Node, build, folders, read


def keep(store: Store, states: FileStates, path: Path) -> Content:
    content = states.look(path)
    assert content is not None
    store.put(path, content, states)
    return content


@settings(max_examples=60, deadline=None)
@given(folder=folders)
def test_a_folder_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, folder: dict[bytes, Node]
) -> None:
    root = tmp_path_factory.mktemp("store")
    build(root / "data", folder)
    store = Store(root / "store")
    with FileStates(root / "states.db") as states:
        content = keep(store, states, root / "data")
        assert store.holds(content)
        store.place(content, root / "new" / "place", states)

        assert read(root / "new" / "place") == folder
        assert states.look(root / "new" / "place") == content
