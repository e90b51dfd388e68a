"""A Compose project as frozen values: what the reader gives and every other room takes."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

Engine = Literal["docker", "process"]


class ComposeOptions(Struct, frozen=True):
    """The global options of `docker compose`, as the user gave them.

    Empty values mean "not given": Compose's own defaults and `COMPOSE_*` variables then hold.
    """

    files: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    env_files: tuple[str, ...] = ()
    project_name: str | None = None
    project_directory: str | None = None
    arguments: tuple[str, ...] = ()
    """Every other global option, in order, to hand through (`--ansi never`, `--parallel 2`)."""


class Position(Struct, frozen=True):
    """Where something stands in a file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        """Give the form that editors and terminals recognise."""
        return f"{self.file}:{self.line}:{self.column}"


class ModelMount(Struct, frozen=True):
    """What `x-ml` says about a mount: which version of a model its folder holds."""

    model: str
    reference: str
    """An alias, or a version's number."""
    place: str
    """The folder, relative to the project folder."""
    on_change: Literal["restart", "signal", "none"] = "restart"
    signal: str = "SIGHUP"

    @property
    def label(self) -> str:
        """Give what is asked for as users write it, `NAME@ALIAS`."""
        return f"{self.model}@{self.reference}"


class DataMount(Struct, frozen=True):
    """What `x-ml` says about a mount: which version of data it shows."""

    path: str
    """Versioned data, or a path in it; relative to the project folder."""
    revision: str | None = None
    """A git revision or a digest; None: what `ml.lock` names."""
    position: str = ""
    """Where it is asked for, such as `services.api.volumes[0]`."""

    @property
    def label(self) -> str:
        """Give what is asked for as users write it, `PATH@REV`."""
        return self.path if self.revision is None else f"{self.path}@{self.revision}"


class Mount(Struct, frozen=True):
    """One entry of a service's `volumes`, in Compose's long form."""

    type: str
    target: str
    source: str | None = None
    """Absolute path for a bind mount, the volume's name for a volume."""
    read_only: bool = False
    model: ModelMount | None = None
    data: DataMount | None = None


class Build(Struct, frozen=True):
    """A service's `build`, resolved."""

    context: str
    """Absolute path, or a URL."""
    dockerfile: str = "Dockerfile"
    """Relative to the context, or absolute."""
    dockerfile_inline: str | None = None
    args: Mapping[str, str | None] = {}
    target: str | None = None
    additional_contexts: Mapping[str, str] = {}
    platforms: tuple[str, ...] = ()


class GpuClaim(Struct, frozen=True):
    """The GPUs that a service reserves."""

    count: int | None = None
    """How many; None means all."""
    device_ids: tuple[str, ...] = ()


class Input(Struct, frozen=True):
    """Something that a step reads."""

    path: str
    """Relative to the project folder, may hold glob characters; absolute for external data."""
    compare: Literal["stat", "content"] = "content"
    """External data counts by names, sizes and times (`stat`) unless told otherwise."""

    @property
    def is_external(self) -> bool:
        """Whether the path lies outside the project's care."""
        return self.path.startswith("/")


class Address(Struct, frozen=True):
    """Content that a step reads and that lies elsewhere."""

    url: str
    path: str | None = None
    """Where the step sees what is fetched, relative to the project folder; None where its own code
    reads it: it then counts by its mark."""


class Probe(Struct, frozen=True):
    """A command whose output is an input."""

    command: str | tuple[str, ...]
    """For the shell, or a program and its arguments."""
    service: str | None = None
    """In whose container it runs; None for this machine, in the project folder."""
    timeout_s: float = 60.0

    @property
    def words(self) -> tuple[str, ...]:
        """Give the program and its arguments."""
        return ("sh", "-c", self.command) if isinstance(self.command, str) else self.command

    @property
    def name(self) -> str:
        """Give what tells the probe from all others, and is shown: `db: psql -c '…'`."""
        text = self.command if isinstance(self.command, str) else shlex.join(self.command)
        return text if self.service is None else f"{self.service}: {text}"


