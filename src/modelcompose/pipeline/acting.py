"""A command that acts: it may start the services that its steps need, and stops them after."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from modelcompose.errors import ModelComposeError
from modelcompose.pipeline.data_mounts import attached
from modelcompose.pipeline.services import Services
from modelcompose.pipeline.session import Session


def services_of(session: Session, notes: Callable[[str], None]) -> Services:
    """Give the services of a session: the same object for planning and for running its steps."""
    if session.services is None:
        project = session.services_project
        session.services = Services(
            project,
            session.engine,
            session.folder.services,
            notes,
            lambda names: attached(project, session.lock, session.store, names),
        )
    return session.services


@contextmanager
def acting(session: Session, notes: Callable[[str], None]) -> Iterator[None]:
    """Let planning ask for what lies elsewhere, also where a service has to be started for that.

    When the block ends, however it does, the services that were started are stopped.
    """
    outside = session.observer.outside
    outside.start = lambda names: services_of(session, notes).need(names)
    outside.fetching.tells = notes
    try:
        yield
    finally:
        outside.start = None
        if session.services is not None:
            try:
                session.services.stop()
            except ModelComposeError as error:  # what was done is done all the same
                notes(error.message)
