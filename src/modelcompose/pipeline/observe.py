"""Seeing what planning needs to know of each step: inputs, outputs, what was made before."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from modelcompose.compose.project import Project, Service, is_volume
from modelcompose.engine.protocol import Engine
from modelcompose.errors import ContentMissing, NotFound, PlanError
from modelcompose.pipeline.claims import refuse_unmeetable
from modelcompose.pipeline.data_mounts import Shown, refuse_process, shown_by
from modelcompose.pipeline.graph import Graph, Node
from modelcompose.pipeline.hidden import refuse_hidden_input, refuse_hidden_outputs
from modelcompose.pipeline.identity import identity_of, identity_parts
from modelcompose.pipeline.images import Images
from modelcompose.pipeline.inputs import Inputs
from modelcompose.pipeline.lock import Lock
from modelcompose.pipeline.missing_inputs import refuse_missing
from modelcompose.pipeline.notebooks import Notebooks
from modelcompose.pipeline.outside.looking import Outside
from modelcompose.pipeline.outside.looks import Seen
from modelcompose.pipeline.outside.periods import overdue
from modelcompose.pipeline.parameters import Overrides, ParameterFiles, parameter_values
from modelcompose.pipeline.paths import covers, is_glob, outermost
from modelcompose.pipeline.plan import Decision, Known, Made, Observation, decide
from modelcompose.pipeline.previous import (
    as_before,
    failure_of,
    left,
    lock_differences,
    made_before,
)
from modelcompose.pipeline.restored import content_within
from modelcompose.pipeline.state_folder import StateFolder
from modelcompose.pipeline.stored_data import StoredData, stored_data
from modelcompose.pipeline.volume_steps import refuse_undeclared
from modelcompose.pipeline.volumes import ProjectVolumes
from modelcompose.store.content import Content, Tree
from modelcompose.store.states import FileStates, Skip
from modelcompose.store.store import Store
from modelcompose.tracking.comparison import differences
from modelcompose.tracking.masking import Masker
from modelcompose.tracking.run import Run
from modelcompose.tracking.runs import Runs

if TYPE_CHECKING:
    from modelcompose.pipeline.from_remote.asking import Elsewhere, Found

_TRIALS = 100
"""How many of a step's newest runs are looked through for the maker of its outputs."""


