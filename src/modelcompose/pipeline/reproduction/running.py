"""Making a run again, beside the project, and comparing what comes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from msgspec.structs import replace

from modelcompose.compose.project import Project
from modelcompose.errors import EngineError, PlanError
from modelcompose.pipeline.acting import acting
from modelcompose.pipeline.again import Again
from modelcompose.pipeline.execute import execute
from modelcompose.pipeline.graph import build_graph
from modelcompose.pipeline.identity import identity_of
from modelcompose.pipeline.lock import Lock
from modelcompose.pipeline.orders import Orders
from modelcompose.pipeline.parameters import Overrides
from modelcompose.pipeline.plan import Known, Plan, make_plan
from modelcompose.pipeline.report import Reporter, StepResult
from modelcompose.pipeline.reproduction.outcome import Outcome, compare_metrics, compare_outputs
from modelcompose.pipeline.reproduction.pieces import Pieces
from modelcompose.pipeline.reproduction.rebuilding import rebuild, without_build
from modelcompose.pipeline.session import Session
from modelcompose.tracking.comparison import differences
from modelcompose.tracking.run import Metric, Run


def reproduce_run(
    own: Session, run: Run, folder: Path, reporter: Reporter, *, tolerance: float
) -> Outcome:
    """Make a run again from what was recorded, and compare what comes out.

    Args:
        own: of the project, with its lock held; its engine is the run's.
        run: a step's run that succeeded.
        folder: where the project is rebuilt; not there yet.
        reporter: is told how it goes.
        tolerance: how far apart metrics may be and still count as equal.

    Raises:
        PlanError: something that the run was made from is gone; names all of it.
        Interrupted: the user stopped it.
    """
    rebuilt = rebuild(run, own.project, own.masker, folder, own.lock)
    project, pins, images = rebuilt.project, rebuilt.lock.images, {}
    if run.image is not None and own.engine.holds(run.image):
        images, pins = {run.step: run.image}, {run.image: run.image}
        project = without_build(project, run.step, run.image)
    again = Again(own.project, lambda made: _as_recorded(made, own, run), images)
    with (
        standing_in(own, project, again, rebuilt.overrides) as session,
        acting(session, reporter.notes),
    ):
        session.observer.lock = Lock(images=pins)
        gone = list(rebuilt.gone)
        gone += Pieces(own.project, project, own.store).lay(run, session.states, own.states)
        plan = Plan(())
        if not gone:
            plan = make_plan(
                list(session.graph.nodes.values()),
                session.observer.observe,
                forced=frozenset({run.step}),
            )
            gone = _not_as_it_was(session, plan, run)
        if gone:
            raise _cannot(run, gone)
        result = _execute(session, plan, Orders(forced=frozenset({run.step})), reporter)[0]
    return outcome_of(run, result, project.services[run.step].the_step.metrics, tolerance)


@contextmanager
def standing_in(
    own: Session, project: Project, again: Again, overrides: Overrides | None = None
) -> Iterator[Session]:
    """Open a session of a project that stands in for another one.

    What other commands look up in the project's own `.ml` folder stays there: what runs now,
    which services were started, whether runs are to be stopped.
    """
    session = Session(
        project,
        build_graph(project),
        engine=own.engine,
        runs=own.runs,
        store=own.store,
        overrides=overrides or Overrides(),
        command_line=own.command_line,
        tracking=own.new_tracking,
    )
    session.again = again
    session.observer.outside.stand_in_for(own.observer.outside)
    for name in ("services", "progress", "stops"):
        setattr(session.folder, name, getattr(own.folder, name))
    try:
        yield session
    finally:
        session.close()


def _execute(session: Session, plan: Plan, orders: Orders, reporter: Reporter) -> list[StepResult]:
    session.folder.make()
    session.engine.check(session.project)
    return execute(session, list(session.graph.nodes.values()), plan, orders, reporter)


def _not_as_it_was(session: Session, plan: Plan, run: Run) -> list[str]:
    """Give, in words, what would not be as it was when the run was made."""
    decision = plan.decisions[0]
    known = decision.observation.known
    if known is None:
        unpinned = (f"image {name}: no digest" for name in decision.observation.unpinned)
        return [decision.observation.problem] if decision.observation.problem else [*unpinned]
    is_image_here = session.again is not None and run.step in session.again.images
    old, new = dict(run.parts), dict(known.parts)
    if is_image_here:
        new["image"] = old.get("image")
    found = [difference.text for difference in differences(old, new, listing=lambda _: None)]
    if not found and identity_of(old) != identity_of(new):
        found = ["what the step declares is read differently by this version of modelcompose"]
    return found or ([] if is_image_here else _missing_image(session, run.step, known))


def _missing_image(session: Session, step: str, known: Known) -> list[str]:
    """Have the image before anything starts; give why it cannot be had."""
    service = session.project.services[step]
    try:
        session.engine.prepare(
            session.project,
            service,
            session.lock.images,
            definition=known.definition,
            ignore=session.images.ignore(service),
        )
    except EngineError as error:
        return [error.message]
    return []


def _as_recorded(made: Run, own: Session, run: Run) -> Run:
    return replace(
        made,
        folder=str(own.project.directory),
        kind="reproduction",
        reproduces=run.id,
        identity=None,
        parts=run.parts,
        code=run.code,
        service=run.service,
        overrides=run.overrides,
        cause=f"reproduces run {run.id[:8]}",
    )


def _cannot(run: Run, gone: list[str]) -> PlanError:
    listed = "".join(f"\n  - {each}" for each in gone)
    return PlanError(
        f"run {run.id[:8]} of {run.step} cannot be reproduced:{listed}",
        hint="put back what is missing, or make a new run to go by: "
        f"modelcompose run --force {run.step}",
    )


def outcome_of(
    run: Run, result: StepResult, metrics_files: tuple[str, ...], tolerance: float
) -> Outcome:
    """Compare a run with the result of making it again."""
    if not result.is_good:
        return Outcome(run.step, run.id, result.run, error=result.error or result.ending)
    metrics = compare_metrics(_last(run.metrics), _last(result.metrics), tolerance)
    are_equal = tolerance > 0 and all(change.is_equal for change in metrics)
    by_value = metrics_files if are_equal else ()
    outputs = compare_outputs(run.outputs, result.outputs, by_value=by_value)
    return Outcome(run.step, run.id, result.run, outputs, metrics)


def _last(metrics: Mapping[str, Metric]) -> dict[str, float]:
    return {name: metric.last for name, metric in metrics.items()}
