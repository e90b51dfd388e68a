"""What MLflow's client wrote to a file, where its container could reach no hub, into the run."""

from __future__ import annotations

import stat
from pathlib import Path

from modelcompose.errors import UsageError
from modelcompose.hub.hub import open_hub
from modelcompose.hub.importing.mlflow_file import merge_into_run
from modelcompose.hub.step_runs.variables import MLFLOW_FILE, MLFLOW_FOLDER, SPOOL_INSIDE


def bring(home: Path, run: str, folder: Path) -> None:
    """Bring what a container left into its run, once it has ended; it is nobody to be trusted.

    Args:
        home: the hub's.
        run: the run's id.
        folder: what the container saw as its spool.

    Raises:
        ModelComposeError: the file cannot be taken.
        OSError: it cannot be read.
    """
    for path in folder.glob(f"{MLFLOW_FILE}*"):  # SQLite follows links, also of its journals
        if not stat.S_ISREG(path.lstat().st_mode):
            raise UsageError(f"{path.name} is no file")
    places = {f"{SPOOL_INSIDE}/{MLFLOW_FOLDER}": folder / MLFLOW_FOLDER}
    hub = open_hub(home / "hub.db", home)
    try:
        merge_into_run(hub, folder / MLFLOW_FILE, run, folders=places)
    finally:
        hub.close()
