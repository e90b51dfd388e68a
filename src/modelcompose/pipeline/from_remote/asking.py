"""Asking the project's remote for what a step made: once for each step that is not fresh."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Literal

from msgspec import Struct

from modelcompose.errors import ContentCorrupt, ContentMissing, RemoteError, UsageError
from modelcompose.pipeline.from_remote.absent import locked_inputs
from modelcompose.pipeline.from_remote.artifact import (
    Result,
    address_of,
    made_elsewhere,
    read_result,
    step_tag,
)
from modelcompose.pipeline.lock import Lock
from modelcompose.pipeline.plan import Made
from modelcompose.store.content import Content, Tree
from modelcompose.store.remotes.artifacts import content_tag
from modelcompose.store.remotes.fetching import fetch, fetch_listing
from modelcompose.store.remotes.parallel import Progress
from modelcompose.store.remotes.protocol import Remote
from modelcompose.store.store import Store
from modelcompose.tracking.run import Run

Present = Mapping[str, Content | None]
Reach = Literal["lost", "any"]
"""What is asked for: what this machine made and its store lost, or whatever is not fresh."""


class Found(Struct, frozen=True):
    """What a remote holds of a step."""

    made: Made
    why: str
    """Why the step does not have to run, in words."""


class Elsewhere:
    """What a remote knows of one command's steps. Used from several threads."""

    def __init__(  # noqa: PLR0913 - a command's parts meet here
        self,
        opened: Callable[[], Remote],
        store: Store,
        *,
        engine: str,
        reach: Reach,
        forced: Collection[str],
        notes: Callable[[str], object],
        jobs: int = 4,
    ) -> None:
        """Take what it asks with.

        Args:
            opened: gives the project's remote, the same one each time; called when it is needed.
            store: this user's.
            engine: the name of the one that runs steps; what another made is of no use to it.
            reach: what is asked for.
            forced: steps that run in any case.
            notes: told where the remote cannot be asked.
            jobs: how many transfers may run at once.
        """
        self.reach = reach
        self._opened = opened
        self._store = store
        self._engine = engine
        self._forced = forced
        self._notes = notes
        self._jobs = jobs
        self._guard = threading.Lock()
        self._runs: dict[str, Run] = {}
        self._is_away = False

    @property
    def where(self) -> str:
        """Give where the remote is."""
        return address_of(self._remote)

    @property
    def _remote(self) -> Remote:
        return self._opened()

    def find(self, step: str, present: Present, identity: str, made: Made | None) -> Found | None:
        """Give what the remote holds of an identity.

        Args:
            step: its name.
            present: what lies now at the paths that it writes, outermost ones alone.
            identity: the step's.
            made: what is known here of what it made, and not held here.

        Raises:
            RemoteError: the remote cannot be asked, and the user wanted it to be.
        """
        if step in self._forced or self._is_away:
            return None
        if self.reach == "any":
            try:
                return self._any(present, identity, made)
            except RemoteError as error:
                raise _unasked(error) from error
        if made is None or made.run is None:
            return None
        try:
            return self._lost(present, made)
        except (RemoteError, UsageError) as error:
            self._is_away = True
            self._notes(f"{step}: {error.message}; what it made is not looked for there")
            return None

    def inputs(self, step: str, lock: Lock, missing: Iterable[str]) -> dict[str, Content]:
        """Give missing inputs of a step as the lock names them, where the user wants to ask.

        A step must not run with them; they tell by which identity the remote knows it.
        """
        if self.reach != "any" or step in self._forced:
            return {}
        return locked_inputs(lock, missing, self._listing)

    def bring(self, contents: Iterable[Content]) -> int:
        """Bring contents into the store, which then is whole; give how many bytes came.

        Raises:
            ContentMissing: the remote does not hold one of them.
            ContentCorrupt: the remote gave something else.
            RemoteError: the remote fails or refuses.
        """
        progress = Progress(self._jobs)
        return sum(fetch(self._remote, self._store, content, progress) for content in contents)

    def bring_part(self, content: Content, inner: str) -> bool:
        """Bring what lies at a path inside of a folder; tell whether that was possible."""
        try:
            fetch(self._remote, self._store, content, Progress(self._jobs), inner)
        except (ContentMissing, ContentCorrupt, RemoteError):
            return False
        return True

    def run_of(self, identity: str) -> Run | None:
        """Give the run that made what was found of an identity."""
        with self._guard:
            return self._runs.get(identity)

    def _listing(self, content: Content) -> Tree | None:
        """Give a folder's listing, which alone comes here where the store lacks it."""
        try:
            if self._store.has(content.digest):
                return self._store.tree(content.digest)
            return fetch_listing(self._remote, self._store, content)
        except (ContentMissing, ContentCorrupt):
            return None
        except RemoteError as error:
            raise _unasked(error) from error

    def _any(self, present: Present, identity: str, made: Made | None) -> Found | None:
        result = self._result(identity)
        if result is not None and self._serves(result, present.keys()):
            self._remember(result)
            return Found(_made(result), made_elsewhere(self.where))
        if made is not None and self._holds(present, made):
            return Found(made, made_elsewhere(self.where))
        return None

    def _lost(self, present: Present, made: Made) -> Found | None:
        if not self._holds(present, made):
            return None
        return Found(made, f"what it made is no longer in the store, and comes from {self.where}")

    def _result(self, identity: str) -> Result | None:
        data = self._remote.manifest(step_tag(identity))
        return None if data is None else read_result(data, identity, self.where)

    def _serves(self, result: Result, written: Collection[str]) -> bool:
        """Whether a result is one of this very step and engine, whatever the remote says of it."""
        of_engine = result.run is None or result.run.engine == self._engine
        return of_engine and set(result.outputs) == set(written)

    def _remember(self, result: Result) -> None:
        if result.run is not None:
            with self._guard:
                self._runs[result.identity] = result.run

    def _holds(self, present: Present, made: Made) -> bool:
        changed = [each for path, each in made.outputs.items() if present.get(path) != each]
        lacking = [each for each in changed if not self._store.holds(each)]
        return all(self._remote.manifest(content_tag(each)) is not None for each in lacking)


def _made(result: Result) -> Made:
    run = result.run
    if run is None:
        return Made(result.outputs)
    return Made(result.outputs, run.id, run.ended_at, run.duration_s, run.metrics)


def _unasked(error: RemoteError) -> RemoteError:
    without = "leave --from-remote away: the steps then run here"
    hint = f"{error.hint}; or {without}" if error.hint else without
    return RemoteError(f"--from-remote: {error.message}", hint=hint)
