"""The files of an export: new texts over what a folder holds, and what git makes of them."""

from __future__ import annotations

import os
import posixpath
import subprocess
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from modelcompose.errors import UsageError
from modelcompose.store.failures import translated
from modelcompose.versioning.dvc.exporting_files import (
    DVC_GITIGNORE,
    DVCIGNORE,
    config_text,
    ignore_line,
    remote_of,
    with_lines,
)
from modelcompose.versioning.dvc.importing_project import dvc_folders
from modelcompose.versioning.dvc.importing_values import Note
from modelcompose.versioning.dvc.tracking import FOLDER


def refuse_nested(target: Path) -> None:
    """Make sure that a folder may be a DVC project: none lies around it, nor in it.

    Raises:
        UsageError: there is one, whose files name paths from another folder.
    """
    if (target / FOLDER).is_dir():
        return
    known = [*target.parents, *(target / folder for folder in dvc_folders(target))]
    for folder in known:
        if (folder / FOLDER / "config").is_file():
            raise UsageError(
                f"{target}: is no DVC project, and {folder} is one: DVC would take them for two",
                hint="export into another folder: modelcompose data export dvc --output FOLDER",
            )


class Output:
    """What is to be written into one folder; nothing is, until somebody does."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.files: dict[str, str] = {}
        """Texts by path; those that are there already are left out."""
        self.notes: list[Note] = []

    def tell(self, where: str, text: str) -> None:
        """Have the user told something."""
        self.notes.append(Note(where, text))

    def read(self, name: str) -> str | None:
        """Give a file's text as it will be; None where there will be none.

        Raises:
            StoreError: it cannot be read.
        """
        if name in self.files:
            return self.files[name]
        path = self.target / name
        with translated(path, "cannot be read"):
            return path.read_text(encoding="utf-8") if path.is_file() else None

    def put(self, name: str, text: str) -> None:
        """Have a file hold a text."""
        if text != self.read(name):
            self.files[name] = text

    @cached_property
    def tracked(self) -> frozenset[str]:
        """Give the paths that git tracks, folders that hold such among them."""
        return _tracked(self.target)

    @cached_property
    def has_git(self) -> bool:
        """Whether git keeps the folder."""
        return _git(self.target, "rev-parse", "--git-dir") is not None

    def put_around(self, project: Path, address: str | None) -> None:
        """Put the files that make a folder DVC's, where they are not there.

        Args:
            project: the Compose project's folder.
            address: `x-ml.remote`.
        """
        if self.read(".dvc/config") is None:
            way = os.path.relpath(project, self.target / ".dvc")
            remote = remote_of(address, way)
            if address and remote is None:
                self.tell(address, "DVC knows no registry: name another: dvc remote add --default")
            self.put(".dvc/config", config_text(remote, has_git=self.has_git))
            self.put(".dvcignore", self.read(".dvcignore") or DVCIGNORE)
        if self.has_git and self.read(".dvc/.gitignore") is None:
            self.put(".dvc/.gitignore", DVC_GITIGNORE)

    def ignore(self, paths: Iterable[str]) -> None:
        """Have git leave paths out, by lines as DVC writes them."""
        asked = list(dict.fromkeys(paths))
        if not asked or not self.has_git:
            return
        told = _git(self.target, "check-ignore", "-z", "--stdin", asked="\0".join(asked))
        ignored = (told or "").split("\0")
        for path in asked:
            if path in ignored:
                continue
            if path in self.tracked:
                self.tell(path, f"git tracks it, and DVC would refuse: git rm -r --cached {path}")
            folder, name = posixpath.split(path)
            file = posixpath.join(folder, ".gitignore")
            before = self.read(file)
            line = ignore_line(name)
            if line not in (before or "").splitlines():
                self.put(file, with_lines(before, [line]))


def _tracked(folder: Path) -> frozenset[str]:
    """Give the paths that git tracks, folders that hold such among them."""
    listed = (_git(folder, "ls-files", "-z") or "").split("\0")
    found = set(listed)
    for path in listed:
        parent = posixpath.dirname(path)
        while parent and parent not in found:
            found.add(parent)
            parent = posixpath.dirname(parent)
    return frozenset(found - {""})


def _git(folder: Path, *arguments: str, asked: str = "") -> str | None:
    """Give what git prints; None where it says no, or is not there."""
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=folder,
            input=asked,
            env={**os.environ, "LC_ALL": "C"},
            capture_output=True,
            text=True,
            errors="surrogateescape",
            check=False,
        )
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
