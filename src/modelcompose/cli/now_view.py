"""What another command does with each step right now, as `status` says it."""

from __future__ import annotations

import time

from modelcompose.cli.live_rows import shown_numbers
from modelcompose.cli.runs_words import size
from modelcompose.cli.times import elapsed
from modelcompose.pipeline.progress import StepNow, steps_now
from modelcompose.pipeline.project_lock import Holder, holder
from modelcompose.pipeline.session import Session
from modelcompose.pipeline.tickets import has_ticket
from modelcompose.tracking.run import Run


def look(session: Session) -> dict[str, StepNow]:
    """Give the steps that wait, are made ready or run, in any terminal."""
    held_by = holder(session.folder.path)
    running = {
        run.step: StepNow(
            run.step,
            "running",
            run.started_at or run.created_at,
            run=run.id,
            cause=run.cause,
            metrics={name: metric.last for name, metric in run.metrics.items()},
        )
        for run in session.runs.unfinished(session.project.directory)
        if run.kind == "step" and (_is_held(run, held_by) or has_ticket(session.folder, run.id))
    }
    return {**running, **steps_now(session.folder.progress)}


def _is_held(run: Run, held_by: Holder | None) -> bool:
    """Tell whether the run's command holds the project: a dead one never does, whoever has its pid.

    Its lock goes with it, while its number may be a zombie's, or another process's by now.
    """
    return held_by is not None and held_by.pid == run.supervisor_pid


def about(now: StepNow) -> list[str]:
    """Say what a step does now, a line for each thing."""
    if now.state == "waiting":
        return [f"waits for {now.waits_for}"]
    clock = time.strftime("%H:%M:%S", time.localtime(now.since))
    lines = [f"since {clock}, {elapsed(time.time() - now.since)}"]
    lines += [shown_numbers(now.metrics)] if now.metrics else []
    return lines + ([f"memory {size(now.memory_bytes)}"] if now.memory_bytes is not None else [])
