from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from modelcompose.compose.project import ComposeOptions
from modelcompose.diagnosis.subject import Subject

Examined = Callable[..., Subject]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty project folder, and go there."""
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    return project


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """Give a folder for programs: all that is on the PATH, where git is and Docker is not."""
    found = tmp_path / "programs"
    found.mkdir()
    for name in ("git", "sh"):
        (found / name).symlink_to(shutil.which(name) or name)
    return found


@pytest.fixture
def examined(folder: Path, programs: Path, tmp_path: Path) -> Examined:
    """Give what makes a subject: this project, on a machine without Docker.

    Services are those of `compose.yaml`, where they are given.
    """

    def make(
        services: Mapping[str, Mapping[str, Any]] | None = None,
        *,
        variables: Mapping[str, str] | None = None,
        engine: str | None = None,
        is_deep: bool = False,
        **top: Any,
    ) -> Subject:
        if services is not None:
            document = {"name": "doctor-test", **top, "services": services}
            (folder / "compose.yaml").write_text(json.dumps(document, indent=2))
        environment = {
            "PATH": str(programs),
            "HOME": str(tmp_path),
            "DOCKER_HOST": f"unix://{tmp_path}/no-docker.sock",
            **(variables or {}),
        }
        return Subject(
            ComposeOptions(),
            environment=environment,
            home=tmp_path / "home",
            engine=engine,
            is_deep=is_deep,
        )

    return make


@pytest.fixture
def git(folder: Path) -> Callable[..., str]:
    """Give git, at work in the project folder, which is a repository."""

    def run(*arguments: str) -> str:
        author = ("-c", "user.name=Ana", "-c", "user.email=ana@example.com")
        command = ["git", *author, *arguments]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
        return done.stdout

    run("init", "--quiet", "--initial-branch", "main")
    return run


@pytest.fixture
def program(programs: Path) -> Callable[[str, str], None]:
    """Give what puts a shell script on the PATH."""

    def write(name: str, script: str) -> None:
        path = programs / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    return write


@pytest.fixture(autouse=True)
def _no_variables_of_docker(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("DOCKER_"):
            monkeypatch.delenv(name)
