"""Where a run's artifacts are."""

from __future__ import annotations

from modelcompose.database.database import Connection
from modelcompose.errors import NotFound
from modelcompose.tracking.experiments import artifacts_below

_RUN = """
    SELECT runs.experiment, experiments.artifact_root
    FROM runs LEFT JOIN experiments ON experiments.number = runs.experiment
    WHERE runs.id = ?
"""


def run_artifacts(connection: Connection, run_id: str) -> str:
    """Give the address of the folder of a run's artifacts.

    Raises:
        NotFound: there is no such run.
    """
    row = connection.row(_RUN, (run_id,))
    if row is None:
        raise NotFound(f"Run with id={run_id} not found")
    experiment, root = row
    return artifacts_below(experiment, root, run_id)
