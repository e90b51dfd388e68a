from __future__ import annotations

from pathlib import Path

import pytest

from modelcompose.compose.project import Mount, Project, Service
from modelcompose.errors import PlanError
from modelcompose.pipeline.data_mounts import stored_views
from modelcompose.pipeline.stored_data import StoredData, is_vacant
from modelcompose.store.content import Content, Entry, Tree
from modelcompose.store.digests import digest_link, encode_tree
from modelcompose.store.looking import tree_content
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store

FILES = {"a.csv": b"1", "deep/b.csv": b"2", "deep/more/c.txt": b"3"}


@pytest.fixture
def stored(tmp_path: Path) -> tuple[StoredData, FileStates, Path]:
    source = tmp_path / "source"
    for name, data in FILES.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(data)
    (source / "deep/b.csv").chmod(0o600)  # unusual: it counts in the version, and for no step
    store, states = Store(tmp_path / "store"), FileStates(tmp_path / "states")
    content, _ = store.add(source, states)
    return StoredData(store, lambda: {"data/raw": content}), states, source


def test_stored_data_counts_as_the_same_files_in_the_project_would(
    stored: tuple[StoredData, FileStates, Path],
) -> None:
    data, states, source = stored
    assert data.content("data/raw") == states.look(source)
    assert data.content("data/raw/deep") == states.look(source / "deep")
    assert data.content("data/raw/a.csv") == states.look(source / "a.csv")
    assert data.content("data/raw/none") is None
    states.close()


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("data/raw/*.csv", ["data/raw/a.csv"]),
        ("data/**/*.csv", ["data/raw/a.csv", "data/raw/deep/b.csv"]),
        ("data/raw/deep/**", ["data/raw/deep/b.csv", "data/raw/deep/more/c.txt"]),
        ("other/*", []),
        ("data/raw/a.csv", []),
    ],
)
def test_globs_find_stored_files(
    stored: tuple[StoredData, FileStates, Path], pattern: str, found: list[str]
) -> None:
    stored[1].close()
    assert stored[0].matching(pattern) == found


def test_what_lies_inside_a_folder_is_told(
    stored: tuple[StoredData, FileStates, Path],
) -> None:
    stored[1].close()
    assert stored[0].inside("data") == "data/raw"
    assert stored[0].inside("data/raw") is None
    assert stored[0].has("data/raw/deep")
    assert not stored[0].has("data/rawer")


def test_a_listing_that_is_not_here_is_an_error_with_the_command_that_brings_it(
    tmp_path: Path,
) -> None:
    content = Content("folder", f"sha256:{'0' * 64}", 1)
    data = StoredData(Store(tmp_path), lambda: {"raw": content})
    with pytest.raises(PlanError, match="lies in the store alone") as caught:
        data.content("raw")
    assert caught.value.hint == "bring it here: modelcompose fetch raw"


def test_a_place_is_vacant_where_nothing_lies(tmp_path: Path) -> None:
    assert is_vacant(tmp_path / "none")
    assert is_vacant(tmp_path)
    (tmp_path / "file").touch()
    assert not is_vacant(tmp_path)
    assert not is_vacant(tmp_path / "file")


def test_a_mount_of_what_a_link_in_the_data_leads_out_to_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    tree = Tree((Entry("in", digest_link("."), 1, link="."), Entry("out", "", 4, link="/etc")))
    store.put_bytes(encode_tree(tree))
    project = Project("p", tmp_path, (), {}, {})

    def shown(path: str) -> Path:
        service = Service("s", {}, mounts=(Mount("bind", "/data", str(tmp_path / path)),))
        (found,) = stored_views(project, store, service, {"raw": tree_content(tree)})
        return found.source

    assert shown("raw/in").resolve() == shown("raw")
    with pytest.raises(PlanError, match="leads out of it"):
        shown("raw/out")
