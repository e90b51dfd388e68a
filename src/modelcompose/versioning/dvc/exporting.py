"""The steps of a Compose file as stages of a dvc.yaml. Pure."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from modelcompose.compose.project import Param, Service, Step, is_volume
from modelcompose.pipeline.paths import covers
from modelcompose.versioning.dvc.importing_commands import Command, shell_line
from modelcompose.versioning.dvc.importing_values import Note, StepDraft
from modelcompose.versioning.dvc.templating import DEFAULT_FILE

_METRICS = (".json", ".yaml", ".yml", ".toml")
_TABLES = (".csv", ".tsv")
_NO_NAME = re.compile(r"[^A-Za-z0-9_-]+")
DEFINING = (
    *("build", "command", "entrypoint", "env_file", "environment", "image", "platform", "user"),
    *("volumes", "working_dir"),
)
"""The keys of a service that decide what its command makes."""


class Runner(Struct, frozen=True):
    """How the stages' commands are written."""

    is_compose: bool
    """By `docker compose run`; otherwise each as the step's own command."""
    steps: frozenset[str] = frozenset()
    """All steps: of what a service depends on, DVC runs these by itself."""
    files: tuple[str, ...] = ()
    """Compose files that Compose does not find by itself, relative to the project."""
    file: str | None = None
    """The Compose file whose keys DVC is to watch as parameters."""
    keys: Mapping[str, tuple[str, ...]] = {}
    """For each service the defining keys that stand there."""


class StageDraft(Struct, frozen=True):
    """A stage as it is to stand in a dvc.yaml."""

    name: str
    document: Mapping[str, Any]
    """As `dvc stage add` would write it."""
    notes: tuple[Note, ...]
    nested_metrics: tuple[str, ...] = ()
    """Metrics that lie in an output; DVC names such at the top of the file alone."""
    nested_plots: tuple[str, ...] = ()


def stage_name(service: str) -> str:
    """Give a service's name as DVC takes one for a stage."""
    return _NO_NAME.sub("-", service)


def draft_stage(
    service: Service,
    folder: str,
    deps: Sequence[str],
    runner: Runner,
    is_in_git: Callable[[str], bool],
) -> StageDraft:
    """Give the stage of a step.

    Args:
        service: the step's.
        folder: where its command runs, relative to the project; `.` for the project.
        deps: what it reads, by paths that DVC can follow.
        runner: how the command is written.
        is_in_git: whether git tracks a path: DVC then leaves its content to git.
    """
    wdir = "." if runner.is_compose else folder
    return _Drafting(service, wdir, runner, is_in_git).draft(deps)


