from __future__ import annotations

from pathlib import Path

import pytest

from modelcompose.cli.up_missing import missing
from modelcompose.compose.project import Mount, Project, Service
from modelcompose.pipeline.lock import Lock, LockedStep
from modelcompose.store.content import Content

CONTENT = Content("folder", "sha256:1", 1)
LOCK = Lock(
    steps={"train": LockedStep("sha256:2", "sha256:3", outputs={"models/delay": CONTENT})},
    data={"data/raw": CONTENT},
)


def project(folder: Path, source: str) -> Project:
    mount = Mount("bind", "/in", str(folder / source) if source else str(folder))
    api = Service("api", {}, mounts=(mount,))
    return Project("flights", folder, (), {}, {"api": api})


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("models", ["models/delay"]),
        ("models/delay", ["models/delay"]),
        ("data/raw/2013", ["data/raw"]),
        ("", []),
        ("src", []),
    ],
)
def test_what_a_service_mounts_and_is_not_here_is_told(
    tmp_path: Path, source: str, told: list[str]
) -> None:
    found = missing(project(tmp_path, source), LOCK, ["api"])
    assert list(found) == [("api", path) for path in told]


def test_what_is_here_is_not_told(tmp_path: Path) -> None:
    (tmp_path / "models" / "delay").mkdir(parents=True)
    assert list(missing(project(tmp_path, "models"), LOCK, ["api"])) == []
