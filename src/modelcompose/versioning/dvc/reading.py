"""What DVC tracks in a project: read, compared, brought. Nothing of DVC's own is changed."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from modelcompose.errors import ContentCorrupt, ContentMissing
from modelcompose.store.content import Content, Tree
from modelcompose.store.remotes.parallel import Progress
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store
from modelcompose.versioning.changes import Change
from modelcompose.versioning.dvc.bringing import Bringing, Brought
from modelcompose.versioning.dvc.comparing import changed_files
from modelcompose.versioning.dvc.formats_config import DvcConfig, merged, read_sections, resolved
from modelcompose.versioning.dvc.hashes import Hashes, Known, of_files, of_made
from modelcompose.versioning.dvc.lasting import note
from modelcompose.versioning.dvc.looking import Listed, Looking, Seen
from modelcompose.versioning.dvc.tracking import FOLDER, Found, Tracked, find, read_files, without

if TYPE_CHECKING:
    from modelcompose.versioning.workspace import DataWorkspace

_CONFIG_LEVELS = ("config", "config.local")


class DvcProject:
    """What DVC tracks in a project, for one command. To be closed."""

    def __init__(
        self, root: Path, store: Store, states: FileStates, database: Path, ours: frozenset[str]
    ) -> None:
        """Take what it works with; nothing is read yet.

        Args:
            root: the project folder.
            store: where contents go.
            states: what is remembered of files.
            database: where `states` keeps that.
            ours: paths that ml.lock and the Compose file know; DVC's word on them is not heard.
        """
        self._root = root
        self._store = store
        self._states = states
        self._ours = ours
        self._hashes = Hashes(database)
        self._looking = Looking(root, states, self._hashes)
        self._bringing: Bringing | None = None

    def close(self) -> None:
        """Close what is open."""
        if self._bringing is not None:
            self._bringing.close()
        self._hashes.close()

    @cached_property
    def found(self) -> Found:
        """Give all that DVC tracks.

        Raises:
            ProjectError: a file of DVC's cannot be read, or names a path outside of the project.
        """
        return find(self._root, self._states, self._ours)

    @cached_property
    def tracked(self) -> dict[str, Tracked]:
        """Give what DVC tracks, by path; errors as for `found`."""
        return {item.path: item for item in self.found.tracked}

    def tracked_at(self, revision: str) -> dict[str, Tracked]:
        """Give what DVC tracked at a git revision, by path, but what ml.lock named then.

        Raises:
            NotFound: git knows no such revision.
            ProjectError: as for `found`.
        """
        from modelcompose.pipeline.lock_of_revision import lock_at
        from modelcompose.versioning.dvc.revisions import dvc_files_at

        lock = lock_at(self._root, revision)
        made = (path for step in lock.steps.values() for path in step.outputs)
        found = without(read_files(dvc_files_at(self._root, revision)), {*lock.data, *made})
        return {item.path: item for item in found.tracked}

    @cached_property
    def config(self) -> DvcConfig:
        """Give DVC's configuration, that of this user included."""
        return read_config(self._root)

    @property
    def bringing(self) -> Bringing:
        """Give what brings contents."""
        if self._bringing is None:
            self._bringing = Bringing(self._root, self._store, self._hashes, self.config)
        return self._bringing

    @property
    def told(self) -> Sequence[str]:
        """Give what the user ought to know of what was done."""
        return () if self._bringing is None else tuple(dict.fromkeys(self._bringing.told))

    def look(self, item: Tracked) -> Seen | None:
        """Give what lies at a path that DVC tracks; None where nothing does.

        Raises:
            StoreError: something there cannot be read.
        """
        return self._looking.look(item.path, is_legacy=item.out.is_legacy)

    def is_there(self, item: Tracked) -> bool:
        """Whether a path holds what DVC says; errors as for `look`."""
        seen = self.look(item)
        return seen is not None and seen.oid == item.oid

    def bring(
        self,
        item: Tracked,
        progress: Progress,
        *,
        within: str | None = None,
        is_online: bool = True,
    ) -> Brought:
        """Have the store hold a content; see `Bringing.bring`."""
        note(self._store, self._root)
        return self.bringing.bring(item, progress, within=within, is_online=is_online)

    def is_homeless(self, item: Tracked) -> bool:
        """Whether DVC would have something pushed, and names no remote to push it to."""
        return item.out.is_pushed and (item.out.remote or self.config.default_remote) is None

    def keep(self, item: Tracked) -> Content | None:
        """Have the store hold a content without asking a remote; None where it is not here.

        Raises:
            StoreError: something cannot be read or kept.
        """
        try:
            return self.bring(item, Progress(), is_online=False).content
        except (ContentMissing, ContentCorrupt):
            if not self.is_there(item):
                return None
            return self._store.add(self._root / item.path, self._states)[0]

    def remember(self, item: Tracked, content: Content) -> None:
        """Take from a caller who checked it that a content is what DVC tracks."""
        note(self._store, self._root)
        kinds = of_made if item.out.is_folder else of_files
        known = Known(content.digest, content.size_bytes)
        kind = kinds(is_legacy=item.out.is_legacy)
        self._hashes.keep(kind, {known: item.oid.partition(".")[0]})

    def listing(self, item: Tracked, *, is_online: bool = False) -> dict[str, Listed] | None:
        """Give the files of a version that DVC tracks; None where its listing is not here.

        Raises:
            RemoteError: a remote was asked, and fails.
        """
        if not item.out.is_folder:
            return {item.path.rpartition("/")[2]: Listed(item.oid, item.out.size_bytes)}
        try:
            files = self.bringing.manifest(item, Progress(), is_online=is_online)
        except (ContentMissing, ContentCorrupt):
            made = self.bringing.made(item)
            return None if made is None else self._listed(item, self._store.tree(made.digest))
        kind = of_files(is_legacy=item.out.is_legacy)
        known = self._hashes.contents(kind, {file.md5 for file in files})
        return {
            file.relpath: Listed(
                file.md5, known[file.md5].size_bytes if file.md5 in known else None
            )
            for file in files
        }

    def changes(self, old: Tracked | None, new: Tracked | None) -> list[Change] | None:
        """Compare two versions; None where the listing of one is not here."""
        if old is not None and new is not None and old.oid == new.oid:
            return []
        before = {} if old is None else self.listing(old)
        after = {} if new is None else self.listing(new)
        return None if before is None or after is None else changed_files(before, after)

    def changes_here(self, old: Tracked | None, path: str) -> list[Change] | None:
        """Compare a version with what lies at a path now; errors as for `look`."""
        is_legacy = old is not None and old.out.is_legacy
        seen = self._looking.look(path, is_legacy=is_legacy)
        if old is not None and seen is not None and seen.oid == old.oid:
            return []
        before = {} if old is None else self.listing(old)
        if before is None:
            return None
        return changed_files(before, self._here(path, seen, is_legacy=is_legacy))

    def _here(self, path: str, seen: Seen | None, *, is_legacy: bool) -> Mapping[str, Listed]:
        if seen is None:
            return {}
        if seen.content.kind == "folder":
            return self._looking.files(path, is_legacy=is_legacy)
        return {path.rpartition("/")[2]: Listed(seen.oid, seen.content.size_bytes)}

    def _listed(self, item: Tracked, tree: Tree) -> dict[str, Listed]:
        kind = of_files(is_legacy=item.out.is_legacy)
        md5s = self._hashes.hashes(kind, {entry.digest for entry in tree.entries})
        return {
            entry.path: Listed(md5s.get(entry.digest, entry.digest), entry.size_bytes)
            for entry in tree.entries
        }


