"""Finding what a step reads: declared paths, globs, or all the code that its mounts show."""

from __future__ import annotations

import glob
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

from modelcompose.compose.project import Input, Project, Service, is_volume
from modelcompose.errors import EngineError, PlanError
from modelcompose.pipeline.lock import FILE_NAME, UNFINISHED_NAME
from modelcompose.pipeline.mounts import project_mounts, relative_path
from modelcompose.pipeline.origin import where
from modelcompose.pipeline.paths import covers, is_glob
from modelcompose.pipeline.stored_data import StoredData
from modelcompose.pipeline.volumes import ProjectVolumes
from modelcompose.store.content import Content
from modelcompose.store.states import FileStates

STATE_FOLDER = ".ml"
NEVER = (STATE_FOLDER, ".git", FILE_NAME, UNFINISHED_NAME)
"""First parts of paths that are never an input, nor part of an image."""
_NO_REPOSITORY = "not a git repository"
_NOT_CODE = frozenset({".venv", "venv", "node_modules", "__pycache__", ".ipynb_checkpoints"})


class Inputs:
    """What lies in a project folder, as steps see it; looked at once for one command."""

    def __init__(self, project: Project, states: FileStates) -> None:
        self.project = project
        self.directory = project.directory
        self._states = states
        self._configuration = {
            path
            for file in (*project.files, *project.env_files)
            if (path := relative_path(self.directory, str(file))) is not None
        }
        self.written = {path: name for name, step in project.steps.items() for path in step.written}
        self._models = {
            mount.place for service in project.services.values() for mount in service.model_mounts
        }
        self.stored = StoredData()
        """What lies in the store alone, and counts as if it lay in the project."""
        self.volumes: ProjectVolumes | None = None
        """Looks at volumes; None where none are looked at."""

    def is_never_input(self, path: str) -> bool:
        """Tell whether a path is ours, git's, or configuration that counts by its meaning."""
        first = path.partition("/")[0]
        return first in NEVER or path in self._configuration or path.endswith("/.git")

    def is_written(self, path: str) -> bool:
        """Tell whether a path is, or lies in, some step's output."""
        parts = path.split("/")
        return any("/".join(parts[:n]) in self.written for n in range(1, len(parts) + 1))

    def is_no_code(self, path: Path) -> bool:
        """Tell whether a file of the project is something that a step wrote, or ours, or git's."""
        relative = relative_path(self.directory, str(path))
        if relative is None:
            return False
        return relative.partition("/")[0] in NEVER or self.is_written(relative)

    def look(self, path: str) -> Content | None:
        """Look at what lies at a path of the project, whatever it is."""
        return self._at(path)

    def _at(self, path: str, skip: Callable[[Path], bool] | None = None) -> Content | None:
        if is_volume(path):
            return None if self.volumes is None else self._in_volume(self.volumes, path)
        if self.stored.has(path):
            return self.stored.content(path)
        return self._states.look(self.directory / path, skip=skip)

    def _in_volume(self, volumes: ProjectVolumes, path: str) -> Content | None:
        try:
            return volumes.look(path)
        except EngineError as error:
            raise PlanError(
                f"{path}: cannot be looked at: {error.message}", hint=error.hint
            ) from error

    def skip_for(self, service: Service) -> Callable[[Path], bool]:
        """Give what a folder that the step reads does not show it: its own outputs, and ours."""
        own = set(service.the_step.written)
        root = len(str(self.directory)) + 1

        def skip(path: Path) -> bool:
            relative = str(path)[root:]
            return relative in own or self.is_never_input(relative)

        return skip

    def declared(self, service: Service, item: Input) -> dict[str, Content | None]:
        """Look at one declared input; a glob gives what matches it, a missing path None.

        A glob that nothing matches is a missing path.

        Raises:
            PlanError: the path can never be an input.
        """
        if item.is_external:
            return {item.path: self._external(item)}
        if self.is_never_input(item.path):
            raise PlanError(
                f"{where(self.project, service.name, 'inputs')}: {item.path} is never an input: "
                "it counts by what it says about the step",
                hint="take it away from the inputs",
            )
        skip = self.skip_for(service)
        if not is_glob(item.path):
            self._refuse_around(service, item.path)
            return {item.path: self._at(item.path, skip)}
        found = {
            path: self._at(path, skip)
            for path in self._matching(item.path)
            if not skip(self.directory / path)
        }
        return found or {item.path: None}

    def changed(self, service: Service, seen: Mapping[str, Content]) -> list[str]:
        """Name the inputs that are no longer what was seen of them."""
        external = {item.path: item for item in service.the_step.inputs or () if item.is_external}
        skip = self.skip_for(service)
        return [
            path
            for path, content in seen.items()
            if content
            != (self._external(external[path]) if path in external else self._at(path, skip))
        ]

    def _external(self, item: Input) -> Content | None:
        path = Path(item.path)
        if not path.exists():
            return None
        if item.compare == "content":
            return self._states.look(path)
        return self._states.stat_digest(path)

    def _matching(self, pattern: str) -> list[str]:
        found = glob.glob(  # noqa: PTH207 - Path.glob follows no hidden rule of its own
            pattern, root_dir=self.directory, recursive=True, include_hidden=True
        )
        here = (path.replace(os.sep, "/").rstrip("/") for path in found)
        return sorted({*here, *self.stored.matching(pattern)})

    def _refuse_around(self, service: Service, path: str) -> None:
        """Make sure that no folder is read around data that lies in the store alone."""
        inner = self.stored.inside(path)
        if inner is not None:
            raise PlanError(
                f"{where(self.project, service.name, 'inputs')}: {path} holds {inner}, which "
                "lies in the store alone (link: mount)",
                hint=f"name {inner} itself, and what else of {path} the step reads",
            )

    def mounted_files(self, service: Service) -> dict[str, Content | None]:
        """Look at single files that the service mounts: naming them there declares them."""
        files = (path for _, path in project_mounts(self.project, service))
        return {
            path: self.look(path)
            for path in files
            if path != "."
            and (self.directory / path).is_file()
            and not self.is_never_input(path)
            and not self.is_written(path)
        }

    def implied(self, service: Service) -> dict[str, Content | None]:
        """Look at every code file that the service's mounts show, for a step without `inputs`."""
        shown = [path for _, path in project_mounts(self.project, service)]
        by_params = {param.file for param in service.the_step.params if param.file}
        return {
            path: self.look(path)
            for path in self._code_files
            if path not in by_params
            and any(covers(outer, path) for outer in shown)
            and (self.directory / path).is_file()
        }

    @cached_property
    def _code_files(self) -> list[str]:
        listed = _tracked_files(self.directory)
        files = listed if listed is not None else list(_walk(self.directory))
        return sorted(
            path
            for path in files
            if not self.is_never_input(path)
            and not self.is_written(path)
            and not any(covers(place, path) for place in self._models)
        )


