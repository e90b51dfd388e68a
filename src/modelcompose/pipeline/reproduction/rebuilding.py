"""A project of one step, made from what a run recorded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Literal, NamedTuple

from msgspec.structs import replace

from modelcompose.compose.fault import Fault
from modelcompose.compose.project import Input, Project, Service, Step
from modelcompose.compose.services import build_service
from modelcompose.compose.step_keys import step_of
from modelcompose.errors import NotFound
from modelcompose.pipeline.data_mounts import held_again
from modelcompose.pipeline.lock import Lock
from modelcompose.pipeline.mounts import relative_path
from modelcompose.pipeline.parameters import Overrides
from modelcompose.pipeline.reproduction.masked import unmask
from modelcompose.pipeline.services import without_steps
from modelcompose.pipeline.volume_steps import refuse_written_volumes
from modelcompose.tracking.masking import MASK, Masker
from modelcompose.tracking.run import Run

_X_ML = "x-ml"


class Rebuilt(NamedTuple):
    """What a run was made from, as far as its record and the project tell."""

    project: Project
    overrides: Overrides
    lock: Lock
    """The images' digests as they were."""
    gone: tuple[str, ...]
    """What can no longer be had, in words."""


def rebuild(run: Run, own: Project, masker: Masker, folder: Path, lock: Lock) -> Rebuilt:
    """Give the project that a run's step was part of, in a folder of its own.

    Of the project as it is now come the services that the step needs, networks, volumes and
    secrets; all else is what the run recorded.

    Args:
        run: a step's run that succeeded.
        own: the project as it is now.
        masker: of that project.
        folder: where the rebuilt project lies, or will.
        lock: of the project as it is now.

    Raises:
        NotFound: the run's record is too old to tell what its step declared.
    """
    today = own.services.get(run.step)
    now = today.document if today is not None else None
    recorded = {key: value for key, value in run.service.items() if key != _X_ML}
    recorded = _with_variables(run, recorded)
    document, masked = unmask(recorded, now, masker, f"services.{run.step}")
    document = moved(document, run.folder, str(folder), "volumes", "build")
    document["depends_on"] = {
        name: how
        for name, how in _mapping(document.get("depends_on")).items()
        if name in own.services and name not in own.steps
    }
    told = (run.service.get(_X_ML) or {}).get("mounts") or {}
    service = build_service(run.step, document, _step(run, folder), held=held_again(document, told))
    refuse_written_volumes(service)
    overrides, unknown = _file_changes(run)
    others = without_steps(own)
    services = {name: replace(s, step=None) for name, s in others.services.items()}
    project = replace(
        own,
        directory=folder,
        files=tuple(_in(folder, own.directory, file) for file in own.files),
        env_files=tuple(_in(folder, own.directory, file) for file in own.env_files),
        document={
            **others.document,
            "services": {**others.document["services"], run.step: document},
        },
        services={**services, run.step: service},
        variables={**own.variables, **_compose_variables(run, service)},
        limits={},
        notify=None,
        models=(),  # what a reproduction makes is not registered, and their steps are not here
    )
    gone = [f"{path}: a secret, whose value no record holds" for path in masked]
    gone += [f"--set {name}: a secret, whose value no record holds" for name in unknown]
    gone += [
        f"the secret {name}: the Compose file no longer defines it"
        for name in service.secrets
        if name not in (own.document.get("secrets") or {})
    ]
    return Rebuilt(project, overrides, _pins(run, lock), tuple(gone))


def _with_variables(run: Run, document: Mapping[str, Any]) -> dict[str, Any]:
    """Put in the variables as the step saw them: over those of the file went `-e` and `--set`."""
    own = _environment(document.get("environment"))
    seen = {
        name: value
        for name, value in {**(run.parts.get("environment") or {}), **run.params}.items()
        if name in own or name in (run.parts.get("environment") or {})
    }
    written = {
        name: value if value is None else str(value).replace("$", "$$")
        for name, value in seen.items()
        if value != MASK
    }
    return {**document, "environment": {**own, **written}}


def _environment(value: Any) -> dict[str, Any]:
    if isinstance(value, list):
        pairs = (str(entry).partition("=") for entry in value)
        return {name: text if equals else None for name, equals, text in pairs}
    return dict(value or {})


def _mapping(value: Any) -> dict[str, Any]:
    return dict.fromkeys(value) if isinstance(value, list) else dict(value or {})


