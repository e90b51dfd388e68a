"""What all runs of one command share: the code and the machine."""

from __future__ import annotations

from msgspec import Struct

from modelcompose.pipeline.secrets import secret_files
from modelcompose.pipeline.session import Session
from modelcompose.tracking.code import code_state
from modelcompose.tracking.host import this_host
from modelcompose.tracking.run import Code, Host


class Surroundings(Struct, frozen=True):
    """What all runs of one command share: looked at once, when the first step runs."""

    code: Code
    host: Host


def look_around(session: Session) -> Surroundings:
    """Take the code as it is now, and the machine."""
    hidden = {*session.project.env_files, *secret_files(session.project)}
    code = code_state(
        session.project.directory,
        session.states,
        session.store,
        skip=lambda path: path in hidden or session.observer.inputs.is_no_code(path),
    )
    return Surroundings(code, this_host())
