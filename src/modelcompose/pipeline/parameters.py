"""The values of a step's parameters, and changing them for one run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from modelcompose.compose.project import Param, Project, Service, Step
from modelcompose.errors import PlanError, ProjectError, UsageError
from modelcompose.pipeline.origin import nearest, where
from modelcompose.pipeline.paths import covers, may_read


class Overrides(Struct, frozen=True):
    """What the user changed for this command: `-e` for the named steps, `--set` for all."""

    environment: Mapping[str, str] = {}
    """From `-e`: container variables of the steps in `named`."""
    named: frozenset[str] = frozenset()
    variables: Mapping[str, str] = {}
    """From `--set NAME=V`: container and Compose variables, of every step."""
    file_keys: Mapping[str, Mapping[str, Any]] = {}
    """From `--set FILE:KEY=V`: file to dotted key to value."""

    def __bool__(self) -> bool:
        """Tell whether anything is changed."""
        return bool(self.environment or self.variables or self.file_keys)

    def container(self, service: Service) -> dict[str, str]:
        """Give the changed variables of one service's container."""
        changed = {n: v for n, v in self.variables.items() if n in service.environment}
        if service.name in self.named:
            changed.update(self.environment)
        return changed

    def described(self) -> dict[str, str]:
        """Give all changes as the user typed them, for the record."""
        keys = {
            f"{file}:{key}": str(value)
            for file, changes in self.file_keys.items()
            for key, value in changes.items()
        }
        return {**self.environment, **self.variables, **keys}


def parse_overrides(
    sets: tuple[str, ...], environment: Mapping[str, str], named: frozenset[str]
) -> Overrides:
    """Read `--set` arguments: `NAME=V` and `FILE:KEY=V`, the latter's value being YAML.

    Raises:
        UsageError: an argument has neither form.
    """
    variables: dict[str, str] = {}
    files: dict[str, dict[str, Any]] = {}
    for argument in sets:
        name, equals, text = argument.partition("=")
        if not equals or not name:
            raise UsageError(
                f"--set {argument}: expected NAME=VALUE or FILE:KEY=VALUE",
                hint="for example --set LR=0.2 or --set params.yaml:model.depth=8",
            )
        file, colon, key = name.partition(":")
        if colon:
            files.setdefault(file, {})[key] = _scalar(text)
        else:
            variables[name] = text
    return Overrides(environment=environment, named=named, variables=variables, file_keys=files)


def _scalar(text: str) -> Any:
    from modelcompose.compose.yaml_loader import load_yaml

    return load_yaml(text)


def refuse_unknown(project: Project, overrides: Overrides) -> None:
    """Make sure that each `-e` and `--set` changes something.

    Raises:
        UsageError: no step is named for `-e`; a name that no step's container has and no Compose
            file interpolates; a file that no step reads, or a key that it does not have.
    """
    for name, value in overrides.environment.items() if not overrides.named else ():
        raise UsageError(
            f"-e {name}: changes the steps that are named, and none is",
            hint=f"name one, or change it for every step: --set {name}={value}",
        )
    known = set(project.interpolated)
    for name in project.steps:
        known |= project.services[name].environment.keys()
    for name in overrides.variables:
        if name not in known:
            raise UsageError(
                f"--set {name}: no step has such a variable, and no Compose file uses it",
                hint=nearest(name, known, "the variable"),
            )
    for file, changes in overrides.file_keys.items():
        _refuse_unread(project, file)
        _refuse_new_keys(project, file, changes)


def _refuse_unread(project: Project, file: str) -> None:
    if not (project.directory / file).is_file():
        raise UsageError(f"--set {file}: there is no such file in {project.directory}")
    if not any(_may_read(step, file) for step in project.steps.values()):
        raise UsageError(
            f"--set {file}: no step reads it",
            hint=f"declare it in a step: params: [{json.dumps(f'{file}:')}]",
        )


def _may_read(step: Step, file: str) -> bool:
    if step.inputs is None or any(param.file == file for param in step.params):
        return True
    return any(may_read(item.path, file) for item in step.inputs)


def _refuse_new_keys(project: Project, file: str, changes: Mapping[str, Any]) -> None:
    document = read_parameters(project.directory / file, file)
    for key in changes:
        try:
            _value_of(document, Param(key, file))
        except PlanError as error:
            raise UsageError(f"--set {error.message}", hint=error.hint) from error


