"""What one hub tells another, as values: the sender writes them, the API of the other reads them.

Times are seconds since the epoch. Columns are little-endian float64, in base64.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from modelcompose.store.content import Content
from modelcompose.tracking.run import Host, Kind, Recording, Status

Name = Annotated[str, Meta(min_length=1, max_length=250)]
Project = Annotated[str, Meta(min_length=1, max_length=500)]
Path = Annotated[str, Meta(min_length=1, max_length=650)]
RunId = Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
Time = Annotated[float, Meta(ge=-1e12, le=1e12)]
Number = float | Literal["Infinity", "-Infinity"] | None
"""Null is NaN."""
Digest = Annotated[str, Meta(max_length=71)]
Small = Annotated[int, Meta(ge=-(2**31), lt=2**31)]
Count = Annotated[int, Meta(ge=0, lt=2**31)]
Large = Annotated[int, Meta(ge=0, le=2**62)]
Text = Annotated[str, Meta(max_length=100_000)]

MOST = 100_000
"""So many parameters, metrics, tags or paths a run has at most."""


class SentMetric(Struct, frozen=True):
    """A metric's summary."""

    name: Name
    last: Number
    min: Number
    max: Number
    count: Count
    best_step: Number = None
    last_step: Number = None
    last_time: Number = None
    mean: Number = None
    known: Count | None = None
    position: Count | None = None


class SentContent(Struct, frozen=True):
    """A file or folder by its digest."""

    path: Path
    kind: Literal["file", "folder"]
    digest: Digest
    size_bytes: Large
    files: Count = 1
    executable: bool = False

    @property
    def content(self) -> Content:
        """Give it without its path."""
        return Content(self.kind, self.digest, self.size_bytes, self.files, self.executable)


class SentCode(Struct, frozen=True):
    """The code that a run saw."""

    tree: Digest | None = None
    commit: Annotated[str, Meta(max_length=64)] | None = None
    branch: Text | None = None
    is_dirty: bool = False
    remote: Text | None = None


class SentDataset(Struct, frozen=True):
    """A data set that went into a run, as a client described it."""

    name: Annotated[str, Meta(min_length=1, max_length=500)]
    digest: Annotated[str, Meta(min_length=1, max_length=36)]
    source_type: Annotated[str, Meta(max_length=36)]
    source: Annotated[str, Meta(max_length=65_535)]
    schema: str | None = None
    profile: str | None = None
    tags: Mapping[Annotated[str, Meta(max_length=250)], Annotated[str, Meta(max_length=500)]] = {}


class SentRun(Struct, frozen=True, kw_only=True):
    """A run as its own hub knows it, without its points."""

    project: Project
    folder: Text = ""
    step: Text = ""
    status: Status
    engine: Annotated[str, Meta(max_length=32)] = ""
    created_at: Time
    started_at: Time | None = None
    ended_at: Time | None = None
    heard_at: Time | None = None
    """When its client was last heard of, where a client logs it."""
    cause: Text = ""
    attempt: Small = 1
    error: Text | None = None
    exit_code: Small | None = None
    oom_killed: bool = False
    timed_out: bool = False
    identity: Digest | None = None
    image: Text | None = None
    kind: Kind = "step"
    reproduces: Annotated[str, Meta(max_length=32)] | None = None
    code: SentCode = SentCode()
    parts: Mapping[str, Any] = {}
    service: Mapping[str, Any] = {}
    plots: list[str] = []
    host: Host | None = None
    command_line: list[str] = []
    overrides: Mapping[str, str] = {}
    recording: Recording | None = None
    name: Text = ""
    user: Text = ""
    params: Annotated[Mapping[Name, Any], Meta(max_length=MOST)] = {}
    tags: Annotated[Mapping[Name, str], Meta(max_length=MOST)] = {}
    metrics: Annotated[list[SentMetric], Meta(max_length=MOST)] = []
    inputs: Annotated[list[SentContent], Meta(max_length=MOST)] = []
    outputs: Annotated[list[SentContent], Meta(max_length=MOST)] = []
    datasets: Annotated[list[SentDataset], Meta(max_length=1000)] = []


class Kept(Struct, frozen=True):
    """A run was kept."""

    artifacts: str | None
    """Where its artifacts go, after `/api/2.0/mlflow-artifacts/artifacts/`; null where they are
    not kept by this hub."""
    models: str | None
    """The same for the models that its clients logged: `ID/artifacts` below it."""


