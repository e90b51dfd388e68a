"""The files that a run saw, laid out again: from the store, or from where they still lie."""

from __future__ import annotations

import os
from collections.abc import Sequence

from modelcompose.compose.project import Project, Service, is_volume
from modelcompose.pipeline.inputs import Inputs
from modelcompose.pipeline.paths import by_folder
from modelcompose.store.content import Content
from modelcompose.store.placing import remove
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store
from modelcompose.tracking.run import Run

_DIGITS = 19


class Pieces:
    """Lays out what one run saw in a folder that takes the project's place."""

    def __init__(self, own: Project, rebuilt: Project, store: Store) -> None:
        """Prepare.

        Args:
            own: the project as it is now.
            rebuilt: the one to lay out, in a folder that is not there yet.
            store: what is taken from it.
        """
        self._own = own
        self._rebuilt = rebuilt
        self._store = store

    def lay(self, run: Run, states: FileStates, own_states: FileStates) -> list[str]:
        """Lay out the code and the inputs of a run; give what is gone, in words.

        Args:
            run: the run.
            states: what is known of the rebuilt project's files.
            own_states: what is known of the own project's.

        Raises:
            StoreError: something cannot be written; StorageFull where the disk is full.
        """
        self._lay_code(run)
        service = self._rebuilt.services[run.step]
        found = Inputs(self._rebuilt, states)
        here = Inputs(self._own, own_states)
        gone: list[str] = []
        for path in sorted(run.inputs, key=by_folder):
            content = run.inputs[path]
            if is_volume(path):
                continue  # it is looked at where it is, and never changed
            if path.startswith("/"):
                gone += self._missing_external(found, service, path, content)
                continue
            target = self._rebuilt.directory / path
            if states.look(target, skip=found.skip_for(service)) == content:
                continue
            if self._store.holds(content):
                remove(target)
                self._store.place(content, target, states)
                continue
            there = own_states.look(self._own.directory / path, skip=here.skip_for(service))
            if there == content:
                remove(target)
                target.parent.mkdir(parents=True, exist_ok=True)
                os.symlink(self._own.directory / path, target)  # noqa: PTH211 - as Path does
                continue
            gone.append(_only_known(path, content, there))
        return gone

    def _lay_code(self, run: Run) -> None:
        tree = run.code.tree
        code = Content("folder", tree or "", 0)
        if tree is not None and self._store.holds(code):
            self._store.place(code, self._rebuilt.directory)
        else:
            self._rebuilt.directory.mkdir(parents=True)

    def _missing_external(
        self, found: Inputs, service: Service, path: str, content: Content
    ) -> Sequence[str]:
        declared = next(item for item in service.the_step.inputs or () if item.path == path)
        there = found.declared(service, declared)[path]
        if there == content:
            return ()
        now = "is not there" if there is None else "has changed since"
        return (f"input {path}: external data, of which nothing is kept, {now}",)


def _only_known(path: str, content: Content, there: Content | None) -> str:
    now = "nothing lies there now" if there is None else "something else lies there now"
    return (
        f"input {path}: only its digest is known, {content.digest[:_DIGITS]}…: "
        f"the store does not hold it, and {now}"
    )
