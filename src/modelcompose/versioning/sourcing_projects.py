"""Data of another project: its repository names the version, its remote holds it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from modelcompose.compose.yaml_loader import load_yaml
from modelcompose.errors import NotFound, ProjectError
from modelcompose.pipeline.lock import FILE_NAME, Lock, parse_lock
from modelcompose.pipeline.paths import covers
from modelcompose.store.content import Content
from modelcompose.store.parts import part_of
from modelcompose.store.remotes.fetching import fetch
from modelcompose.store.remotes.opening import open_remote
from modelcompose.store.remotes.parallel import Progress
from modelcompose.store.remotes.protocol import Remote
from modelcompose.store.sources.git import GitSource
from modelcompose.store.store import Store

_FILES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")


def version_in_project(source: GitSource, store: Store) -> tuple[Remote, Content] | None:
    """Give the version that a project's lock names at a path of its repository.

    Args:
        source: the path, and the revision.
        store: asked for a folder's listing where the path lies inside of what is versioned.

    Returns:
        The project's remote, and what to fetch from it; None where git itself holds the path.

    Raises:
        NotFound: the project names no remote that is known here.
        RemoteError: the repository cannot be reached.
    """
    repository, path = source.repository, source.address.path
    commit = repository.fetched(source.address.revision)
    if not path or repository.entries(commit, path):
        return None
    for folder in _above(path):
        text = repository.file(commit, f"{folder}{FILE_NAME}")
        if text is None:
            continue
        found = named_in(parse_lock(text.decode("utf-8", "replace")), path.removeprefix(folder))
        if found is not None:
            return _at_hand(source, store, commit, folder, found)
    return None


def _at_hand(
    source: GitSource, store: Store, commit: str, folder: str, found: tuple[Content, str]
) -> tuple[Remote, Content]:
    content, inner = found
    remote = _remote(source, commit, folder)
    if not inner:
        return remote, content
    with remote:
        fetch(remote, store, content, Progress(), inner)
    part = part_of(store, store.tree(content.digest), inner)
    if part is None:
        raise NotFound(f"{source.where}: the version of {commit[:12]} holds no {inner}")
    return remote, part


def _above(path: str) -> Iterator[str]:
    """Give the folders that a path lies in, from the nearest to the root, with their slashes."""
    parts = path.split("/")[:-1]
    for count in range(len(parts), -1, -1):
        yield "".join(f"{part}/" for part in parts[:count])


def named_in(lock: Lock, path: str) -> tuple[Content, str] | None:
    """Give what a lock names at a path or around it, with the rest of the path."""
    known = dict(lock.data)
    for step in lock.steps.values():
        known.update(step.outputs)
    outer = next((each for each in known if covers(each, path)), None)
    return None if outer is None else (known[outer], path[len(outer) + 1 :])


def _remote(source: GitSource, commit: str, folder: str) -> Remote:
    address = _address(source, commit, folder)
    there = source.repository.folder
    if there is None and "://" not in address:
        raise NotFound(
            f"{source.where}: the project keeps its data in {address}, a folder of its own machine",
            hint="have it use a remote that other machines see, such as oci:// or s3://",
        )
    return open_remote(address, (there or Path()) / folder)


def _address(source: GitSource, commit: str, folder: str) -> str:
    for name in _FILES:
        text = source.repository.file(commit, f"{folder}{name}")
        if text is None:
            continue
        try:
            document: Any = load_yaml(text.decode("utf-8", "replace"))
        except ProjectError:
            break
        keys = document.get("x-ml") if isinstance(document, dict) else None
        address = keys.get("remote") if isinstance(keys, dict) else None
        if isinstance(address, str) and address and "$" not in address:
            return address
        break
    raise NotFound(
        f"{source.where}: ml.lock of commit {commit[:12]} names it, and its project names no "
        "remote where it is kept",
        hint="write x-ml.remote into that project's compose.yaml, without variables",
    )
