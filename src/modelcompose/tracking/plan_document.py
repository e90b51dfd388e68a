"""A project's plan as it is told to hubs: its steps, and the picture that they are part of.

Every field that came later than `steps` has a default, so that a plan of an older program is read
as well; a hub that does not know a field leaves it out. All text is masked before it is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct

MOST_PLACES = 500
"""Inputs, outputs or parameters that one step tells of itself."""
MOST_SERVICES = 2_000
MOST_STEPS = 10_000
MOST_EDGES = 50_000

LONGEST_TEXT = 4_000

Word = Annotated[str, Meta(max_length=100)]
Text = Annotated[str, Meta(max_length=LONGEST_TEXT)]
Few = Annotated[list[Text], Meta(max_length=MOST_PLACES)]

PlaceKind = Literal["file", "folder", "glob", "volume", "url", "external", "probe"]
"""`external` is a path outside of the project; a probe is a command whose output counts."""

Role = Literal["", "metrics", "plots"]

EdgeKind = Literal["reads", "writes", "after", "needs", "makes", "serves", "shows"]
"""`after`: a step before another, by `depends_on` alone. `needs`: a service. `makes`: an output is
registered as a model. `serves`: a service mounts a model. `shows`: a service mounts data."""


class Place(Struct, frozen=True, omit_defaults=True):
    """Something that a step reads or writes."""

    path: Text
    kind: PlaceKind = "file"
    digest: Word | None = None
    """What lies there now counts as this; null where it is not known."""
    size_bytes: Annotated[int, Meta(ge=0, le=2**62)] | None = None
    role: Role = ""


Places = Annotated[list[Place], Meta(max_length=MOST_PLACES)]


class PlannedStep(Struct, frozen=True):
    """A step of a plan."""

    name: str
    action: Word
    """What would be done: run, restore, skip."""
    state: Word = ""
    """How it stands: fresh, stale, missing, modified, failed, blocked."""
    cause: str = ""
    after: list[str] = []
    """The steps that come before it."""
    run: str | None = None
    """The id of the run that its outputs are of."""
    hint: Text = ""
    """How to mend what blocks it."""
    inputs: Places = []
    outputs: Places = []
    params: Few = []
    """Names of the parameters that it declares."""
    is_implied: bool = False
    """Whether it declares no inputs: then every file that it mounts is one."""


class PlannedService(Struct, frozen=True, omit_defaults=True):
    """A service of the Compose file, which may be a step."""

    name: Text
    image: Text = ""
    build: Text = ""
    """The folder that its image is built from, relative to the project."""
    ports: Few = []
    """Such as `127.0.0.1:8080→80`."""
    profiles: Few = []
    after: Mapping[Text, Word] = {}
    """The services that it depends on, with the condition."""
    is_tracked: bool = False
    is_step: bool = False
    state: Word = ""
    """What the engine said of it: running, exited, … ; empty where it was not asked."""
    health: Word = ""
    """healthy, unhealthy, starting; empty where it has no check."""
    status: Text = ""
    """The engine's own words, such as `Up 3 hours (healthy)`."""


class PlannedData(Struct, frozen=True, omit_defaults=True):
    """Content that no step writes."""

    path: Text
    source: Text = ""
    """Where it comes from; credentials masked."""
    kind: PlaceKind = "folder"
    digest: Word | None = None
    """Of the version that belongs here, as `ml.lock` says."""
    size_bytes: Annotated[int, Meta(ge=0, le=2**62)] | None = None


class Serving(Struct, frozen=True):
    """A service that mounts a model."""

    service: Text
    reference: Text
    """The alias or the number that it asks for."""


class PlannedModel(Struct, frozen=True, omit_defaults=True):
    """A model that the project registers, or that its services mount."""

    name: Text
    path: Text = ""
    requires: Few = []
    when: Text = ""
    alias: Text = ""
    served_by: Annotated[list[Serving], Meta(max_length=MOST_PLACES)] = []


class Edge(Struct, frozen=True):
    """What leads from one thing to another, named as `step:train`, `service:db`, `data:x`."""

    source: Text
    target: Text
    kind: EdgeKind


class Plan(Struct, frozen=True):
    """A project's plan at one time."""

    taken_at: Annotated[float, Meta(ge=0, le=1e12)]
    steps: Annotated[list[PlannedStep], Meta(max_length=MOST_STEPS)]
    services: list[str] = []
    """The names of the services that are no steps."""
    objective: Mapping[str, str] = {}
    """Which metrics count, and which way: `max` or `min`."""
    host: str = ""
    folder: str = ""
    engine: Word = ""
    files: Few = []
    """The Compose files, relative to the folder."""
    details: Annotated[list[PlannedService], Meta(max_length=MOST_SERVICES)] = []
    """The services, steps among them."""
    data: Annotated[list[PlannedData], Meta(max_length=MOST_STEPS)] = []
    models: Annotated[list[PlannedModel], Meta(max_length=MOST_SERVICES)] = []
    edges: Annotated[list[Edge], Meta(max_length=MOST_EDGES)] = []