def of_workspace(workspace: DataWorkspace) -> DvcProject:
    """Give what DVC tracks in the project of a workspace, but what is ours.

    Ours is what ml.lock names, what steps write, and data with a source of its own.
    """
    sourced = (item.path for item in workspace.project.data if item.source is not None)
    written = (path for step in workspace.project.steps.values() for path in step.written)
    made = (path for step in workspace.lock.steps.values() for path in step.outputs)
    return DvcProject(
        workspace.root,
        workspace.store,
        workspace.states,
        workspace.folder.states,
        frozenset((*workspace.lock.data, *sourced, *written, *made)),
    )


def read_config(project: Path) -> DvcConfig:
    """Read DVC's configuration: the system's, the user's, the project's, in this order."""
    import platformdirs

    folder = project / FOLDER
    system = os.environ.get("DVC_SYSTEM_CONFIG_DIR") or platformdirs.site_config_dir(
        "dvc", "iterative"
    )
    user = os.environ.get("DVC_GLOBAL_CONFIG_DIR") or platformdirs.user_config_dir(
        "dvc", "iterative"
    )
    files = [Path(system, "config"), Path(user, "config")]
    files += [folder / name for name in _CONFIG_LEVELS]
    levels = []
    for file in files:
        try:
            text = file.read_text("utf-8", "replace")
        except OSError:
            continue
        levels.append(resolved(read_sections(text), str(file.parent)))
    return merged(levels)
