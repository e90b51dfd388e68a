"""One stage of DVC as a step; what a step cannot say is noted. Pure."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

from modelcompose.errors import ProjectError
from modelcompose.store.sources.opening import shown
from modelcompose.versioning.dvc.importing_commands import command_of
from modelcompose.versioning.dvc.importing_values import (
    Note,
    StepDraft,
    address_of,
    inside,
    is_address,
)
from modelcompose.versioning.dvc.templating import DEFAULT_FILE, Stage

METRICS_SUFFIXES = (".json", ".yaml", ".yml", ".csv", ".tsv", ".jsonl")
PARAMS_SUFFIXES = (".json", ".yaml", ".yml", ".toml")


def step_of(name: str, folder: str, stage: Stage) -> tuple[StepDraft, list[Note]]:
    """Make a step of a stage; give it with what is to be said.

    Args:
        name: the service's.
        folder: of the dvc.yaml, relative to the project; empty for its own.
        stage: the stage.

    Raises:
        ProjectError: it is none.
    """
    translation = _Translation(name, folder, stage)
    return translation.step(), translation.notes


class _Translation:
    """One stage on its way."""

    def __init__(self, name: str, folder: str, stage: Stage) -> None:
        self._name = name
        self._stage = stage
        self._document = stage.document
        file = posixpath.join(folder, "dvc.yaml")
        self._label = stage.name if not folder else f"{file}:{stage.name}"
        wdir = inside(folder, self._text("wdir") or ".")
        if wdir is None:
            raise ProjectError(f"{file}: stages.{stage.name}.wdir: leads out of the project")
        self._folder = wdir
        self.notes: list[Note] = []

    def step(self) -> StepDraft:
        if not self._document.get("cmd"):
            raise ProjectError(f"{self._label}: the stage has no cmd")
        outputs, metrics, plots = self._outputs(), self._metrics(), self._plots()
        params, more = self._params()
        self._tell_the_rest()
        return StepDraft(
            self._name,
            self._label,
            command_of(self._document["cmd"]),
            "" if self._folder == "." else self._folder,
            inputs=tuple(dict.fromkeys([*self._inputs(), *more])),
            outputs=outputs,
            params=params,
            metrics=metrics,
            plots=plots,
            is_cached=self._document.get("always_changed") is not True,
            description=self._text("desc"),
        )

    def _tell(self, text: str) -> None:
        self.notes.append(Note(self._name, text))

    def _text(self, key: str) -> str | None:
        value = self._document.get(key)
        return None if value is None else str(value)

    def _inputs(self) -> Iterator[str]:
        for dep in self._document.get("deps") or ():
            path = self._input(str(dep))
            if path is not None:
                yield path

    def _input(self, dep: str) -> str | None:
        if is_address(dep):
            address = address_of(dep)
            if address is None:
                self._tell(f"{shown(dep)} is left out: no input can be of this kind")
            elif shown(address) != address:
                self._tell(f"{shown(dep)} is left out: an address in a file holds no credentials")
                return None
            return address
        if dep.startswith("/"):
            return posixpath.normpath(dep)
        path = inside(self._folder, dep)
        if path is None:
            self._tell(f"{dep} is left out: it lies outside of the project; name it absolutely")
        return path

    def _outputs(self) -> dict[str, Mapping[str, bool]]:
        found: dict[str, Mapping[str, bool]] = {}
        for path, flags in self._written("outs"):
            found[path] = {"resume": True} if flags.get("persist") else {}
        for path, _ in self._written("metrics", is_told=False):
            if not path.endswith(METRICS_SUFFIXES):
                self._tell(f"{path} stays an output: metrics are read from JSON, YAML, CSV, TSV")
                found[path] = {}
        return found

    def _metrics(self) -> tuple[str, ...]:
        found = (path for path, _ in self._written("metrics"))
        return tuple(path for path in found if path.endswith(METRICS_SUFFIXES))

    def _plots(self) -> tuple[str, ...]:
        found: list[str] = []
        for path, flags in self._written("plots"):
            found.append(path)
            drawn = sorted(set(flags) & {"x", "y", "template", "x_label", "y_label", "title"})
            if drawn:
                self._tell(f"{path}: {', '.join(drawn)}: how a plot is drawn is chosen in the hub")
        return tuple(dict.fromkeys(found))

    def _written(
        self, key: str, *, is_told: bool = True
    ) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Give each path of a list, with what is said about it."""
        for each in self._document.get(key) or ():
            for name, said in ({each: {}} if isinstance(each, str) else dict(each)).items():
                flags = said if isinstance(said, Mapping) else {}
                path = None if is_address(str(name)) else inside(self._folder, str(name))
                if path is not None:
                    if is_told:
                        self._tell_flags(path, flags)
                    yield path, flags
                elif is_told:
                    self._tell(f"{name} is left out: an output lies in the project")

    def _tell_flags(self, path: str, flags: Mapping[str, Any]) -> None:
        if flags.get("persist"):
            self._tell(
                f"{path}: persist becomes `resume`: what a try left is there for the next try, but "
                "a run with another identity starts with an empty folder"
            )
        if flags.get("remote") or flags.get("push") is False:
            self._tell(
                f"{path}: remote and push are left out: `push {self._name}` sends one step's"
            )
        said = sorted(set(flags) & {"desc", "type", "labels", "meta"})
        if said:
            self._tell(f"{path}: {', '.join(said)}: left out")

    def _params(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Give the parameters, and files that count as a whole since no key of them can be read."""
        params: list[str] = []
        files: list[str] = []
        for file, key in self._param_keys():
            path = inside(self._folder, file)
            if path is None:
                self._tell(f"parameters of {file} are left out: it lies outside of the project")
            elif path.endswith(PARAMS_SUFFIXES):
                params.append(f"{path}:{key}")
            else:
                files.append(path)
        for path in dict.fromkeys(files):
            self._tell(f"{path}: parameters are read from YAML, JSON, TOML: it counts as a whole")
        return tuple(dict.fromkeys(params)), tuple(files)

    def _param_keys(self) -> Iterator[tuple[str, str]]:
        for each in self._document.get("params") or ():
            if isinstance(each, str):
                yield DEFAULT_FILE, each
                continue
            for file, keys in dict(each).items():
                yield from ((str(file), str(key)) for key in keys or ("",))

    def _tell_the_rest(self) -> None:
        document = self._document
        if document.get("frozen"):
            self._tell("frozen: DVC never runs it; here it runs once, then when something changes")
        if document.get("always_changed"):
            self._tell("always_changed becomes `cache: false`: it runs every time")
        if document.get("meta"):
            self._tell("meta: left out")
        used: dict[str, list[str]] = {}
        for file, key in self._stage.used:
            used.setdefault(file, []).append(f"${{{key}}}")
        for file, names in used.items():
            told = ", ".join(dict.fromkeys(names))
            self._tell(f"{told} of {file}: the value stands in compose.yaml from now on")