class _Drafting:
    def __init__(
        self, service: Service, wdir: str, runner: Runner, is_in_git: Callable[[str], bool]
    ) -> None:
        self._service = service
        self._step = service.the_step
        self._wdir = wdir
        self._runner = runner
        self._is_in_git = is_in_git
        self._notes: list[Note] = []

    def draft(self, deps: Sequence[str]) -> StageDraft:
        step = self._step
        written = [path for path in step.written if not is_volume(path)]
        inner = {path for path in written if self._is_nested(path)}
        metrics = [path for path in step.metrics if path.endswith(_METRICS)]
        plots = [*step.plots, *(path for path in step.metrics if path.endswith(_TABLES))]
        drawn = {*metrics, *plots}
        outs = [path for path in written if path not in drawn]
        document = {
            "desc": (self._service.document.get("labels") or {}).get("description"),
            "cmd": self._cmd(),
            "wdir": None if self._wdir == "." else self._wdir,
            "deps": sorted(self._relative(dep) for dep in deps),
            "params": self._params(),
            "outs": [self._out(path) for path in self._sorted(outs) if path not in inner],
            "metrics": [self._out(path) for path in self._sorted(metrics) if path not in inner],
            "plots": [self._out(path) for path in self._sorted(plots) if path not in inner],
            "always_changed": not step.cache,
        }
        self._tell_the_rest()
        return StageDraft(
            stage_name(self._service.name),
            {key: value for key, value in document.items() if value},
            tuple(self._notes),
            tuple(path for path in metrics if path in inner),
            tuple(path for path in plots if path in inner),
        )

    def _tell(self, text: str) -> None:
        self._notes.append(Note(self._service.name, text))

    def _relative(self, path: str) -> str:
        return path if path.startswith("/") else posixpath.relpath(path, self._wdir)

    def _sorted(self, paths: Iterable[str]) -> list[str]:
        return sorted(dict.fromkeys(paths), key=self._relative)

    def _is_nested(self, path: str) -> bool:
        return any(other != path and covers(other, path) for other in self._step.written)

    def _out(self, path: str) -> Any:
        flags: dict[str, bool] = {}
        if self._is_in_git(path):
            flags["cache"] = False
        if path in self._step.resumed:
            flags["persist"] = True
        name = self._relative(path)
        return {name: flags} if flags else name

    def _cmd(self) -> str | list[str]:
        if not self._runner.is_compose:
            return own_command(self._service)
        compose = ["docker", "compose", *(f"--file={file}" for file in self._runner.files)]
        run = shlex.join([*compose, "run", "--rm", "--no-deps", "-T", self._service.name])
        needed = sorted(set(self._service.depends_on) - self._runner.steps)
        if not needed:
            return run
        return [shlex.join([*compose, "up", "--detach", "--wait", *needed]), run]

    def _params(self) -> list[Any]:
        files: dict[str, list[str]] = {}
        for param in self._step.params:
            if param.file is None:
                continue
            keys = files.setdefault(self._relative(param.file), [])
            keys += [param.name] if param.name else []
        if self._runner.is_compose and self._runner.file is not None:
            name = self._service.name
            keys = files.setdefault(self._runner.file, [])
            keys += [f"services.{name}.{key}" for key in self._runner.keys.get(name, ())]
        found: list[Any] = []
        for file in sorted(files):
            keys = sorted(dict.fromkeys(files[file]))
            if keys and file == DEFAULT_FILE:
                found = [*keys, *found]
            else:
                found.append({file: keys or None})
        return found

    def _tell_the_rest(self) -> None:
        step = self._step
        variables = [param.name for param in step.params if param.file is None]
        if variables:
            self._tell(f"{', '.join(variables)}: DVC watches files: no variable makes it run again")
        for path in filter(is_volume, [*step.written, *(item.path for item in step.inputs or ())]):
            self._tell(f"{path}: left out: DVC knows no volumes")
        for probe in step.probes:
            self._tell(f"{probe.name}: left out: DVC knows no probes")
        if step.every_s is not None:
            self._tell("every: left out: nothing of DVC's goes stale by age")
        if not step.cache:
            self._tell("cache: false becomes always_changed: DVC never calls it up to date")
        if step.resumed:
            self._tell(f"{', '.join(step.resumed)}: resume becomes persist: DVC never empties it")
        said = {
            "retries": step.retries,
            "timeout": step.timeout_s,
            "uses": step.uses,
            "log_metrics": step.log_metrics,
        }
        rest = [key for key, value in said.items() if value]
        if rest:
            self._tell(f"{', '.join(rest)}: left out: DVC has no such thing")


def own_command(service: Service) -> str:
    """Give what a service runs as one line for a shell."""
    return shell_line([*(service.entrypoint or ()), *(service.command or ())])


def is_same(draft: StepDraft, service: Service, folder: str) -> bool:
    """Whether a stage, as `importing` makes a step of it, says what a step does.

    Args:
        draft: the step that importing the stage gives.
        service: the step's service.
        folder: where its command runs, relative to the project.
    """
    step = service.the_step
    return (
        _words(draft.command) == tuple(service.command or ())
        and not service.entrypoint
        and posixpath.normpath(draft.folder or ".") == folder
        and _read(step) == set(draft.inputs)
        and {each.path: each.resume for each in step.outputs}
        == {path: bool(flags.get("resume")) for path, flags in draft.outputs.items()}
        and {_param(param) for param in step.params} == set(draft.params)
        and set(step.metrics) == set(draft.metrics)
        and set(step.plots) == set(draft.plots)
        and step.cache == draft.is_cached
    )


def _read(step: Step) -> set[str]:
    return {item.path for item in step.inputs or ()} | {item.url for item in step.addresses}


def _param(param: Param) -> str:
    return f"{param.file}:{param.name}" if param.file else param.name


def _words(command: Command) -> tuple[str, ...]:
    return tuple(shlex.split(command)) if isinstance(command, str) else command


def written_paths(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give each path that a stage writes, as it stands there, with what is said about it."""
    for key in ("metrics", "plots", "outs"):  # in which DVC writes their lines of .gitignore
        for each in document.get(key) or ():
            for path, said in ({each: {}} if isinstance(each, str) else dict(each)).items():
                yield str(path), said if isinstance(said, Mapping) else {}
