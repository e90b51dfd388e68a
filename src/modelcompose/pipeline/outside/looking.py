"""What steps read elsewhere, as planning sees it: asked anew by who acts, remembered for others.

To look is free of effects: `status` and `why` start no service, and run no command on this machine
that `run` has not run here before. What they cannot ask counts as it did last, and they say so.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from modelcompose.compose.project import Probe, Project, Service, Step
from modelcompose.engine.protocol import Engine
from modelcompose.errors import ModelComposeError, PlanError
from modelcompose.pipeline.graph import Node
from modelcompose.pipeline.hidden import refuse_hidden_input
from modelcompose.pipeline.inputs import STATE_FOLDER
from modelcompose.pipeline.lock import Lock, LockedStep
from modelcompose.pipeline.origin import where
from modelcompose.pipeline.outside.fetching import Fetching, public
from modelcompose.pipeline.outside.looks import Looks, Seen, counts_as
from modelcompose.pipeline.outside.probing import ask
from modelcompose.store.content import Content
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store
from modelcompose.tracking.masking import Masker
from modelcompose.tracking.runs import Runs


class Outside:
    """Asks for what lies elsewhere. Used from several threads once steps run."""

    def __init__(  # noqa: PLR0913 - a command's parts meet here
        self,
        project: Project,
        engine: Engine,
        *,
        lock: Callable[[], Lock],
        runs: Runs,
        store: Store,
        states: FileStates,
        masker: Masker,
    ) -> None:
        """Take what it asks with; `lock` gives the lock as it is now."""
        folder = project.directory / STATE_FOLDER / "cache" / "fetching"
        self.fetching = Fetching(project.directory, folder, store, states)
        self.start: Callable[[Sequence[str]], None] | None = None
        """Has services running; None for a command that only looks."""
        self.asks = True
        """Whether anything is asked at all: False takes everything as it was last."""
        self._project = project
        self._engine = engine
        self._lock = lock
        self._runs = runs
        self._masker = masker
        self.folders: set[str] = set()
        """The digests of folders that were fetched; the store has their listings."""
        self._guard = threading.Lock()
        self._marks: dict[str, str] = {}
        """The marks of URLs that were fetched, as they were last looked at."""

    def see(self, node: Node, service: Service) -> Seen:
        """Give what a step reads elsewhere.

        Raises:
            PlanError: a probe fails, nothing is at a URL; who acts cannot reach one.
        """
        step = service.the_step
        if not step.probes and not step.addresses:
            return Seen()
        for address in step.addresses:
            if address.path is not None:
                refuse_hidden_input(self._project, service, address.path)
        looks = Looks(self, node, service)
        for probe in step.probes:
            looks.probe(probe)
        urls = [address.url for address in step.addresses]
        if self.asks:
            self.fetching.look_ahead(urls, is_hurried=self.start is None)
        for address in step.addresses:
            looks.address(address)
        return looks.seen()

    def bring(self, service: Service, counted: Mapping[str, str]) -> dict[str, Content]:
        """Have in the store what a step is shown of URLs, by the paths that it sees it at.

        Args:
            service: the step's.
            counted: the digests that its identity holds, by path.

        Raises:
            PlanError: something else lies there by now.
            StoreError: it cannot be brought or kept.
        """
        found: dict[str, Content] = {}
        for address in service.the_step.addresses:
            if address.path is None:
                continue
            url = public(address.url)
            content = self.fetching.bring(address.url, self._marks.get(url)).content
            if counts_as(content) != counted.get(address.path):
                raise PlanError(
                    f"{self.place(service)}: {url} changed while this command ran",
                    hint="run it again: it begins with what is there now",
                )
            found[address.path] = content
        return found

    def changed(self, service: Service, parts: Mapping[str, Any]) -> list[str]:
        """Name what has another value by now than an identity holds, as far as it can be asked."""
        found: list[str] = []
        for probe in service.the_step.probes:
            try:
                now = self.ask(probe)
            except ModelComposeError:
                continue
            name = self.mask(probe.name)
            if now is not None and now != parts.get("probes", {}).get(name):
                found.append(f"probe {name}")
        for address in service.the_step.addresses:
            if address.path is not None:
                continue  # the step read what was fetched before
            try:
                mark = self.fetching.look(address.url)
            except ModelComposeError:
                continue
            url = public(address.url)
            if mark != parts.get("urls", {}).get(url):
                found.append(url)
        return found

    def marks(self, step: Step) -> dict[str, str]:
        """Give the marks of what a step is shown of URLs, as they were last looked at."""
        with self._guard:
            urls = [public(a.url) for a in step.addresses if a.path is not None]
            return {url: self._marks[url] for url in urls if url in self._marks}

    def ask(self, probe: Probe) -> str | None:
        """Give a probe's value, secrets masked; None where its service does not run."""
        value = ask(self._engine, self._project, probe)
        return None if value is None else self._masker.text(value)

    def stand_in_for(self, other: Outside) -> None:
        """Ask as another project does, whose place this one takes for a while."""
        self._project = other._project
        self.fetching = other.fetching

    def mask(self, text: str) -> str:
        """Give a text with the secrets masked."""
        return self._masker.text(text)

    def remember(self, url: str, mark: str) -> None:
        """Note the mark of a URL that is fetched."""
        with self._guard:
            self._marks[url] = mark

    def note(self, content: Content) -> None:
        """Note what was fetched, so that its listing can be looked up."""
        if content.kind == "folder":
            with self._guard:
                self.folders.add(content.digest)

    def place(self, service: Service) -> str:
        """Give where a step's inputs stand in the Compose file."""
        return where(self._project, service.name, "inputs")

    def locked(self, step: str) -> LockedStep | None:
        """Give what the lock says about a step."""
        return self._lock().steps.get(step)

    def probes_asked_here(self, step: str) -> Mapping[str, str]:
        """Give the values that probes had when a step last ran in this folder.

        A run that was taken from a remote ran elsewhere, which is why no host stands in it: it
        must not be what lets its author's commands run here.
        """
        latest = self._runs.latest(self._project.directory, step)
        if latest is None or latest.host is None:
            return {}
        found: Mapping[str, str] = latest.parts.get("probes", {})
        return found


def recorded_step(step: Step) -> Step:
    """Give a step as a run records it: its URLs as they may be shown."""
    if not step.addresses:
        return step
    public_ones = tuple(replace(each, url=public(each.url)) for each in step.addresses)
    return replace(step, addresses=public_ones)
