from __future__ import annotations

from pathlib import Path

import pytest

from modelcompose.errors import NotFound
from modelcompose.pipeline.outside.fetching import Fetching
from modelcompose.store.sources import git_repository
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store


def test_what_may_have_come_with_a_project_is_never_used_as_a_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Settings of a repository are commands that git runs, and `.ml` may be part of a clone."""
    caches: list[Path] = []
    opened = git_repository.Repository.at

    def at(address: str, project: Path, cache: Path) -> git_repository.Repository:
        caches.append(cache)
        return opened("/nowhere", project, cache)

    monkeypatch.setattr(git_repository.Repository, "at", at)
    project, store = tmp_path / "project", Store(tmp_path / "store")
    with FileStates(tmp_path / "states.db") as states:
        fetching = Fetching(project, project / ".ml" / "cache" / "fetching", store, states)
        with pytest.raises(NotFound, match="nowhere"):
            fetching.look("git+https://example.com/data.git#raw")

    assert caches == [store.root]
