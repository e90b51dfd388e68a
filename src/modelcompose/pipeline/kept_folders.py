"""Outputs that a step does not write in its workspace: those kept between tries, and live ones."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from modelcompose.compose.project import Service
from modelcompose.engine.protocol import InputMount, Job
from modelcompose.pipeline.collect import Collector
from modelcompose.pipeline.live import LiveFolders, found_live
from modelcompose.pipeline.resume import ResumeFolders
from modelcompose.pipeline.session import Session
from modelcompose.store.content import Content
from modelcompose.tracking.run import Run


class KeptFolders:
    """Where the `resume` and `live` outputs of one command's steps lie.

    Nothing is remembered between calls: another command may go on where this one was killed.
    """

    def __init__(self, session: Session, collector: Collector) -> None:
        self._session = session
        self._resume = ResumeFolders(session.folder, session.runs, session.states)
        self._live = LiveFolders(session.project, collector, session.states)

    def give(self, run: Run, service: Service, workspace: Path) -> tuple[InputMount, ...]:
        """Have a run's folders ready before it starts, and say where the engine shows them.

        Raises:
            StepError: a file stands where a live folder belongs.
            StoreError: a folder cannot be written.
        """
        step = service.the_step
        job = Job(run.id, self._session.project, service, workspace, image=run.image)

        def own(paths: list[Path]) -> None:
            if paths:
                self._session.engine.own(job, paths)

        kept = self._resume.give(
            run, step.resumed, is_kept_anyway=self._session.keeps_resumed, own=own
        )
        return (*kept, *self._live.give(service, step.live, own))

    def places(self, service: Service) -> dict[str, Path]:
        """Give where each of these outputs lies, by its path."""
        step = service.the_step
        places = {path: self._resume.place(service.name, path) for path in step.resumed}
        return places | {path: self._session.project.directory / path for path in step.live}

    def found(self, service: Service) -> Mapping[str, Content]:
        """Keep what a step left in its live folders though it did not succeed."""
        session = self._session
        paths = service.the_step.live
        return found_live(session.project, paths, session.store, session.states)

    def hand_over(self, service: Service, workspace: Path) -> None:
        """Put what was kept between tries among the outputs to be brought in."""
        self._resume.hand_over(service.name, service.the_step.resumed, workspace)