class ParameterFiles:
    """Parameter files, each read once, with the changes of this command applied."""

    def __init__(self, project: Project, overrides: Overrides) -> None:
        self._directory = project.directory
        self._overrides = overrides
        self._read: dict[str, tuple[tuple[int, int, int] | None, Any]] = {}

    def changed_in(self, path: str) -> dict[str, Any]:
        """Give what this command changes in a file, or in a folder's files, by `FILE:KEY`."""
        return {
            f"{file}:{key}": value
            for file, changes in self._overrides.file_keys.items()
            if covers(path, file)
            for key, value in changes.items()
        }

    def value(self, param: Param) -> Any:
        """Look up `file:key`; an empty key gives the whole file.

        Raises:
            PlanError: the file or the key is not there.
        """
        return _value_of(self._document(param.file or ""), param)

    def _document(self, file: str) -> Any:
        """Read a file; again where a step has written it since."""
        path = self._directory / file
        state = _state_of(path)
        known, document = self._read.get(file, (None, None))
        if known is None or known != state:
            document = read_parameters(path, file)
            for key, value in self._overrides.file_keys.get(file, {}).items():
                set_key(document, key, value)
            self._read[file] = (state, document)
        return document


def _state_of(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def _value_of(document: Any, param: Param) -> Any:
    for part in param.name.split(".") if param.name else ():
        document = _descend(document, part, param)
    return document


def _descend(value: Any, part: str, param: Param) -> Any:
    if isinstance(value, Mapping) and part in value:
        return value[part]
    if isinstance(value, list) and part.isdigit() and int(part) < len(value):
        return value[int(part)]
    known = [str(key) for key in value] if isinstance(value, Mapping) else []
    raise PlanError(f"{param.file}: no key {param.name!r}", hint=nearest(part, known, "the key"))


def set_key(document: Any, dotted: str, value: Any) -> None:
    """Set a dotted key in place; folders on the way are made.

    Raises:
        UsageError: the way leads through something that has no keys.
    """
    *way, last = dotted.split(".")
    for part in way:
        document = (
            document[int(part)] if isinstance(document, list) else document.setdefault(part, {})
        )
    if isinstance(document, list):
        document[int(last)] = value
    elif isinstance(document, dict):
        document[last] = value
    else:
        raise UsageError(f"--set {dotted}: {way[-1]!r} holds a value, not keys")


def read_parameters(path: Path, name: str) -> Any:
    """Read a parameter file: YAML, JSON or TOML by its suffix.

    Raises:
        PlanError: it is not there or not readable as what its suffix says.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PlanError(f"{name}: cannot be read: {error.strerror}") from error
    parse = _PARSERS.get(path.suffix, _parse_yaml)
    try:
        return parse(data)
    except ValueError as error:
        raise PlanError(f"{name}: {error}") from error


def _parse_yaml(data: bytes) -> Any:
    from modelcompose.compose.yaml_loader import load_yaml

    try:
        return load_yaml(data)
    except ProjectError as error:
        raise ValueError(error.message) from error


def _parse_toml(data: bytes) -> Any:
    import tomllib

    return tomllib.loads(data.decode())


_PARSERS: dict[str, Callable[[bytes], Any]] = {".json": json.loads, ".toml": _parse_toml}


def write_changed(source: Path, target: Path, changes: Mapping[str, Any]) -> None:
    """Write a copy of a parameter file with keys changed, comments kept where the format has them.

    Raises:
        UsageError: the format can only be read.
    """
    if source.suffix == ".toml":
        raise UsageError(
            f"--set {source.name}: a TOML file can be read but not changed",
            hint="use YAML or JSON for parameters that --set changes",
        )
    if source.suffix == ".json":
        document = json.loads(source.read_bytes())
        _set_all(document, changes)
        target.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
        return
    from ruamel.yaml import YAML

    yaml = YAML()
    document = yaml.load(source)
    _set_all(document, changes)
    with target.open("wb") as stream:
        yaml.dump(document, stream)


def _set_all(document: Any, changes: Mapping[str, Any]) -> None:
    for key, value in changes.items():
        set_key(document, key, value)


def parameter_values(
    project: Project,
    service: Service,
    params: Iterable[Param],
    files: ParameterFiles,
    overrides: Overrides,
) -> dict[str, Any]:
    """Give the value of each of a step's parameters, as its container will see it.

    A name is looked up in the container's environment, then among Compose's variables.

    Raises:
        PlanError: a parameter has no value anywhere.
    """
    changed = overrides.container(service)
    values: dict[str, Any] = {}
    for param in params:
        values[str(param)] = (
            files.value(param) if param.file else _variable(project, service, param.name, changed)
        )
    return values


def _variable(
    project: Project, service: Service, name: str, changed: Mapping[str, str]
) -> str | None:
    for source in (changed, service.environment, project.variables, project.defaults):
        if name in source:
            return source[name]
    if name in project.interpolated:
        return None
    raise PlanError(
        f"{where(project, service.name, 'params')}: {name!r} is neither a variable of the "
        "container nor one that the Compose file uses",
        hint=nearest(name, {*service.environment, *project.interpolated}, "the variable"),
    )
