"""The intake of all imports: what the hub has not is added, in an order that a crash cannot harm.

Ids are kept, so that everything is found again; a run is remembered as taken in the transaction
of its last points. Nothing that the hub has is taken away; what is changed is what went on at the
source: a run ended, an alias was moved.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from modelcompose.database.database import Connection
from modelcompose.errors import UsageError
from modelcompose.hub.hub import Hub
from modelcompose.hub.importing.files import Copied, copy, is_wanted, sizes_below, target_of
from modelcompose.hub.importing.marks import Mark, read_marks, set_mark
from modelcompose.hub.importing.model_intake import ModelIntake
from modelcompose.hub.importing.points import PointIntake
from modelcompose.hub.importing.run_rows import find_run_row, keep_experiment, keep_run
from modelcompose.hub.importing.source import Place, Source, SourceRun, UnreachableError
from modelcompose.hub.importing.summary import LeftOut, Progress, Silent, Summary
from modelcompose.tracking.experiments import Experiment, run_artifacts

_UNFINISHED = ("running", "scheduled")
_NAMED = 10


def take(
    hub: Hub,
    source: Source,
    *,
    progress: Progress | None = None,
    with_files: bool = True,
    wanted: Callable[[str], bool] | None = None,
) -> Summary:
    """Bring over what a source has and the hub has not.

    It may be killed at any time: another call goes on where it was, and each point is there once.

    Args:
        hub: may be served by another process meanwhile.
        source: what is brought over.
        progress: is told how far it has come.
        with_files: whether files come over, too.
        wanted: whether the experiment of a name comes over; of registered models then only the
            versions whose runs the hub has. By default all of both.

    Raises:
        UsageError: the source cannot be read, or has no experiment that is wanted.
        DatabaseError: the hub's database cannot be used.
        StorageFull: the disk is full.
    """
    return _Intake(hub, source, progress or Silent(), with_files=with_files).take(wanted)


class _Intake:
    def __init__(self, hub: Hub, source: Source, progress: Progress, *, with_files: bool) -> None:
        self._hub = hub
        self._source = source
        self._progress = progress
        self._with_files = with_files
        self._points = PointIntake(hub.database, hub.series)
        self._summary = Summary(source.name)
        with hub.database.read() as connection:
            self._marks: Mapping[str, Mark] = read_marks(connection, source.name)

    def take(self, wanted: Callable[[str], bool] | None) -> Summary:
        experiments = self._experiments(wanted)
        self._progress.begins("runs", self._source.run_count())
        roots: dict[str, str] = {}
        for run in self._source.runs():
            if run.experiment in experiments:
                self._run(run, experiments[run.experiment], roots)
                self._progress.goes_on(self._summary)
        models = ModelIntake(
            *(self._hub, self._source, self._summary, self._marks, self._files),
            with_runs_alone=wanted is not None,
        )
        self._progress.begins("models", None)
        models.take(experiments, roots, self._progress)
        self._summary.notes += self._source.notes
        return self._summary

    def _experiments(self, wanted: Callable[[str], bool] | None) -> dict[str, Experiment]:
        kept: dict[str, Experiment] = {}
        there = list(self._source.experiments())
        chosen = [given for given in there if wanted is None or wanted(given.name)]
        if there and not chosen:
            names = ", ".join(given.name for given in there[:_NAMED])
            raise UsageError(
                f"{self._source.name}: no experiment is called so", hint=f"it has: {names}"
            )
        with self._hub.database.write() as connection:
            for given in chosen:
                experiment, is_new = keep_experiment(connection, given)
                if experiment.deleted_at is not None and given.deleted_at is None:
                    self._leave_out(
                        f"experiment {given.name}",
                        f"the hub has it in its trash: restore experiment {experiment.number}, or "
                        "empty the trash: modelcompose hub gc --yes",
                    )
                    continue
                kept[given.key] = experiment
                self._summary.experiments += is_new
        return kept

    def _run(self, run: SourceRun, experiment: Experiment, roots: dict[str, str]) -> None:
        mark = self._marks.get(f"run/{run.id}")
        with self._hub.database.read() as connection:
            number = find_run_row(connection, run.id)
        if number is None or mark is None or mark.fingerprint != run.fingerprint:
            self._values(run, experiment)
            is_changed = True
        else:
            self._summary.unchanged += 1
            is_changed = False
        with self._hub.database.read() as connection:
            target = run_artifacts(connection, run.id)
        if run.artifacts:
            is_looked_at = is_changed or run.status in _UNFINISHED
            if self._files(Place(run.id, run.artifacts), target, is_looked_at=is_looked_at):
                roots[run.artifacts.rstrip("/")] = target

    def _values(self, run: SourceRun, experiment: Experiment) -> None:
        with self._hub.database.write() as connection:
            row = keep_run(connection, experiment, run)
        mark = Mark(run.fingerprint, time.time())

        def remember(connection: Connection) -> None:
            set_mark(connection, self._source.name, f"run/{run.id}", mark)

        parts = self._source.series(run)
        self._summary.points += self._points.take(row.number, parts, remember, is_new=row.is_new)
        self._summary.runs += row.is_new

    def _files(self, place: Place, address: str, *, is_looked_at: bool) -> bool:
        """Copy the files of a run or model; tells whether all of them are there."""
        item = f"files/{place.owner}"
        old = self._marks.get(item)
        if not self._with_files:
            return old is not None
        if old is not None and not is_looked_at and not self._source.is_cheap:
            return True
        target = target_of(address)
        if target is None:
            self._leave_out(f"files of {place.owner}", f"the hub keeps its files at {address}")
            return False
        mark = Mark("", time.time())
        copied = Copied()
        try:
            there = sizes_below(self._hub.artifacts, target)
            for file in self._source.files(place):
                if is_wanted(file, there, old.done_at if old else None):
                    copy(self._hub.artifacts, target, file, copied)
        except (UnreachableError, OSError, UsageError) as error:
            self._leave_out(f"files of {place.owner}", _reason(error))
            return False
        finally:
            self._summary.files += copied.files
            self._summary.size_bytes += copied.size_bytes
        if old is None or copied.files:
            with self._hub.database.write() as connection:
                set_mark(connection, self._source.name, item, mark)
        return True

    def _leave_out(self, what: str, reason: str) -> None:
        self._summary.left_out.append(LeftOut(what, reason))


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error)
