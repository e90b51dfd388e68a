"""Reading `-e` and `--set`, and refusing what would change nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from posixpath import normpath
from typing import Any

from modelcompose.compose.project import Param, Project, Step
from modelcompose.errors import PlanError, UsageError
from modelcompose.pipeline.origin import nearest
from modelcompose.pipeline.parameters import Overrides, read_parameters, value_at
from modelcompose.pipeline.paths import may_read


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
        file, colon, key = name.partition(":")
        if not equals or not file or (colon and not key):
            raise UsageError(
                f"--set {argument}: expected NAME=VALUE or FILE:KEY=VALUE",
                hint="for example --set LR=0.2 or --set params.yaml:model.depth=8",
            )
        if colon:
            files.setdefault(normpath(file), {})[key] = _scalar(argument, text)
        else:
            variables[name] = text
    return Overrides(environment=environment, named=named, variables=variables, file_keys=files)


def _scalar(argument: str, text: str) -> Any:
    """Read a value so that a YAML file can be given exactly what was typed."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return YAML().load(text)
    except YAMLError as error:
        cause = " ".join(str(error).split())
        raise UsageError(
            f"--set {argument}: the value is no YAML: {cause}",
            hint="put quotes around a text, inside those of the shell: 'KEY=\"a: b\"'",
        ) from error


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
    if file.endswith(".toml"):
        raise UsageError(
            f"--set {file}: a TOML file can be read but not changed",
            hint="use YAML or JSON for parameters that --set changes",
        )
    document = read_parameters(project.directory / file, file)
    for key in changes:
        try:
            value_at(document, Param(key, file))
        except PlanError as error:
            raise UsageError(f"--set {error.message}", hint=error.hint) from error
