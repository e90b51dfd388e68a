"""From a declared source to what can be brought; with what only a project knows about it."""

from __future__ import annotations

import os
from pathlib import Path

from modelcompose.errors import UsageError
from modelcompose.store.content import Content
from modelcompose.store.remotes.protocol import Remote
from modelcompose.store.sources.local import LocalSource
from modelcompose.store.sources.opening import open_source
from modelcompose.store.sources.protocol import Source
from modelcompose.store.store import Store
from modelcompose.versioning.workspace import DataWorkspace


def open_data_source(workspace: DataWorkspace, address: str) -> Source:
    """Open a source as a project names it; nothing is reached yet.

    Raises:
        UsageError: it is no address, holds credentials, or is a folder that the project lies in.
    """
    source = open_source(address, workspace.root, workspace.store.root)
    if isinstance(source, LocalSource):
        place = Path(os.path.realpath(source.path))
        if Path(os.path.realpath(workspace.root)).is_relative_to(place):
            raise UsageError(
                f"{source.where}: the project itself lies in that folder",
                hint="name the folder or the file that the data is in",
            )
    return source


def version_of(source: Source, store: Store) -> tuple[Remote, Content] | None:
    """Give what a source holds as a version of data on a remote; None where it is no such thing.

    That is an artifact that `push` made, and data of another project that its `ml.lock` names.

    Raises:
        NotFound: nothing is there.
        RemoteError: the source cannot be reached.
    """
    from modelcompose.store.sources.git import GitSource
    from modelcompose.store.sources.registry import RegistrySource

    if isinstance(source, RegistrySource):
        return source.version(store)
    if isinstance(source, GitSource):
        from modelcompose.versioning.sourcing_projects import version_in_project

        return version_in_project(source, store)
    return None
