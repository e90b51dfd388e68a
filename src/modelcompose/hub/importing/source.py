"""What a source of an import gives: experiments, runs, points, files and models, as values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol

from msgspec import Struct

from modelcompose.registry.datasets import DatasetInput, ModelLink
from modelcompose.registry.logged_models import LoggedMetric
from modelcompose.tracking.run import Status
from modelcompose.tracking.series.points import Points


class SourceExperiment(Struct, frozen=True):
    """An experiment of a source."""

    key: str
    """What the source calls it by; the hub numbers its own."""
    name: str
    created_at: float
    """Seconds since the epoch, as all times here."""
    updated_at: float
    deleted_at: float | None = None
    tags: Mapping[str, str] = {}


class SourceRun(Struct, frozen=True):
    """A run of a source, without its points and files."""

    id: str
    """Kept: 32 hexadecimal digits."""
    experiment: str
    """The key of its experiment."""
    name: str
    status: Status
    started_at: float
    fingerprint: str
    """Changes whenever anything of the run does, as far as the source tells cheaply."""
    ended_at: float | None = None
    deleted_at: float | None = None
    user: str = ""
    params: Mapping[str, str] = {}
    tags: Mapping[str, str] = {}
    datasets: Sequence[DatasetInput] = ()
    models_in: Sequence[str] = ()
    models_out: Sequence[ModelLink] = ()
    artifacts: str = ""
    """Address of its files; empty where it has none."""


class SourceLoggedModel(Struct, frozen=True):
    """A logged model of a source, without its files."""

    id: str
    experiment: str
    name: str
    status: str
    created_at: float
    updated_at: float
    artifacts: str
    run: str | None = None
    model_type: str | None = None
    status_message: str | None = None
    deleted_at: float | None = None
    params: Mapping[str, str] = {}
    tags: Mapping[str, str] = {}
    metrics: Sequence[LoggedMetric] = ()


class SourceVersion(Struct, frozen=True):
    """A version of a registered model of a source."""

    version: int
    source: str
    created_at: float
    updated_at: float
    storage: str = ""
    run: str | None = None
    run_link: str | None = None
    user: str = ""
    stage: str = "None"
    status: str = "READY"
    status_message: str | None = None
    description: str | None = None
    tags: Mapping[str, str] = {}


class SourceModel(Struct, frozen=True):
    """A registered model of a source."""

    name: str
    created_at: float
    updated_at: float
    description: str | None = None
    tags: Mapping[str, str] = {}
    aliases: Mapping[str, int] = {}
    versions: Sequence[SourceVersion] = ()


class Part(Struct, frozen=True):
    """Some points of one series; a long series comes in several parts."""

    name: str
    points: Points
    kind: str = "number"
    """One of `series.points.KINDS`."""


class SourceFile(Struct, frozen=True):
    """A file of a run or of a logged model."""

    path: str
    """Below the folder of the run's or model's files, with `/` between names."""
    open: Callable[[], AbstractContextManager[BinaryIO]]
    size_bytes: int | None = None
    changed_at: float | None = None


class Place(Struct, frozen=True):
    """Where the files of a run or of a logged model are."""

    owner: str
    """The run's or the model's id."""
    address: str
    is_model: bool = False


class UnreachableError(Exception):
    """Files that cannot be read from here; its text says why."""


class Source(Protocol):
    """Another tracker's records. Read by one thread; what it gives is bounded in memory."""

    @property
    def name(self) -> str:
        """Give what the import is remembered by: the same at the next import."""

    @property
    def is_cheap(self) -> bool:
        """Whether looking for new files costs little, so that it is always done."""

    @property
    def keeps_numbers(self) -> bool:
        """Whether versions of models keep their numbers; else they come after the hub's."""

    @property
    def notes(self) -> Sequence[str]:
        """Give what the user should know of what was read so far."""

    def experiments(self) -> Sequence[SourceExperiment]:
        """Give all experiments, those in its trash among them."""

    def run_count(self) -> int | None:
        """Give how many runs there are, where it is known."""

    def runs(self) -> Iterator[SourceRun]:
        """Give all runs, those in its trash among them."""

    def series(self, run: SourceRun) -> Iterator[Part]:
        """Give all points of a run."""

    def files(self, place: Place) -> Iterable[SourceFile]:
        """Give the files of a run or model.

        Raises:
            UnreachableError: they cannot be read from here.
        """

    def logged_models(self) -> Iterator[SourceLoggedModel]:
        """Give the logged models."""

    def models(self) -> Iterator[SourceModel]:
        """Give the registered models with their versions."""
