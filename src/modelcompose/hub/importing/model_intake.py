"""Models of a source into the hub: logged ones with their files, then those registered."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Protocol

from msgspec.structs import replace

from modelcompose.database.database import Connection
from modelcompose.hub.hub import Hub
from modelcompose.hub.importing.marks import Mark, set_mark
from modelcompose.hub.importing.model_rows import (
    is_taken,
    keep_logged_model,
    keep_model,
    keep_version,
    next_number,
    number_of,
    set_aliases,
    set_logged_place,
)
from modelcompose.hub.importing.run_rows import clean, find_run_row
from modelcompose.hub.importing.source import (
    Place,
    Source,
    SourceLoggedModel,
    SourceModel,
    SourceVersion,
)
from modelcompose.hub.importing.summary import LeftOut, Progress, Summary
from modelcompose.tracking.experiments import Experiment, artifact_root_of

_LOGGED = re.compile(r"models:/+(m-[0-9a-f]+)$")
_IN_TRASH = """
    SELECT count(*), count(deleted_at) FROM registered_models WHERE name = ?
"""


class _Files(Protocol):
    def __call__(self, place: Place, address: str, *, is_looked_at: bool) -> bool: ...


class ModelIntake:
    """Takes the models of one source."""

    def __init__(  # noqa: PLR0913 - what it works with, each once
        self,
        hub: Hub,
        source: Source,
        summary: Summary,
        marks: Mapping[str, Mark],
        files: _Files,
        *,
        with_runs_alone: bool,
    ) -> None:
        """Take what it works with.

        Args:
            hub: what models come into.
            source: where they come from.
            summary: is brought up to date.
            marks: of the source.
            files: copies the files of a logged model; tells whether all of them are there.
            with_runs_alone: leave out the versions whose run the hub has not.
        """
        self._hub = hub
        self._source = source
        self._summary = summary
        self._marks = marks
        self._files = files
        self._with_runs_alone = with_runs_alone

    def take(
        self,
        experiments: Mapping[str, Experiment],
        roots: dict[str, str],
        progress: Progress,
    ) -> None:
        """Take all models.

        Args:
            experiments: of the hub, by their keys at the source.
            roots: where the files of runs are in the hub, by their address at the source; those
                of logged models are added.
            progress: is told of each model.
        """
        places: dict[str, str] = {}
        for logged in self._source.logged_models():
            if logged.experiment in experiments:
                places[logged.id] = self._logged(logged, experiments[logged.experiment])
                roots[logged.artifacts.rstrip("/")] = places[logged.id]
                progress.goes_on(self._summary)
        for model in self._source.models():
            self._model(model, roots, places)
            progress.goes_on(self._summary)

    def _logged(self, given: SourceLoggedModel, experiment: Experiment) -> str:
        root = artifact_root_of(experiment.number, experiment.artifact_root)
        place = f"{root}/models/{given.id}/artifacts"
        with self._hub.database.write() as connection:
            is_new = keep_logged_model(connection, experiment, given, given.artifacts)
        self._summary.logged_models += is_new
        source = Place(given.id, given.artifacts, is_model=True)
        if not self._files(source, place, is_looked_at=is_new):
            return given.artifacts
        with self._hub.database.write() as connection:
            set_logged_place(connection, given.id, place)
        return place

    def _model(
        self, given: SourceModel, roots: Mapping[str, str], places: Mapping[str, str]
    ) -> None:
        item = f"model/{given.name}"
        with self._hub.database.write() as connection:
            if self._with_runs_alone:
                given = replace(
                    given,
                    versions=[
                        version
                        for version in given.versions
                        if version.run and find_run_row(connection, version.run) is not None
                    ],
                )
                if not given.versions:
                    return
            there, deleted = connection.row(_IN_TRASH, (clean(given.name),)) or (0, 0)
            if item in self._marks and there and there == deleted:
                reason = "it came over before, and the hub has it in its trash"
                self._summary.left_out.append(LeftOut(f"model {given.name}", reason))
                return
            number, is_new = keep_model(connection, given)
            self._summary.models += is_new
            numbers: dict[int, int] = {}
            for version in given.versions:
                kept = self._numbered(connection, number, given.name, version)
                if kept is None:
                    continue
                numbers[version.version] = kept.version
                logged = _logged_id(version, places)
                storage = moved(version, roots, places.get(logged or ""))
                self._summary.versions += keep_version(connection, number, kept, storage, logged)
            aliases = {a: numbers[v] for a, v in given.aliases.items() if v in numbers}
            set_aliases(connection, number, aliases, given.updated_at)
            set_mark(connection, self._source.name, item, Mark("", time.time()))

    def _numbered(
        self, connection: Connection, model: int, name: str, given: SourceVersion
    ) -> SourceVersion | None:
        """Give a version with the number that it has in the hub, None where it cannot have one."""
        there = number_of(connection, model, given)
        if there is not None:
            return replace(given, version=there)
        if not self._source.keeps_numbers:
            return replace(given, version=next_number(connection, model))
        if is_taken(connection, model, given.version):
            reason = "the hub has another version of this number"
            self._summary.left_out.append(LeftOut(f"model {name} version {given.version}", reason))
            return None
        return given


def moved(version: SourceVersion, roots: Mapping[str, str], logged: str | None) -> str:
    """Give where the files of a version are now: in the hub where they came over.

    Args:
        version: of the source.
        roots: where files are in the hub, by their address at the source.
        logged: where those of its logged model are.
    """
    if logged is not None:
        return logged
    for address in (version.storage, version.source):
        root, below = address.rstrip("/"), ""
        while root:
            if root in roots:
                return roots[root] + below
            root, slash, name = root.rpartition("/")
            below = f"{slash}{name}{below}"
    return version.storage or version.source


def _logged_id(version: SourceVersion, places: Mapping[str, str]) -> str | None:
    match = _LOGGED.match(version.source)
    if match:
        return match[1]
    for part in version.storage.split("/"):
        if part in places:
            return part
    return None
