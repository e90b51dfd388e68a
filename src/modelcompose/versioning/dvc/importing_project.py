"""Reading a DVC project from its folder: what it says as drafts of steps, data and models."""

from __future__ import annotations

import json
import os
import posixpath
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from modelcompose.compose.project import Step
from modelcompose.compose.yaml_limits import check_aliases, check_nesting
from modelcompose.errors import NotFound, ProjectError
from modelcompose.store.failures import translated
from modelcompose.versioning.dvc.formats import LockedStage, read_dvc_file, read_lock
from modelcompose.versioning.dvc.formats_config import read_sections
from modelcompose.versioning.dvc.importing import draft, new_steps
from modelcompose.versioning.dvc.importing_around import around
from modelcompose.versioning.dvc.importing_data import (
    DataDraft,
    data_of,
    models_of,
    told_sections,
)
from modelcompose.versioning.dvc.importing_shape import check_pipeline
from modelcompose.versioning.dvc.importing_values import Note, StepDraft
from modelcompose.versioning.dvc.templating import Resolved, Stage, resolve
from modelcompose.versioning.dvc.templating_values import Style

PIPELINE, LOCK, SUFFIX = "dvc.yaml", "dvc.lock", ".dvc"
_PASSED_BY = frozenset({".dvc", ".git", ".hg", ".ml", ".venv", "venv", "node_modules"})


class Imported(Struct, frozen=True):
    """A DVC project, as a Compose file would say it."""

    steps: tuple[StepDraft, ...]
    data: tuple[DataDraft, ...]
    models: Mapping[str, Mapping[str, str]]
    notes: tuple[Note, ...]
    locked: Mapping[str, LockedStage]
    """What the dvc.lock files say, by `StepDraft.stage`."""


class Files(Struct, frozen=True):
    """The files of a DVC project, by paths relative to the Compose project."""

    pipelines: tuple[str, ...]
    data: tuple[str, ...]


def find_files(root: Path, start: Path) -> Files:
    """Find the dvc.yaml and `.dvc` files of a project; what DVC versions is not looked into.

    Args:
        root: the Compose project's folder.
        start: the DVC project's, in it.

    Raises:
        NotFound: there are none.
    """
    pipelines: list[str] = []
    data: list[str] = []
    for folder, folders, names in os.walk(start):
        here = Path(folder).relative_to(root).as_posix()
        here = "" if here == "." else here
        # A pipe would wait for ever, and a link may lead nowhere.
        files = [n for n in names if n.endswith((SUFFIX, PIPELINE)) and Path(folder, n).is_file()]
        found = sorted(name for name in files if name.endswith(SUFFIX) and name != SUFFIX)
        data += [posixpath.join(here, name) for name in found]
        pipelines += [posixpath.join(here, name) for name in files if name == PIPELINE]
        versioned = {name.removesuffix(SUFFIX) for name in found}
        folders[:] = sorted(set(folders) - _PASSED_BY - versioned)
    if not pipelines and not data:
        raise NotFound(
            f"{start}: there is no dvc.yaml, and no .dvc file in it",
            hint="name the folder of the DVC project: modelcompose data import dvc FOLDER",
        )
    return Files(tuple(sorted(pipelines)), tuple(data))


def dvc_folders(root: Path) -> list[str]:
    """Give the folders below a folder that files of DVC's lie in, and those around them."""
    try:
        files = find_files(root, root)
    except NotFound:
        return []
    found: set[str] = set()
    for file in (*files.pipelines, *files.data):
        folder = posixpath.dirname(file)
        while folder and folder not in found:
            found.add(folder)
            folder = posixpath.dirname(folder)
    return sorted(found)


def import_project(root: Path, start: Path, taken: Mapping[str, Step | None]) -> Imported:
    """Read a DVC project.

    Args:
        root: the Compose project's folder, which paths are relative to.
        start: the DVC project's folder: the same, or one in it.
        taken: the Compose file's services, each with its step.

    Raises:
        NotFound: there is no DVC project.
        ProjectError: a file of it cannot be read, or says what DVC would refuse.
    """
    files = find_files(root, start)
    style = _style(start)
    resolved = {file: _resolved(root, file, style) for file in files.pipelines}
    stages = [
        (posixpath.dirname(file), stage) for file, each in resolved.items() for stage in each.stages
    ]
    drafted = new_steps(
        draft(stages, [name for name, step in taken.items() if step is None]), taken
    )
    notes = [*drafted.notes, *around(start)]
    data: list[DataDraft] = []
    for file in files.data:
        drawn = _data(root, file)
        data += drawn[0]
        notes += drawn[1]
    models: dict[str, Mapping[str, str]] = {}
    for file, each in resolved.items():
        folder = posixpath.dirname(file)
        found, told = models_of(each.sections.get("artifacts") or {}, folder, drafted.steps)
        models |= found
        notes += [*told, *told_sections(each.sections, folder)]
    return Imported(
        drafted.steps, tuple(data), models, tuple(notes), _locked(root, files.pipelines)
    )


