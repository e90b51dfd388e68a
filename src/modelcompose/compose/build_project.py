"""From the resolved file to a `Project`: `x-ml` taken out, checked, and made into values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from msgspec import UNSET, Struct

from modelcompose.compose.data_mounts import build_mount
from modelcompose.compose.fault import Fault
from modelcompose.compose.fault import Path as FaultPath
from modelcompose.compose.grammar import DEFAULT_MASKS, ProjectKeys, ServiceKeys, StepKeys
from modelcompose.compose.model_mounts import refuse_shared
from modelcompose.compose.mount_grammar import MountKeys
from modelcompose.compose.project import (
    ComposeOptions,
    Dataset,
    ModelMount,
    Project,
    Service,
    Step,
)
from modelcompose.compose.services import build_service, unescape
from modelcompose.compose.step_inputs import refuse_unknown_services
from modelcompose.compose.steps import build_data, build_models, build_notify, build_step
from modelcompose.compose.validation import validate
from modelcompose.compose.volume_grammar import (
    VolumeKeys,
    build_dataset,
    refuse_unknown_volumes,
)
from modelcompose.errors import ModelComposeError

_X_ML = "x-ml"
_SECTIONS = ("services", "networks", "volumes", "configs", "secrets", "models")
_USERS_OWN = frozenset({"environment", "labels", "annotations", "args", "sysctls", "driver_opts"})
"""Maps whose keys are the user's data, where `x-ml` would be no key of ours."""


class Origin(Struct, frozen=True):
    """All that a project holds besides its resolved file; fields as those of `Project`."""

    directory: Path
    files: tuple[Path, ...]
    options: ComposeOptions
    profiles: tuple[str, ...]
    variables: Mapping[str, str]
    defaults: Mapping[str, str]
    interpolated: frozenset[str]
    env_files: tuple[Path, ...]
    warnings: tuple[str, ...] = ()


def build_project(
    document: dict[str, Any], origin: Origin, *, is_interpolated: bool = True
) -> Project:
    """Build a project from its resolved file.

    Args:
        document: as `docker compose config` prints it; every `x-ml` is taken out of it.
        origin: where the file came from.
        is_interpolated: when false, the document still holds `${…}`: a key under `x-ml` whose
            value depends on a required variable that is not set counts as not given.

    Raises:
        Fault: something under `x-ml` is wrong.
    """
    own = validate(_taken(document, origin, is_interpolated=is_interpolated), ProjectKeys, (_X_ML,))
    directory = PurePosixPath(origin.directory.as_posix())
    services = {
        name: _service(name, entry or {}, directory, origin, is_interpolated=is_interpolated)
        for name, entry in (document.get("services") or {}).items()
    }
    datasets = _datasets(document, origin, is_interpolated=is_interpolated)
    _refuse_elsewhere(document)
    if is_interpolated:
        refuse_unknown_volumes(services, datasets)
    refuse_shared(services)
    refuse_unknown_services(services)
    return Project(
        name=document.get("name") or origin.directory.name,
        directory=origin.directory,
        files=origin.files,
        document=document,
        services=services,
        profiles=origin.profiles,
        options=origin.options,
        variables=origin.variables,
        defaults=origin.defaults,
        interpolated=origin.interpolated,
        env_files=origin.env_files,
        ignored_variables=own.identity.ignore,
        masked_variables=(*DEFAULT_MASKS, *own.mask),
        data=build_data(own.data, directory),
        datasets=datasets,
        remote=(own.remote or None) if own.remote is not UNSET else None,
        models=build_models(own.models, directory, (_X_ML, "models")),
        objective=own.objective,
        hub=None if own.hub is UNSET else own.hub.rstrip("/"),
        limits=own.limits,
        notify=None if own.notify is UNSET else build_notify(own.notify, (_X_ML, "notify")),
        warnings=origin.warnings,
    )


def _datasets(
    document: dict[str, Any], origin: Origin, *, is_interpolated: bool
) -> tuple[Dataset, ...]:
    """Take `x-ml` out of the top-level volumes; give those that hold a dataset."""
    project = str(document.get("name") or origin.directory.name)
    found = []
    for name, volume in (document.get("volumes") or {}).items():
        if isinstance(volume, dict) and _X_ML in volume:
            taken = _taken(volume, origin, is_interpolated=is_interpolated)
            validate(taken, VolumeKeys, ("volumes", name, _X_ML))
            found.append(build_dataset(name, volume, project))
    return tuple(found)