def _compose_variables(run: Run, service: Service) -> dict[str, str]:
    """Give the parameters that only the Compose file uses: their text is in the command already."""
    return {
        name: str(value)
        for name, value in run.params.items()
        if ":" not in name and name not in service.environment and value is not None
    }


def moved(
    document: Mapping[str, Any], old: str, new: str, *keys: Literal["volumes", "build"]
) -> dict[str, Any]:
    """Lead paths of a service's document that lie in one folder into another one.

    Args:
        document: as Compose prints it.
        old: the folder that the paths lie in.
        new: the folder that takes its place.
        keys: which of the service's keys.
    """

    def move(path: Any) -> Any:
        if not isinstance(path, str) or not path.startswith("/"):
            return path
        inner = relative_path(Path(old), path.replace("$$", "$"))
        return path if inner is None else str(Path(new, inner)).replace("$", "$$")

    changed = dict(document)
    if "volumes" in keys:
        changed["volumes"] = [
            {**entry, "source": move(entry["source"])} if entry.get("source") else entry
            for entry in document.get("volumes") or ()
        ]
    build = document.get("build")
    if "build" in keys and build is not None:
        contexts = _environment(build.get("additional_contexts"))
        changed["build"] = {key: move(value) for key, value in build.items()}
        if contexts:
            changed["build"]["additional_contexts"] = {n: move(v) for n, v in contexts.items()}
    return changed


def _step(run: Run, folder: Path) -> Step:
    """Give the step, its inputs those that the run had and no others."""
    keys = (run.service.get(_X_ML) or {}).get("step")
    if keys is None:
        raise _too_old(run)
    try:
        step = step_of(keys, PurePosixPath(folder.as_posix()))
    except Fault as error:
        raise _too_old(run) from error
    compare = {item.path: item.compare for item in step.inputs or ()}
    inputs = tuple(Input(path, compare.get(path, "content")) for path in run.inputs)
    addresses = tuple(each for each in step.addresses if each.path is None)
    return replace(step, inputs=inputs, addresses=addresses, uses={})


def _too_old(run: Run) -> NotFound:
    if not run.service:  # taken from a remote, which is told nothing of a machine
        return NotFound(
            f"run {run.id[:8]} of {run.step} was {run.cause}: what its service was is known there",
            hint=f"reproduce it there, or run it here: modelcompose run --force {run.step}",
        )
    return NotFound(
        f"run {run.id[:8]} of {run.step} was recorded by another version of modelcompose, which "
        "did not keep what its step declares",
        hint=f"run it again: modelcompose run --force {run.step}",
    )


def _file_changes(run: Run) -> tuple[Overrides, list[str]]:
    """Give what `--set FILE:KEY=VALUE` changed, and the names whose values are masked."""
    changes: dict[str, dict[str, Any]] = {}
    unknown: list[str] = []
    for name, text in run.overrides.items():
        file, colon, key = name.partition(":")
        if not colon:
            continue
        if text == MASK:
            unknown.append(name)
        value = run.params[name] if name in run.params else _scalar(text)
        changes.setdefault(file, {})[key] = value
    return Overrides(file_keys=changes), unknown


def _scalar(text: str) -> Any:
    """Read a value back from its text: Python's word for it, else YAML's."""
    from modelcompose.compose.yaml_loader import load_yaml

    return None if text == "None" else load_yaml(text)


def _pins(run: Run, lock: Lock) -> Lock:
    image = run.parts.get("image") or {}
    pins: dict[str, str] = dict((image.get("build") or {}).get("bases") or {})
    if image.get("reference"):
        pins[image["reference"]] = image["digest"]
    return Lock(images={**lock.images, **{name: pin for name, pin in pins.items() if pin}})


def _in(folder: Path, old: Path, file: Path) -> Path:
    return folder / file.relative_to(old) if file.is_relative_to(old) else file


def without_build(project: Project, step: str, image: str) -> Project:
    """Give a project whose step runs in an image that is there, however it was made."""
    service = project.services[step]
    document = {key: value for key, value in service.document.items() if key != "build"}
    document["image"] = image
    changed = replace(service, build=None, image=image, document=document)
    services = {**project.services, step: changed}
    documents = {**project.document["services"], step: document}
    return replace(project, services=services, document={**project.document, "services": documents})
