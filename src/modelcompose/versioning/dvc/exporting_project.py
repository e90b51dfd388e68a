"""A project's data and steps, as the files of a DVC project that is up to date."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from modelcompose.compose.project import is_volume
from modelcompose.pipeline.plan import Decision
from modelcompose.store.content import Content
from modelcompose.versioning.dvc.exporting import Runner
from modelcompose.versioning.dvc.exporting_files import data_text
from modelcompose.versioning.dvc.exporting_output import Output
from modelcompose.versioning.dvc.exporting_sources import Sources
from modelcompose.versioning.dvc.exporting_steps import StepExport
from modelcompose.versioning.dvc.importing_project import SUFFIX, data_files
from modelcompose.versioning.dvc.importing_values import Note
from modelcompose.versioning.workspace import DataWorkspace


class Exported(Struct, frozen=True):
    """What is to be written."""

    files: Mapping[str, str]
    """Texts by path, relative to the target; those that are as they should be are left out."""
    notes: tuple[Note, ...]
    fresh: tuple[str, ...]
    """Steps that DVC will call up to date."""
    stale: Mapping[str, str]
    """Steps that DVC will run, with the reason."""


class Exporter:
    """Makes the files for one target. The caller holds the project."""

    def __init__(
        self,
        workspace: DataWorkspace,
        sources: Sources,
        target: Path,
        *,
        decisions: Mapping[str, Decision],
        runner: Runner,
    ) -> None:
        """Take what it works with.

        Args:
            workspace: of the project.
            sources: what lies where, and DVC's cache to fill.
            target: the folder of the DVC project: this one, or a clone.
            decisions: how each step stands.
            runner: how commands are written.
        """
        self._workspace = workspace
        self._sources = sources
        self._output = Output(target)
        self._steps = StepExport(workspace, sources, self._output, decisions, runner)
        self._cached: list[str] = []

    def export(self) -> Exported:
        """Give the files, and have the cache of the sources want what they name.

        Raises:
            ContentMissing: the store lacks what `ml.lock` names, and it is not in the project.
            StoreError: something cannot be read or written.
        """
        for path, content in self._workspace.lock.data.items():
            if is_volume(path):
                self._output.tell(path, "left out: DVC knows no volumes")
            else:
                self._data(path, content)
        self._steps.export()
        output, steps = self._output, self._steps
        output.put_around(self._workspace.root, self._workspace.project.remote)
        output.ignore([*self._cached, *steps.cached])
        notes = tuple(dict.fromkeys(output.notes))
        return Exported(output.files, notes, tuple(steps.fresh), steps.stale)

    def _data(self, path: str, content: Content) -> None:
        """Export one piece of data: its content, and the `.dvc` file that names it."""
        lying = self._sources.holding(path, content)
        if lying is not self._sources.project and (self._workspace.root / path).exists():
            self._output.tell(path, "was changed since: what ml.lock names of it is exported")
        for told in self._sources.lost(content):
            self._output.tell(path, told)
        self._sources.cache.want(lying, path)
        self._cached.append(path)
        name, written = self._data_file(path)
        before = self._output.read(name)
        out = lying.of(path)
        if before is not None and self._says(path, out.oid):
            return
        if before is not None and "\ndeps:" in f"\n{before}":
            self._output.tell(
                name, "was an import of DVC's: its content changed, and it is plain data now"
            )
        source = self._sourced.get(path)
        if source is not None:
            self._output.tell(path, f"source: left out: {_of_dvc(source)}")
        self._output.put(name, data_text(before, replace(out, path=written)))

    def _data_file(self, path: str) -> tuple[str, str]:
        """Give the `.dvc` file for a path, and the path as it stands there."""
        known = self._data_files.get(path)
        return known[:2] if known else (f"{path}{SUFFIX}", posixpath.basename(path))

    def _says(self, path: str, oid: str | None) -> bool:
        known = self._data_files.get(path)
        return known is not None and known[2] == oid

    @cached_property
    def _sourced(self) -> Mapping[str, str]:
        data = self._workspace.project.data
        return {item.path: item.source for item in data if item.source is not None}

    @cached_property
    def _data_files(self) -> Mapping[str, tuple[str, str, str | None]]:
        return data_files(self._output.target)


def _of_dvc(source: str) -> str:
    """Tell how DVC would name where data comes from."""
    if source.startswith("oci://"):
        return "DVC knows no registry"
    if source.startswith("git+"):
        return "DVC's own is made by dvc import REPOSITORY PATH"
    kind, mark, rest = source.partition("://")
    kind = "azure" if kind == "az" else kind
    return f"DVC's own is made by dvc import-url {kind}{mark}{rest}"
