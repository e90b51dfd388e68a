"""`data add --to-remote`: a version that is on the project's remote, and not in the store here."""

from __future__ import annotations

import os
from contextlib import closing
from typing import TypeGuard

from msgspec import Struct
from msgspec.structs import replace

from modelcompose.errors import NotFound
from modelcompose.pipeline.lock import LockedSource
from modelcompose.store.remotes.parallel import Progress
from modelcompose.store.remotes.protocol import Remote
from modelcompose.store.sources.bucket import BucketSource
from modelcompose.store.sources.local import LocalSource
from modelcompose.store.sources.protocol import Listed, Source
from modelcompose.store.sources.ssh import SshSource
from modelcompose.store.sources.web import WebSource
from modelcompose.versioning.gitignore import ignore
from modelcompose.versioning.links import check_links
from modelcompose.versioning.paths import check_new
from modelcompose.versioning.sourcing import Sourced, State
from modelcompose.versioning.sourcing_intake import incoming
from modelcompose.versioning.sourcing_opening import open_data_source
from modelcompose.versioning.sourcing_stream import Streamed, stream
from modelcompose.versioning.transfers import path_tag
from modelcompose.versioning.workspace import DataWorkspace


class OnRemote(Struct, frozen=True):
    """A version that is on a remote, and is to be recorded."""

    path: str
    where: str
    address: str | None
    streamed: Streamed


def send_to_remote(
    workspace: DataWorkspace, path: str, address: str | None, remote: Remote, progress: Progress
) -> OnRemote:
    """Send what lies at a path, or at a source, to a remote; the project is not held.

    Args:
        workspace: the data of the project.
        path: of the project; nothing is written there.
        address: the source; None for what lies at the path.
        remote: where to.
        progress: told of the bytes.

    Raises:
        NotFound: nothing is there.
        RemoteError: the source or the remote cannot be reached, or refuses.
        StoreError: what is sent has links that lead out of it.
    """
    check_new(workspace.project, path, workspace.known)
    if address is None and not os.path.lexists(workspace.root / path):
        raise NotFound(f"{path}: no such file or folder", hint="see what is there: ls")
    found = address or os.path.relpath(workspace.root / path, workspace.root)
    with closing(open_data_source(workspace, found)) as source:
        sent = _sent(workspace, path, source, remote, progress)
        where = source.where
    if sent.tree is not None:
        check_links(path, sent.tree)
        workspace.store.put_tree(sent.tree)
    tag = path_tag(path)
    if remote.manifest(tag) != sent.manifest:
        remote.put_manifest(tag, sent.manifest)
    return OnRemote(path, where, address, sent)


def record_on_remote(workspace: DataWorkspace, sent: OnRemote) -> Sourced:
    """Record what was sent as the version of its path, with its source.

    The caller holds the project, and declares the source.
    """
    path, content = sent.path, sent.streamed.content
    is_ignored = ignore(workspace.root, path)
    before = workspace.lock.data.get(path)
    if sent.address is not None:
        locked = LockedSource(sent.where, content.digest, sent.streamed.mark or "")
        workspace.lock = workspace.lock.with_source(path, locked)
    workspace.record(path, content)
    state: State = "added" if before is None else "updated"
    if before == content:
        state = "unchanged"
    return Sourced(path, sent.where, state, content, is_ignored=is_ignored)


def _sent(
    workspace: DataWorkspace, path: str, source: Source, remote: Remote, progress: Progress
) -> Streamed:
    name = f"{path}\0{source.where}\0{remote.where}"
    with incoming(workspace.store, workspace.root, name, lambda: None) as place:
        if _is_listed(source):
            sent = stream(source, remote, place.folder, progress)
        else:  # what comes as a whole alone, such as a commit, is here for a while
            place.begin()
            mark = source.bring(place.content, progress)
            whole = LocalSource(place.content, source.where)
            sent = replace(stream(whole, remote, place.folder, progress), mark=mark)
        place.end()
    return sent


def _is_listed(source: Source) -> TypeGuard[Listed]:
    return isinstance(source, WebSource | BucketSource | SshSource | LocalSource)
