"""One file or folder out of this project, another, or a source: given, and recorded nowhere."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from modelcompose.errors import AlreadyExists, NotFound, UsageError
from modelcompose.pipeline.from_remote.opening import remote_of
from modelcompose.pipeline.lock import Lock
from modelcompose.pipeline.lock_of_revision import lock_at
from modelcompose.store.content import Content
from modelcompose.store.failures import printable, translated
from modelcompose.store.parts import part_of
from modelcompose.store.placing import remove
from modelcompose.store.remotes.fetching import fetch
from modelcompose.store.remotes.parallel import Progress
from modelcompose.store.remotes.protocol import Remote
from modelcompose.store.sources.git import GitAddress, GitSource, parse
from modelcompose.store.sources.opening import open_source, refuse_secrets
from modelcompose.store.sources.protocol import Source
from modelcompose.store.store import Store
from modelcompose.versioning.sourcing_opening import version_of
from modelcompose.versioning.sourcing_projects import named_in
from modelcompose.versioning.workspace import DataWorkspace

_NO_NAMES = frozenset({"", ".", ".."})


def source_at(address: str, revision: str | None, here: Path, store: Store) -> Source:
    """Open a source that the user typed, at a revision where one is given.

    Raises:
        UsageError: it is no address, or knows no revisions.
    """
    if revision is None:
        return open_source(address, here, store.root)
    if not address.startswith("git+"):
        raise UsageError(
            f"--rev {revision}: only a git repository has revisions: {address.partition('?')[0]}",
            hint="name the version in the address, such as oci://HOST/NAME:TAG",
        )
    refuse_secrets(address)
    found = parse(address, here)._replace(revision=revision)
    return GitSource.of(found, here, store.root)


def give_source(source: Source, store: Store, target: Path, progress: Progress) -> None:
    """Write what a source holds to a path that does not exist.

    Raises:
        NotFound: nothing is there.
        RemoteError: the source cannot be reached.
        StoreError: the path cannot be written.
    """
    with closing(source):
        version = version_of(source, store)
        if version is None:
            with translated(target, "cannot be written"):
                target.parent.mkdir(parents=True, exist_ok=True)
            source.bring(target, progress)
            return
        remote, content = version
        with remote:
            give(remote, store, content, target, progress)


def give(
    remote: Remote | None, store: Store, content: Content, target: Path, progress: Progress
) -> None:
    """Write a content to a path that does not exist, whole or not at all."""
    if remote is not None and not store.holds(content):
        fetch(remote, store, content, progress)
    beside = target.with_name(f".{target.name}.{os.urandom(6).hex()}")
    try:
        store.place(content, beside)
        with translated(target, "cannot be written"):
            beside.rename(target)
    finally:
        remove(beside)


def give_version(
    workspace: DataWorkspace, path: str, revision: str | None, target: Path, progress: Progress
) -> None:
    """Write what this project's lock, or that of a git revision, names at a path.

    What the lock does not name, and git does, is given out of git.

    Raises:
        NotFound: neither the lock nor git knows it.
        RemoteError: it is not here, and the project's remote cannot be reached.
    """
    store = workspace.store
    lock: Lock = workspace.lock if revision is None else lock_at(workspace.root, revision)
    found = named_in(lock, path)
    if found is None and workspace.dvc is not None:
        from modelcompose.versioning.dvc.working import content_at

        by_dvc = content_at(workspace, workspace.dvc, path, revision, progress)
        if by_dvc is not None:
            give(None, store, by_dvc, target, progress)
            return
    if found is None:
        give_source(_in_git(workspace, path, revision), store, target, progress)
        return
    content, inner = found
    if inner and store.has(content.digest):
        part = part_of(store, store.tree(content.digest), inner)
        if part is not None and store.holds(part):
            give(None, store, part, target, progress)
            return
    if not inner and store.holds(content):
        give(None, store, content, target, progress)
        return
    with remote_of(None, workspace.project.remote, workspace.root, store) as remote:
        fetch(remote, store, content, progress, inner or None)
    whole = part_of(store, store.tree(content.digest), inner) if inner else content
    if whole is None:
        raise NotFound(f"{path}: the version of {revision or 'ml.lock'} holds no {inner}")
    give(None, store, whole, target, progress)


def output_path(given: str | None, name: str, here: Path, *, is_forced: bool) -> Path:
    """Give where something is to be written: a path, in a folder by its own name, or here.

    Raises:
        AlreadyExists: something is there.
        UsageError: it has no name of its own.
    """
    target = here / (given or name)
    if given is not None and target.is_dir():
        target /= name
    if target.name in _NO_NAMES or name in _NO_NAMES:
        raise UsageError("where to? the address names no file", hint="say it with: -o PATH")
    if os.path.lexists(target) and not is_forced:
        raise AlreadyExists(
            f"{printable(target)}: is there already",
            hint="name another place with -o PATH, or replace it: --force",
        )
    return target


@contextmanager
def replaced(target: Path) -> Iterator[Path]:
    """Give where to write; what is at the target is replaced once that is there.

    Raises:
        StoreError: it cannot be replaced.
    """
    if not os.path.lexists(target):
        yield target
        return
    # Always the same, so that an interrupted command is gone on with; nobody else's.
    beside = target.with_name(f".{target.name}.modelcompose")
    with translated(beside, "cannot be replaced"):
        remove(beside)
    yield beside
    aside = target.with_name(f".{target.name}.{os.urandom(6).hex()}")
    with translated(target, "cannot be replaced"):
        target.rename(aside)  # not removed first: a kill here would leave neither
        beside.rename(target)
        remove(aside)


def _in_git(workspace: DataWorkspace, path: str, revision: str | None) -> Source:
    if revision is None:
        raise NotFound(
            f"{path}: ml.lock names no data and no output there",
            hint="a file that git keeps: say of which revision, as with --rev HEAD",
        )
    found = workspace.root
    while not (found / ".git").exists() and found != found.parent:
        found = found.parent
    inside = (workspace.root / path).relative_to(found).as_posix()
    address = GitAddress(str(found), revision, "" if inside == "." else inside)
    return GitSource.of(address, workspace.root, workspace.store.root)
