"""Restoring a step: out of the store, which the project's remote fills where it lacks something."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from modelcompose.errors import ContentMissing, RemoteError
from modelcompose.pipeline.collect import Collector
from modelcompose.pipeline.executing import objective_of
from modelcompose.pipeline.from_remote.artifact import taken_in
from modelcompose.pipeline.from_remote.mending import Mending
from modelcompose.pipeline.plan import Decision, Made
from modelcompose.pipeline.session import Session
from modelcompose.store.content import Content
from modelcompose.tracking.metrics_files import read_metrics
from modelcompose.tracking.run import Metric, Series
from modelcompose.tracking.summary import objective_first, summarize


class Restoring:
    """Restores steps for one command."""

    def __init__(
        self, session: Session, collector: Collector, notes: Callable[[str], None]
    ) -> None:
        """Take what it works with."""
        self._session = session
        self._collector = collector
        self._notes = notes

    def restore(self, decision: Decision) -> Made:
        """Put what a step made into the project; give it, with what is known of its run by then.

        Raises:
            ContentMissing: neither the store nor the remote has all of it.
            ContentCorrupt: something is damaged, and the remote cannot mend it.
            RemoteError: the remote failed that the user wanted to be asked.
        """
        made, seen = decision.made, decision.observation
        changed = {path: c for path, c in made.outputs.items() if seen.present.get(path) != c}
        if seen.elsewhere is not None:
            self._fetch(changed)
        mending = Mending(
            self._session.store,
            self._session.project.directory,
            self._session.project.remote,
            self._notes,
        )
        mending.whole(changed.values(), lambda: self._collector.restore(changed, self._notes))
        self._record(decision)
        return made if made.metrics else replace(made, metrics=self._metrics(decision.step))

    def _fetch(self, contents: Mapping[str, Content]) -> None:
        elsewhere = self._session.observer.elsewhere
        if elsewhere is None:
            return
        try:
            elsewhere.bring(contents.values())
        except RemoteError as error:
            if elsewhere.reach == "any":
                raise
            raise ContentMissing(error.message, hint=error.hint) from error

    def _record(self, decision: Decision) -> None:
        """Know of the run that made it, as if it had been recorded here."""
        elsewhere, project = self._session.observer.elsewhere, self._session.project
        run = elsewhere.run_of(decision.known.identity) if elsewhere is not None else None
        if elsewhere is not None and run is not None:
            place = (project.name, project.directory)
            self._session.runs.take_in(taken_in(run, decision.step, place, elsewhere.where))

    def _metrics(self, step: str) -> dict[str, Metric]:
        """Read the metrics of a step whose run nobody knows out of its metrics files."""
        project, the_step = self._session.project, self._session.project.steps[step]
        values: dict[str, float] = {}
        series: list[Series] = []
        for path in the_step.metrics:
            read, more = read_metrics(project.directory / path)
            values.update(read)
            series += more
        objective = objective_of(project, step)
        return objective_first(summarize(values, tuple(series), objective), objective)