class Output(Struct, frozen=True):
    """Something that a step writes; path relative to the project folder, without globs."""

    path: str
    resume: bool = False
    """A folder that is kept between tries of one identity."""
    live: bool = False
    """A folder that the step writes in the project itself."""


class Param(Struct, frozen=True):
    """One parameter that a step declares.

    `name` alone is a container variable or a Compose variable; with `file`, `name` is a dotted
    key of that file, or empty for the whole file.
    """

    name: str
    file: str | None = None

    def __str__(self) -> str:
        """Give the form that the Compose file uses."""
        return f"{self.file}:{self.name}" if self.file else self.name


class Step(Struct, frozen=True):
    """What `x-ml.step` says about a service that runs to its end."""

    inputs: tuple[Input, ...] | None = None
    """None: every file under the service's bind mounts that git tracks or does not ignore."""
    addresses: tuple[Address, ...] = ()
    probes: tuple[Probe, ...] = ()
    every_s: float | None = None
    """How old what was made may become before it is made again."""
    outputs: tuple[Output, ...] = ()
    params: tuple[Param, ...] = ()
    metrics: tuple[str, ...] = ()
    plots: tuple[str, ...] = ()
    log_metrics: tuple[str, ...] = ()
    """Name patterns: lines of the log of the form `name=value` that match become series."""
    retries: int = 0
    timeout_s: float | None = None
    uses: Mapping[str, int] = {}
    """How many of each scarce thing the step holds while it runs; see `Project.limits`."""
    cache: bool = True
    workspace: Literal["isolated", "project"] = "isolated"

    @property
    def resumed(self) -> tuple[str, ...]:
        """Give the outputs that are kept between tries of one identity."""
        return tuple(output.path for output in self.outputs if output.resume)

    @property
    def live(self) -> tuple[str, ...]:
        """Give the outputs that the step writes in the project itself."""
        return tuple(output.path for output in self.outputs if output.live)

    @property
    def written(self) -> tuple[str, ...]:
        """Give every path the step writes: outputs, metrics and plots, without repeats."""
        paths = [output.path for output in self.outputs]
        return tuple(dict.fromkeys([*paths, *self.metrics, *self.plots]))


class Service(Struct, frozen=True):
    """One resolved service.

    `document` is the service exactly as `docker compose config` prints it, without `x-ml`; the
    other fields are those that planning and engines look at, parsed.
    """

    name: str
    document: Mapping[str, Any]
    image: str | None = None
    build: Build | None = None
    command: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    working_dir: str | None = None
    environment: Mapping[str, str | None] = {}
    mounts: tuple[Mount, ...] = ()
    depends_on: Mapping[str, str] = {}
    """Service name to condition (`service_started`, `service_healthy`, …)."""
    profiles: tuple[str, ...] = ()
    platform: str | None = None
    stop_grace_period_s: float = 10.0
    stop_signal: str | None = None
    gpus: GpuClaim | None = None
    secrets: tuple[str, ...] = ()
    """Names of the project's `secrets` that the service is given."""
    step: Step | None = None
    is_recorded: bool = False
    """Whether commands that Compose runs in the service are recorded."""
    is_tracked: bool = False
    """Whether what the service logs by itself becomes runs of the project."""

    @property
    def model_mounts(self) -> tuple[ModelMount, ...]:
        """Give the mounts that hold a version of a model."""
        return tuple(mount.model for mount in self.mounts if mount.model is not None)

    @property
    def data_mounts(self) -> tuple[tuple[str, DataMount], ...]:
        """Give the mounts that show a version of data, each with its target."""
        return tuple((mount.target, mount.data) for mount in self.mounts if mount.data is not None)

    @property
    def the_step(self) -> Step:
        """Give the step of a service that is known to be one."""
        if self.step is None:
            raise TypeError(f"service {self.name!r} is no step")
        return self.step


