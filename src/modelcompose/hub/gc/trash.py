"""What is in the trash, what of it has to stay, and the end of the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from modelcompose.database.database import Connection, one_of
from modelcompose.registry.trash import empty_trash
from modelcompose.tracking.experiments import DEFAULT_NUMBER, artifact_root_of, artifacts_below

RUNS_AT_ONCE = 200
"""So many runs go in one transaction: those who log wait for it."""

_RUNS = """
    SELECT runs.number, runs.id, runs.experiment, experiments.artifact_root, runs.name
    FROM runs LEFT JOIN experiments ON experiments.number = runs.experiment
    WHERE runs.deleted_at < ? ORDER BY runs.number
"""
_NEEDED = """
    SELECT registered_models.name, model_versions.version, model_versions.run,
        model_versions.logged_model, model_versions.source, model_versions.storage
    FROM model_versions JOIN registered_models ON registered_models.number = model_versions.model
    WHERE model_versions.deleted_at IS NULL AND registered_models.deleted_at IS NULL
"""
_EXPERIMENTS = """
    SELECT number, name, artifact_root FROM experiments
    WHERE deleted_at < ? AND number <> ? ORDER BY number
"""
_LOGGED = """
    SELECT id, experiment, artifacts, deleted_at FROM logged_models WHERE experiment = ?
"""
_FORGET_EXPERIMENT = """
    DELETE FROM experiments WHERE number = ? AND deleted_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.experiment = experiments.number)
"""


class DeletedRun(Struct, frozen=True):
    """A run in the trash."""

    number: int
    id: str
    name: str
    experiment: int | None
    artifacts: str
    """Address of its files."""


class Kept(Struct, frozen=True):
    """Something in the trash that has to stay, and why."""

    what: str
    reason: str


class Trash(Struct, frozen=True):
    """What goes when the trash is emptied."""

    runs: Sequence[DeletedRun]
    experiments: Sequence[tuple[int, str, str]]
    """Number, name and address of its files; empty where others may keep theirs there, too."""
    models: int
    versions: int
    logged_models: Sequence[str]
    """Addresses of their files."""
    kept: Sequence[Kept]


def look(connection: Connection, before: float) -> Trash:
    """Give what was deleted before a time, without what a version of a model is made of.

    Args:
        connection: of any block.
        before: seconds since the epoch.
    """
    needed = connection.rows(_NEEDED)
    kept: list[Kept] = []
    runs = []
    for number, run_id, experiment, root, name in connection.rows(_RUNS, (before,)):
        run = DeletedRun(
            number, run_id, name, experiment, artifacts_below(experiment, root, run_id)
        )
        label = _version_of_run(run, needed)
        if label is None:
            runs.append(run)
        else:
            kept.append(Kept(f"run {run_id}", f"its files are those of {label}"))
    experiments = _experiments(connection, before, {run.number for run in runs}, needed, kept)
    logged = _logged(connection, before, {number for number, _, _ in experiments})
    return Trash(
        runs,
        experiments,
        _count(connection, "registered_models", before),
        _count(connection, "model_versions", before),
        logged,
        kept,
    )


def forget_runs(connection: Connection, runs: Sequence[DeletedRun]) -> list[DeletedRun]:
    """Forget runs with their points; those that were restored meanwhile stay.

    Args:
        connection: of a write block.
        runs: in the trash when it was looked at.

    Returns:
        Those that are forgotten.
    """
    these, value = one_of(connection, "number", [run.number for run in runs])
    gone = connection.rows(
        f"DELETE FROM runs WHERE deleted_at IS NOT NULL AND {these} RETURNING number",  # noqa: S608
        (value,),
    )
    numbers = {number for (number,) in gone}
    return [run for run in runs if run.number in numbers]


def forget_others(connection: Connection, trash: Trash, before: float) -> list[str]:
    """Forget models, versions and experiments.

    Returns:
        Addresses of the files that go.
    """
    folders = empty_trash(connection, before)
    for number, _, address in trash.experiments:
        logged = [row[2] for row in connection.rows(_LOGGED, (number,))]
        if connection.execute(_FORGET_EXPERIMENT, (number,)).rowcount:
            folders += [*logged, *([address] if address else [])]
    return folders


def _experiments(
    connection: Connection,
    before: float,
    going: set[int],
    needed: Sequence[tuple[Any, ...]],
    kept: list[Kept],
) -> list[tuple[int, str, str]]:
    used = {row[3]: f"{row[0]}@{row[1]}" for row in needed if row[3]}
    found = []
    for number, name, root in connection.rows(_EXPERIMENTS, (before, DEFAULT_NUMBER)):
        runs = connection.rows("SELECT number FROM runs WHERE experiment = ?", (number,))
        logged = connection.rows(_LOGGED, (number,))
        label = next((used[row[0]] for row in logged if row[0] in used), None)
        if label is not None:
            kept.append(Kept(f"experiment {name}", f"{label} is one of its logged models"))
        elif any(run not in going for (run,) in runs):
            kept.append(Kept(f"experiment {name}", "it still has runs"))
        else:
            found.append((number, name, "" if root else artifact_root_of(number, "")))
    return found


def _logged(connection: Connection, before: float, going: set[int]) -> list[str]:
    rows = connection.rows(
        "SELECT artifacts FROM logged_models WHERE deleted_at < ? AND NOT EXISTS ("
        "SELECT 1 FROM model_versions WHERE model_versions.logged_model = logged_models.id "
        "AND model_versions.deleted_at IS NULL)",
        (before,),
    )
    found = [row[0] for row in rows]
    for number in sorted(going):
        found += [row[2] for row in connection.rows(_LOGGED, (number,)) if row[3] is None]
    return found


def _version_of_run(run: DeletedRun, needed: Sequence[tuple[Any, ...]]) -> str | None:
    for name, version, _, _, *addresses in needed:
        for address in addresses:
            root = f"runs:/{run.id}" if address.startswith("runs:") else run.artifacts
            if address == root or address.startswith(f"{root}/"):
                return f"{name}@{version}"
    return None


def _count(connection: Connection, table: str, before: float) -> int:
    row = connection.row(f"SELECT count(*) FROM {table} WHERE deleted_at < ?", (before,))  # noqa: S608
    return int(row[0]) if row else 0
