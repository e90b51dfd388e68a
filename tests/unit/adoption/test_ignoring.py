"""Lines for `.gitignore` and `.dockerignore`."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from modelcompose.adoption.ignoring import docker_lines, git_lines
from modelcompose.adoption.survey import Survey
from tests.unit.adoption.conftest import Surveyed


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


def test_outputs_get_a_line_for_git(tmp_path: Path) -> None:
    git(tmp_path, "init")
    (tmp_path / ".gitignore").write_text("*.log\nout/\n")
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").write_text("1")
    git(tmp_path, "add", "kept/file")
    written = ["models", "models/a.pt", "metrics.json", "x.log", "out", "kept"]
    assert git_lines(tmp_path, written) == ["/metrics.json", "/models/"]


def test_without_git_there_are_no_lines(tmp_path: Path) -> None:
    assert git_lines(tmp_path, ["models"]) == []


@pytest.mark.parametrize(
    ("dockerfile", "ignored", "lines"),
    [
        ("COPY . .", "", ["models"]),
        ("COPY . .", "models\n", []),
        ("COPY . .", "*\n!src\n", []),
        ("COPY src requirements.txt ./", "", []),
        ("COPY --from=base /models /models", "", []),
        ("ADD models /models", "", ["models"]),
    ],
)
def test_what_is_copied_gets_a_line_for_docker(
    surveyed: Surveyed, tmp_path: Path, dockerfile: str, ignored: str, lines: list[str]
) -> None:
    files = {"Dockerfile": f"FROM x\n{dockerfile}\n", ".dockerignore": ignored, "models/a": "1"}
    survey = surveyed({"a": {"build": "."}}, files)
    found = docker_lines(survey.project, ["models"], lambda _service, _path: False)
    assert found == ({tmp_path / ".dockerignore": lines} if lines else {})


def test_what_a_service_has_from_its_image_alone_stays_in_it(surveyed: Surveyed) -> None:
    files = {
        "Dockerfile": "FROM x\nWORKDIR /srv\nCOPY . .\n",
        "serve.py": "open('models/a').read()",
        "models/a": "1",
        "data/a": "1",
    }
    service = {"build": ".", "command": "python serve.py", "working_dir": "/srv", "volumes": []}
    survey: Survey = surveyed({"api": service}, files)
    assert survey.needs_in_image("api", "models")
    assert not survey.needs_in_image("api", "data")