VOLUME = "volume:"
"""What the name of a volume begins with among the inputs and outputs of a step."""


def is_volume(path: str) -> bool:
    """Tell whether what a step reads or writes is a volume, by its name `volume:NAME`."""
    return path.startswith(VOLUME)


class Dataset(Struct, frozen=True):
    """A top-level volume that holds data, as its `x-ml.dataset` says."""

    name: str
    """Its key in the Compose file."""
    volume: str
    """Its name in the engine."""
    is_external: bool = False
    driver: str | None = None
    options: Mapping[str, str] = {}
    labels: Mapping[str, str] = {}

    @property
    def path(self) -> str:
        """Give the name that steps and the lock know it by, `volume:NAME`."""
        return f"{VOLUME}{self.name}"


class DataSource(Struct, frozen=True):
    """An entry of `x-ml.data`: content that no step writes."""

    path: str
    source: str | None = None
    link: Literal["copy", "reflink", "hardlink", "mount"] | None = None
    """How its files lie in the project; None: by shared blocks where that can be, else copies."""


class ModelRule(Struct, frozen=True):
    """An entry of `x-ml.models`: an output that is registered as versions of a model."""

    name: str
    path: str
    requires: tuple[str, ...] = ()
    """Steps that must have succeeded on the same content."""
    when: str | None = None
    """The gate; see `registry.gates`."""
    alias: str | None = None
    """Pointed to each version that is made."""


class Notify(Struct, frozen=True):
    """Who is told of the end of a long run of steps."""

    webhook: str | None = None
    """An http or https URL; a secret."""
    desktop: bool = False
    after_s: float = 60.0
    on: frozenset[Literal["failed", "done"]] = frozenset({"failed", "done"})


class Project(Struct, frozen=True):
    """A resolved Compose project with what its `x-ml` keys say."""

    name: str
    directory: Path
    files: tuple[Path, ...]
    """Every Compose file that was read, `include` and `extends` among them as far as known."""
    document: Mapping[str, Any]
    """The whole resolved file as `docker compose config` prints it, every `x-ml` taken out."""
    services: Mapping[str, Service]
    profiles: tuple[str, ...] = ()
    """The profiles the project was read with."""
    options: ComposeOptions = ComposeOptions()
    variables: Mapping[str, str] = {}
    """What `${NAME}` resolves to: the process environment over `.env`, defaults not included."""
    defaults: Mapping[str, str] = {}
    """Default of each variable that the file interpolates with one, `${NAME:-default}`."""
    interpolated: frozenset[str] = frozenset()
    """Names of all variables that the Compose files interpolate."""
    env_files: tuple[Path, ...] = ()
    """`.env` files and services' `env_file` entries: configuration, never inputs."""
    ignored_variables: tuple[str, ...] = ()
    """Name patterns of `x-ml.identity.ignore`."""
    masked_variables: tuple[str, ...] = ()
    """Name patterns whose values are secrets: the defaults and those of `x-ml.mask`."""
    data: tuple[DataSource, ...] = ()
    datasets: tuple[Dataset, ...] = ()
    """The volumes that hold data."""
    remote: str | None = None
    """Where content is pushed to, and pulled from."""
    models: tuple[ModelRule, ...] = ()
    objective: Mapping[str, Literal["max", "min"]] = {}
    hub: str | None = None
    """The shared hub that runs are sent to; empty: none; None where the file does not say."""
    limits: Mapping[str, int] = {}
    """How many there are of each scarce thing that steps use; `gpu` bounds the machine's."""
    notify: Notify | None = None
    warnings: tuple[str, ...] = ()
    """What Docker Compose warned of while it read the files, for the user to see."""

    @property
    def steps(self) -> dict[str, Step]:
        """Give the steps of the profiles that were read, by service name."""
        return {name: s.step for name, s in self.services.items() if s.step is not None}
