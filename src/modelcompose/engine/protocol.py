"""What an engine promises: run one step's container to its end, and tell all about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, Protocol

from msgspec import Struct

from modelcompose.compose.project import Project, Service
from modelcompose.engine.volumes import Volumes

LogSink = Callable[[Literal["stdout", "stderr"], bytes], None]
"""Called with the stream and the next bytes, in order, from one thread at a time."""

Progress = Callable[[str], None]
"""Called with one line, without its end, of what a long action reports; from any thread."""


RUN_LABEL = "modelcompose.run"
"""On all that an engine keeps for a run: its id."""

Attached = Mapping[str, Sequence[Mapping[str, Any]]]
"""Mounts in Compose's long form, by the names of the services that are given them."""
NOTHING_ATTACHED: Attached = MappingProxyType({})


class InputMount(Struct, frozen=True):
    """Content shown to a step from where it is, without a copy."""

    source: Path
    """Absolute path on this machine."""
    path: str
    """Where it belongs: relative to the project folder, or absolute for external data."""
    read_only: bool = True
    """False for a folder that the step writes where it is; relative to the project then."""


class GivenMount(Struct, frozen=True):
    """A folder of this machine that an execution is shown, whatever its service mounts."""

    source: Path
    target: str
    read_only: bool = True


class Given(Struct, frozen=True):
    """What an execution is given beside what its service says; its identity does not hold it."""

    variables: Mapping[str, str] = {}
    """Those of MLflow are left out where the service, or its image, names a server of its own."""
    python_path: str | None = None
    """Goes to the end of `PYTHONPATH`."""
    unproxied: str | None = None
    """A host that is called directly also where the execution has proxies."""
    mounts: tuple[GivenMount, ...] = ()
    """For engines whose executions see other files than this machine's."""


class Job(Struct, frozen=True):
    """One execution of one step.

    The engine shows `workspace` wherever the service's bind mounts show the project folder, each
    of `mounts` on top, and bind mounts from elsewhere as they are. `workspace` may be
    the project folder itself.
    """

    run: str
    """The run's id, 32 hexadecimal digits; engines label what they start with it."""
    project: Project
    service: Service
    workspace: Path
    mounts: tuple[InputMount, ...] = ()
    environment: Mapping[str, str] = {}
    """On top of the service's own environment."""
    given: Given = Given()
    image: str | None = None
    """What `prepare` gave for the service; None for engines without images."""
    device_ids: tuple[str, ...] | None = None
    """The GPUs given to this job, where it claims any."""
    timeout_s: float | None = None


class Sample(Struct, frozen=True):
    """Resources used by one execution at one moment, measured from outside.

    Counters (`cpu_s`, bytes read, written, received, sent) are totals since the start. None where
    the engine or the platform cannot tell.
    """

    time: float
    """Seconds since the epoch."""
    cpu_s: float | None = None
    memory_bytes: int | None = None
    disk_read_bytes: int | None = None
    disk_write_bytes: int | None = None
    network_in_bytes: int | None = None
    network_out_bytes: int | None = None
    gpu_percent: float | None = None
    gpu_memory_bytes: int | None = None


class Outcome(Struct, frozen=True):
    """How an execution ended."""

    exit_code: int
    """128 + N for a process ended by signal N, as shells and Docker count."""
    started_at: float
    ended_at: float
    oom_killed: bool = False
    timed_out: bool = False
    stopped: bool = False
    """Whether `Execution.stop` ended it."""
    lost: str | None = None
    """Why the end could not be observed (the daemon went away), in words."""
    engine_restarted: bool = False
    """Whether it ended while the engine was away, which may have ended it."""
    was_watched: bool = True
    """False where it had ended before it was adopted; the times are then all that is known."""


class Execution(Protocol):
    """A step that runs. Methods may be called from any thread."""

    def wait(self, timeout_s: float | None = None) -> Outcome | None:
        """Wait for the end; None when it still runs after `timeout_s` seconds.

        When an outcome is returned, every byte of the log has been given to the sink, and
        nothing of the execution (process, container) remains. Enforces the job's `timeout_s`
        also while nobody waits. An error that the sink raises ends the execution and is raised
        here.
        """

    def stop(self) -> None:
        """Ask it to end: the service's stop signal, after its grace period a kill. Idempotent."""

    def kill(self) -> None:
        """End it at once, like `stop` without a grace period. Idempotent."""

    def samples(self) -> Sequence[Sample]:
        """Give the resources seen so far, about one sample a second, oldest first."""


class ImagePin(Struct, frozen=True):
    """The digest that an image reference stood for when it was looked up."""

    reference: str
    digest: str
    """`sha256:…`: the registry's digest where the image has one, else the engine's image id."""


LONGEST_ANSWER_BYTES = 16 << 20
"""Of what a command prints, no more is taken than this, and one byte."""


