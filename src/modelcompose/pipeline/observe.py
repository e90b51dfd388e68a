"""Seeing what planning needs to know of each step: inputs, outputs, what was made before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from modelcompose.compose.project import Project, Service
from modelcompose.engine.protocol import Engine
from modelcompose.errors import ContentMissing, PlanError
from modelcompose.pipeline.claims import refuse_unmeetable
from modelcompose.pipeline.graph import Graph, Node
from modelcompose.pipeline.identity import identity_of, identity_parts
from modelcompose.pipeline.images import Images
from modelcompose.pipeline.inputs import Inputs
from modelcompose.pipeline.lock import Lock
from modelcompose.pipeline.mounts import can_write, is_shown
from modelcompose.pipeline.notebooks import Notebooks
from modelcompose.pipeline.origin import where
from modelcompose.pipeline.parameters import Overrides, ParameterFiles, parameter_values
from modelcompose.pipeline.paths import covers, is_glob, may_read, outermost
from modelcompose.pipeline.plan import Decision, Known, Made, Observation
from modelcompose.pipeline.previous import lock_differences
from modelcompose.pipeline.restored import content_within
from modelcompose.store.content import Content, Tree
from modelcompose.store.states import FileStates, Skip
from modelcompose.store.store import Store
from modelcompose.tracking.comparison import differences
from modelcompose.tracking.masking import Masker
from modelcompose.tracking.run import Run
from modelcompose.tracking.runs import Runs

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
        self.images = Images(project, engine, self.inputs, states)
        self.overrides = overrides
        self._runs = runs
        self._store = store
        self._states = states
        self._masker = masker
        self._files = ParameterFiles(project, overrides)
        self._folders: dict[str, tuple[Path, Callable[[Path], bool]]] = {}
        self._notebooks = Notebooks(project.directory, states, store)

    def observe(self, node: Node, decisions: Mapping[str, Decision]) -> Observation:
        """Look at one step, given what was decided about the steps before it."""
        service = self.project.services[node.step]
        try:
            return self._observe(node, service, decisions)
        except PlanError as error:
            return Observation(node.step, problem=error.message, hint=error.hint)

    def _observe(
        self, node: Node, service: Service, decisions: Mapping[str, Decision]
    ) -> Observation:
        refuse_unmeetable(self.project, service)
        self._refuse_hidden_outputs(service)
        present = {path: self.inputs.look(path) for path in outermost(service.the_step.written)}
        inputs = self._inputs(node, service, decisions)
        missing = [path for path, content in inputs.items() if content is None]
        pending = self._pending(node, service, decisions)
        self._refuse_missing(node, missing, pending)
        looked = Observation(node.step, present=present, is_cached=service.the_step.cache)
        if pending:
            self._refuse_unset(service)
            return self._unknown(looked, pending=tuple(pending))
        image, definition = self.images.part(service, self.lock.images)
        unpinned = self.images.unpinned(service, self.lock.images)
        if unpinned:
            return self._unknown(looked, unpinned=unpinned)
        seen = {path: content for path, content in inputs.items() if content is not None}
        self._remember_folders(service, seen)
        parts = self.parts(service, image, seen)
        known = Known(identity_of(parts), parts, seen, definition)
        return self._compared(replace(looked, known=known), known)

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
        return replace(
            looked,
            made=made,
            was_made_before=latest is not None or looked.step in self.lock.steps,
            is_held=made is not None and self._is_held(made, looked.present),
            present_from=self._present_from(looked, known.identity) if made else None,
            differences=() if made else self._differences(looked.step, known.parts, latest),
            failure=_failure(latest, known.identity),
        )

    def parts(
        self, service: Service, image: Mapping[str, Any], inputs: Mapping[str, Content]
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
            inputs={path: self._input_digest(path, inputs[path], skip) for path in inputs},
            overrides=self.overrides,
        )
        masked: dict[str, Any] = self._masker.value(parts)
        return masked

    def _remember_folders(self, service: Service, inputs: Mapping[str, Content]) -> None:
        for path, content in inputs.items():
            if content.kind == "folder" and not path.startswith("/"):
                folder = self.project.directory / path
                self._folders[content.digest] = (folder, self.inputs.skip_for(service))

    def _input_digest(self, path: str, content: Content, skip: Skip) -> str:
        changes = self._files.changed_in(path)
        if changes:
            return identity_of({"file": content.digest, "set": changes})
        digest = self._notebooks.counted(path, content, skip)
        return f"{digest}+x" if content.executable else digest

    def changed(self, service: Service, seen: Mapping[str, Content]) -> list[str]:
        """Name the inputs that no longer count as what was seen of them."""
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

        return [path for path in self.inputs.changed(service, seen) if not counts_as_before(path)]

    def _inputs(
        self, node: Node, service: Service, decisions: Mapping[str, Decision]
    ) -> dict[str, Content | None]:
        if service.the_step.inputs is None:
            return self.inputs.implied(service)
        found = self.inputs.mounted_files(service)
        for item in service.the_step.inputs:
            self._refuse_hidden_input(service, item.path)
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
                    found[path] = content_within(self._store, content, path[len(written) + 1 :])

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

    def _refuse_missing(self, node: Node, missing: Sequence[str], pending: Sequence[str]) -> None:
        for path in missing:
            writer = next(
                (name for w, name in self.inputs.written.items() if may_read(path, w)), None
            )
            if writer in pending:
                continue
            place = where(self.project, node.step, "inputs")
            if writer is not None:
                raise PlanError(
                    f"{place}: {path} is missing; step {writer!r} makes it",
                    hint=f"run: modelcompose run {writer}",
                )
            raise PlanError(f"{place}: {path} is missing", hint=self._source_of(path))

    def _source_of(self, path: str) -> str:
        for item in self.project.data:
            if item.source is not None and covers(item.path, path):
                return f"get it from {item.source}"
        others = ", ".join(f"--profile {name}" for name in self._inactive_profiles())
        if others:
            return f"put it there, or read the steps of another profile with it: {others}"
        return "put it there, or declare it as an output of the step that makes it"

    def _inactive_profiles(self) -> list[str]:
        known = {name for s in self.project.services.values() for name in s.profiles}
        return sorted(known - set(self.project.profiles))

    def _refuse_hidden_input(self, service: Service, path: str) -> None:
        if not is_shown(self.project, service, path.partition("*")[0].rstrip("/") or "."):
            raise PlanError(
                f"{where(self.project, service.name, 'inputs')}: no mount of "
                f"{service.name!r} shows {path}",
                hint=f'add a bind mount, such as: volumes: ["{_such_as(path)}"]',
            )

    def _refuse_hidden_outputs(self, service: Service) -> None:
        for path in service.the_step.written:
            if not can_write(self.project, service, path):
                raise PlanError(
                    f"{where(self.project, service.name, 'outputs')}: no writable mount of "
                    f"{service.name!r} shows {path}",
                    hint='mount the project, such as: volumes: [".:/app"]',
                )

    def _made(self, step: str, identity: str) -> Made | None:
        run = self._runs.result(identity)
        if run is not None:
            return Made(run.outputs, run.id, run.ended_at, run.duration_s, run.metrics)
        locked = self.lock.steps.get(step)
        if locked is not None and locked.identity == identity:
            return Made(locked.outputs)
        return None

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
        return next((run.id for run in others if _left(run, looked.present)), None)

    def _differences(
        self, step: str, parts: Mapping[str, Any], latest: Run | None
    ) -> tuple[str, ...]:
        """Compare with the run that the lock tells of, else with the last one that went well.

        A trial with changed parameters does not move the lock: it is nothing to compare with.
        """
        locked = self.lock.steps.get(step)
        previous = self._runs.result(locked.identity) if locked is not None else None
        if previous is None and locked is not None:
            return lock_differences(locked, parts)
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
            known = digest in folders or digest in self._folders or self._notebooks.tree(digest)
            return self.listing(digest) if known else None

        found = differences(previous.parts, parts, listing=listing)
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


def _left(run: Run, present: Mapping[str, Content | None]) -> bool:
    """Tell whether a run left what lies there now: all of it, or its live outputs if it failed."""
    if run.status == "succeeded":
        return run.outputs == present
    return bool(run.outputs) and all(present.get(p) == c for p, c in run.outputs.items())


def _such_as(path: str) -> str:
    """Give a mount that would show an input."""
    return f"{path}:{path}:ro" if path.startswith("/") else f"./{path}:/{path}"


def _failure(latest: Run | None, identity: str) -> str | None:
    if latest is None or latest.identity != identity or latest.status == "succeeded":
        return None
    return latest.error or latest.status
