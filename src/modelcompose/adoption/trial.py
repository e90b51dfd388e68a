"""A proposal tried out: the files as they would be, read by the reader that will read them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from modelcompose.compose.discovery import Discovery
from modelcompose.compose.project import ComposeOptions, Project
from modelcompose.compose.reader import read
from modelcompose.errors import ModelComposeError, VariableError
from modelcompose.pipeline.graph import build_graph


def read_as_proposed(
    project: Project,
    discovery: Discovery,
    texts: Mapping[Path, str],
    environment: Mapping[str, str],
) -> Project:
    """Read a project as if some of its files had other texts; nothing of it is changed.

    The files stand in a scratch folder, everything around them is linked there.

    Raises:
        ModelComposeError: the project would not read.
    """
    around = [*project.files, *filter(Path.exists, project.env_files), project.directory]
    with _scratch([*discovery.files, *texts, *around], texts) as (root, scratch):
        options = msgspec.structs.replace(
            project.options,
            files=tuple(str(_moved(path, root, scratch)) for path in discovery.files),
            project_directory=str(_moved(project.directory, root, scratch)),
            env_files=tuple(str(Path(each).absolute()) for each in project.options.env_files),
            project_name=project.name,
        )
        back = (str(scratch), str(root))
        try:
            found = _read(options, environment)
        except ModelComposeError as error:
            raise type(error)(error.message.replace(*back), hint=error.hint) from error
        return _with_paths(found, back, project)


def _read(options: ComposeOptions, environment: Mapping[str, str]) -> Project:
    """Read with all profiles; where a required variable is unset, values as they are written."""
    try:
        return read(options, environment=environment, all_profiles=True)
    except VariableError:
        return read(options, environment=environment, all_profiles=True, need_values=False)


def damage(before: Project, after: Project, meant: Mapping[str, Iterable[str]]) -> list[str]:
    """Name what differs in the services beside `x-ml`, and was not meant to.

    Args:
        before: the project as it is.
        after: the project as proposed.
        meant: for each service the keys that are to change.
    """
    found: list[str] = []
    for name, service in before.services.items():
        other = after.services.get(name)
        if other is None:
            found.append(f"services.{name}: would be gone")
            continue
        one, two = dict(service.document), dict(other.document)
        differing = {key for key in one.keys() | two.keys() if one.get(key) != two.get(key)}
        unmeant = sorted(differing - set(meant.get(name, ())))
        found += [f"services.{name}.{key}: would change" for key in unmeant]
    return found


def check_graphs(project: Project) -> None:
    """Make sure that the steps of each profile can be planned.

    Raises:
        PlanError: they cannot: a cycle, two writers of one path.
    """
    profiles = {profile for service in project.services.values() for profile in service.profiles}
    for profile in ("", *sorted(profiles)):
        services = {
            name: service
            for name, service in project.services.items()
            if not service.profiles or profile in service.profiles
        }
        build_graph(msgspec.structs.replace(project, services=services))


@contextmanager
def _scratch(paths: Iterable[Path], texts: Mapping[Path, str]) -> Iterator[tuple[Path, Path]]:
    """Give the folder above all paths, and one that looks like it, but for some files' texts."""
    paths = list(paths)
    folders = [path if path.is_dir() else path.parent for path in paths]
    root = Path(os.path.commonpath(folders))
    with tempfile.TemporaryDirectory(prefix="modelcompose-") as name:
        scratch = Path(os.path.realpath(name), root.name or "root")
        real = {folder for path in texts for folder in _folders_between(root, path.parent)}
        for folder in folders:
            real |= set(_folders_between(root, folder))
        for folder in sorted(real):
            place = _moved(folder, root, scratch)
            place.mkdir(parents=True, exist_ok=True)
            for entry in os.scandir(folder):
                if Path(entry.path) not in real and Path(entry.path) not in texts:
                    (place / entry.name).symlink_to(entry.path)
        for path, text in texts.items():
            with _moved(path, root, scratch).open("w", encoding="utf-8", newline="") as file:
                file.write(text)
        yield root, scratch


def _folders_between(root: Path, folder: Path) -> Iterator[Path]:
    yield root
    here = root
    for part in folder.relative_to(root).parts:
        here /= part
        yield here


def _moved(path: Path, root: Path, scratch: Path) -> Path:
    return scratch / path.relative_to(root)


def _with_paths(found: Project, back: tuple[str, str], project: Project) -> Project:
    """Give the project with its paths leading to where it really lies."""
    from modelcompose.compose.services import build_service

    services = {
        name: build_service(
            name,
            _replaced(service.document, back),
            service.step,
            is_recorded=service.is_recorded,
        )
        for name, service in found.services.items()
    }
    return msgspec.structs.replace(
        found,
        directory=project.directory,
        files=project.files,
        document=_replaced(found.document, back),
        services=services,
        options=project.options,
    )


def _replaced(value: Any, back: tuple[str, str]) -> Any:
    if isinstance(value, str):
        return value.replace(*back) if back[0] in value else value
    if isinstance(value, Mapping):
        return {key: _replaced(each, back) for key, each in value.items()}
    if isinstance(value, list):
        return [_replaced(each, back) for each in value]
    return value
