"""Making all that `ml.lock` tells of again, from the current checkout, and comparing."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from modelcompose.compose.project import Input, Project, Service
from modelcompose.compose.services import build_service
from modelcompose.errors import NotFound
from modelcompose.pipeline.acting import acting
from modelcompose.pipeline.again import Again
from modelcompose.pipeline.data_mounts import held_again, recorded_mounts
from modelcompose.pipeline.execute import execute
from modelcompose.pipeline.graph import Node
from modelcompose.pipeline.lock import LockedStep
from modelcompose.pipeline.orders import Orders
from modelcompose.pipeline.parameters import Overrides
from modelcompose.pipeline.paths import outermost
from modelcompose.pipeline.prepare import prepare_plan
from modelcompose.pipeline.previous import lock_differences
from modelcompose.pipeline.report import Reporter, StepResult
from modelcompose.pipeline.reproduction.outcome import Outcome, compare_outputs
from modelcompose.pipeline.reproduction.rebuilding import moved
from modelcompose.pipeline.reproduction.running import outcome_of, standing_in
from modelcompose.pipeline.session import Session
from modelcompose.pipeline.volume_steps import refuse_written_volumes
from modelcompose.pipeline.workspace import Layout
from modelcompose.store.content import Content
from modelcompose.tracking.run import Run


def reproduce_lock(  # noqa: PLR0913 - what it works on, and how
    own: Session,
    nodes: Sequence[Node],
    folder: Path,
    reporter: Reporter,
    *,
    jobs: int,
    tolerance: float,
) -> list[Outcome]:
    """Run steps from the current checkout, each on what was just made, and compare with the lock.

    Args:
        own: of the project, with its lock held.
        nodes: the steps, in an order in which they can run.
        folder: where the checkout is laid out; not there yet.
        reporter: is told how it goes.
        jobs: how many steps may run at once.
        tolerance: how far apart metrics may be and still count as equal.

    Raises:
        Interrupted: the user stopped it.
    """
    project = _elsewhere(own, nodes, folder)
    _lay(own, nodes, folder)
    again = Again(own.project, lambda made: _as_recorded(made, own))
    names = frozenset(node.step for node in nodes)
    with standing_in(own, project, again) as session, acting(session, reporter.notes):
        session.observer.images = own.images
        session.observer.lock = own.lock
        session.folder.make()
        session.engine.check(project)
        plan = prepare_plan(session, nodes, forced=names)
        orders = Orders(jobs=jobs, forced=names)
        results = execute(session, nodes, plan, orders, reporter)
    return [_outcome(own, project, result, tolerance) for result in results]


def _elsewhere(own: Session, nodes: Sequence[Node], folder: Path) -> Project:
    """Give the project as it is, its steps in another folder; images are built where they are."""
    project, services = own.project, dict(own.project.services)
    documents = dict(project.document["services"])
    for node in nodes:
        service = services[node.step]
        document = moved(service.document, str(project.directory), str(folder), "volumes")
        step = service.the_step
        if step.inputs is None:
            implied = tuple(Input(path) for path in own.observer.inputs.implied(service))
            step = replace(step, inputs=implied)
        refuse_written_volumes(service)
        told = recorded_mounts(own.observer.shown_by(service)).get("mounts", {})
        built = build_service(node.step, document, step, held=held_again(document, told))
        services[node.step], documents[node.step] = built, document
    return replace(
        project,
        directory=folder,
        files=tuple(_in(folder, project.directory, file) for file in project.files),
        env_files=tuple(_in(folder, project.directory, file) for file in project.env_files),
        document={**project.document, "services": documents},
        services=services,
        notify=None,
    )


def _in(folder: Path, old: Path, file: Path) -> Path:
    return folder / file.relative_to(old) if file.is_relative_to(old) else file


def _lay(own: Session, nodes: Sequence[Node], folder: Path) -> None:
    """Lay out what the steps read and no step writes; what is large is linked."""
    found: dict[str, Content] = {}
    for node in nodes:
        found |= dict(_read(own, own.project.services[node.step]))
    wanted = {path: found[path] for path in outermost(found)}

    def skip(path: Path) -> bool:
        inputs = own.observer.inputs
        return inputs.is_no_code(path) or inputs.is_never_input(_relative(own, path))

    layout = Layout(own.project, Overrides(), can_mount=True)
    some_service = own.project.services[nodes[0].step]
    for mount in layout.lay(folder, some_service, wanted, skip).mounts:
        target = folder / mount.path
        target.parent.mkdir(parents=True, exist_ok=True)
        os.symlink(mount.source, target)  # noqa: PTH211 - as Path does


def _relative(own: Session, path: Path) -> str:
    return path.relative_to(own.project.directory).as_posix()


def _read(own: Session, service: Service) -> Iterator[tuple[str, Content]]:
    inputs, step = own.observer.inputs, service.the_step
    seen: dict[str, Content | None] = {}
    if step.inputs is None:
        seen.update(inputs.implied(service))
    for item in step.inputs or ():
        if not item.is_external:
            seen.update(inputs.declared(service, item))
    seen.update(inputs.mounted_files(service))
    seen.update({param.file: inputs.look(param.file) for param in step.params if param.file})
    for path, content in seen.items():
        if content is not None and not inputs.is_written(path):
            yield path, content


def _as_recorded(made: Run, own: Session) -> Run:
    locked = own.lock.steps.get(made.step)
    known = own.runs.result(locked.identity) if locked is not None else None
    return replace(
        made,
        folder=str(own.project.directory),
        kind="reproduction",
        reproduces=known.id if known else None,
        identity=None,
        cause="reproduces what ml.lock says",
    )


def _outcome(own: Session, project: Project, result: StepResult, tolerance: float) -> Outcome:
    locked = own.lock.steps.get(result.step)
    if locked is None:
        missing = "ml.lock does not tell of it: run it, and commit ml.lock"
        return Outcome(result.step, None, result.run, error=missing)
    known = own.runs.result(locked.identity)
    notes = _notes(own, locked, result)
    if known is not None and known.outputs == locked.outputs:
        files = project.services[result.step].the_step.metrics
        return replace(outcome_of(known, result, files, tolerance), notes=notes)
    if not result.is_good:
        return Outcome(
            result.step, None, result.run, error=result.error or result.ending, notes=notes
        )
    outputs = compare_outputs(locked.outputs, result.outputs)
    return Outcome(result.step, None, result.run, outputs, notes=notes)


def _notes(own: Session, locked: LockedStep, result: StepResult) -> tuple[str, ...]:
    """Say how what ran differs from what `ml.lock` was written for."""
    if result.run is None:
        return ()
    try:
        parts: Mapping[str, Any] = own.runs.get(result.run).parts
    except NotFound:
        return ()
    from modelcompose.pipeline.identity import identity_of

    if identity_of(parts) == locked.identity:
        return ()
    return lock_differences(locked, parts)