class SentPoints(Struct, frozen=True):
    """Points of several series, those of one side by side."""

    position: Annotated[int, Meta(ge=1, le=2**62)]
    """Where they stand in what the sender sends: higher with each."""
    kind: Literal["number", "text", "histogram", "recorded", "forget"]
    """`forget` has no points: what came as `recorded` before is dropped."""
    names: list[Name] = []
    counts: list[Annotated[int, Meta(ge=1, lt=2**31)]] = []
    """How many points each name has."""
    steps: bytes = b""
    points: bytes | list[bytes] = b""
    """A column, or a list of bytes where they are no numbers."""
    times: bytes = b""


class PointBatches(Struct, frozen=True):
    """Points, in the order in which they were logged."""

    sender: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
    """Whoever counts the positions."""
    batches: Annotated[list[SentPoints], Meta(max_length=10_000)] = []


class Position(Struct, frozen=True):
    """How far points have come: those up to here need not be sent again."""

    position: int


class SentSamples(Struct, frozen=True):
    """Some samples of resources."""

    part: Annotated[int, Meta(ge=0, lt=2**31)]
    fields: Annotated[list[Name], Meta(min_length=1, max_length=100)]
    count: Annotated[int, Meta(ge=1, le=1_000_000)]
    columns: bytes
    """One after the other, in the order of the fields; NaN where nothing was measured."""


class SamplesOf(Struct, frozen=True):
    """Samples of a run; a part that is there already changes nothing."""

    parts: Annotated[list[SentSamples], Meta(max_length=10_000)]


class LogPart(Struct, frozen=True):
    """A part of what a run printed."""

    offset: Annotated[int, Meta(ge=0, le=2**50)]
    """Where it begins, in bytes from the beginning."""
    data: bytes


class LogSize(Struct, frozen=True):
    """How much of a log is there."""

    size_bytes: int


class LoggedValue(Struct, frozen=True):
    """The latest value of a metric that was measured on a logged model."""

    name: Name
    value: Number
    step: Annotated[int, Meta(ge=-(2**62), le=2**62)]
    time: Time
    run: RunId
    dataset_name: Annotated[str, Meta(max_length=500)] = ""
    dataset_digest: Annotated[str, Meta(max_length=36)] = ""


class SentLogged(Struct, frozen=True):
    """A model that an MLflow client logged."""

    id: Annotated[str, Meta(pattern="^m-[0-9a-f]{32}$")]
    name: Annotated[str, Meta(min_length=1, max_length=250)]
    status: Annotated[str, Meta(max_length=32)]
    created_at: Time
    model_type: Annotated[str, Meta(max_length=500)] | None = None
    params: Mapping[Name, str] = {}
    tags: Mapping[Name, str] = {}
    metrics: list[LoggedValue] = []


class ModelLink(Struct, frozen=True):
    """A logged model that went into a run, or came out of it."""

    id: Annotated[str, Meta(pattern="^m-[0-9a-f]{32}$")]
    role: Literal["input", "output"]
    step: Annotated[int, Meta(ge=-(2**62), le=2**62)] = 0


class SentVersion(Struct, frozen=True, kw_only=True):
    """A version of a registered model that a run made.

    It is known again by its run and its `source`; the hub that keeps it gives it a number.
    """

    model: Annotated[str, Meta(min_length=1, max_length=250)]
    source: Path
    """Where its files are: below the run's artifacts; `models/m-…` of a logged model."""
    created_at: Time
    description: Annotated[str, Meta(max_length=100_000)] | None = None
    model_description: Annotated[str, Meta(max_length=100_000)] | None = None
    user: Text = ""
    tags: Mapping[Name, str] = {}
    path: Text = ""
    """Of the output that it is, where a project's gate made it."""
    content: SentContent | None = None
    evidence: Mapping[str, Any] = {}


class SentMove(Struct, frozen=True):
    """The last time that an alias was moved; a later one on the hub itself counts more."""

    model: Annotated[str, Meta(min_length=1, max_length=250)]
    alias: Annotated[str, Meta(min_length=1, max_length=250)]
    source: Path
    """The version that it was moved to, or removed from."""
    moved_at: Time
    is_removed: bool = False
    cause: Text = ""


class SentModels(Struct, frozen=True):
    """The models that a run made; their files are there already."""

    logged: Annotated[list[SentLogged], Meta(max_length=1000)] = []
    links: Annotated[list[ModelLink], Meta(max_length=1000)] = []
    versions: Annotated[list[SentVersion], Meta(max_length=1000)] = []
    moves: Annotated[list[SentMove], Meta(max_length=1000)] = []


class VersionNumber(Struct, frozen=True):
    """What a version is called here."""

    model: str
    source: str
    version: int


class KeptModels(Struct, frozen=True):
    """The versions, by the numbers that they have here."""

    versions: list[VersionNumber]
