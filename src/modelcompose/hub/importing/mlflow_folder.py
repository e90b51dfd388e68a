"""MLflow's folder `mlruns` as a source: what its client writes where nobody set an address.

A folder that was moved is found all the same: files are read from beside the run, not from the
address that it was given when it was made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from modelcompose.errors import UsageError
from modelcompose.hub.importing.files import files_of
from modelcompose.hub.importing.mlflow_folder_files import deleted_at, document, pairs, points_of
from modelcompose.hub.importing.mlflow_folder_models import logged_model_of, model_of
from modelcompose.hub.importing.mlflow_sqlite import folder_of
from modelcompose.hub.importing.mlflow_words import (
    NAME_TAG,
    RUN_STATUSES,
    STATUSES,
    fingerprint,
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

_TRASH = ".trash"
_MODELS = "models"


class MlflowFolder:
    """The records of one folder."""

    is_cheap = True
    keeps_numbers = True
    notes: Sequence[str] = ()

    def __init__(self, root: Path) -> None:
        """Take the folder.

        Raises:
            UsageError: it is none of MLflow's.
        """
        self._root = root.absolute()
        self.name = self._root.as_uri()
        self._folders = {path.name: path for path in self._experiment_folders()}
        if not self._folders:
            raise UsageError(
                f"{root}: no experiments of MLflow's are in this folder",
                hint="give MLflow's folder mlruns, its SQLite file, or its server's address",
            )

    def close(self) -> None:
        """Hold nothing."""

    def experiments(self) -> Sequence[SourceExperiment]:
        """Give all experiments."""
        found = []
        for key, folder in self._folders.items():
            told = document(folder / "meta.yaml")
            created_at = seconds(told.get("creation_time"))
            updated_at = seconds(told.get("last_update_time")) or created_at
            # It is marked by its place, and on some versions by its stage.
            is_deleted = folder.parent.name == _TRASH or told.get("lifecycle_stage") == "deleted"
            tags = {**(told.get("tags") or {}), **pairs(folder / "tags")}
            found.append(
                SourceExperiment(
                    *(key, str(told.get("name") or key), created_at, updated_at),
                    updated_at if is_deleted else None,
                    tags,
                )
            )
        return found

    def run_count(self) -> int:
        """Give how many runs there are."""
        return sum(1 for _ in self._run_folders())

    def runs(self) -> Iterator[SourceRun]:
        """Give all runs."""
        for key, folder in self._run_folders():
            yield _run(key, folder)

    def series(self, run: SourceRun) -> Iterator[Part]:
        """Give all points of a run."""
        root = self._folders[run.experiment] / run.id / "metrics"
        for file in sorted(root.rglob("*")):
            if file.is_file():
                name = file.relative_to(root).as_posix()
                yield from (Part(name, points) for points in points_of(file))

    def files(self, place: Place) -> Iterator[SourceFile]:
        """Give the files of a run or model."""
        for folder in self._folders.values():
            kept = folder / _MODELS if place.is_model else folder
            if (kept / place.owner / "artifacts").is_dir():
                yield from files_of(kept / place.owner / "artifacts")
                return
        elsewhere = folder_of(place.address, self._root.parent)
        if elsewhere is None:
            raise UnreachableError(f"{place.address}: cannot be read from here")
        yield from files_of(elsewhere)

    def logged_models(self) -> Iterator[SourceLoggedModel]:
        """Give the logged models, which MLflow has since its version 3."""
        for key, folder in self._folders.items():
            for model in _with_meta(folder / _MODELS):
                yield logged_model_of(key, model)

    def models(self) -> Iterator[SourceModel]:
        """Give the registered models."""
        for folder in _with_meta(self._root / _MODELS):
            yield model_of(folder)

    def _experiment_folders(self) -> Iterator[Path]:
        for parent in (self._root, self._root / _TRASH):
            for folder in _with_meta(parent):
                if folder.name not in (_MODELS, _TRASH):
                    yield folder

    def _run_folders(self) -> Iterator[tuple[str, Path]]:
        for key, folder in self._folders.items():
            for run in _with_meta(folder):
                if run.name not in (_MODELS, "datasets", "traces"):
                    yield key, run


def _with_meta(parent: Path) -> list[Path]:
    if not parent.is_dir():
        return []
    return sorted(path for path in parent.iterdir() if (path / "meta.yaml").is_file())


def _run(key: str, folder: Path) -> SourceRun:
    told = document(folder / "meta.yaml")
    params, tags = pairs(folder / "params"), pairs(folder / "tags")
    links = [path.name for path in _with_meta(folder / "inputs")]
    datasets = list(_datasets(folder))
    outputs = [(path.name, document(path / "meta.yaml")) for path in _with_meta(folder / "outputs")]
    status = told.get("status", 1)
    word = RUN_STATUSES[status] if isinstance(status, int) else str(status)
    started_at = seconds(told.get("start_time"))
    sizes = [
        (path.name, path.stat().st_size)
        for path in sorted((folder / "metrics").rglob("*"))
        if path.is_file()
    ]
    return SourceRun(
        id=folder.name,
        experiment=key,
        name=str(told.get("run_name") or tags.get(NAME_TAG, "")),
        user=str(told.get("user_id") or ""),
        status=STATUSES[word],
        started_at=started_at,
        ended_at=seconds_or_none(told.get("end_time")),
        deleted_at=deleted_at(told, told.get("deleted_time") or told.get("start_time")),
        params=params,
        tags=tags,
        datasets=datasets,
        models_in=[name for name in links if name.startswith("m-")],
        models_out=[ModelLink(name, int(each.get("step") or 0)) for name, each in outputs],
        artifacts=str(told.get("artifact_uri") or ""),
        fingerprint=fingerprint(
            sorted(told.items(), key=str), params, tags, sizes, links, str(outputs)
        ),
    )


def _datasets(folder: Path) -> Iterator[DatasetInput]:
    for path in _with_meta(folder / "inputs"):
        told: dict[str, Any] = document(path / "meta.yaml")
        given = folder.parent / "datasets" / str(told.get("source_id")) / "meta.yaml"
        if told.get("source_type") != "DATASET" or not given.is_file():
            continue
        about = document(given)
        name, digest, kind, source = (str(about.get(name) or "") for name in _DATASET)
        dataset = Dataset(name, digest, kind, source, about.get("schema"), about.get("profile"))
        tags = told.get("tags") or {}
        yield DatasetInput(dataset, {str(key): str(tags[key]) for key in tags})


_DATASET = ("name", "digest", "source_type", "source")
