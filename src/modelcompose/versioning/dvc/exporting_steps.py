"""The steps of a project as stages: those that a dvc.yaml says already stay there as they are."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from modelcompose.compose.project import Service
from modelcompose.errors import ContentMissing, NotFound
from modelcompose.pipeline.mounts import project_path
from modelcompose.pipeline.paths import is_glob, overlap
from modelcompose.pipeline.plan import Decision
from modelcompose.versioning.dvc.exporting import (
    Runner,
    StageDraft,
    draft_stage,
    is_same,
    written_paths,
)
from modelcompose.versioning.dvc.exporting_files import lock_text, pipeline_text
from modelcompose.versioning.dvc.exporting_lock import locked_stage
from modelcompose.versioning.dvc.exporting_output import Output
from modelcompose.versioning.dvc.exporting_sources import Sources
from modelcompose.versioning.dvc.formats import LockedStage
from modelcompose.versioning.dvc.importing import draft
from modelcompose.versioning.dvc.importing_project import LOCK, PIPELINE, resolved_stages
from modelcompose.versioning.dvc.importing_values import StepDraft, inside
from modelcompose.versioning.dvc.templating import Stage
from modelcompose.versioning.workspace import DataWorkspace


class Known(Struct, frozen=True):
    """A stage that stands in a dvc.yaml already."""

    file: str
    stage: Stage
    draft: StepDraft


class StepExport:
    """Exports the steps of one project."""

    def __init__(
        self,
        workspace: DataWorkspace,
        sources: Sources,
        output: Output,
        decisions: Mapping[str, Decision],
        runner: Runner,
    ) -> None:
        """Take what it works with.

        Args:
            workspace: of the project.
            sources: what lies where, and DVC's cache to fill.
            output: takes the files.
            decisions: how each step stands.
            runner: how commands are written.
        """
        self._workspace = workspace
        self._project = workspace.project
        self._sources = sources
        self._output = output
        self._decisions = decisions
        self._runner = runner
        self.cached: list[str] = []
        """Outputs that DVC keeps."""
        self.fresh: list[str] = []
        """Steps that DVC will call up to date."""
        self.stale: dict[str, str] = {}
        """Steps that DVC will run, with the reason."""

    def export(self) -> None:
        """Export the steps: those that a dvc.yaml says already stay there as they are."""
        if not self._project.steps:
            return
        known = self._known()
        kept: dict[str, Known] = {}
        for name in self._project.steps:
            service = self._project.services[name]
            found = known.get(name)
            if found is not None and self._says(found, service):
                kept[name] = found
        broken = {k.stage.group for n, k in known.items() if n not in kept and k.stage.group}
        kept = {name: each for name, each in kept.items() if each.stage.group not in broken}
        self._keep(kept)
        self._draft(known, kept)

    def _says(self, known: Known, service: Service) -> bool:
        """Whether a stage says what a step does, or is what an export wrote of it."""
        if is_same(known.draft, service, self._folder(service)):
            return True
        return known.file == PIPELINE and known.stage.document == self._stage(service.name).document

    def _known(self) -> dict[str, Known]:
        """Give the stages of the target's dvc.yaml files, by the services that they would be.

        One that goes by another name here is known by what it writes.
        """
        found = resolved_stages(self._output.target)
        drafted = {each.stage: each for each in draft([(f, s) for _, f, s in found]).steps}
        known = {
            step.service: Known(file, stage, step)
            for file, folder, stage in found
            if (step := drafted.get(stage.name if not folder else f"{file}:{stage.name}"))
        }
        steps = self._project.steps
        written = {frozenset(step.written): name for name, step in steps.items() if step.written}
        for name in [name for name in known if name not in steps]:
            other = written.get(frozenset(known[name].draft.written))
            if other is not None and other not in known:
                known[other] = known.pop(name)
        return known

    def _leave(self, known: Mapping[str, Known], drafts: Iterable[str]) -> set[str]:
        """Give the stages that no step is, and that write what one writes that is new."""
        steps = self._project.steps
        written = [path for name in drafts for path in steps[name].written]
        gone: set[str] = set()
        for name, each in known.items():
            if name in steps or each.stage.group:
                continue
            if each.file == PIPELINE and any(
                overlap(path, other) for path in each.draft.written for other in written
            ):
                gone.add(each.stage.name)
                self._output.tell(
                    each.stage.name, f"is no step here, and was taken out of {PIPELINE}"
                )
            else:
                self._output.tell(each.stage.name, f"is no step here, and stays in {each.file}")
        return gone

    def _keep(self, kept: Mapping[str, Known]) -> None:
        files: dict[str, dict[str, LockedStage]] = {}
        for name, each in kept.items():
            folder = posixpath.dirname(each.file)
            locked = self._locked(name, folder, each.stage.document)
            if locked is not None:
                files.setdefault(folder, {})[each.stage.name] = locked
        for folder, stages in files.items():
            name = posixpath.join(folder, LOCK)
            self._output.put(name, lock_text(self._output.read(name), stages))

    def _draft(self, known: Mapping[str, Known], kept: Mapping[str, Known]) -> None:
        """Write the steps that no dvc.yaml says as they are."""
        drafts: dict[str, StageDraft] = {}
        gone: set[str] = set()
        for name in self._project.steps:
            if name in kept:
                continue
            there = known.get(name)
            if there is not None and there.file != PIPELINE:
                self.stale[name] = f"{there.file} says something else: change it there"
                continue
            if there is not None:
                gone.add(there.stage.group or there.stage.name)
                self._output.tell(
                    name, f"is no longer what {PIPELINE} said, and was written anew there"
                )
            drafts[name] = self._stage(name)
        gone |= self._leave(known, drafts)
        if not drafts:
            return
        for each in drafts.values():
            self._output.notes += each.notes
        stages = {each.name: each.document for each in drafts.values()}
        before = self._output.read(PIPELINE)
        text = pipeline_text(before, stages, gone - set(stages), self._top(drafts, before))
        self._output.put(PIPELINE, text)
        locked = {
            each.name: found
            for name, each in drafts.items()
            if (found := self._locked(name, "", each.document)) is not None
        }
        if locked:
            self._output.put(LOCK, lock_text(self._output.read(LOCK), locked))

    def _top(self, drafts: Mapping[str, StageDraft], before: str | None) -> dict[str, Any]:
        """Give the sections at the top of a new dvc.yaml."""
        if before is not None:
            return {}
        top: dict[str, Any] = {
            "metrics": [path for each in drafts.values() for path in each.nested_metrics],
            "plots": [path for each in drafts.values() for path in each.nested_plots],
            "artifacts": {
                model.name: {"path": model.path, "type": "model"} for model in self._project.models
            },
        }
        return {name: section for name, section in top.items() if section}

    def _stage(self, name: str) -> StageDraft:
        service = self._project.services[name]
        return draft_stage(
            service,
            self._folder(service),
            self._deps(name, service),
            self._runner,
            lambda path: path in self._output.tracked,
        )

    def _deps(self, name: str, service: Service) -> Sequence[str]:
        """Give what a step reads by paths that DVC can follow: files of globs one by one."""
        seen = self._decisions[name].observation.known if name in self._decisions else None
        paths: Iterable[str] = (item.path for item in service.the_step.inputs or ())
        if seen is not None:
            paths = seen.inputs
        found = [path for path in paths if not is_glob(path) and (path[:1] == "/" or inside(path))]
        there = [path for path in found if (self._workspace.root / path).exists()]
        for address in service.the_step.addresses:
            self._output.tell(name, f"{address.url}: left out: DVC looks at it by itself")
        written = set(service.the_step.written)
        return [path for path in there if path not in written]

    def _folder(self, service: Service) -> str:
        return project_path(self._project, service, ".") or "."

    def _locked(self, name: str, folder: str, document: Mapping[str, Any]) -> LockedStage | None:
        """Give what dvc.lock says of a step that is up to date; the cache wants its outputs."""
        decision = self._decisions.get(name)
        if decision is None or decision.action != "skip":
            self.stale[name] = "is not up to date here" if decision is None else decision.cause
            return None
        try:
            found = locked_stage(folder, document, self._sources.project, self._workspace.root)
        except (NotFound, ContentMissing) as error:
            self.stale[name] = error.message
            return None
        wdir = str(document.get("wdir") or ".")
        for path, said in written_paths(document):
            place = inside(folder, wdir, path)
            if place is not None and said.get("cache", True) is not False:
                self._sources.cache.want(self._sources.project, place)
                self.cached.append(place)
        self.fresh.append(name)
        return found