class Answer(Struct, frozen=True):
    """What came of a short command."""

    exit_code: int | None
    """None where it took too long."""
    stdout: bytes
    stderr: bytes


class Engine(Protocol):
    """Runs steps. One object serves many threads; constructing one touches nothing."""

    name: str
    is_detached: bool
    """Whether executions go on when the command that started them dies."""

    def check(self, project: Project | None = None) -> None:
        """Make sure that steps can be started.

        Args:
            project: what they belong to, so that an error can name what the engine cannot see
                of it.

        Raises:
            EngineUnavailable: with what is missing and how to get it.
        """

    def environment(self, project: Project, service: Service) -> Mapping[str, Any] | None:
        """Give what stands in for the image in a step's identity.

        None for engines whose steps run in images. The `process` engine gives the interpreter's
        version and the installed distributions.
        """

    def pin(self, references: Sequence[str], *, pull: bool = False) -> list[ImagePin]:
        """Look up the digests of image references, pulling those that are not here.

        Args:
            references: as in `image:` or a Dockerfile's FROM.
            pull: ask the registry anew even for images that are here.

        Raises:
            BuildError: an image cannot be had; names it.
        """

    def prepare(
        self,
        project: Project,
        service: Service,
        pins: Mapping[str, str],
        *,
        definition: str | None,
        ignore: Sequence[str] = (),
    ) -> str | None:
        """Have the service's image ready, building or pulling it, and give its id.

        Args:
            project: what the service belongs to.
            service: whose image is wanted.
            pins: image reference to digest, for the service's image and its build's bases; those of
                images that it does not name are passed over.
            definition: digest of the build's definition; an image built from the same one by
                this engine is used again.
            ignore: lines that join the build's `.dockerignore`, relative to its context. `.git`
                and `.ml` are always left out.

        Raises:
            BuildError: with the end of the builder's log.
        """

    def holds(self, image: str) -> bool:
        """Tell whether a job can be run in the image of this id, as `prepare` once gave it."""

    def start(self, job: Job, sink: LogSink) -> Execution:
        """Start a job; returns as soon as it runs.

        Raises:
            EngineError: it could not be started.
        """

    def start_services(
        self,
        project: Project,
        names: Sequence[str],
        *,
        begins: Callable[[Sequence[str]], None] | None = None,
        mounts: Attached = NOTHING_ATTACHED,
    ) -> list[str]:
        """Start services and wait until running, or healthy where they have a health check.

        Args:
            project: what the services belong to.
            names: the services; what they depend on starts too.
            begins: told, before anything is started, what this would return.
            mounts: what services are given in place of their own mounts of the same targets.

        Returns:
            The names that were not running before, which `stop_services` may stop.

        Raises:
            EngineError: a service does not come up; ends with its log's last lines.
        """

    def stop_services(self, project: Project, names: Sequence[str]) -> None:
        """Stop services that `start_services` started.

        Containers that this engine object made are removed too. Others, which an engine object of
        a command that died may have made, are stopped alone: they may be the user's.
        """

    def ask(
        self, project: Project, service: str, words: Sequence[str], *, timeout_s: float
    ) -> Answer | None:
        """Run a short command in a service's container, as the user that the container has.

        Args:
            project: what the service belongs to.
            service: which; its first container where it has several.
            words: the program and its arguments.
            timeout_s: how long it may take.

        Returns:
            What came of it; None where the service does not run.

        Raises:
            EngineError: the engine refuses, or does not answer.
        """

    def interrupt(self) -> None:
        """End what `pin`, `prepare` and `start_services` have under way, now and from now on.

        They then raise an EngineError. Everything else goes on working. From any thread.
        """

    def survivors(self, runs: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        """Find what goes on, or has ended and is kept, of runs whose commands died.

        Returns:
            The ids of those that `adopt` takes, each with its environment variables.
        """

    def adopt(self, job: Job, sink: LogSink) -> Execution:
        """Take over the execution of a job that a command which died had started.

        The sink is given the whole log, from its beginning. An execution that has ended since
        gives its outcome; one that ended by itself is not timed out.

        Args:
            job: of the run; of the rest only what belongs to watching, stopping and owning
                counts: the service's signal and grace period, the devices, `timeout_s` from now.
            sink: takes the log.

        Raises:
            EngineError: it is not among the `survivors`.
        """

    def reclaim(self, project: Project, runs: Sequence[str]) -> list[str]:
        """End what dead commands left behind: everything of these runs that still runs.

        Returns:
            The ids of the runs of which something was found.
        """

    def own(self, job: Job, paths: Sequence[Path]) -> None:
        """Give what the step wrote under these paths to the calling user, where it is not theirs.

        Changes only what a look finds to belong to somebody else.
        """

    def volumes(self) -> Volumes:
        """Give what reads and writes Compose volumes.

        Raises:
            EngineError: this engine has none.
        """

    def gpus(self) -> tuple[str, ...]:
        """Give the ids of the GPUs that jobs may be given; empty where there is none."""
