"""What `.dvc` files and the sections of a dvc.yaml say, as entries of `x-ml`. Pure."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from modelcompose.errors import ProjectError
from modelcompose.store.sources.opening import shown
from modelcompose.versioning.dvc.formats import DvcOut
from modelcompose.versioning.dvc.importing_values import (
    Note,
    StepDraft,
    address_of,
    inside,
    is_address,
)
from modelcompose.versioning.dvc.tracking import place


class DataDraft(Struct, frozen=True):
    """Something that DVC versions, to be versioned data."""

    path: str
    """Relative to the project."""
    out: DvcOut
    file: str
    """The `.dvc` file that names it."""
    source: str | None = None


class Drawn(Struct, frozen=True):
    """Entries, with what is to be said about them."""

    data: tuple[DataDraft, ...] = ()
    notes: tuple[Note, ...] = ()


def data_of(file: str, document: Mapping[str, Any], outs: Iterable[DvcOut]) -> Drawn:
    """Give the data that a `.dvc` file names.

    Args:
        file: where it is, relative to the project.
        document: what stands in it.
        outs: its outputs, as `formats` reads them.
    """
    wdir = str(document.get("wdir") or ".")
    source, notes = _source(file, document.get("deps") or ())
    found: list[DataDraft] = []
    for out in outs:
        try:
            path = place(file, wdir, out.path)
        except ProjectError:
            notes.append(Note(file, f"{out.path} is left out: no data of the project lies there"))
            continue
        found.append(DataDraft(path, out, file, source))
        notes += _flags(file, out)
    if document.get("cmd"):
        notes.append(Note(file, "cmd: a stage of DVC before 1.0: its outputs become data"))
    said = sorted(set(document) & {"desc", "meta"})
    if said:
        notes.append(Note(file, f"{', '.join(said)}: left out"))
    return Drawn(tuple(found), tuple(notes))


def models_of(
    artifacts: Mapping[str, Any], folder: str, steps: Iterable[StepDraft]
) -> tuple[dict[str, dict[str, str]], list[Note]]:
    """Give `x-ml.models` for the artifacts that some step writes."""
    written = {path for step in steps for path in step.written}
    models: dict[str, dict[str, str]] = {}
    notes: list[Note] = []
    for name, said in artifacts.items():
        keys = said if isinstance(said, Mapping) else {}
        path = inside(folder, str(keys.get("path") or name))
        if path in written:
            models[name] = {"path": str(path)}
            rest = sorted(set(keys) & {"desc", "labels", "meta"})
            if rest:
                notes.append(Note(f"artifacts.{name}", f"{', '.join(rest)}: left out"))
        else:
            told = f"{keys.get('path') or name} is no output of a stage, so that it is no model"
            notes.append(Note(f"artifacts.{name}", told))
    return models, notes


def told_sections(sections: Mapping[str, Any], folder: str) -> Iterator[Note]:
    """Say what becomes of the sections that no stage holds."""
    where = posixpath.join(folder, "dvc.yaml")
    if sections.get("plots"):
        yield Note(
            where, "plots: how plots are drawn is chosen in the hub; their files are outputs"
        )
    if sections.get("metrics"):
        yield Note(where, "metrics: read where a step names them in its own metrics")
    if sections.get("params"):
        yield Note(where, "params: recorded where a step names them in its own params")
    if sections.get("datasets"):
        yield Note(where, "datasets: left out; name each in x-ml.data, with its source")


def _source(file: str, deps: Iterable[Any]) -> tuple[str | None, list[Note]]:
    """Give where imported data came from, as `x-ml.data.PATH.source` says it."""
    found: list[str] = []
    notes: list[Note] = []
    for dep in deps:
        keys = dep if isinstance(dep, Mapping) else {}
        path, repository = str(keys.get("path") or ""), keys.get("repo")
        source = _of_repository(repository, path) if repository else address_of(path)
        if repository and source is not None:
            told = "is brought by git: what DVC alone keeps in that repository is not in it"
            notes.append(Note(file, f"{shown(source)} {told}"))
        if source is None and path:
            local = None if is_address(path) else inside(posixpath.dirname(file), path)
            source = local or (path if path.startswith("/") else None)
        if source is not None and shown(source) != source:
            told = f"{shown(source)}: left out: an address in a file holds no credentials"
            notes.append(Note(file, told))
        elif source is None:
            told = f"{shown(path) or 'its source'}: no source can be of this kind"
            notes.append(Note(file, told))
        else:
            found.append(source)
    return (found[0] if found else None), notes


def _of_repository(repository: Any, path: str) -> str | None:
    keys = repository if isinstance(repository, Mapping) else {}
    url, revision = keys.get("url"), keys.get("rev")
    if not url:
        return None
    return f"git+{url}{f'@{revision}' if revision else ''}#{path}"


def _flags(file: str, out: DvcOut) -> Iterator[Note]:
    if not out.is_cached:
        yield Note(file, f"{out.path}: cache: false: it is kept in the store, too")
    if out.remote is not None or not out.is_pushed:
        yield Note(file, f"{out.path}: remote and push: left out: x-ml.remote is for all data")
