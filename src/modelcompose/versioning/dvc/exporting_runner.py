"""How a stage runs its step through Docker Compose, and what DVC watches of the Compose file."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from modelcompose.compose.project import Project
from modelcompose.versioning.dvc.exporting import DEFINING, Runner
from modelcompose.versioning.dvc.importing_project import load_values, resolved_stages


def usual_style(target: Path) -> Literal["compose", "own"]:
    """Give how the stages of a folder run: by Docker Compose where none is there yet.

    Raises:
        ProjectError: a dvc.yaml there cannot be read.
    """
    cmds = [str(stage.document.get("cmd")) for _, _, stage in resolved_stages(target)]
    is_compose = not cmds or any("docker compose " in cmd for cmd in cmds)
    return "compose" if is_compose else "own"


def compose_runner(project: Project, named: Sequence[str]) -> Runner:
    """Give the runner of a project.

    Args:
        project: whose steps are run.
        named: Compose files that the user named, which Compose does not find by itself.

    Raises:
        ProjectError: the first file cannot be read.
    """
    here = project.directory
    steps = frozenset(project.steps)
    files = tuple(os.path.relpath(file, here) for file in (project.files if named else ()))
    first = next((file for file in project.files if file.is_relative_to(here)), None)
    if first is None:
        return Runner(is_compose=True, steps=steps, files=files)
    document = load_values(first)
    services = document.get("services") if isinstance(document, Mapping) else None
    keys = {
        name: tuple(key for key in DEFINING if key in said)
        for name, said in (services or {}).items()
        if isinstance(said, Mapping) and "." not in name
    }
    name = first.relative_to(here).as_posix()
    return Runner(is_compose=True, steps=steps, files=files, file=name, keys=keys)
