"""MLflow's SQLite file as a source: the schemas of its versions 2 and 3.

The file is only read, and never locked for long: MLflow may be at work on it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from modelcompose.errors import UsageError
from modelcompose.hub.importing.files import files_of, local_folder
from modelcompose.hub.importing.mlflow_models import logged_models, registered_models
from modelcompose.hub.importing.mlflow_tables import Tables
from modelcompose.hub.importing.mlflow_words import (
    STATUSES,
    fingerprint,
    number,
    seconds,
    seconds_or_none,
)
from modelcompose.hub.importing.source import (
    Part,
    Place,
    SourceExperiment,
    SourceFile,
    SourceLoggedModel,
    SourceModel,
    SourceRun,
    UnreachableError,
)
from modelcompose.registry.datasets import Dataset, DatasetInput, ModelLink
from modelcompose.tracking.series.points import Points

_RUNS_AT_ONCE = 500
_POINTS_AT_ONCE = 50_000
_POINTS = """
    SELECT "key", value, timestamp, step, is_nan FROM metrics WHERE run_uuid = ?
    ORDER BY "key", timestamp, step, value, is_nan DESC
"""
_DATASETS = """
    SELECT inputs.destination_id, inputs.input_uuid, datasets.name, datasets.digest,
        datasets.dataset_source_type, datasets.dataset_source, datasets.dataset_schema,
        datasets.dataset_profile
    FROM inputs JOIN datasets ON datasets.dataset_uuid = inputs.source_id
    WHERE inputs.source_type = 'DATASET' AND inputs.destination_type = 'RUN'
        AND inputs.destination_id IN (SELECT value FROM json_each(?))
    ORDER BY inputs.input_uuid
"""


class MlflowSqlite:
    """The records of one file; its artifacts are read where they lie on this machine."""

    is_cheap = True
    keeps_numbers = True
    notes: Sequence[str] = ()

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            UsageError: it is no database of MLflow's.
        """
        self.name = f"sqlite:///{path.absolute()}"
        self._path = path.absolute()
        self.tables = Tables(self._path)
        if not self.tables.has("runs", "run_uuid"):
            self.tables.close()
            raise UsageError(
                f"{path}: this is no database of MLflow's",
                hint="give the file of its sqlite:/// address, such as mlflow.db",
            )

    def close(self) -> None:
        """Close the file."""
        self.tables.close()

    def experiments(self) -> Sequence[SourceExperiment]:
        """Give all experiments."""
        tags = self.tables.pairs("experiment_tags", "experiment_id", "key", "value")
        return [
            SourceExperiment(
                str(row["experiment_id"]),
                row["name"],
                seconds(row.get("creation_time")),
                seconds(row.get("last_update_time") or row.get("creation_time")),
                _deleted_at(row, row.get("last_update_time")),
                tags.get(row["experiment_id"], {}),
            )
            for row in self.tables.rows("experiments", "ORDER BY experiment_id")
        ]

    def run_count(self) -> int:
        """Give how many runs there are."""
        return int(self.tables.query("SELECT count(*) FROM runs")[0][0])

    def runs(self) -> Iterator[SourceRun]:
        """Give all runs, the oldest first."""
        ids = [row[0] for row in self.tables.query("SELECT run_uuid FROM runs ORDER BY start_time")]
        for start in range(0, len(ids), _RUNS_AT_ONCE):
            yield from self._read_runs(ids[start : start + _RUNS_AT_ONCE])

    def series(self, run: SourceRun) -> Iterator[Part]:
        """Give all points of a run, by name and time."""
        for rows in self.tables.pages(_POINTS, (run.id,), _POINTS_AT_ONCE):
            for name, group in groupby(rows, lambda row: row[0]):
                yield Part(name, points_of(list(group)))

    def files(self, place: Place) -> Iterator[SourceFile]:
        """Give the files of a run or model."""
        folder = folder_of(place.address, self._path.parent)
        if folder is None:
            scheme = place.address.partition(":")[0]
            raise UnreachableError(
                f"{place.address}: {scheme} cannot be read from here; import from the server"
            )
        yield from files_of(folder)

    def logged_models(self) -> Iterator[SourceLoggedModel]:
        """Give the logged models."""
        return logged_models(self.tables)

    def models(self) -> Iterator[SourceModel]:
        """Give the registered models."""
        return registered_models(self.tables)

    def _read_runs(self, ids: list[str]) -> Iterator[SourceRun]:
        among = ("run_uuid", ids)
        params = self.tables.pairs("params", "run_uuid", "key", "value", among)
        tags = self.tables.pairs("tags", "run_uuid", "key", "value", among)
        counts = self.tables.counts("metrics", "run_uuid", ids)
        datasets = self._datasets(ids)
        links = self._links(ids)
        found = {row["run_uuid"]: row for row in self.tables.among("runs", *among)}
        for run_id in ids:
            if run_id not in found:
                continue
            row = found[run_id]
            values = params.get(run_id, {}), tags.get(run_id, {})
            ins, outs = links.get(run_id, ([], []))
            given = datasets.get(run_id, [])
            yield SourceRun(
                id=run_id,
                experiment=str(row["experiment_id"]),
                name=row.get("name") or values[1].get("mlflow.runName", ""),
                user=row.get("user_id") or "",
                status=STATUSES[row["status"]],
                started_at=seconds(row["start_time"]),
                ended_at=seconds_or_none(row["end_time"]),
                deleted_at=_deleted_at(row, row.get("deleted_time")),
                params=values[0],
                tags=values[1],
                datasets=given,
                models_in=ins,
                models_out=outs,
                artifacts=row.get("artifact_uri") or "",
                fingerprint=fingerprint(
                    sorted(row.items(), key=str), *values, counts.get(run_id), given, ins, outs
                ),
            )

    def _datasets(self, ids: list[str]) -> dict[str, list[DatasetInput]]:
        found: dict[str, list[DatasetInput]] = {}
        if not self.tables.has("inputs") or not self.tables.has("datasets"):
            return found
        rows = self.tables.query_among(_DATASETS, ids)
        tags = self.tables.pairs("input_tags", "input_uuid", "name", "value")
        for run, given, *cells in rows:
            found.setdefault(run, []).append(DatasetInput(Dataset(*cells), tags.get(given, {})))
        return found

    def _links(self, ids: list[str]) -> dict[str, tuple[list[str], list[ModelLink]]]:
        found: dict[str, tuple[list[str], list[ModelLink]]] = {}
        if not self.tables.has("inputs", "step"):
            return found
        for row in self.tables.among("inputs", "destination_id", ids):
            if row["source_type"] == "MODEL_INPUT":
                found.setdefault(row["destination_id"], ([], []))[0].append(row["source_id"])
        for row in self.tables.among("inputs", "source_id", ids):
            if row["destination_type"] == "MODEL_INPUT":
                found.setdefault(row["source_id"], ([], []))[0].append(row["destination_id"])
            if row["destination_type"] == "MODEL_OUTPUT":
                link = ModelLink(row["destination_id"], row["step"] or 0)
                found.setdefault(row["source_id"], ([], []))[1].append(link)
        return found


