"""What code logged into an MLflow file of its own, brought into the run that it belongs to.

`merge_into_run` is for those who watched the code run, and know the run: a step whose container
could not reach the hub, or that sets its own tracking address.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from msgspec.structs import replace

from modelcompose.errors import NotFound
from modelcompose.hub.hub import Hub
from modelcompose.hub.importing.files import files_of
from modelcompose.hub.importing.intake import take
from modelcompose.hub.importing.mlflow_sqlite import MlflowSqlite, folder_of, open_sqlite
from modelcompose.hub.importing.mlflow_words import NAME_TAG, PARENT_TAG
from modelcompose.hub.importing.source import (
    Part,
    Place,
    SourceExperiment,
    SourceFile,
    SourceLoggedModel,
    SourceModel,
    SourceRun,
)
from modelcompose.hub.importing.summary import Progress, Summary

_EXPERIMENT = """
    SELECT experiments.name FROM runs JOIN experiments ON experiments.number = runs.experiment
    WHERE runs.id = ?
"""


def merge_into_run(
    hub: Hub,
    file: Path,
    run_id: str,
    *,
    folders: Mapping[str, Path] | None = None,
    progress: Progress | None = None,
) -> Summary:
    """Bring the runs of one MLflow SQLite file into a run of the hub.

    The first run that has no parent becomes part of the hub's: its parameters, tags, points,
    data sets, models and files; what the hub's run has of the same name stays as it is. The
    others become runs below it, in its experiment. Registered versions are numbered after those
    that the hub has. Another call adds what is new since.

    Args:
        hub: what `open_hub` gives.
        file: MLflow's.
        run_id: of the hub's run, running or ended; its status is left alone.
        folders: where folders that the code saw are on this machine, by the path that it saw:
            `{"/app/mlruns": Path(".ml/work/…/mlruns")}`. No file is then taken from elsewhere,
            whatever addresses the file says: who wrote it may be a stranger.
        progress: is told how far it has come.

    Raises:
        NotFound: there is no such run.
        UsageError: the file is none of MLflow's.
        StorageFull: the disk is full.
    """
    with hub.database.read() as connection:
        row = connection.row(_EXPERIMENT, (run_id,))
    if row is None:
        raise NotFound(f"Run with id={run_id} not found")
    source = open_sqlite(file)
    try:
        return take(hub, _Merged(source, file, run_id, row[0], folders or {}), progress=progress)
    finally:
        source.close()


class _Merged:
    """A file's records with the ids that they have in the hub."""

    is_cheap = True
    keeps_numbers = False
    notes: Sequence[str] = ()

    def __init__(
        self,
        source: MlflowSqlite,
        file: Path,
        run_id: str,
        experiment: str,
        folders: Mapping[str, Path],
    ) -> None:
        self.name = f"{source.name} into {run_id}"
        self._source = source
        self._base = file.absolute().parent
        self._run = run_id
        self._experiment = experiment
        self._folders = folders
        self._first = _first_of(source)

    def experiments(self) -> Sequence[SourceExperiment]:
        """Give the experiment of the hub's run."""
        return [SourceExperiment("", self._experiment, 0.0, 0.0)]

    def run_count(self) -> int:
        """Give how many runs there are."""
        return self._source.run_count()

    def runs(self) -> Iterator[SourceRun]:
        """Give the file's runs, the first one as part of the hub's."""
        for run in self._source.runs():
            if run.id == self._first:
                tags = {key: run.tags[key] for key in run.tags if key != NAME_TAG}
                yield replace(run, id=self._run, experiment="", status="running", tags=tags)
            elif run.deleted_at is None:
                parent = self._renamed(run.tags.get(PARENT_TAG) or self._first)
                tags = {**run.tags, PARENT_TAG: parent or self._run}
                yield replace(run, experiment="", tags=tags)

    def series(self, run: SourceRun) -> Iterator[Part]:
        """Give all points of a run."""
        its_own = self._first if run.id == self._run else run.id
        return self._source.series(replace(run, id=its_own))

    def files(self, place: Place) -> Iterator[SourceFile]:
        """Give the files of a run or model, where its folder is on this machine."""
        seen = folder_of(place.address, self._base)
        for folder, here in self._folders.items():
            if seen is not None and PurePosixPath(seen).is_relative_to(folder):
                found = here / PurePosixPath(seen).relative_to(folder)
                # Were the folder itself a link, its target would count as inside of it.
                if found.resolve().is_relative_to(here.parent.resolve() / here.name):
                    yield from files_of(found)
                return
        if not self._folders:
            yield from self._source.files(place)

    def logged_models(self) -> Iterator[SourceLoggedModel]:
        """Give the logged models."""
        for model in self._source.logged_models():
            metrics = [
                replace(metric, run=self._renamed(metric.run) or "") for metric in model.metrics
            ]
            run = self._renamed(model.run)
            yield replace(model, experiment="", run=run, metrics=metrics)

    def models(self) -> Iterator[SourceModel]:
        """Give the registered models."""
        for model in self._source.models():
            versions = [
                replace(version, run=self._renamed(version.run)) for version in model.versions
            ]
            yield replace(model, versions=versions)

    def _renamed(self, run: str | None) -> str | None:
        return self._run if run is not None and run == self._first else run


def _first_of(source: MlflowSqlite) -> str | None:
    runs = [run for run in source.runs() if run.deleted_at is None]
    for run in runs:
        if not run.tags.get(PARENT_TAG):
            return run.id
    return runs[0].id if runs else None
