"""What of a store is needed: by projects' locks, by recorded runs, by registered models."""

from __future__ import annotations

import os
import re
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from modelcompose.errors import ContentCorrupt, ContentMissing
from modelcompose.pipeline.lock import FILE_NAME, Lock, read_lock
from modelcompose.store.digests import digest_bytes
from modelcompose.store.store import Store
from modelcompose.versioning.history import all_locks

if TYPE_CHECKING:
    from modelcompose.versioning.workspace import DataWorkspace

_ROOTS = "projects"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_FOLDERS = (
    "SELECT digest FROM contents WHERE kind = 'folder'",
    "SELECT digest FROM model_versions WHERE digest IS NOT NULL",
    "SELECT code_tree FROM runs WHERE code_tree IS NOT NULL",
)
_OTHERS = ("SELECT digest FROM contents WHERE kind <> 'folder'", "SELECT parts FROM runs")


class Needed(Struct, frozen=True):
    """What must stay."""

    digests: frozenset[str]
    told: tuple[str, ...]
    """What the user ought to know, such as projects that are gone."""


def remember_project(store: Store, project: Path) -> None:
    """Note that a project's lock names content of a store; where that fails, gc keeps less."""
    root = store.root / _ROOTS
    path = root / digest_bytes(os.fsencode(project))[7:23]
    with suppress(OSError):
        if not path.exists():
            root.mkdir(parents=True, exist_ok=True)
            path.write_bytes(os.fsencode(project))


def needed(workspace: DataWorkspace, revisions: tuple[str, ...]) -> Needed:
    """Find all that is needed of the workspace's store.

    Args:
        workspace: the project that the command is about.
        revisions: what git's log is asked for, to keep all that older locks name, too.

    Raises:
        LockFileError: a lock cannot be read: what it names is not known.
        StoreError: the store cannot be read.
    """
    folders, others = _of_runs()
    told: list[str] = []
    locks: list[Lock] = [workspace.lock]
    for project in _projects(workspace):
        if (project / FILE_NAME).exists():
            locks.append(read_lock(project / FILE_NAME))
            if revisions:
                locks += all_locks(project, revisions)
        else:
            told.append(f"{project}: has no ml.lock any more; what it named is not kept for it")
    for lock in locks:
        contents = [
            *lock.data.values(),
            *(c for step in lock.steps.values() for c in step.outputs.values()),
        ]
        folders.update(content.digest for content in contents if content.kind == "folder")
        others.update(content.digest for content in contents)
    return Needed(frozenset(_whole(workspace.store, folders, others)), tuple(told))


def _whole(store: Store, folders: set[str], others: set[str]) -> set[str]:
    """Add what listings name."""
    found = folders | others
    for digest in folders:
        with suppress(ContentMissing, ContentCorrupt):
            found.update(entry.digest for entry in store.tree(digest).entries)
    return found


def _projects(workspace: DataWorkspace) -> list[Path]:
    found = {workspace.root}
    root = workspace.store.root / _ROOTS
    with suppress(FileNotFoundError):
        found.update(Path(os.fsdecode(path.read_bytes())) for path in root.iterdir())
    return sorted(found)


def _of_runs() -> tuple[set[str], set[str]]:
    """Give the digests of folders, and all others, that the database of runs names."""
    from modelcompose.database.connection import open_database

    with closing(open_database()) as database:
        folders, others = (
            {
                digest
                for query in queries
                for (text,) in database.execute(query)
                for digest in _DIGEST.findall(text)
            }
            for queries in (_FOLDERS, _OTHERS)
        )
    return folders, others
