"""What each step needs, decided from what was observed. Pure: nothing here touches the world."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from modelcompose.pipeline.graph import Node
from modelcompose.store.content import Content
from modelcompose.tracking.run import Metric

Action = Literal["run", "restore", "skip"]
State = Literal["fresh", "stale", "missing", "modified", "failed", "blocked"]


class Made(Struct, frozen=True):
    """What a step of one identity made."""

    outputs: Mapping[str, Content]
    run: str | None = None
    """The run that made it; None where only the lock tells (a fresh clone)."""
    ended_at: float | None = None
    duration_s: float | None = None
    metrics: Mapping[str, Metric] = {}


class Known(Struct, frozen=True):
    """A step's identity, with what it was made of."""

    identity: str
    parts: Mapping[str, Any]
    inputs: Mapping[str, Content]
    definition: str | None = None
    """Digest of what the image is built from, for a service that builds."""
    fetched: Mapping[str, Content] = {}
    """What came from URLs, by the path that the step sees it at; once it is about to run."""


class Observation(Struct, frozen=True):
    """What was seen of one step and of the world around it."""

    step: str
    pending: tuple[str, ...] = ()
    """Steps that run before and may change this one's inputs: its identity is not known yet."""
    unpinned: tuple[str, ...] = ()
    """Images whose digest `ml.lock` does not hold yet: the identity is not known either."""
    unknown: tuple[str, ...] = ()
    """What lies elsewhere and cannot be told, in words: the identity is not known either."""
    absent: tuple[str, ...] = ()
    """Inputs that are not here and count as ml.lock names them: the step must not run."""
    unasked: tuple[str, ...] = ()
    """What lies elsewhere and was taken as it was last, in words."""
    overdue: str | None = None
    """Why what was made is too old, in words."""
    problem: str | None = None
    """Why the step cannot be planned, in words."""
    hint: str | None = None
    """How to mend the problem."""
    known: Known | None = None
    """The identity; None while it cannot be known."""
    made: Made | None = None
    """What this very identity made before, where it ever ran."""
    is_held: bool = False
    """Whether the store can give back what was made."""
    present: Mapping[str, Content | None] = {}
    """What lies at the output paths now."""
    present_from: str | None = None
    """The run of this step, with another identity, that made what lies there now."""
    differences: tuple[str, ...] = ()
    """How the identity differs from the last one's, in words."""
    was_made_before: bool = False
    failure: str | None = None
    """Why the last run failed, if it did and had this identity."""
    is_cached: bool = True
    """False when the step says `cache: false`."""
    elsewhere: str | None = None
    """Why a remote can give back what was made, in words; None where that was not asked, or no."""


class Decision(Struct, frozen=True):
    """What is to be done about one step, and why."""

    step: str
    action: Action
    state: State
    causes: tuple[str, ...]
    observation: Observation
    is_conditional: bool = False
    """Whether the step may turn out fresh once the steps before it have run."""

    @property
    def known(self) -> Known:
        """Give the identity of a step that is to be acted on."""
        if self.observation.known is None:
            raise ValueError(f"the identity of {self.step!r} is not known")
        return self.observation.known

    @property
    def made(self) -> Made:
        """Give what a step made that does not have to run."""
        if self.observation.made is None:
            raise ValueError(f"{self.step!r} made nothing yet")
        return self.observation.made

    @property
    def cause(self) -> str:
        """Give all causes on one line."""
        return "; ".join(self.causes)


class Plan(Struct, frozen=True):
    """What is to be done, in order."""

    decisions: tuple[Decision, ...]

    @property
    def is_done(self) -> bool:
        """Tell whether there is nothing to do."""
        return all(decision.action == "skip" for decision in self.decisions)

    @property
    def is_certain(self) -> bool:
        """Tell whether all that lies elsewhere was asked."""
        return not any(decision.observation.unasked for decision in self.decisions)

    @property
    def blocked(self) -> list[Decision]:
        """Give the decisions about steps that cannot be planned."""
        return [decision for decision in self.decisions if decision.state == "blocked"]


