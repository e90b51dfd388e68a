"""The project's remote, for the length of one command."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from modelcompose.errors import NotFound
from modelcompose.pipeline.from_remote.asking import Elsewhere, Reach
from modelcompose.pipeline.from_remote.interruptible import Interruptible
from modelcompose.pipeline.session import Session
from modelcompose.store.remotes.protocol import Remote
from modelcompose.store.store import Store


def remote_of(address: str | None, declared: str | None, project: Path, store: Store) -> Remote:
    """Open the remote that was named, or the project's.

    Raises:
        NotFound: there is none.
        UsageError: the address is none.
    """
    chosen = address or declared
    if not chosen:
        raise no_remote(project)
    from modelcompose.store.remotes.opening import open_remote

    return open_remote(chosen, project, store.root / "remotes")


def no_remote(project: Path) -> NotFound:
    """Give the error for a project that names no remote, where one is needed."""
    return NotFound(
        f"{project}: the project names no remote to push to and pull from",
        hint="write it into compose.yaml, such as: x-ml: {remote: oci://localhost:5000/me/project}",
    )


@contextmanager
def asking(
    session: Session,
    notes: Callable[[str], object],
    *,
    is_wanted: bool = False,
    forced: Collection[str] = (),
) -> Iterator[None]:
    """Have the project's remote asked for what steps made, while the block lasts.

    A remote that the project names is asked for what this machine made and lost; one that the
    user wants to be asked, for whatever is not fresh. Nothing is reached before that.

    Args:
        session: whose steps.
        notes: told where the remote cannot be asked.
        is_wanted: whether the user wants it to be asked.
        forced: steps that run in any case.

    Raises:
        NotFound: it is wanted, and the project names no remote.
    """
    project = session.project
    if session.observer.elsewhere is not None or not (project.remote or is_wanted):
        yield
        return
    if not project.remote:
        raise no_remote(project.directory)
    reach: Reach = "any" if is_wanted else "lost"
    with ExitStack() as stack:
        session.observer.elsewhere = Elsewhere(
            _Once(session, stack),
            session.store,
            engine=session.engine.name,
            reach=reach,
            forced=forced,
            notes=notes,
        )
        try:
            yield
        finally:
            session.observer.elsewhere = None


class _Once:
    """Opens the remote of a session's project at the first call."""

    def __init__(self, session: Session, stack: ExitStack) -> None:
        self._session = session
        self._stack = stack
        self._guard = threading.Lock()
        self._remote: Remote | None = None

    def __call__(self) -> Remote:
        with self._guard:
            if self._remote is None:
                session = self._session
                declared, folder = session.project.remote, session.project.directory
                remote = remote_of(None, declared, folder, session.store)
                self._stack.enter_context(remote)
                self._remote = Interruptible(remote, session.stopping.is_set)
            return self._remote
