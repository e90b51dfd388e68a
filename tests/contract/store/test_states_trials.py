"""What is remembered of files is what looking at them again finds."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from modelcompose.store.states import FileStates
from tests.unit.store.folders import Node, build, folders


@settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(folder=folders)
def test_a_second_look_finds_what_the_first_found(
    tmp_path_factory: pytest.TempPathFactory, folder: dict[bytes, Node]
) -> None:
    root = tmp_path_factory.mktemp("look")
    build(root / "data", folder)
    with FileStates(root / "states.db") as states:
        first = states.tree(root / "data")
        assert states.tree(root / "data") == first
    with FileStates(root / "states.db") as states:
        assert states.tree(root / "data") == first
    with FileStates(root / "other.db") as states:
        assert states.tree(root / "data") == first
