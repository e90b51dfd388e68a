"""The looks of one step: which of what lies elsewhere is asked, remembered or not known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from modelcompose.compose.project import Address, Probe, Service
from modelcompose.errors import EngineError, NotFound, PlanError, RemoteError, UsageError
from modelcompose.pipeline.graph import Node
from modelcompose.pipeline.lock import LockedStep
from modelcompose.pipeline.outside.fetching import Fetched, public
from modelcompose.store.content import Content
from modelcompose.tracking.comparison import shown

if TYPE_CHECKING:
    from modelcompose.pipeline.outside.looking import Outside


class Seen(Struct, frozen=True):
    """What a step reads elsewhere."""

    probes: Mapping[str, str] = {}
    """Name to value."""
    urls: Mapping[str, str] = {}
    """URL to mark, of those that only count."""
    fetched: Mapping[str, str] = {}
    """Path to the digest that it counts by, of those that the step is shown."""
    unasked: tuple[str, ...] = ()
    """What was taken as it was last, in words."""
    unknown: Mapping[str, str] = {}
    """What could not even be taken so, in words by its name: the identity is not known."""

    @property
    def parts(self) -> dict[str, Any]:
        """Give what joins an identity; nothing where the step reads nothing elsewhere."""
        found = {"probes": dict(self.probes), "urls": dict(self.urls)}
        return {name: values for name, values in found.items() if values}


class Looks:
    """The looks of one step, and what came of them."""

    def __init__(self, outside: Outside, node: Node, service: Service) -> None:
        """Prepare to look for what a step reads by means of what a command asks with."""
        self._outside = outside
        self._node = node
        self._service = service
        self._start = outside.start
        self._locked = outside.locked(service.name) or LockedStep("", "")
        self._probes: dict[str, str] = {}
        self._urls: dict[str, str] = {}
        self._fetched: dict[str, str] = {}
        self._unasked: list[str] = []
        self._unknown: dict[str, str] = {}

    def seen(self) -> Seen:
        """Give what was found so far."""
        return Seen(self._probes, self._urls, self._fetched, tuple(self._unasked), self._unknown)

    def probe(self, probe: Probe) -> None:
        """Ask a probe, or take the value that it had last.

        Raises:
            PlanError: it fails.
        """
        name = self._outside.mask(probe.name)
        asked_here = {} if self._start else self._outside.probes_asked_here(self._service.name)
        last = self._locked.probes.get(name, asked_here.get(name))

        def missed(why: str) -> None:
            self._miss(self._probes, name, last, f"probe {name} was not asked: {why}")

        if not self._outside.asks:
            missed("nothing is asked for this look")
            return
        if self._start is None and probe.service is None and name not in asked_here:
            missed("nothing but `run` runs a command here for the first time")
            return
        try:
            if self._start is not None and probe.service in self._node.services:
                self._start([probe.service])
            value = self._outside.ask(probe)
        except (PlanError, EngineError) as error:
            if self._start is None and isinstance(error, EngineError):
                missed(error.message)
                return
            raise self._refused(f"probe {name}: {error.message}", error.hint) from error
        if value is not None:
            self._probes[name] = value
        elif self._start is None:
            missed(f"{probe.service} is not running")
        else:
            raise self._refused(
                f"probe {name}: {probe.service} is not running",
                f"start it: modelcompose up --detach {probe.service}",
            )

    def address(self, address: Address) -> None:
        """Look at a URL, or take it as it was last.

        Raises:
            PlanError: nothing is there, or who acts cannot tell.
        """
        url = public(address.url)
        last_mark = self._locked.urls.get(url)
        if not self._outside.asks:
            self._away(address, last_mark, f"{url} was not looked at")
            return
        try:
            mark = self._outside.fetching.look(address.url, is_hurried=self._start is None)
        except RemoteError as error:
            if self._start is not None:
                raise self._refused(error.message, error.hint) from error
            self._away(address, last_mark, f"{url} was not looked at: {error.message}")
            return
        except (NotFound, UsageError) as error:
            raise self._refused(error.message, error.hint) from error
        if address.path is not None:
            self._show(address, address.path, mark, last_mark)
        elif mark is not None:
            self._urls[url] = mark
        else:
            raise self._refused(
                f"{url}: its server gives neither an ETag nor a time to tell versions by",
                f"have it fetched, so that its content counts: {{url: {url}, path: …}}",
            )

    def _show(self, address: Address, path: str, mark: str | None, last: str | None) -> None:
        """Find the digest that something fetched counts by, and fetch it where who acts must."""
        url, fetching = public(address.url), self._outside.fetching
        content = fetching.known(address.url, mark)
        locked = self._locked.inputs.get(path) if mark is not None and mark == last else None
        if content is None and locked is None and self._start is not None:
            fetched = self._bring(address.url, mark)
            mark, content = fetched.mark, fetched.content
        if mark is not None:
            self._outside.remember(url, mark)
        if content is not None:
            self._outside.note(content)
            self._fetched[path] = counts_as(content)
        elif locked is not None:
            self._fetched[path] = locked
        elif mark is None:
            why = f"{url} was not looked at: only its content tells its versions apart"
            self._miss(self._fetched, path, self._locked.inputs.get(path), why)
        elif last is not None:
            self._unknown[path] = f"{url} changed: {shown(last)} → {shown(mark)}"
        else:
            self._unknown[path] = f"{url} was not fetched yet"

    def _away(self, address: Address, last_mark: str | None, why: str) -> None:
        if address.path is None:
            self._miss(self._urls, public(address.url), last_mark, why)
        else:
            self._miss(self._fetched, address.path, self._locked.inputs.get(address.path), why)

    def _bring(self, url: str, mark: str | None) -> Fetched:
        try:
            return self._outside.fetching.bring(url, mark)
        except (NotFound, RemoteError) as error:
            raise self._refused(error.message, error.hint) from error

    def _miss(self, values: dict[str, str], name: str, last: str | None, why: str) -> None:
        if last is None:
            self._unknown[name] = why
            return
        values[name] = last
        self._unasked.append(why)

    def _refused(self, message: str, hint: str | None) -> PlanError:
        text = self._outside.mask(f"{self._outside.place(self._service)}: {message}")
        return PlanError(text, hint=None if hint is None else self._outside.mask(hint))


def counts_as(content: Content) -> str:
    """Give the digest that an input counts by."""
    return f"{content.digest}+x" if content.executable else content.digest
