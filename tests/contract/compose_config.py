"""Ask Docker Compose and the embedded reader about the same project, and compare."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from modelcompose.compose.embedded import read_document
from modelcompose.compose.project import ComposeOptions
from modelcompose.compose.yaml_loader import load_yaml
from modelcompose.errors import ModelComposeError

CALLER: Mapping[str, str] = {
    "PATH": os.environ.get("PATH", os.defpath),
    "HOME": "/home/user",
    "A_VALUE": "value",
    "EMPTY_VALUE": "",
    "FROM_CALLER": "caller $x",
}
"""The environment that the corpus is written for."""


def printed(
    *arguments: str, folder: Path, environment: Mapping[str, str] = CALLER
) -> dict[str, Any] | None:
    """Give what `docker compose config` prints, parsed; None when it refuses."""
    finished = subprocess.run(
        ["docker", "compose", *arguments, "config"],
        cwd=folder,
        env={**environment, "PWD": str(folder)},
        capture_output=True,
        check=False,
    )
    if finished.returncode != 0:
        return None
    document: dict[str, Any] = load_yaml(finished.stdout)
    return document


def read(
    options: ComposeOptions, *, folder: Path, environment: Mapping[str, str] = CALLER
) -> dict[str, Any] | None:
    """Give what the embedded reader reads from a folder; None when it refuses."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        return read_document(options, environment={**environment, "PWD": str(folder)}).document
    except ModelComposeError:
        return None
    finally:
        os.chdir(before)


def comparable(document: Any) -> str:
    """Write a document so that equal ones are equal text, also where NaN is in it."""
    return json.dumps(document, indent=1, sort_keys=True)


def arguments_of(options: ComposeOptions) -> Sequence[str]:
    """Give the options as the command line of `docker compose` has them."""
    pairs = [
        *(("--file", file) for file in options.files),
        *(("--profile", profile) for profile in options.profiles),
        *(("--env-file", file) for file in options.env_files),
    ]
    if options.project_name is not None:
        pairs.append(("--project-name", options.project_name))
    if options.project_directory is not None:
        pairs.append(("--project-directory", options.project_directory))
    return [part for pair in pairs for part in pair]
