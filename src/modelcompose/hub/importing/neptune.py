"""The Parquet files of neptune-exporter as a source, read through pyarrow.

Source: https://github.com/neptune-ai/neptune-exporter (the schema is in its README).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

from modelcompose.errors import UsageError
from modelcompose.hub.importing.files import files_of, opened_later
from modelcompose.hub.importing.mlflow_words import PARENT_TAG, fingerprint
from modelcompose.hub.importing.neptune_values import PARAMS, SERIES, part_of, text_of
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

_ROWS_AT_ONCE = 50_000
_FILES = ("file", "file_series", "file_set", "artifact")
_PART = re.compile(r"^(.*)_part_(\d+)\.parquet$")
_INSTALL = "install it: pip install 'docker-ml[neptune]'"
_NAMES = ("sys/name", "sys/custom_run_id")
_LONGEST_KEY = 250


class Neptune:
    """The runs of one export."""

    is_cheap = True
    keeps_numbers = True

    def __init__(self, folder: Path, files: Path | None, experiment: str | None = None) -> None:
        """Take the folder of the Parquet files, and that of the files.

        Raises:
            UsageError: there are none, or pyarrow is not installed.
        """
        try:
            import pyarrow.parquet  # noqa: F401 - needed at once, or not at all
        except ImportError as error:
            raise UsageError(
                "pyarrow, which reads Parquet, is not installed", hint=_INSTALL
            ) from error
        self._folder = folder.absolute()
        self._files = (files or folder.parent / "files").absolute()
        self._experiment = experiment
        self.name = self._folder.as_uri()
        self.notes: list[str] = []
        self._runs = _grouped(self._folder)
        if not self._runs:
            raise UsageError(
                f"{folder}: no Parquet files of neptune-exporter are in this folder",
                hint="give what its --data-path was: ./exports/data by default",
            )
        self._parts: dict[str, list[Path]] = {}

    def experiments(self) -> Sequence[SourceExperiment]:
        """Give an experiment for each project."""
        found: dict[str, SourceExperiment] = {}
        for files in self._runs.values():
            project, _ = _ids(files[0])
            began = files[0].stat().st_mtime
            name = self._experiment or project
            found.setdefault(project, SourceExperiment(project, name, began, began))
        return list(found.values())

    def run_count(self) -> int:
        """Give how many runs there are."""
        return len(self._runs)

    def runs(self) -> Iterator[SourceRun]:
        """Give all runs."""
        for files in self._runs.values():
            yield self._run(files)

    def series(self, run: SourceRun) -> Iterator[Part]:
        """Give all points of a run."""
        for rows in _batches(self._parts[run.id], SERIES):
            held: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
            for row in rows:
                key = (row["attribute_type"], row["attribute_path"])
                held.setdefault(key, []).append(row)
            for (kind, path), group in held.items():
                yield part_of(kind, path, group)

    def files(self, place: Place) -> Iterator[SourceFile]:
        """Give the files of a run."""
        for rows in _batches(self._parts[place.owner], _FILES):
            for row in rows:
                told = row["file_value"]
                if told and told.get("path"):
                    yield from self._below(row, told["path"])

    def logged_models(self) -> Iterator[SourceLoggedModel]:
        """Give nothing: the exporter leaves models out."""
        return iter(())

    def models(self) -> Iterator[SourceModel]:
        """Give nothing: the exporter leaves models out."""
        return iter(())

    def _below(self, row: Mapping[str, Any], path: str) -> Iterator[SourceFile]:
        there = self._files / path
        name = row["attribute_path"].strip("/")
        if row["step"] is not None:
            name = f"{name}/step_{float(row['step']):g}"
        if not there.resolve().is_relative_to(self._files.resolve()):
            raise UnreachableError(f"{path}: leads out of {self._files}")
        if there.is_dir():
            for file in files_of(there):
                yield SourceFile(f"{name}/{file.path}", file.open, file.size_bytes, file.changed_at)
        elif there.is_file():
            if there.suffix and not name.endswith(there.suffix):
                name += there.suffix
            status = there.stat()
            yield SourceFile(name, opened_later(there), status.st_size, status.st_mtime)
        else:
            raise UnreachableError(
                f"{there}: is not there; say where the files are: --files FOLDER"
            )

    def _run(self, files: list[Path]) -> SourceRun:
        project, run = _ids(files[0])
        run_id = _id(project, run)
        self._parts[run_id] = files
        params: dict[str, str] = {}
        system: dict[str, Any] = {}
        tags = {"neptune.run_id": run, "neptune.project": project}
        for rows in _batches(files, PARAMS):
            for row in rows:
                path, text = row["attribute_path"], text_of(row)
                if path.startswith("sys/"):
                    system[path] = text
                    if text:
                        tags[f"neptune.{path}"[:_LONGEST_KEY]] = text
                else:
                    params[path[:_LONGEST_KEY]] = text
        parent = system.get("sys/parent") or system.get("sys/forking/parent")
        if parent:
            tags[PARENT_TAG] = _id(project, parent)
        started_at = _time(system.get("sys/creation_time")) or files[0].stat().st_mtime
        failed = system.get("sys/failed") == "True"
        trashed = system.get("sys/trashed") == "True"
        ended_at = _time(system.get("sys/modification_time")) or started_at
        return SourceRun(
            id=run_id,
            experiment=project,
            name=next((system[name] for name in _NAMES if system.get(name)), run),
            user=system.get("sys/owner") or "",
            status="failed" if failed else "succeeded",
            started_at=started_at,
            ended_at=ended_at,
            deleted_at=ended_at if trashed else None,
            params=params,
            tags=tags,
            artifacts="neptune:",
            fingerprint=fingerprint([(file.name, file.stat().st_size) for file in files]),
        )


def _grouped(folder: Path) -> dict[str, list[Path]]:
    found: dict[str, list[tuple[int, Path]]] = {}
    for file in sorted(folder.rglob("*.parquet")):
        match = _PART.match(file.name)
        key = f"{file.parent}/{match[1]}" if match else str(file)
        found.setdefault(key, []).append((int(match[2]) if match else 0, file))
    return {key: [file for _, file in sorted(parts)] for key, parts in found.items()}


def _ids(file: Path) -> tuple[str, str]:
    for rows in _batches([file], None, ("project_id", "run_id"), 1):
        for row in rows:
            return row["project_id"], row["run_id"]
    raise UsageError(f"{file}: no run is in this file", hint="move it away, and try again")


def _batches(
    files: Sequence[Path],
    kinds: Sequence[str] | None,
    columns: Sequence[str] | None = None,
    size: int = _ROWS_AT_ONCE,
) -> Iterator[list[dict[str, Any]]]:
    """Give the rows of files of some types, so many at once."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    for file in files:
        try:
            with pq.ParquetFile(file) as parquet:
                for batch in parquet.iter_batches(size, columns=columns):
                    kept = batch
                    if kinds is not None:
                        among = pc.is_in(batch["attribute_type"], pa.array(kinds))
                        kept = batch.filter(among)
                    yield kept.to_pylist()
        except (pa.ArrowException, KeyError, OSError) as error:
            raise UsageError(
                f"{file}: no Parquet of neptune-exporter's: {error}",
                hint="move it away, and run the command again: it goes on",
            ) from error


def _id(project: str, run: str) -> str:
    return blake2b(f"{project}\n{run}".encode(), digest_size=16).hexdigest()


def _time(text: str | None) -> float | None:
    from datetime import datetime

    try:
        return datetime.fromisoformat(text).timestamp() if text else None
    except ValueError:
        return None
