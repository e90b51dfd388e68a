"""What a step wrote: looked at, kept in the store, then put into the project all at once."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from msgspec import Struct

from modelcompose.compose.project import Project, Step, is_volume
from modelcompose.errors import StepError
from modelcompose.pipeline.paths import outermost, place_of
from modelcompose.pipeline.state_folder import StateFolder
from modelcompose.pipeline.volumes import ProjectVolumes
from modelcompose.store.content import Content
from modelcompose.store.exchange import exchange
from modelcompose.store.outputs import above, check_outputs, check_writable, settle_links
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store
from modelcompose.tracking.metrics_files import read_metrics
from modelcompose.tracking.run import Series


class Collected(Struct, frozen=True):
    """What a step made, found in its workspace and kept in the store."""

    outputs: Mapping[str, Content]
    values: Mapping[str, float]
    series: tuple[Series, ...]


class Collector:
    """Moves outputs between workspaces, the store and the project."""

    def __init__(  # noqa: PLR0913 - what it works with, each by name
        self,
        project: Project,
        folder: StateFolder,
        store: Store,
        states: FileStates,
        *,
        is_made: Callable[[str, Content], bool],
        volumes: ProjectVolumes | None = None,
    ) -> None:
        """Take what it works with.

        Args:
            project: whose outputs they are.
            folder: its state.
            store: this user's.
            states: the file-state cache.
            is_made: tells whether a step made what lies at an output's path, also where this
                user's store does not hold it: another user of the project may have run it.
            volumes: fills volumes; None where no step writes any.
        """
        self._volumes = volumes
        self._is_made = is_made
        self._project = project
        self._folder = folder
        self._store = store
        self._states = states

    def check_places(self, step: Step) -> None:
        """Make sure, before a step runs for days, that what it writes can be brought in.

        Raises:
            StoreError: an output lies behind a link, or in a folder that cannot be written.
        """
        root, outputs = self._project.directory, outermost(files_of(step.written))
        check_outputs(root, outputs)
        check_writable(root, {p if (root / p).is_dir() else above(p)[0] for p in outputs})

    def collect(
        self,
        name: str,
        step: Step,
        workspace: Path,
        places: Mapping[str, Path],
        volumes: Mapping[str, Content] = {},
    ) -> Collected:
        """Look at what a step wrote and keep it.

        Args:
            name: the step's.
            step: what it says about itself.
            workspace: where it wrote.
            places: where the outputs lie that it wrote elsewhere, by path.
            volumes: what it wrote into volumes, which is kept already.

        Raises:
            StepError: a declared output is not there.
            StorageFull: the store's disk is full.
        """
        outputs: dict[str, Content] = {}
        written = outermost(files_of(step.written))
        settle_links(workspace, [path for path in written if path not in places])
        for path in outermost(step.written):
            content = (
                volumes[path]
                if is_volume(path)
                else self._states.look(place_of(path, workspace, places))
            )
            if content is None or (is_volume(path) and not content.files):
                raise StepError(
                    f"services.{name}: the step ended well but did not write {path}",
                    hint="write it there, or take it out of x-ml.step.outputs",
                )
            outputs[path] = content
        values: dict[str, float] = {}
        series: list[Series] = []
        for path in step.metrics:
            read, more = read_metrics(place_of(path, workspace, places))
            values.update(read)
            series += more
        for path, content in outputs.items():
            if is_volume(path):
                continue
            self._store.put(place_of(path, workspace, places), content, self._states)
        return Collected(outputs, values, tuple(series))

    def bring(
        self, staged: Path, outputs: Mapping[str, Content], notes: Callable[[str], None]
    ) -> None:
        """Make the project's outputs those in a staging folder, keeping edits made by hand."""
        self._fill_volumes(outputs, notes)
        files = {path: outputs[path] for path in files_of(outputs)}
        self._keep_edits(files, notes)
        journal = self._journal(staged)
        exchange(self._project.directory, staged, tuple(files), journal, states=self._states)

    def _fill_volumes(self, outputs: Mapping[str, Content], notes: Callable[[str], None]) -> None:
        """Fill volumes: before files change, since a volume that is in use refuses."""
        volumes = {path: content for path, content in outputs.items() if is_volume(path)}
        if self._volumes is None or not volumes:
            return
        for path in volumes:
            self._volumes.refuse_in_use(path)
        for path, content in volumes.items():
            before = self._volumes.fill(path, content).before
            if before not in (None, content) and not self._is_made(path, before):
                notes(f"{path} was changed by hand; the store keeps what it held: {before.digest}")

    def is_needed(self, staged: Path) -> bool:
        """Tell whether bringing in a staging folder's outputs was broken off, to be finished."""
        return self._journal(staged).exists()

    def restore(self, outputs: Mapping[str, Content], notes: Callable[[str], None]) -> None:
        """Bring outputs back from the store.

        Raises:
            ContentMissing: the store no longer has them.
        """
        staged = self._folder.workspace(f"restore-{os.urandom(16).hex()}")
        try:
            for path in files_of(outputs):
                content = outputs[path]
                self._store.place(content, staged / path, self._states)
            self.bring(staged, outputs, notes)
        finally:
            if not self.is_needed(staged):
                shutil.rmtree(staged, ignore_errors=True)

    def keep(self, path: str) -> list[tuple[str, str]]:
        """Keep in the store what lies at a path of the project and is not in it yet.

        Returns:
            Each file that was new to the store, with its blob's path.
        """
        if is_volume(path):
            return []  # what fills it keeps it
        target = self._project.directory / path
        content = self._states.look(target)
        if content is None or self._store.holds(content):
            return []
        if content.kind != "folder":
            files = {path: content.digest}
        else:
            tree = self._states.tree(target)
            files = {f"{path}/{e.path}": e.digest for e in tree.entries if e.link is None}
        new = {name: d for name, d in files.items() if not self._store.has(d)}
        self._store.put(target, content, self._states, is_packed=False)  # to be copied by `cp`
        return [(name, str(self._store.blob_path(digest))) for name, digest in new.items()]

    def _journal(self, staged: Path) -> Path:
        return self._folder.journals / f"{staged.name}.json"

    def _keep_edits(self, outputs: Mapping[str, Content], notes: Callable[[str], None]) -> None:
        for path in outputs:
            found = self._states.look(self._project.directory / path)
            new = self.keep(path)
            if found is not None and self._is_made(path, found):
                continue
            for name, blob in new:
                command = shlex.join(["cp", blob, name])
                notes(f"{name} was changed by hand; to bring it back: {command}")


def files_of(paths: Iterable[str]) -> list[str]:
    """Leave out the volumes."""
    return [path for path in paths if not is_volume(path)]
