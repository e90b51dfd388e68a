"""Images of a report's prose: from the project's folder alone, and within a size."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelcompose.hub.reports.pictures import pictures
from modelcompose.reporting.images import LIMIT_BYTES

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "reports").mkdir(parents=True)
    (folder / "plots").mkdir()
    (folder / "plots" / "a b.png").write_bytes(PNG)
    (folder / "compose.yaml").write_bytes(PNG)
    (tmp_path / "outside.png").write_bytes(PNG)
    return folder


def test_an_image_of_the_project_needs_no_request(project: Path) -> None:
    found = pictures(project, ["../plots/a%20b.png"])
    assert found == {"../plots/a%20b.png": "data:image/png;base64,iVBORw0KGgo="}


@pytest.mark.parametrize(
    "source",
    [
        "../../outside.png",
        "https://example.org/a.png",
        "../compose.yaml",
        "../plots",
        "nothing.png",
        "a\0.png",
        "//example.org/a.png",
        "../plots/link.png",
        "%2e%2e/%2e%2e/outside.png",
    ],
)
def test_what_is_elsewhere_or_no_image_is_left_out(project: Path, source: str) -> None:
    (project / "plots" / "link.png").symlink_to(project.parent / "outside.png")
    assert pictures(project, [source]) == {}


def test_an_image_that_is_too_large_is_left_out(project: Path) -> None:
    (project / "reports" / "large.png").write_bytes(b"x" * (LIMIT_BYTES + 1))
    assert pictures(project, ["large.png"]) == {}
