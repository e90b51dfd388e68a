"""Taking over the content of a DVC project: into the store, and into `ml.lock`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from msgspec import Struct

from modelcompose.errors import ContentCorrupt, ContentMissing, RemoteError
from modelcompose.store.content import Content, Tree
from modelcompose.store.remotes.parallel import Progress
from modelcompose.versioning.dvc.bringing import Bringing
from modelcompose.versioning.dvc.hashes import Hashes
from modelcompose.versioning.dvc.importing_data import DataDraft
from modelcompose.versioning.dvc.looking import Looking
from modelcompose.versioning.dvc.reading import read_config
from modelcompose.versioning.dvc.tracking import Tracked
from modelcompose.versioning.links import check_links
from modelcompose.versioning.workspace import DataWorkspace


class Taken(Struct, frozen=True):
    """What became of one piece of data."""

    path: str
    content: Content | None = None
    """What `ml.lock` names from now on."""
    origin: str = ""
    """Where the bytes came from."""
    told: tuple[str, ...] = ()
    problem: str | None = None
    """Why nothing was taken over, with the command that helps."""


@contextmanager
def open_takeover(workspace: DataWorkspace, start: Path, progress: Progress) -> Iterator[Takeover]:
    """Give what takes data over.

    Args:
        workspace: of the Compose project, held.
        start: the DVC project's folder.
        progress: told of each object.
    """
    with ExitStack() as stack:
        hashes = Hashes(workspace.folder.states)
        stack.callback(hashes.close)
        bringing = Bringing(start, workspace.store, hashes, read_config(start))
        stack.callback(bringing.close)
        looking = Looking(workspace.root, workspace.states, hashes)
        yield Takeover(workspace, looking, bringing, progress)


class Takeover:
    """Takes the data of one DVC project over. The caller holds the project."""

    def __init__(
        self, workspace: DataWorkspace, looking: Looking, bringing: Bringing, progress: Progress
    ) -> None:
        self._workspace = workspace
        self._looking = looking
        self._bringing = bringing
        self._progress = progress

    def take(self, drafts: Iterable[DataDraft], *, is_online: bool) -> Iterator[Taken]:
        """Take pieces of data over, one after the other; each is in `ml.lock` once it is given.

        Args:
            drafts: what the `.dvc` files name.
            is_online: whether DVC's remotes are asked for what its cache lacks.

        Raises:
            StoreError: something cannot be read or kept.
        """
        for each in drafts:
            found = self._one(each, is_online=is_online)
            if found.content is not None:
                self._workspace.record(each.path, found.content)
            yield found

    def _one(self, draft: DataDraft, *, is_online: bool) -> Taken:
        out = draft.out
        if out.is_versioned_by_cloud or (out.oid is None and out.is_cached):
            told = "its bucket alone versions it" if out.is_versioned_by_cloud else "it has no md5"
            return Taken(draft.path, problem=f"{told}: dvc pull {draft.file}, then data add")
        seen = self._looking.look(draft.path, is_legacy=out.is_legacy)
        if seen is not None and (seen.oid == out.oid or out.oid is None):
            here = self._from_project(draft.path)
            if here is not None:
                return here
        if draft.path in self._workspace.lock.data:
            told = f"ml.lock names a version of its own: to take DVC's, data rm {draft.path} first"
            return Taken(draft.path, problem=told)
        try:
            found = self._from_dvc(draft, is_online=is_online)
        except (ContentMissing, ContentCorrupt, RemoteError) as error:
            return Taken(draft.path, problem=_advice(error, draft, is_online=is_online))
        if seen is None:
            told = f"is not in place: modelcompose data checkout {draft.path}"
        elif seen.oid != out.oid:
            told = f"was changed here since: modelcompose data status {draft.path}"
        else:
            told = f"links lead into DVC's cache: to own it, data checkout {draft.path}"
        return Taken(draft.path, found, "from DVC's cache", (told,))

    def _from_project(self, path: str) -> Taken | None:
        """Keep what lies in the project; None where DVC's links or their modes would be kept."""
        target = self._workspace.root / path
        if _is_linked(target):
            return None
        content, tree = self._workspace.store.add(target, self._workspace.states)
        if tree is not None and _has_links(tree):
            return None
        if tree is not None:
            check_links(path, tree)
        return Taken(path, content, "as it is here")

    def _from_dvc(self, draft: DataDraft, *, is_online: bool) -> Content:
        item = Tracked(draft.path, draft.out, draft.file)
        brought = self._bringing.bring(item, self._progress, is_online=is_online)
        if brought.content is None:
            raise ContentMissing(f"{draft.path}: came in part")
        return brought.content


def _is_linked(path: Path) -> bool:
    """Whether a single file is a link of DVC's, or shares its inode with DVC's cache."""
    return path.is_symlink() or (path.is_file() and path.stat().st_nlink > 1)


def _has_links(tree: Tree) -> bool:
    return any(entry.link is not None or entry.mode is not None for entry in tree.entries)


def _advice(
    error: ContentMissing | ContentCorrupt | RemoteError, draft: DataDraft, *, is_online: bool
) -> str:
    if is_online:
        return f"{error.message}{f' ({error.hint})' if error.hint else ''}"
    if isinstance(error, ContentCorrupt):
        return error.message
    if draft.source is not None:
        return f"neither here nor in DVC's cache: modelcompose data update {draft.path} fetches it"
    return (
        "neither here nor in DVC's cache: modelcompose data import dvc --pull brings it from "
        f"DVC's remote, as dvc pull {draft.file} would"
    )
