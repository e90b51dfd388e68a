"""The stages of a DVC project as steps of a Compose file. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from modelcompose.compose.project import Step
from modelcompose.pipeline.paths import overlap
from modelcompose.versioning.dvc.importing_stage import step_of
from modelcompose.versioning.dvc.importing_values import Note, StepDraft
from modelcompose.versioning.dvc.templating import Stage

_NO_NAME = re.compile(r"[^A-Za-z0-9_.-]+")


class Drafted(Struct, frozen=True):
    """What became of all stages."""

    steps: tuple[StepDraft, ...]
    notes: tuple[Note, ...]


def service_name(stage: str) -> str:
    """Give the name of a stage as Compose takes one: `train@a b` becomes `train-a-b`."""
    return _NO_NAME.sub("-", stage).strip("-.") or "stage"


def draft(stages: Iterable[tuple[str, Stage]], taken: Iterable[str] = ()) -> Drafted:
    """Make steps of stages.

    Args:
        stages: each with the folder of its dvc.yaml, relative to the project; empty for its own.
        taken: names of services that are there already.

    Raises:
        ProjectError: a stage is none.
    """
    names = set(taken)
    steps: list[StepDraft] = []
    notes: list[Note] = []
    for folder, stage in stages:
        name = _free(service_name(stage.name), folder, names)
        names.add(name)
        step, told = step_of(name, folder, stage)
        steps.append(step)
        notes += told
    return Drafted(tuple(_in_order(steps)), tuple(dict.fromkeys(notes)))


def new_steps(drafted: Drafted, taken: Mapping[str, Step | None]) -> Drafted:
    """Leave out the steps that are there already, by their names or by what they write.

    Args:
        drafted: all stages.
        taken: the Compose file's services, each with its step.
    """
    there = {name: step.written for name, step in taken.items() if step is not None}
    known = {each.service: name for each in drafted.steps if (name := _known_as(each, there))}
    steps = [
        replace(each, after=tuple(sorted({known.get(name, name) for name in each.after})))
        for each in drafted.steps
        if each.service not in known
    ]
    told = [Note(name, "is a step already, and stays as it is") for name in known.values()]
    rest = [note for note in drafted.notes if note.where not in known]
    return Drafted(tuple(steps), (*told, *rest))


def _free(name: str, folder: str, taken: set[str]) -> str:
    """Give a name that no other service has."""
    if name in taken and folder:
        name = f"{service_name(folder.replace('/', '-'))}-{name}"
    found, number = name, 2
    while found in taken:
        found, number = f"{name}-{number}", number + 1
    return found


def _known_as(draft: StepDraft, there: Mapping[str, Sequence[str]]) -> str | None:
    """Give the step that a draft is: the one of its name, or one that writes what it writes."""
    if draft.service in there:
        return draft.service
    for name, written in there.items():
        if any(overlap(one, other) for one in draft.written for other in written):
            return name
    return None


def _in_order(steps: Sequence[StepDraft]) -> Iterator[StepDraft]:
    """Give the steps with the services that they come after, makers before readers."""
    makers = {path: step.service for step in steps for path in step.written}
    waiting = [
        replace(step, after=tuple(sorted(_makers(step, makers) - {step.service}))) for step in steps
    ]
    done: set[str] = set()
    while waiting:
        ready = [step for step in waiting if done.issuperset(step.after)] or waiting
        yield ready[0]
        done.add(ready[0].service)
        waiting.remove(ready[0])


def _makers(step: StepDraft, makers: Mapping[str, str]) -> set[str]:
    return {
        service
        for path, service in makers.items()
        for read in (*step.inputs, *(param.partition(":")[0] for param in step.params))
        if path == read or path.startswith(f"{read}/") or read.startswith(f"{path}/")
    }
