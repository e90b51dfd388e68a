"""What to do about an input that is not there."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from modelcompose.compose.project import Project, Step
from modelcompose.errors import PlanError
from modelcompose.pipeline.dvc_hint import dvc_hint
from modelcompose.pipeline.lock import Lock
from modelcompose.pipeline.origin import where
from modelcompose.pipeline.paths import covers, may_read


def refuse_missing(
    project: Project,
    lock: Lock,
    step: str,
    missing: Iterable[str],
    pending: Collection[str] = (),
) -> None:
    """Make sure that what a step reads is there, or is about to be made.

    Args:
        project: the step's.
        lock: the project's.
        step: its name.
        missing: its inputs that are not there.
        pending: steps that run before it.

    Raises:
        PlanError: one is missing, with where it comes from.
    """
    for path in missing:
        writers = (name for name, each in project.steps.items() if _makes(each, path))
        writer = next(writers, None)
        if writer in pending:
            continue
        place = where(project, step, "inputs")
        if writer is not None:
            raise PlanError(
                f"{place}: {path} is missing; step {writer!r} makes it",
                hint=f"run: modelcompose run {writer}",
            )
        hint = dvc_hint(project.directory, path) or source_of(project, lock, path)
        raise PlanError(f"{place}: {path} is missing", hint=hint)


def _makes(step: Step, path: str) -> bool:
    return any(may_read(path, written) for written in step.written)


def source_of(project: Project, lock: Lock, path: str) -> str:
    """Say where a missing input that no step makes comes from, with the command."""
    for item in project.data:
        if item.source is not None and covers(item.path, path):
            from modelcompose.store.sources.opening import shown

            return f"bring it from {shown(item.source)}: modelcompose data update {item.path}"
    known = next((known for known in lock.data if covers(known, path)), None)
    if known is not None:
        verb = "pull" if project.remote else "data checkout"
        return f"bring the version of ml.lock: modelcompose {verb} {known}"
    profiles = {name for service in project.services.values() for name in service.profiles}
    others = ", ".join(f"--profile {name}" for name in sorted(profiles - set(project.profiles)))
    if others:
        return f"put it there, or read the steps of another profile with it: {others}"
    return "put it there, or declare it as an output of the step that makes it"
