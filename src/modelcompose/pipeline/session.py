"""Everything one command works with in one project."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from modelcompose.compose.project import Project, Service, Step
from modelcompose.engine.protocol import Engine, Execution
from modelcompose.pipeline.again import Again
from modelcompose.pipeline.collect import Collector
from modelcompose.pipeline.departed import without_departed
from modelcompose.pipeline.graph import Graph, Node
from modelcompose.pipeline.images import Images
from modelcompose.pipeline.lock import FILE_NAME, Lock, read_lock, write_lock
from modelcompose.pipeline.observe import Observer
from modelcompose.pipeline.outside.periods import as_text
from modelcompose.pipeline.parameters import Overrides
from modelcompose.pipeline.previous import locked_step
from modelcompose.pipeline.secrets import secret_values
from modelcompose.pipeline.services import Services
from modelcompose.pipeline.state_folder import StateFolder
from modelcompose.pipeline.step_tracking import StepTracking
from modelcompose.pipeline.watching import Watch
from modelcompose.store.content import Content
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store
from modelcompose.tracking.masking import Masker
from modelcompose.tracking.run import Run
from modelcompose.tracking.runs import Runs

_LOCK_EVERY_S = 1.0


class Session:
    """A project, its state and the engine, for the length of one command.

    Methods may be called from the threads that carry out steps.
    """

    def __init__(  # noqa: PLR0913 - a command's parts meet here
        self,
        project: Project,
        graph: Graph,
        *,
        engine: Engine,
        runs: Runs,
        store: Store,
        overrides: Overrides = Overrides(),  # noqa: B008 - frozen
        command_line: Sequence[str] = (),
        tracking: Callable[[Session], StepTracking] | None = None,
    ) -> None:
        self.project = project
        self.graph = graph
        self.engine = engine
        self.runs = runs
        self.store = store
        self.overrides = overrides
        self.command_line = tuple(command_line)
        self.folder = StateFolder(project.directory)
        self.new_tracking = tracking
        self._tracking: StepTracking | None = None
        self.states = FileStates(self.folder.states)
        self._secrets = tuple(
            secret_values(project, {**overrides.environment, **overrides.variables})
        )
        self.masker = self.new_masker()
        self.lock_path = project.directory / FILE_NAME
        self.observer = Observer(
            project,
            graph=graph,
            lock=read_lock(self.lock_path, self.states),
            runs=runs,
            store=store,
            states=self.states,
            engine=engine,
            overrides=overrides,
            masker=self.masker,
        )
        self.services: Services | None = None
        """The services that this command started; see `pipeline.acting`."""
        self.again: Again | None = None
        """Set where the project stands in for another, whose runs are made again."""
        self.keeps_resumed = False
        """Whether steps go on from what another identity left in their `resume` outputs."""
        self.stopping = threading.Event()
        self.adopted: dict[str, Run] = {}
        """Runs of dead commands that this one finished, by their identities."""
        self._guard = threading.RLock()
        self._executions: dict[Execution, Watch] = {}
        self._lock_written_at = 0.0

    def new_masker(self, more: Sequence[str] = ()) -> Masker:
        """Give a masker for one stream, which also masks the secrets in `more`."""
        return Masker((*self._secrets, *more), self.project.masked_variables)

    @property
    def tracking(self) -> StepTracking | None:
        """Give what takes what steps log into their own runs; None where nothing does."""
        with self._guard:
            if self._tracking is None and self.new_tracking is not None:
                self._tracking = self.new_tracking(self)
            return self._tracking

    def new_collector(self) -> Collector:
        """Give what moves outputs between workspaces, the store and the project."""
        return Collector(
            self.project,
            self.folder,
            self.store,
            self.states,
            is_made=self._is_locked,
            volumes=self.observer.volumes,
        )

    def _is_locked(self, path: str, content: Content) -> bool:
        return any(step.outputs.get(path) == content for step in self.lock.steps.values())

    @property
    def lock(self) -> Lock:
        """Give the lock as it is to be written."""
        return self.observer.lock

    @property
    def images(self) -> Images:
        """Give what the project's images are made of."""
        return self.observer.images

    def service(self, node: Node) -> Service:
        """Give a step's service."""
        return self.project.services[node.step]

    @property
    def services_project(self) -> Project:
        """Give the project that the services which steps need belong to."""
        return self.project if self.again is None else self.again.project

    def recorded(self, run: Run) -> Run:
        """Give a run of this session's project as it is to be recorded."""
        return run if self.again is None else self.again.recorded(run)

    def renew_lock(self) -> None:
        """Read `ml.lock` again: another command may have written it while this one waited."""
        self.observer.lock = read_lock(self.lock_path, self.states)

    def pin(self, services: Sequence[Service], *, renew: bool, pull: bool) -> None:
        """Look up the digests of the images that services rest on.

        Args:
            services: whose images.
            renew: also those whose digests are known.
            pull: ask the registries anew.
        """
        with self._guard:
            wanted = {
                reference
                for service in services
                for reference in self.images.references(service)
                if renew or reference not in self.lock.images
            }
            if wanted:
                pins = self.engine.pin(sorted(wanted), pull=pull)
                self._change_lock(
                    lambda lock: lock.with_images({pin.reference: pin.digest for pin in pins})
                )

    def record_made(
        self,
        step: str,
        identity: str,
        parts: Mapping[str, object],
        made: Mapping[str, Content],
        *,
        ended_at: float | None,
    ) -> None:
        """Note in the lock what a step made; a run with changed parameters never moves it."""
        declared = self.project.steps.get(step, Step())
        locked = locked_step(
            identity,
            parts,
            made,
            marks=self.observer.outside.marks(declared),
            made=None if declared.every_s is None else as_text(ended_at),
        )
        if not self.overrides:
            self._change_lock(lambda lock: lock.with_step(step, locked))

    def _change_lock(self, change: Callable[[Lock], Lock]) -> None:
        with self._guard:
            self.observer.lock = change(self.observer.lock)
            if time.monotonic() - self._lock_written_at > _LOCK_EVERY_S:
                self.write_lock()

    def write_lock(self) -> None:
        """Write `ml.lock`, unless parameters were changed for this command."""
        with self._guard:
            if not self.overrides:
                self.observer.lock = without_departed(self.project, self.lock)
                write_lock(self.lock_path, self.lock)
            self._lock_written_at = time.monotonic()

    def began(self, execution: Execution, watch: Watch) -> None:
        """Know of an execution, so that it is stopped with the command, and looked at."""
        with self._guard:
            self._executions[execution] = watch
        if self.stopping.is_set():
            execution.stop()

    def ended(self, execution: Execution) -> None:
        """Forget an execution."""
        with self._guard:
            self._executions.pop(execution, None)

    def stop(self) -> None:
        """Stop all executions within their grace periods and start no more."""
        self.stopping.set()
        self.engine.interrupt()
        for execution in self._running():
            execution.stop()

    def kill(self) -> None:
        """End all executions at once."""
        for execution in self._running():
            execution.kill()

    def _running(self) -> list[Execution]:
        with self._guard:
            return list(self._executions)

    def watches(self) -> list[Watch]:
        """Give how the executions that run now are looked at."""
        with self._guard:
            return list(self._executions.values())

    def workspace(self, run: str) -> Path:
        """Give the folder of a run's workspace."""
        return self.folder.workspace(run)

    def close(self) -> None:
        """Let go of the caches, and of what takes what steps log."""
        if self._tracking is not None:
            self._tracking.close()
        self.states.close()
