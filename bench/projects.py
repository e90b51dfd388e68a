"""The projects that are measured: the same work, written for each program."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

IMAGE = "python:3.11-slim"
_LEFT_OUT = ("COMPOSE_", "MODELCOMPOSE_", "DVC_", "GIT_", "PYTHON")


class Chain:
    """A project of steps in a row: each reads the file of the one before, and adds a line."""

    def __init__(self, folder: Path, length: int, variables: Mapping[str, str]) -> None:
        self.folder = folder
        self.length = length
        self.variables = variables
        self.outputs = [folder / path for path in self._paths[1:]]

    @property
    def _paths(self) -> list[str]:
        return ["start.txt", *(f"out/{number:03}.txt" for number in range(1, self.length + 1))]

    def links(self) -> list[tuple[str, str, str, str]]:
        """Give each step: its name, its shell command, what it reads and what it writes."""
        pairs = zip(self._paths, self._paths[1:], strict=False)
        return [
            (f"step{number:03}", f"(cat {before}; echo {number}) > {after}", before, after)
            for number, (before, after) in enumerate(pairs, 1)
        ]

    def make(self, files: Mapping[str, Any]) -> None:
        """Write a git repository with one commit that holds these files, as JSON."""
        self.folder.mkdir(parents=True)
        (self.folder / "out").mkdir()
        (self.folder / "start.txt").write_text("0\n")
        for name, document in files.items():
            text = document if isinstance(document, str) else json.dumps(document, indent=1)
            (self.folder / name).write_text(text)
        self.call("git", "init", "--quiet")

    def commit(self) -> None:
        """Commit all that is there."""
        self.call("git", "add", "--all")
        self.call("git", "commit", "--quiet", "--message", "All steps")

    def call(self, *command: str) -> None:
        """Run a command in the project."""
        subprocess.run(command, cwd=self.folder, env=self.variables, check=True)

    def wipe_outputs(self) -> None:
        """Delete every output, and nothing else."""
        for path in self.outputs:
            path.unlink(missing_ok=True)

    def forget(self, *paths: str) -> None:
        """Delete the outputs, and files and folders that hold what earlier calls made."""
        self.wipe_outputs()
        for path in (self.folder / name for name in paths):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    def require_outputs(self) -> None:
        """Refuse a call that did not leave every output as it must be."""
        want = "0\n"
        for number, path in enumerate(self.outputs, 1):
            want += f"{number}\n"
            if path.read_text() != want:
                raise ValueError(f"{path}: is not what its step writes")


def modelcompose_chain(folder: Path, length: int, variables: Mapping[str, str]) -> Chain:
    """Write the chain as a Compose file with `x-ml`."""
    chain = Chain(folder, length, variables)
    services = {
        name: {
            "image": IMAGE,
            "command": ["/bin/sh", "-c", command],
            "working_dir": "/app",
            "volumes": [".:/app"],
            "x-ml": {"step": {"inputs": [before], "outputs": {after: None}}},
        }
        for name, command, before, after in chain.links()
    }
    chain.make(
        {
            "compose.yaml": {"name": _unique("chain"), "services": services},
            ".gitignore": "/out\n",
        }
    )
    chain.commit()
    return chain


def dvc_chain(folder: Path, length: int, variables: Mapping[str, str], dvc: str) -> Chain:
    """Write the chain as a DVC pipeline, in a repository of git and DVC."""
    chain = Chain(folder, length, variables)
    stages = {
        name: {"cmd": command, "deps": [before], "outs": [after]}
        for name, command, before, after in chain.links()
    }
    chain.make({"dvc.yaml": {"stages": stages}})
    chain.call(dvc, "init", "--quiet")
    for name in ("core.analytics", "core.check_update"):
        chain.call(dvc, "config", name, "false")
    chain.commit()
    return chain


def one_step(folder: Path) -> Path:
    """Write a project with one step, `a`, that does nothing; give its folder."""
    step = {"image": IMAGE, "command": ["true"], "x-ml": {"step": {"inputs": []}}}
    folder.mkdir(parents=True)
    document = {"name": _unique("noop"), "services": {"a": step}}
    (folder / "compose.yaml").write_text(json.dumps(document, indent=1))
    return folder


def variables(work: Path) -> dict[str, str]:
    """Give the environment of every call: this one's, with nothing of the user's settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_LEFT_OUT)}
    own = {
        "DVC_GLOBAL_CONFIG_DIR": str(work / "dvc-global"),
        "DVC_NO_ANALYTICS": "1",
        "DVC_SITE_CACHE_DIR": str(work / "dvc-site"),
        "DVC_SYSTEM_CONFIG_DIR": str(work / "dvc-system"),
        "GIT_AUTHOR_EMAIL": "bench@example.com",
        "GIT_AUTHOR_NAME": "Bench",
        "GIT_COMMITTER_EMAIL": "bench@example.com",
        "GIT_COMMITTER_NAME": "Bench",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "MODELCOMPOSE_HOME": str(work / "home"),
        "SHELL": "/bin/sh",
    }
    return kept | own


def _unique(name: str) -> str:
    """Give a Compose project name that no other project on this engine has."""
    return f"bench-{name}-{uuid.uuid4().hex[:8]}"
