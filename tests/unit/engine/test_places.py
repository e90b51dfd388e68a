"""Where bind mounts lead."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcompose.compose.project import Mount, Service
from modelcompose.engine.places import below, project_path, working_folder

PROJECT = Path("/home/me/flights")
WORKSPACE = PROJECT / ".ml/work/1"


def service(working_dir: str | None, *mounts: Mount) -> Service:
    return Service(name="a", document={}, working_dir=working_dir, mounts=mounts)


@pytest.mark.parametrize(
    ("path", "folder", "left"),
    [
        ("/a", "/a", ""),
        ("/a/b/c", "/a", "b/c"),
        ("/a/./b//c/", "/a/", "b/c"),
        ("/ab", "/a", None),
        ("/a/../b", "/a", None),
        ("/a", "/", "a"),
        ("data/raw", "data", "raw"),
    ],
)
def test_what_is_left_of_a_path_below_a_folder(path: str, folder: str, left: str | None) -> None:
    assert below(path, folder) == left


def test_links_on_the_way_to_the_project_do_not_matter(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")

    assert project_path(str(tmp_path / "real" / "data"), tmp_path / "link") == "data"


def test_the_working_folder_leads_into_the_workspace() -> None:
    app = service("/app/src", Mount("bind", "/app", str(PROJECT)))

    assert working_folder(app, PROJECT, WORKSPACE) == WORKSPACE / "src"


def test_the_deepest_mount_that_shows_the_working_folder_counts() -> None:
    app = service(
        "/app/data/raw",
        Mount("bind", "/app/data", str(PROJECT / "inputs")),
        Mount("bind", "/app", str(PROJECT)),
    )

    assert working_folder(app, PROJECT, WORKSPACE) == WORKSPACE / "inputs" / "raw"


def test_a_mount_from_elsewhere_leads_there() -> None:
    app = service("/data", Mount("bind", "/data", "/srv/data"))

    assert working_folder(app, PROJECT, WORKSPACE) == Path("/srv/data")


@pytest.mark.parametrize("working_dir", [None, "/nowhere"])
def test_a_working_folder_that_no_mount_shows_is_the_workspace(working_dir: str | None) -> None:
    app = service(working_dir, Mount("bind", "/app", str(PROJECT)), Mount("volume", "/db", "db"))

    assert working_folder(app, PROJECT, WORKSPACE) == WORKSPACE