def resolved_stages(root: Path) -> list[tuple[str, str, Stage]]:
    """Give each stage of a folder's dvc.yaml files with the file, and the file's folder.

    Raises:
        ProjectError: a file cannot be read, or says what DVC would refuse.
    """
    try:
        files = find_files(root, root)
    except NotFound:
        return []
    style = _style(root)
    return [
        (file, posixpath.dirname(file), stage)
        for file in files.pipelines
        for stage in _resolved(root, file, style).stages
    ]


def data_files(root: Path) -> dict[str, tuple[str, str, str | None]]:
    """Give the paths that `.dvc` files name: each with the file, the path in it, and the md5.

    The md5 is None where it is one of DVC 2.

    Raises:
        ProjectError: a file cannot be read.
    """
    try:
        files = find_files(root, root)
    except NotFound:
        return {}
    found = {}
    for file in files.data:
        for each in _data(root, file)[0]:
            out = each.out
            found[each.path] = (file, out.path, None if out.is_legacy else out.oid)
    return found


def load_values(path: Path) -> Any:
    """Read a file of values as DVC does: YAML 1.2, JSON or TOML; None where it is not there.

    Raises:
        ProjectError: it cannot be read.
    """
    with translated(path, "cannot be read"):
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
    if path.suffix == ".py":
        raise ProjectError(
            f"{path}: values in Python code are not read",
            hint="write them as YAML: params.yaml",
        )
    try:
        if path.suffix == ".json":
            return json.loads(data)
        return tomllib.loads(data.decode()) if path.suffix == ".toml" else _yaml(data)
    except (ValueError, RecursionError) as error:
        raise ProjectError(f"{path}: cannot be read: {error}") from error


def _yaml(data: bytes) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    text = data.decode("utf-8", "replace")
    check_nesting(text)
    try:
        found = YAML(typ="safe").load(data) or {}
    except (YAMLError, RecursionError) as error:
        raise ValueError(" ".join(str(error).split())) from error
    check_aliases(text, found)
    return found


def _resolved(root: Path, file: str, style: Style) -> Resolved:
    document = load_values(root / file)
    if not isinstance(document, Mapping):
        raise ProjectError(f"{file}: expected a map")
    folder = posixpath.dirname(file)
    try:
        check_pipeline(document)
        return resolve(document, folder, lambda path: load_values(root / path), style)
    except ProjectError as error:
        raise ProjectError(f"{file}: {error.message}", hint=error.hint) from error


def _style(start: Path) -> Style:
    file = start / ".dvc" / "config"
    with translated(file, "cannot be read"):
        text = file.read_text(encoding="utf-8") if file.is_file() else ""
    said = read_sections(text).get("parsing", {})
    return Style(said.get("bool", "store_true"), said.get("list", "nargs"))


def _data(root: Path, file: str) -> tuple[tuple[DataDraft, ...], tuple[Note, ...]]:
    path = root / file
    document = load_values(path)
    with translated(path, "cannot be read"):
        text = path.read_text(encoding="utf-8")
    drawn = data_of(file, document or {}, read_dvc_file(text, file).outs)
    return drawn.data, drawn.notes


def _locked(root: Path, pipelines: tuple[str, ...]) -> dict[str, LockedStage]:
    found: dict[str, LockedStage] = {}
    for file in pipelines:
        folder = posixpath.dirname(file)
        path = root / folder / LOCK
        if not path.is_file():
            continue
        with translated(path, "cannot be read"):
            text = path.read_text(encoding="utf-8")
        for name, stage in read_lock(text, posixpath.join(folder, LOCK)).items():
            found[f"{file}:{name}" if folder else name] = stage
    return found
