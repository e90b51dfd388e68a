"""What the verbs about data do with paths that DVC tracks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from modelcompose.errors import ContentCorrupt, ContentMissing
from modelcompose.pipeline.paths import covers
from modelcompose.store.content import Content
from modelcompose.store.remotes.parallel import Progress
from modelcompose.versioning.changes import Change
from modelcompose.versioning.dvc.bringing import Brought
from modelcompose.versioning.dvc.reading import DvcProject
from modelcompose.versioning.dvc.tracking import Tracked
from modelcompose.versioning.workspace import DataWorkspace, Standing


class Pulled(Struct, frozen=True):
    """What a pull did with one path."""

    path: str
    oid: str
    size_bytes: int
    """How much came into the store."""
    placed: int | None
    """How many files were put into place; None where it was changed here."""


def standing(dvc: DvcProject, item: Tracked) -> Standing:
    """Tell how a path stands to the version that DVC tracks.

    Raises:
        StoreError: something there cannot be read.
    """
    seen = dvc.look(item)
    if seen is None:
        return Standing(item.path, "missing", item.content, None, tracker="dvc")
    if seen.oid == item.oid:
        return Standing(item.path, "fresh", item.content, seen.content, tracker="dvc")
    changes = dvc.changes_here(item, item.path)
    return Standing(
        item.path, "modified", item.content, seen.content, tuple(changes or ()), tracker="dvc"
    )


def chosen(dvc: DvcProject, paths: Iterable[str]) -> list[tuple[Tracked, str | None]]:
    """Give what DVC tracks at paths, or inside of them: each with the part that was asked for."""
    found: dict[tuple[str, str | None], tuple[Tracked, str | None]] = {}
    for path in paths:
        for item in dvc.tracked.values():
            if covers(path, item.path):
                found[item.path, None] = item, None
            elif covers(item.path, path):
                within = path[len(item.path) + 1 :]
                found[item.path, within] = item, within
    return list(found.values())


def checkout(workspace: DataWorkspace, dvc: DvcProject, item: Tracked) -> tuple[int, str | None]:
    """Make a path hold a version that DVC tracks; no remote is asked. The caller holds the project.

    Returns:
        As `DataWorkspace.checkout` does.

    Raises:
        ContentMissing: neither the store nor DVC's cache holds it.
        StoreError: the project cannot be written to.
    """
    if dvc.is_there(item):
        return 0, None
    return workspace.checkout(item.path, brought(dvc, item))


def brought(dvc: DvcProject, item: Tracked) -> Content:
    """Have the store hold a version that DVC tracks; no remote is asked. Errors as `checkout`."""
    content = dvc.bring(item, Progress(), is_online=False).content
    assert content is not None  # noqa: S101 - no part was asked for
    return content


class Pulling(Struct, frozen=True):
    """Brings versions that DVC tracks, for one command."""

    workspace: DataWorkspace
    """Of the project, which the caller holds where something is placed."""
    dvc: DvcProject
    progress: Progress
    is_placed: bool
    """Whether what comes is put into place, too."""
    address: str | None = None
    """The remote to ask last, where that is not the project's."""
    came: dict[str, int] = {}
    """The sizes of single files that came together, by path."""

    def begin(self, items: Iterable[Tracked]) -> None:
        """Bring the single files among what is wanted all at once; errors as for `pull`."""
        files = [item for item in items if not item.out.is_folder]
        if len(files) > 1:
            lacking = [i for i in files if not (self.is_placed and self.dvc.is_there(i))]
            self.came.update(self.dvc.bringing.bring_files(lacking, self.progress))

    def pull(self, item: Tracked, within: str | None = None) -> Pulled:
        """Bring a version into the store, and into place unless it was changed here.

        Args:
            item: what is wanted.
            within: a path inside of it, where no more is.

        Raises:
            ContentMissing: neither the store, nor DVC's cache, nor its remote, nor the project's
                own one holds it.
            ContentCorrupt: what they hold is damaged.
            RemoteError: a remote fails or refuses.
            StoreError: the project cannot be written to.
        """
        if self.is_placed and within is None and self.dvc.is_there(item):
            return Pulled(item.path, item.oid, 0, 0)
        try:
            came = self.dvc.bring(item, self.progress, within=within)
        except (ContentMissing, ContentCorrupt):
            saved = self._saved(item)
            if saved is None:
                raise
            return saved
        placed = self._placed(item, came, within) if self.is_placed else 0
        size = came.size_bytes or self.came.get(item.path, 0)
        return Pulled(item.path, item.oid, size, placed)

    def _placed(self, item: Tracked, came: Brought, within: str | None) -> int | None:
        if came.content is not None:
            return self.workspace.bring(item.path, came.content)
        assert came.tree is not None  # noqa: S101 - a part is one of a folder
        return self.workspace.place_part(item.path, came.tree, within or "")

    def _saved(self, item: Tracked) -> Pulled | None:
        """Bring it from the project's own remote; None where it has none, or not this."""
        workspace = self.workspace
        if not (self.address or workspace.project.remote):
            return None
        from modelcompose.pipeline.from_remote.opening import remote_of
        from modelcompose.versioning.dvc.elsewhere import fetched

        before = self.progress.ready_bytes
        declared = workspace.project.remote
        with remote_of(self.address, declared, workspace.root, workspace.store) as remote:
            content = fetched(remote, workspace.store, item, self.progress)
        if content is None:
            return None
        self.dvc.remember(item, content)
        placed = workspace.bring(item.path, content) if self.is_placed else 0
        return Pulled(item.path, item.oid, self.progress.ready_bytes - before, placed)


def compare(
    dvc: DvcProject,
    paths: Iterable[str],
    old: Mapping[str, Tracked],
    new: Mapping[str, Tracked] | None,
) -> dict[str, list[Change] | None]:
    """Compare versions by path; None for `new` is what lies there now."""
    return {
        path: dvc.changes_here(old.get(path), path)
        if new is None
        else dvc.changes(old.get(path), new.get(path))
        for path in paths
    }


def content_at(
    workspace: DataWorkspace,
    dvc: DvcProject,
    path: str,
    revision: str | None,
    progress: Progress,
) -> Content | None:
    """Bring what DVC tracks at a path, now or at a git revision, into the store.

    Returns:
        What it is; None where DVC tracks nothing there.

    Raises:
        ContentMissing: neither the store, nor DVC's cache, nor its remote holds it.
        RemoteError: the remote fails or refuses.
    """
    from modelcompose.store.parts import part_of

    known = dvc.tracked if revision is None else dvc.tracked_at(revision)
    item = next((each for each in known.values() if covers(each.path, path)), None)
    if item is None:
        return None
    inner = path[len(item.path) + 1 :]
    came = dvc.bring(item, progress, within=inner or None)
    if came.content is not None or came.tree is None:
        return came.content
    return part_of(workspace.store, came.tree, inner)