def _service(
    name: str,
    document: dict[str, Any],
    directory: PurePosixPath,
    origin: Origin,
    *,
    is_interpolated: bool,
) -> Service:
    path = ("services", name, _X_ML)
    keys = validate(_taken(document, origin, is_interpolated=is_interpolated), ServiceKeys, path)
    step = _step(keys, directory, (*path, "step"))
    held = {
        index: build_mount(validate(taken, MountKeys, place), entry, directory, place)
        for index, entry, taken, place in _mounts_with_keys(
            name, document, origin, is_interpolated=is_interpolated
        )
    }
    if step is not None:
        models = tuple(i for i, each in held.items() if isinstance(each, ModelMount))
        _refuse_on_step(name, keys, models)
    return build_service(
        name, document, step, is_recorded=keys.record, is_tracked=keys.track, held=held
    )


def _refuse_on_step(name: str, keys: ServiceKeys, mounts: tuple[int, ...]) -> None:
    """Make sure that a step has none of the keys that are for long-running services."""
    if keys.track:
        raise Fault(
            ("services", name, _X_ML, "track"),
            "the service is a step, and steps are recorded anyway",
            hint="remove track, or step",
            at_key=True,
        )
    if mounts:
        raise Fault(
            ("services", name, "volumes", mounts[0], _X_ML),
            "a step's mount cannot be filled with a model",
            hint="name the model's folder among the step's inputs",
            at_key=True,
        )


def _mounts_with_keys(
    name: str, document: dict[str, Any], origin: Origin, *, is_interpolated: bool
) -> Iterator[tuple[int, dict[str, Any], Any, FaultPath]]:
    """Take `x-ml` out of a service's mounts: their positions, documents, keys and paths."""
    for index, entry in enumerate(document.get("volumes") or ()):
        if isinstance(entry, dict) and _X_ML in entry:
            taken = _taken(entry, origin, is_interpolated=is_interpolated)
            if is_interpolated or (isinstance(taken, dict) and taken.keys() & {"model", "data"}):
                yield index, entry, taken, ("services", name, "volumes", index, _X_ML)


def _step(keys: ServiceKeys, directory: PurePosixPath, path: tuple[str, ...]) -> Step | None:
    if keys.step is UNSET or keys.step is False:
        return None
    if keys.step is True:
        raise Fault(path, "expected a map, or false, found true", hint="write step: {}")
    return build_step(keys.step or StepKeys(), directory, path)


def _taken(document: dict[str, Any], origin: Origin, *, is_interpolated: bool) -> Any:
    """Take `x-ml` out of a map, in plain values."""
    if _X_ML not in document:
        return None
    keys = document.pop(_X_ML)
    return unescape(keys) if is_interpolated else _interpolated(keys, origin.variables)


_ABSENT = object()


def _interpolated(value: Any, variables: Mapping[str, str]) -> Any:
    """Put variables into keys that Compose left alone; what cannot be known is left out."""
    from modelcompose.compose.embedded.interpolation import interpolate

    if isinstance(value, str):
        try:
            return interpolate(value, variables)
        except ModelComposeError:
            return _ABSENT
    if isinstance(value, list):
        entries = (_interpolated(entry, variables) for entry in value)
        return [entry for entry in entries if entry is not _ABSENT]
    if isinstance(value, dict):
        pairs = ((key, _interpolated(entry, variables)) for key, entry in value.items())
        return {key: entry for key, entry in pairs if entry is not _ABSENT}
    return value


def _refuse_elsewhere(document: Mapping[str, Any]) -> None:
    """Make sure that no `x-ml` is left in a place where nothing acts on it.

    Raises:
        Fault: one is left.
    """
    waiting: list[tuple[tuple[str | int, ...], Any]] = [
        ((section, name), element)
        for section in _SECTIONS
        for name, element in (document.get(section) or {}).items()
    ]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict) and _X_ML in value:
            raise Fault(
                (*path, _X_ML),
                "it has no meaning here",
                hint="x-ml may stand at the top of the file, on a service, a long mount and a "
                "volume",
                at_key=True,
            )
        waiting += [((*path, key), entry) for key, entry in _parts(value)]


def _parts(value: Any) -> list[tuple[str | int, Any]]:
    """Give what may hold an `x-ml` inside a value: not the user's data, nor others' extensions."""
    if isinstance(value, list):
        return [(index, entry) for index, entry in enumerate(value) if isinstance(entry, dict)]
    if not isinstance(value, dict):
        return []
    return [
        (key, entry)
        for key, entry in value.items()
        if isinstance(entry, dict | list) and key not in _USERS_OWN and not key.startswith("x-")
    ]
