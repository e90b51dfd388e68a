"""Folders of any shape are copied as they are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from modelcompose.store.copying import copy_all
from tests.unit.store.folders import Node, build, folders, read


@settings(deadline=None)
@given(folder=folders)
def test_a_copied_folder_is_equal(
    tmp_path_factory: pytest.TempPathFactory, folder: dict[bytes, Node]
) -> None:
    root = tmp_path_factory.mktemp("copy")
    build(root / "source", folder)

    copy_all(root / "source", root / "target")

    assert read(root / "target") == folder