class Observer:
    """Looks at a project for one command. Use from several threads once steps run."""

    def __init__(  # noqa: PLR0913 - a command's parts meet here
        self,
        project: Project,
        *,
        graph: Graph,
        lock: Lock,
        runs: Runs,
        store: Store,
        states: FileStates,
        engine: Engine,
        overrides: Overrides,
        masker: Masker,
    ) -> None:
        self.project = project
        self.graph = graph
        self.lock = lock
        self.inputs = Inputs(project, states)
        self.volumes = ProjectVolumes(
            project, store, StateFolder(project.directory).path, engine.volumes
        )
        self.inputs.volumes = self.volumes
        self.inputs.stored = StoredData(store, lambda: stored_data(project, self.lock))
        self.images = Images(project, engine, self.inputs, states)
        self.overrides = overrides
        self._runs = runs
        self._store = store
        self._states = states
        self._masker = masker
        self._files = ParameterFiles(project, overrides)
        self.outside = Outside(
            project,
            engine,
            lock=lambda: self.lock,
            runs=runs,
            store=store,
            states=states,
            masker=masker,
        )
        self._is_process = engine.name == "process"
        self._folders: dict[str, tuple[Path, Callable[[Path], bool]]] = {}
        self._notebooks = Notebooks(project.directory, states, store)
        self.elsewhere: Elsewhere | None = None
        """Set while the project's remote is asked for what steps made."""

    def observe(self, node: Node, decisions: Mapping[str, Decision]) -> Observation:
        """Look at one step, given what was decided about the steps before it."""
        service = self.project.services[node.step]
        try:
            return self._observe(node, service, decisions)
        except (PlanError, NotFound, ContentMissing) as error:
            return Observation(node.step, problem=error.message, hint=error.hint)

    def _observe(
        self, node: Node, service: Service, decisions: Mapping[str, Decision]
    ) -> Observation:
        refuse_unmeetable(self.project, service)
        refuse_hidden_outputs(self.project, service)
        if self._is_process:
            refuse_process(service)
        refuse_undeclared(self.project, service, is_process=self._is_process)
        self.shown_by(service)  # a version that nobody knows is told before images are looked up
        present = {path: self.inputs.look(path) for path in outermost(service.the_step.written)}
        inputs = self._inputs(node, service, decisions)
        missing = [path for path, content in inputs.items() if content is None]
        pending = self._pending(node, service, decisions)
        absent = self._absent(node, missing, pending)
        lacking = [path for path in missing if path not in absent]
        refuse_missing(self.project, self.lock, node.step, lacking, pending)
        looked = Observation(
            node.step,
            present=present,
            is_cached=service.the_step.cache,
            absent=tuple(absent),
        )
        if pending:
            self._refuse_unset(service)
            return self._unknown(looked, pending=tuple(pending))
        image, definition = self.images.part(service, self.lock.images)
        unpinned = self.images.unpinned(service, self.lock.images)
        if unpinned:
            return self._unknown(looked, unpinned=unpinned)
        there = self.outside.see(node, service)
        here = {path: content for path, content in inputs.items() if content is not None}
        self._remember_folders(service, here)
        seen = {**here, **absent}
        parts = self.parts(service, image, seen, there)
        if there.unknown:
            latest = self._runs.latest(self.project.directory, node.step)
            others = self._differences(node.step, parts, latest, there.unknown)
            unknown = tuple(there.unknown.values())
            return self._unknown(looked, unknown=unknown, differences=others)
        known = Known(identity_of(parts), parts, seen, definition)
        compared = self._compared(replace(looked, known=known, unasked=there.unasked), known)
        aged = self._with_age(compared, service)
        if decide(aged).action == "run":  # nothing runs with inputs that are not here
            refuse_missing(self.project, self.lock, node.step, absent)
        return aged

    def _with_age(self, seen: Observation, service: Service) -> Observation:
        every_s = service.the_step.every_s
        if every_s is None or seen.made is None:
            return seen
        return replace(seen, overdue=overdue(seen.made.ended_at, time.time(), every_s))

    def _unknown(self, looked: Observation, **why: Any) -> Observation:
        """Tell of a step whose identity is not known yet."""
        latest = self._runs.latest(self.project.directory, looked.step)
        was_made = latest is not None or looked.step in self.lock.steps
        return replace(looked, was_made_before=was_made, **why)

    def _compared(self, looked: Observation, known: Known) -> Observation:
        """Compare with what was made before; of a step that is fresh nothing more is asked."""
        made = self._made(looked.step, known.identity)
        if made is not None and made.outputs == looked.present:
            return replace(looked, made=made, was_made_before=True)
        latest = self._runs.latest(self.project.directory, looked.step)
        is_held = made is not None and self._is_held(made, looked.present)
        found = None if is_held else self._found(looked, known, made)
        return replace(
            looked,
            made=made if found is None else found.made,
            was_made_before=latest is not None or looked.step in self.lock.steps,
            is_held=is_held,
            present_from=self._present_from(looked, known.identity) if made else None,
            differences=() if made else self._differences(looked.step, known.parts, latest),
            failure=failure_of(latest, known.identity),
            elsewhere=None if found is None else found.why,
        )

    def _found(self, looked: Observation, known: Known, made: Made | None) -> Found | None:
        """Ask the remote, where it is to be asked, for what the store cannot give."""
        if self.elsewhere is None or not looked.is_cached:
            return None
        return self.elsewhere.find(looked.step, looked.present, known.identity, made)

    def parts(
        self,
        service: Service,
        image: Mapping[str, Any],
        inputs: Mapping[str, Content],
        there: Seen,
    ) -> dict[str, Any]:
        """Put together a step's identity; secrets that stand in its command are masked."""
        params = parameter_values(
            self.project, service, service.the_step.params, self._files, self.overrides
        )
        skip = self.inputs.skip_for(service)
        parts = identity_parts(
            self.project,
            service,
            image=image,
            params=params,
            inputs={
                **{path: self._input_digest(path, inputs[path], skip) for path in inputs},
                **{each.name: each.content.digest for each in self.shown_by(service)},
                **there.fetched,
            },
            overrides=self.overrides,
        )
        masked: dict[str, Any] = self._masker.value({**parts, **there.parts})
        return masked

    def shown_by(self, service: Service) -> tuple[Shown, ...]:
        """Give the versions of data that a step's mounts show.

        Raises:
            NotFound: one is not known.
            ContentMissing: a listing that tells of one is not in the store.
        """
        return shown_by(self.project.directory, self.lock, self._store, service)

    def _remember_folders(self, service: Service, inputs: Mapping[str, Content]) -> None:
        for path, content in inputs.items():
            is_here = not path.startswith("/") and not is_volume(path)
            if content.kind == "folder" and is_here and not self.inputs.stored.has(path):
                folder = self.project.directory / path
                self._folders[content.digest] = (folder, self.inputs.skip_for(service))

    def _input_digest(self, path: str, content: Content, skip: Skip) -> str:
        changes = self._files.changed_in(path)
        if changes:
            return identity_of({"file": content.digest, "set": changes})
        digest = self._notebooks.counted(path, content, skip)
        return f"{digest}+x" if content.executable else digest

    def changed(self, service: Service, seen: Mapping[str, Content]) -> list[str]:
        """Name the inputs of the project that no longer count as what was seen of them."""
        skip = self.inputs.skip_for(service)

        def counts_as_before(path: str) -> bool:
            now = (
                None
                if path.startswith("/")
                else self._states.look(self.project.directory / path, skip=skip)
            )
            return now is not None and self._input_digest(path, now, skip) == self._input_digest(
                path, seen[path], skip
            )

        fetched = {address.path for address in service.the_step.addresses}
        here = {path: content for path, content in seen.items() if path not in fetched}
        return [path for path in self.inputs.changed(service, here) if not counts_as_before(path)]

    def _inputs(
        self, node: Node, service: Service, decisions: Mapping[str, Decision]
    ) -> dict[str, Content | None]:
        if service.the_step.inputs is None:
            return self.inputs.implied(service)
        found = self.inputs.mounted_files(service)
        for item in service.the_step.inputs:
            refuse_hidden_input(self.project, service, item.path)
            found.update(self.inputs.declared(service, item))
        restored = [d for name in node.upstream if (d := decisions.get(name)) is not None]
        for decision in restored:
            if decision.action == "restore" and decision.observation.made is not None:
                self._see_restored(found, decision.observation.made)
        return found

    def _see_restored(self, found: dict[str, Content | None], made: Made) -> None:
        """Show inputs as they will be once the step that makes them has been restored."""
        for written, content in made.outputs.items():
            for path in found:
                if covers(written, path):
                    found[path] = self._content_within(content, path[len(written) + 1 :])

    def _content_within(self, content: Content, inner: str) -> Content | None:
        if inner and self.elsewhere is not None and not self._store.has(content.digest):
            self.elsewhere.bring_part(content, inner)
        return content_within(self._store, content, inner)

    def _pending(
        self, node: Node, service: Service, decisions: Mapping[str, Decision]
    ) -> list[str]:
        """Name the steps before this one whose work must end before its inputs are known."""
        pending = []
        for name in node.upstream:
            decision = decisions.get(name)
            if decision is None or decision.action == "skip":
                continue
            if decision.action == "run" or self._reads_around(service, name):
                pending.append(name)
        return pending

    def _reads_around(self, service: Service, upstream: str) -> bool:
        """Tell whether an input is a glob over, or a folder around, what is to be restored."""
        written = self.project.steps[upstream].written
        return any(
            is_glob(item.path) or any(covers(item.path, w) and item.path != w for w in written)
            for item in service.the_step.inputs or ()
        )

    def _refuse_unset(self, service: Service) -> None:
        """Look up the parameters whose values no step has yet to make."""
        settled = [
            param
            for param in service.the_step.params
            if param.file is None or not self.inputs.is_written(param.file)
        ]
        parameter_values(self.project, service, settled, self._files, self.overrides)

    def _absent(
        self, node: Node, missing: Sequence[str], pending: Sequence[str]
    ) -> dict[str, Content]:
        """Give missing inputs as ml.lock names them, where a remote may have the step's result."""
        if self.elsewhere is None or pending:
            return {}
        return self.elsewhere.inputs(node.step, self.lock, missing)

    def _made(self, step: str, identity: str) -> Made | None:
        run = self._runs.result(identity)
        every_s = self.project.steps[step].every_s
        return made_before(run, self.lock.steps.get(step), identity, every_s, time.time())

    def _is_held(self, made: Made, present: Mapping[str, Content | None]) -> bool:
        changed = [c for path, c in made.outputs.items() if present.get(path) != c]
        return all(self._store.holds(content) for content in changed)

    def _present_from(self, looked: Observation, identity: str) -> str | None:
        """Name the run of this step, with another identity, that made what lies there."""
        runs = self._runs.list(
            folder=self.project.directory,
            filter=f'step = "{looked.step}" and status != running and kind = step',
            limit=_TRIALS,
            columns=("outputs",),
        )
        others = (run for run in runs if run.identity != identity or run.status != "succeeded")
        return next((run.id for run in others if left(run, looked.present)), None)

    def _differences(
        self,
        step: str,
        parts: Mapping[str, Any],
        latest: Run | None,
        unknown: Collection[str] = (),
    ) -> tuple[str, ...]:
        """Compare with the run that the lock tells of, else with the last one that went well.

        A trial with changed parameters does not move the lock: it is nothing to compare with.
        """
        locked = self.lock.steps.get(step)
        previous = self._runs.result(locked.identity) if locked is not None else None
        if previous is None and locked is not None:
            return lock_differences(locked, parts, unknown)
        if previous is None:
            good = self._runs.latest(self.project.directory, step, status="succeeded")
            previous = good or latest
        if previous is None:
            return ()
        folders = {
            digest
            for path, content in previous.inputs.items()
            if content.kind == "folder"
            for digest in (content.digest, previous.parts["inputs"].get(path, ""))
        }

        def listing(digest: str) -> Tree | None:
            known = any(digest in each for each in (folders, self._folders, self.outside.folders))
            known = known or self._notebooks.tree(digest) is not None
            return self.listing(digest) if known else None

        now = as_before(parts, unknown, previous.parts)
        found = differences(previous.parts, now, listing=listing)
        return tuple(difference.text for difference in found)

    def listing(self, digest: str) -> Tree | None:
        """Give a folder's listing by its digest, where the project or the store has it."""
        if (counted := self._notebooks.tree(digest)) is not None:
            return counted
        if digest in self._folders:
            path, skip = self._folders[digest]
            return self._states.tree(path, skip=skip)
        try:
            return self._store.tree(digest)
        except ContentMissing:
            return None

    def listings(self, content: Content) -> list[Tree]:
        """Give the listings of an input folder to keep: of its bytes, and as it counts."""
        found = (self.listing(content.digest), self._notebooks.tree_of(content))
        return [tree for tree in found if tree is not None]
