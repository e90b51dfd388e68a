"""What went into runs and came out of them, as clients tell it: data sets and logged models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from modelcompose.database.database import Connection, one_of
from modelcompose.registry.logged_models import logged_model
from modelcompose.tracking.limits import check_length, check_text
from modelcompose.tracking.logging import run_in_use

_LIMITS = {"name": 500, "digest": 36, "source_type": 36, "source": 65_535}
_SCHEMA_CHARACTERS = 1_048_575
_PROFILE_CHARACTERS = 16_777_215
_TAG_KEY_CHARACTERS = 255
_TAG_CHARACTERS = 500

_FIND = "SELECT number FROM datasets WHERE experiment = ? AND name = ? AND digest = ?"
_INSERT = """
    INSERT INTO datasets (experiment, name, digest, source_type, source, schema, profile)
    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (experiment, name, digest) DO NOTHING
"""
_ADD_INPUT = """
    INSERT INTO run_datasets (run, dataset) VALUES (?, ?)
    ON CONFLICT (run, dataset) DO NOTHING RETURNING number
"""
_ADD_TAG = """
    INSERT INTO run_dataset_tags (input, name, value) VALUES (?, ?, ?)
    ON CONFLICT (input, name) DO NOTHING
"""
_ADD_MODEL = """
    INSERT INTO run_models (run, role, logged_model, step) VALUES (?, ?, ?, ?)
    ON CONFLICT (run, role, logged_model) DO UPDATE SET step = excluded.step
"""
_SUMMARIES = """
    SELECT DISTINCT datasets.experiment, datasets.name, digest, run_dataset_tags.value
    FROM datasets
    JOIN run_datasets ON run_datasets.dataset = datasets.number
    LEFT JOIN run_dataset_tags
        ON run_dataset_tags.input = run_datasets.number
        AND run_dataset_tags.name = 'mlflow.data.context'
    WHERE {}
    ORDER BY datasets.name, digest LIMIT 1000
"""


class Dataset(Struct, frozen=True):
    """A data set, as a client describes it."""

    name: str
    digest: str
    source_type: str
    source: str
    schema: str | None = None
    profile: str | None = None


class DatasetInput(Struct, frozen=True):
    """A data set that went into a run."""

    dataset: Dataset
    tags: Mapping[str, str] = {}
    """Among them `mlflow.data.context`: what it was for."""


class ModelLink(Struct, frozen=True):
    """A logged model that went into a run, or came out of it."""

    id: str
    step: int = 0


class DatasetSummary(Struct, frozen=True):
    """A data set that runs of an experiment used."""

    experiment: int
    name: str
    digest: str
    context: str | None


def log_inputs(
    connection: Connection,
    run_id: str,
    datasets: Sequence[DatasetInput] = (),
    models: Sequence[str] = (),
) -> None:
    """Record what went into a run; what is recorded already stays as it is.

    Args:
        connection: of a write block.
        run_id: the run.
        datasets: data sets, told apart by name and digest.
        models: ids of logged models.

    Raises:
        NotFound: there is no such run.
        UsageError: the run is in the trash, or something is out of bounds.
    """
    for given in datasets:
        _check(given)
    run = run_in_use(connection, run_id)
    for given in datasets:
        number = _keep(connection, run.experiment or 0, given.dataset)
        row = connection.row(_ADD_INPUT, (run.number, number))
        if row is not None and given.tags:
            tags = [(row[0], *tag) for tag in given.tags.items()]
            connection.executemany(_ADD_TAG, tags)
    links = [(run.number, "input", model, 0) for model in models]
    if links:
        connection.executemany(_ADD_MODEL, links)


def log_outputs(connection: Connection, run_id: str, models: Sequence[ModelLink]) -> None:
    """Record which logged models came out of a run.

    Raises:
        NotFound: there is no such run or model.
        UsageError: the run is in the trash.
    """
    run = run_in_use(connection, run_id)
    for model in models:
        logged_model(connection, model.id, also_deleted=True)
    links = [(run.number, "output", model.id, model.step) for model in models]
    if links:
        connection.executemany(_ADD_MODEL, links)


def dataset_summaries(connection: Connection, experiments: Sequence[int]) -> list[DatasetSummary]:
    """Give the data sets that runs of some experiments used, with what they were for."""
    if not experiments:
        return []
    these, value = one_of(connection, "datasets.experiment", experiments)
    rows = connection.rows(_SUMMARIES.format(these), (value,))
    return [DatasetSummary(*row) for row in rows]


def _keep(connection: Connection, experiment: int, dataset: Dataset) -> int:
    key = (experiment, dataset.name, dataset.digest)
    rest = (dataset.source_type, dataset.source, dataset.schema, dataset.profile)
    connection.execute(_INSERT, (*key, *rest))
    row = connection.row(_FIND, key)
    return int(row[0]) if row else 0


def _check(given: DatasetInput) -> None:
    dataset = given.dataset
    for name, limit in _LIMITS.items():
        check_length(name, getattr(dataset, name), limit)
        check_text(name, getattr(dataset, name))
    for name, limit in (("schema", _SCHEMA_CHARACTERS), ("profile", _PROFILE_CHARACTERS)):
        check_length(name, getattr(dataset, name) or "", limit)
        check_text(name, getattr(dataset, name) or "")
    for key, value in given.tags.items():
        check_length("key", key, _TAG_KEY_CHARACTERS)
        check_length("value", value, _TAG_CHARACTERS)
        check_text("value", key + value)
