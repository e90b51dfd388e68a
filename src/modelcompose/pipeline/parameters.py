"""The values of a step's parameters, and changing them for one run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from math import isfinite
from pathlib import Path
from typing import Any

from msgspec import Struct

from modelcompose.compose.project import Param, Project, Service
from modelcompose.errors import PlanError, ProjectError, UsageError
from modelcompose.pipeline.origin import nearest, where
from modelcompose.pipeline.paths import covers


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


class ParameterFiles:
    """Parameter files, each read once, with the changes of this command applied."""

    def __init__(self, project: Project, overrides: Overrides) -> None:
        self._directory = project.directory
        self._overrides = overrides
        self._read: dict[str, tuple[tuple[int, int, int] | None, Any]] = {}

    def changed_in(self, path: str) -> dict[str, Any]:
        """Give what this command changes in a file, or in a folder's files, by `FILE:KEY`."""
        return {
            f"{file}:{key}": plain(value)
            for file, changes in self._overrides.file_keys.items()
            if covers(path, file)
            for key, value in changes.items()
        }

    def value(self, param: Param) -> Any:
        """Look up `file:key`; an empty key gives the whole file.

        Raises:
            PlanError: the file or the key is not there.
        """
        return plain(value_at(self._document(param.file or ""), param))

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


def plain(value: Any) -> Any:
    """Give a parameter's value as JSON has it: a date, say, becomes a text."""
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, bool | None):
        return value
    if isinstance(value, int):
        return int(value)
    return float(value) if isinstance(value, float) and isfinite(value) else str(value)


def value_at(document: Any, param: Param) -> Any:
    """Look up a parameter's key in what its file holds.

    Raises:
        PlanError: there is no such key.
    """
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
    """Write a copy of a JSON or YAML file with keys changed; comments stay."""
    if source.suffix == ".json":
        document = json.loads(source.read_bytes())
        _set_all(document, changes)
        target.write_text(json.dumps(document, indent=2, default=str) + "\n", encoding="utf-8")
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
