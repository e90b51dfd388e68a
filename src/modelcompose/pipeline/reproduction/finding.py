"""Which run a user wants reproduced."""

from __future__ import annotations

from pathlib import Path

from modelcompose.errors import NotFound, UsageError
from modelcompose.tracking.run import Run
from modelcompose.tracking.runs import Runs


def wanted_run(runs: Runs, name: str, folder: Path | None) -> Run:
    """Give the run that is to be made again.

    Args:
        runs: all runs.
        name: the first digits of an id; or a step's name, for its latest run that succeeded.
        folder: the project folder that step names are looked for in.

    Raises:
        NotFound: nothing goes by this name.
        UsageError: the run has nothing to compare with, or is no step's.
    """
    run = None
    if folder is not None:
        run = runs.latest(folder, name, status="succeeded")
    run = run or runs.get(name, folder=folder)
    if run.kind == "reproduction":
        run = _reproduced_by(runs, run)
    if run.kind != "step":
        raise UsageError(
            f"run {run.id[:8]} is a command that was recorded in place: it declares nothing that "
            "could be rebuilt",
            hint=f"make it a step; this prints how: modelcompose init --from-run {run.id[:8]}",
        )
    if run.status != "succeeded":
        raise UsageError(
            f"run {run.id[:8]} of {run.step} is {run.status}: it has no result to compare with",
            hint=f"name one that succeeded; this lists them: modelcompose runs "
            f"--filter 'step = \"{run.step}\" and status = succeeded'",
        )
    return run


def _reproduced_by(runs: Runs, run: Run) -> Run:
    if run.reproduces is None:
        raise NotFound(
            f"run {run.id[:8]} reproduced what ml.lock says of {run.step}, which no run here made",
            hint="name another run; this lists them: modelcompose runs",
        )
    return runs.get(run.reproduces)
