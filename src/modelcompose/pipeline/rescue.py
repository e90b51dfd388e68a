"""What a step made and the store could not keep: set aside, so that days of work are not lost."""

from __future__ import annotations

import shutil
from contextlib import suppress

from modelcompose.compose.project import Service
from modelcompose.errors import ModelComposeError, StoreError
from modelcompose.pipeline.paths import outermost
from modelcompose.pipeline.state_folder import StateFolder
from modelcompose.store.failures import printable
from modelcompose.store.placing import remove
from modelcompose.tracking.run import Run


def rescue(folder: StateFolder, run: Run, service: Service, error: ModelComposeError) -> str | None:
    """Set aside what a step made that ended well, where keeping it failed; give the error's hint.

    It is moved on its own file system, so this needs no room. What an earlier run of the step
    had left there goes.

    Args:
        folder: the project's state; the run's workspace is in it.
        run: as it ended.
        service: the step's.
        error: what kept its outputs from being kept.
    """
    if run.exit_code != 0 or not isinstance(error, StoreError):
        return error.hint
    place = folder.rescued / run.step
    workspace = folder.workspace(run.id)
    found = [path for path in outermost(service.the_step.written) if (workspace / path).exists()]
    try:
        remove(place)
        for path in found:
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (workspace / path).rename(place / path)
    except OSError:
        return error.hint
    if not found:
        return error.hint
    told = f"what the step made is in '{printable(place)}' until it has run again"
    return f"{error.hint}\n{told}" if error.hint else told


def forget_rescued(folder: StateFolder, step: str) -> None:
    """Drop what was set aside for a step that has succeeded since."""
    shutil.rmtree(folder.rescued / step, ignore_errors=True)
    with suppress(OSError):
        folder.rescued.rmdir()
