"""A run as it begins: all that is known of a step before it is executed."""

from __future__ import annotations

import os
import time

from modelcompose.compose.step_keys import step_keys
from modelcompose.pipeline.data_mounts import recorded_mounts
from modelcompose.pipeline.outside.looking import recorded_step
from modelcompose.pipeline.plan import Decision
from modelcompose.pipeline.session import Session
from modelcompose.pipeline.surroundings import Surroundings
from modelcompose.tracking.host import this_host
from modelcompose.tracking.run import Code, Run


def new_run(
    session: Session,
    surroundings: Surroundings | None,
    decision: Decision,
    image: str | None,
    number: int,
) -> Run:
    """Give the run of an execution that is about to begin, secrets masked.

    Args:
        session: the command's.
        surroundings: the code and the machine, where they were looked at.
        decision: to run the step.
        image: what it runs in.
        number: which try this is, from 1.
    """
    known = decision.known
    service = session.project.services[decision.step]
    run = Run(
        id=os.urandom(16).hex(),
        project=session.project.name,
        folder=str(session.project.directory),
        step=decision.step,
        status="running",
        engine=session.engine.name,
        created_at=time.time(),
        cause=session.masker.text(decision.cause),
        attempt=number,
        identity=known.identity,
        parts=known.parts,
        service=session.masker.value(
            {
                **service.document,
                "x-ml": {
                    "step": step_keys(recorded_step(service.the_step)),
                    **recorded_mounts(session.observer.shown_by(service)),
                },
            }
        ),
        image=image,
        params=known.parts["params"],
        inputs={**known.inputs, **known.fetched},
        code=surroundings.code if surroundings else Code(),
        host=surroundings.host if surroundings else this_host(),
        command_line=tuple(session.masker.text(word) for word in session.command_line),
        overrides=session.masker.variables(session.overrides.described()),
        supervisor_pid=os.getpid(),
    )
    return session.recorded(run)
