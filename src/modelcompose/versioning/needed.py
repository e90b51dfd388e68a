"""What of a store is needed: by projects' locks, by recorded runs, by registered models."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from modelcompose.errors import ContentCorrupt, ContentMissing
from modelcompose.store.digests import decode_tree
from modelcompose.store.failures import printable
from modelcompose.store.store import Store
from modelcompose.versioning.dvc.lasting import lasting
from modelcompose.versioning.old_locks import check_revisions, knows, old_locks
from modelcompose.versioning.remembered import Remembered, check_gone, remember, remembered

if TYPE_CHECKING:
    from modelcompose.versioning.workspace import DataWorkspace

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_LISTING = b'{"entries":['
"""How every listing of a folder begins."""
_QUERIES = (
    "SELECT digest FROM contents",
    "SELECT digest FROM model_versions WHERE digest IS NOT NULL",
    "SELECT code_tree FROM runs WHERE code_tree IS NOT NULL",
    "SELECT parts FROM runs",
)


class Needed(Struct, frozen=True):
    """What must stay."""

    digests: frozenset[str]
    away: tuple[Path, ...]
    """Projects that are not there: what their locks named last stays."""
    told: tuple[str, ...]
    """What the user ought to know besides."""


def needed(
    workspace: DataWorkspace,
    revisions: Sequence[str],
    shown: Iterable[str] = (),
    gone: Sequence[Path] = (),
) -> Needed:
    """Find all that is needed of the workspace's store.

    Whatever looks like a digest counts: a lock of a newer program, or one that git could not
    merge, loses nothing.

    Args:
        workspace: the project that the command is about.
        revisions: what git's log is asked for, to keep all that older locks name, too.
        shown: digests of what containers mount.
        gone: folders of projects that are gone for good.

    Raises:
        NotFound: git does not know a revision, or the store no such project.
        UsageError: a project that is said to be gone is there.
        StoreError: the store cannot be read.
    """
    check_revisions(workspace.root, revisions)
    remember(workspace.store, workspace.root)
    check_gone(workspace.store, gone)
    projects = [each for each in remembered(workspace.store) if each.folder not in gone]
    texts = [each.lock for each in projects]
    told: list[str] = []
    for each in projects:
        texts += old_locks(each.folder, revisions) if each.is_there else ()
        told += _unknown(each, revisions)
    texts += _of_runs()
    found = {digest for text in texts for digest in _DIGEST.findall(text)} | {*shown}
    found |= lasting(workspace.store)
    away = tuple(each.folder for each in projects if not each.is_there)
    return Needed(frozenset(_whole(workspace.store, found)), away, tuple(told))


def _unknown(project: Remembered, revisions: Sequence[str]) -> list[str]:
    """Say of which revisions nothing can be kept."""
    where = printable(project.folder)
    if revisions and not project.is_there:
        return [f"{where}: is not there, so nothing of its git history is known"]
    return [
        f"{where}: its git history does not have {revision}; its own ml.lock counts alone"
        if not revision.startswith("-")
        else f"{where}: is no git repository; its ml.lock counts alone"
        for revision in revisions
        if not knows(project.folder, revision)
    ]


def _whole(store: Store, found: set[str]) -> set[str]:
    """Add what listings name."""
    whole = set(found)
    for digest in found:
        with suppress(ContentMissing, ContentCorrupt):
            whole.update(_files_of(store, digest))
    return whole


def _files_of(store: Store, digest: str) -> Iterable[str]:
    """Give the digests that an object names, where it is a listing."""
    path = store.blob_path(digest)
    try:
        with path.open("rb") as stream:
            if stream.read(len(_LISTING)) != _LISTING:
                return ()
    except FileNotFoundError:
        if store.packed(digest) is None and store.trash.holder(path.name) is None:
            return ()
    data = store.read(digest)
    if not data.startswith(_LISTING):
        return ()
    return [entry.digest for entry in decode_tree(data).entries]


def _of_runs() -> list[str]:
    """Give what the database of runs names."""
    from modelcompose.database.connection import open_database

    with closing(open_database()) as database:
        return [text for query in _QUERIES for (text,) in database.execute(query)]