Observe = Callable[[Node, Mapping[str, Decision]], Observation]


def make_plan(
    nodes: Sequence[Node], observe: Observe, *, forced: frozenset[str] = frozenset()
) -> Plan:
    """Decide about each of the nodes, which come in an order in which they can run."""
    decisions: dict[str, Decision] = {}
    for node in nodes:
        decisions[node.step] = decide(observe(node, decisions), is_forced=node.step in forced)
    return Plan(tuple(decisions.values()))


def decide(seen: Observation, *, is_forced: bool = False) -> Decision:
    """Decide about one step."""
    if seen.problem is not None:
        return Decision(seen.step, "run", "blocked", (seen.problem,), seen)
    if is_forced:
        return Decision(seen.step, "run", _state_of_unmade(seen), ("--force",), seen)
    if not seen.is_cached:
        return Decision(seen.step, "run", "stale", ("it is never cached (cache: false)",), seen)
    if seen.known is None:
        return _undecided(seen)
    if seen.made is None:
        return Decision(seen.step, "run", _state_of_unmade(seen), _causes(seen), seen)
    return _about_outputs(seen, seen.made)


def _undecided(seen: Observation) -> Decision:
    causes = tuple(f"the digest of image {image} is not known yet" for image in seen.unpinned)
    causes += (*seen.unknown, *seen.differences)
    if seen.pending:
        causes = (f"after {', '.join(seen.pending)}",)
    return Decision(seen.step, "run", _state_of_unmade(seen), causes, seen, is_conditional=True)


def _state_of_unmade(seen: Observation) -> State:
    if seen.failure is not None:
        return "failed"
    if not seen.was_made_before:
        return "missing"
    return "stale"


def _causes(seen: Observation) -> tuple[str, ...]:
    failed = (f"the last run failed: {seen.failure}",) if seen.failure else ()
    if not seen.was_made_before:
        return failed or ("it never ran",)
    return failed or seen.differences or ("it never ran with these inputs",)


def _from_elsewhere(seen: Observation, made: Made, why: str) -> Decision:
    """Restore what a remote holds: as a stale step where it is new here, else as a lost one."""
    if not seen.was_made_before:
        return Decision(seen.step, "restore", "missing", (why,), seen)
    if seen.failure or seen.differences:
        causes = (*_causes(seen), why)
        return Decision(seen.step, "restore", _state_of_unmade(seen), causes, seen)
    state, causes = _about_changes(seen, _changes(seen, made))
    return Decision(seen.step, "restore", state, (*causes, why), seen)


def _changes(seen: Observation, made: Made) -> dict[str, Content | None]:
    return {
        path: seen.present.get(path)
        for path, content in made.outputs.items()
        if seen.present.get(path) != content
    }


def _about_outputs(seen: Observation, made: Made) -> Decision:
    if seen.overdue is not None:
        return Decision(seen.step, "run", "stale", (seen.overdue,), seen)
    if seen.elsewhere is not None:
        return _from_elsewhere(seen, made, seen.elsewhere)
    changes = _changes(seen, made)
    if not changes:
        return Decision(seen.step, "skip", "fresh", seen.unasked, seen)
    state, causes = _about_changes(seen, changes)
    if not seen.is_held:
        lost = "no longer in the store" if made.run is not None else "not in this store"
        gone = f"what it made is {lost}"
        return Decision(seen.step, "run", state, (*causes, gone), seen)
    return Decision(seen.step, "restore", state, causes, seen)


def _about_changes(
    seen: Observation, changes: Mapping[str, Content | None]
) -> tuple[State, tuple[str, ...]]:
    missing = tuple(f"{path} is missing" for path, now in changes.items() if now is None)
    changed = [path for path, now in changes.items() if now is not None]
    if not changed:
        return "missing", missing
    if seen.present_from is not None:
        verb = "is" if len(changed) == 1 else "are"
        other = f"{', '.join(changed)} {verb} from run {seen.present_from[:8]}"
        return "stale", (*missing, other)
    return "modified", (*missing, *(f"{path} was changed by hand" for path in changed))
