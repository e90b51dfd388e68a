from __future__ import annotations

import shutil
from pathlib import Path

from modelcompose.compose.project import ModelMount, Mount, Project, Service
from modelcompose.pipeline.model_mounts.places import mounts_of, remember, remembered


def project(folder: Path, *services: str) -> Project:
    folder.mkdir(exist_ok=True)
    held = ModelMount("delay", "champion", "served")
    mounts = (Mount("bind", "/models", "served", model=held), Mount("bind", "/app", "."))
    return Project(
        name=folder.name,
        directory=folder,
        files=(),
        document={},
        services={name: Service(name, {}, mounts=mounts) for name in services},
    )


def test_what_was_filled_is_remembered_by_project_folder(tmp_path: Path) -> None:
    one, other = project(tmp_path / "one", "api", "web"), project(tmp_path / "other", "api")
    remember(one, mounts_of(one, ["api"]))
    remember(other, mounts_of(other))
    remember(one, mounts_of(one, ["web"]))
    found = {each.name: [mounted.service for mounted in each.mounts] for each in remembered()}
    assert found == {"one": ["api", "web"], "other": ["api"]}


def test_what_is_not_asked_for_any_more_is_forgotten(tmp_path: Path) -> None:
    before, after = project(tmp_path / "one", "api", "web"), project(tmp_path / "one", "web")
    remember(before, mounts_of(before))
    remember(after, mounts_of(after, []))
    (found,) = remembered()
    assert [mounted.service for mounted in found.mounts] == ["web"]


def test_a_project_folder_that_is_gone_is_forgotten(tmp_path: Path) -> None:
    one = project(tmp_path / "one", "api")
    remember(one, mounts_of(one))
    shutil.rmtree(tmp_path / "one")
    assert list(remembered()) == []