def points_of(rows: Sequence[Sequence[Any]]) -> Points:
    """Give the points of rows of name, value, time in milliseconds, step and whether it is NaN."""
    from array import array

    return Points(
        array("d", [float(row[3] or 0) for row in rows]),
        array("d", [number(row[1], is_nan=bool(row[4])) for row in rows]),
        array("d", [seconds(row[2]) for row in rows]),
    )


def folder_of(address: str, base: Path) -> Path | None:
    """Give the folder of an address that MLflow kept, None where it is not on this machine.

    Args:
        address: of a run's or a model's artifacts.
        base: the folder of MLflow's database: a server without other settings keeps what goes
            through it in `mlartifacts` beside it, or in `mlruns`.
    """
    scheme, colon, rest = address.partition(":")
    if scheme != "mlflow-artifacts" or not colon:
        return local_folder(address, base)
    path = rest.removeprefix("//").partition("/")[2] if rest.startswith("//") else rest
    parts = [name for name in path.split("/") if name]
    if ".." in parts:
        return None
    for root in ("mlartifacts", "mlruns"):
        if (base / root).is_dir():
            return base.joinpath(root, *parts)
    return None


def _deleted_at(row: dict[str, Any], time_ms: float | None) -> float | None:
    return seconds(time_ms) if row.get("lifecycle_stage") == "deleted" else None


def open_sqlite(path: Path) -> MlflowSqlite:
    """Open MLflow's SQLite file.

    Raises:
        UsageError: there is no such file, or it is none of MLflow's.
    """
    if not path.is_file():
        raise UsageError(
            f"{path}: no such file", hint="give MLflow's SQLite file, folder or server"
        )
    try:
        return MlflowSqlite(path)
    except sqlite3.DatabaseError as error:
        raise UsageError(
            f"{path}: this is no SQLite database ({error})",
            hint="give MLflow's SQLite file, such as mlflow.db",
        ) from error
