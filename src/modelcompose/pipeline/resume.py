"""`resume` outputs: folders kept between the tries of one identity.

    .ml/resume/STEP/held.json      {"identity": …, "run": …}: whose they are; absent while emptied
    .ml/resume/STEP/outputs/PATH   the folder that the step sees at PATH

What is here without a `held.json`, or of a run that succeeded, is left over: nobody's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from modelcompose.engine.protocol import InputMount
from modelcompose.errors import NotFound
from modelcompose.pipeline.letting_in import let_in
from modelcompose.pipeline.state_folder import StateFolder
from modelcompose.store.failures import translated
from modelcompose.store.placing import remove
from modelcompose.store.states import FileStates
from modelcompose.tracking.run import Run
from modelcompose.tracking.runs import Runs


class Held(Struct, frozen=True):
    """Whose the kept folders of a step are."""

    identity: str
    run: str
    """The newest run that they were given to."""


class ResumeFolders:
    """The kept folders of one project's steps; to be changed with the project's lock held."""

    def __init__(self, folder: StateFolder, runs: Runs, states: FileStates) -> None:
        self._root = folder.resume
        self._project = folder.path.parent
        self._runs = runs
        self._states = states

    def place(self, step: str, path: str) -> Path:
        """Give where a kept output lies."""
        return self._root / step / "outputs" / path

    def give(
        self,
        run: Run,
        paths: Sequence[str],
        *,
        is_kept_anyway: bool,
        own: Callable[[list[Path]], None],
    ) -> list[InputMount]:
        """Give a run its folders: as an earlier try of the same identity left them, else empty.

        Args:
            run: the one that is about to start.
            paths: the step's `resume` outputs.
            is_kept_anyway: whether what another identity left is kept, too.
            own: makes what lies under paths the caller's.

        Raises:
            StoreError: they cannot be written; StorageFull where the disk is full.
        """
        if not paths:
            return []
        folder = self._root / run.step
        own([folder])
        with translated(folder, "what is kept for the next try cannot be changed"):
            held = self._held(run.step)
            if held is None or not (is_kept_anyway or held.identity == run.identity):
                self.empty(run.step)
            for path in paths:
                self.place(run.step, path).mkdir(parents=True, exist_ok=True)
                let_in(self.place(run.step, path), self._project)
            self._write(run.step, Held(run.identity or "", run.id))
        return [InputMount(self.place(run.step, p), p, read_only=False) for p in paths]

    def hand_over(self, step: str, paths: Sequence[str], workspace: Path) -> None:
        """Move a step's folders into its workspace, to be brought in; nothing is kept then.

        To be called once the run is recorded as a success, and its outputs are in the store.

        Raises:
            StoreError: they cannot be moved.
        """
        if not paths:
            return
        with translated(self._root / step, "cannot be moved"):
            self._held_path(step).unlink(missing_ok=True)
            for path in paths:
                source, target = self.place(step, path), workspace / path
                listed = self._states.tree(source).entries
                remove(target)
                target.parent.mkdir(parents=True, exist_ok=True)
                source.replace(target)
                files = {target / e.path: e.digest for e in listed if e.link is None}
                self._states.remember_files(files)
            self.empty(step)

    def empty(self, step: str) -> None:
        """Remove what is kept for a step.

        Raises:
            OSError: as the system says it; what is left is nobody's.
        """
        self._held_path(step).unlink(missing_ok=True)
        remove(self._root / step)
        self._states.forget(self._root / step)

    def _held(self, step: str) -> Held | None:
        try:
            held = msgspec.json.decode(self._held_path(step).read_bytes(), type=Held)
        except (FileNotFoundError, msgspec.MsgspecError):
            return None
        try:
            is_done = self._runs.get(held.run).status == "succeeded"
        except NotFound:
            is_done = False
        return None if is_done else held

    def _write(self, step: str, held: Held) -> None:
        new = self._held_path(step).with_name("held.json.new")
        new.write_bytes(msgspec.json.encode(held))
        new.replace(self._held_path(step))

    def _held_path(self, step: str) -> Path:
        return self._root / step / "held.json"
