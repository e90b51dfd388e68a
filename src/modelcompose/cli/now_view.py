"""What another command does with each step right now, as `status` says it."""

from __future__ import annotations

import os
import time

from modelcompose.cli.live_rows import shown_numbers
from modelcompose.cli.runs_words import size
from modelcompose.cli.times import elapsed
from modelcompose.pipeline.progress import StepNow, steps_now
from modelcompose.pipeline.session import Session
from modelcompose.pipeline.tickets import has_ticket
from modelcompose.tracking.run import Run


def look(session: Session) -> dict[str, StepNow]:
    """Give the steps that wait, are made ready or run, in any terminal."""
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
        if run.kind == "step" and (_lives(run) or has_ticket(session.folder, run.id))
    }
    return {**running, **steps_now(session.folder.progress)}


def _lives(run: Run) -> bool:
    try:
        os.kill(run.supervisor_pid or 0, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def about(now: StepNow) -> list[str]:
    """Say what a step does now, a line for each thing."""
    if now.state == "waiting":
        return [f"waits for {now.waits_for}"]
    clock = time.strftime("%H:%M:%S", time.localtime(now.since))
    lines = [f"since {clock}, {elapsed(time.time() - now.since)}"]
    lines += [shown_numbers(now.metrics)] if now.metrics else []
    return lines + ([f"memory {size(now.memory_bytes)}"] if now.memory_bytes is not None else [])
