"""Datasets and their versions, as values."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Origin = Literal["runs", "logged"]
"""`runs`: by a path of the project, from what runs read and wrote, and from `ml.lock`.
`logged`: by a name, as a client of MLflow's told it."""

Category = Literal["source", "result", "code", "logged"]
"""`source`: no step writes it. `result`: a step does. `code`: a file of code or settings."""


class DatasetGlance(Struct, frozen=True):
    """A dataset in a list."""

    project: str
    path: str
    """In the project, or the name that a client gave it."""
    origin: Origin
    category: Category
    kind: Literal["file", "folder", ""]
    """Of the newest version; empty where nobody said."""
    versions: int
    """How many were seen."""
    runs: int
    """How many runs read or wrote it."""
    first_seen_at: float | None
    last_seen_at: float | None
    digest: str
    """Of the version that was seen last."""
    size_bytes: int | None
    files: int | None
    writers: list[str]
    """Steps."""
    readers: list[str]
    """Steps."""
    is_locked: bool = False
    """Whether `ml.lock` names it as versioned data."""


class DatasetCommit(Struct, frozen=True):
    """A commit whose `ml.lock` named a version first."""

    id: str
    at: float
    author: str
    subject: str


class DatasetModel(Struct, frozen=True):
    """A version of a model that is this content."""

    model: str
    version: int


class DatasetVersion(Struct, frozen=True):
    """One version of a dataset."""

    digest: str
    kind: Literal["file", "folder", ""]
    size_bytes: int | None
    files: int | None
    first_seen_at: float | None
    last_seen_at: float | None
    written: int
    """How many runs wrote it."""
    read: int
    """How many runs read it."""
    run: str | None
    """The run that wrote it, the first; else the first that read it."""
    step: str
    commits: list[DatasetCommit]
    """Those of the project's git that named it first, as far as the hub stands beside it."""
    models: list[DatasetModel]
    is_current: bool
    """Whether `ml.lock` names it now; without a lock, whether it is the one seen last."""
    is_here: bool
    """Whether this hub's store has it, at least its listing."""