def _tracked_files(directory: Path) -> list[str] | None:
    """Ask git for the files it tracks or does not ignore; None outside of a repository.

    Raises:
        PlanError: there is a repository that git refuses to read, as that of another user.
    """
    command = ["git", "-C", str(directory), "ls-files", "-co", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(
            command, capture_output=True, check=False, env={**os.environ, "LC_ALL": "C"}
        )
    except FileNotFoundError:
        return None
    if listed.returncode != 0:
        complaint = os.fsdecode(listed.stderr).strip()
        if _NO_REPOSITORY in complaint:
            return None
        raise _refused(directory, complaint)
    return sorted({os.fsdecode(name) for name in listed.stdout.split(b"\0") if name})


def _refused(directory: Path, complaint: str) -> PlanError:
    """Give the error for a repository that git does not read: guessing would take in too much."""
    lines = [line.strip() for line in complaint.splitlines()] or ["it gave no cause"]
    mends = [line for line in lines if line.startswith("git config ")]
    return PlanError(
        f"{directory}: a step without `inputs` reads what git does not ignore, and git does not "
        f"read this repository: {lines[0].removeprefix('fatal: ')}",
        hint=f"if you trust the folder: {mends[0]}"
        if mends
        else "name what the step reads in x-ml.step.inputs",
    )


def _walk(directory: Path) -> Iterator[str]:
    for folder, folders, files in os.walk(directory):
        folders[:] = [name for name in folders if name not in _NOT_CODE and name not in NEVER]
        for name in files:
            yield Path(folder, name).relative_to(directory).as_posix()
