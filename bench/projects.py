"""The projects that are measured: the same work, written for each program."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

IMAGE = "python:3.11-slim"
_LEFT_OUT = ("COMPOSE_", "MODELCOMPOSE_", "DVC_", "GIT_", "PYTHON")


class Chain:
    """A project of steps in a row: each reads the file of the one before, and adds a line."""

    def __init__(self, folder: Path, length: int) -> None:
        self.folder = folder
        self.length = length
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
    chain = Chain(folder, length)
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
    document = {"name": _unique("chain"), "services": services}
    _write(folder, {"compose.yaml": document, "start.txt": "0\n", ".gitignore": "/out/\n"})
    (folder / "out").mkdir()
    _call(folder, variables, "git", "init", "--quiet")
    _commit(folder, variables)
    return chain


def dvc_chain(folder: Path, length: int, variables: Mapping[str, str], dvc: str) -> Chain:
    """Write the chain as a DVC pipeline, in a repository of git and DVC."""
    chain = Chain(folder, length)
    stages = {
        name: {"cmd": command, "deps": [before], "outs": [after]}
        for name, command, before, after in chain.links()
    }
    _write(folder, {"dvc.yaml": {"stages": stages}, "start.txt": "0\n"})
    (folder / "out").mkdir()
    _call(folder, variables, "git", "init", "--quiet")
    _call(folder, variables, dvc, "init", "--quiet")
    for name in ("core.analytics", "core.check_update"):
        _call(folder, variables, dvc, "config", name, "false")
    _commit(folder, variables)
    return chain


def one_step(folder: Path, variables: Mapping[str, str]) -> Path:
    """Write a project with one step, `a`, that does nothing; give its folder."""
    step = {"image": IMAGE, "command": ["true"], "x-ml": {"step": {"inputs": []}}}
    _write(folder, {"compose.yaml": {"name": _unique("noop"), "services": {"a": step}}})
    _call(folder, variables, "git", "init", "--quiet")
    _commit(folder, variables)
    return folder


def variables(work: Path) -> dict[str, str]:
    """Give the environment of every call: this one's, without what would set a program up.

    The programs beside this Python come first on the PATH, as in an environment that is active.
    """
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
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "SHELL": "/bin/sh",
    }
    return kept | own


def _write(folder: Path, files: Mapping[str, Any]) -> None:
    """Make a folder with files: text as it is, all else as JSON, which is YAML too."""
    folder.mkdir(parents=True)
    for name, content in files.items():
        text = content if isinstance(content, str) else json.dumps(content, indent=1)
        (folder / name).write_text(text)


def _commit(folder: Path, variables: Mapping[str, str]) -> None:
    _call(folder, variables, "git", "add", "--all")
    _call(folder, variables, "git", "commit", "--quiet", "--message", "The project")


def _call(folder: Path, variables: Mapping[str, str], *command: str) -> None:
    subprocess.run(command, cwd=folder, env=variables, check=True)


def _unique(name: str) -> str:
    """Give a Compose project name that no other project on this engine has."""
    return f"bench-{name}-{uuid.uuid4().hex[:8]}"
