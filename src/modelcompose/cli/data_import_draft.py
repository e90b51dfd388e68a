"""What `data import dvc` would write: the Compose file with the steps of a DVC project, tried out.

The room of adoption knows Compose files, that of versioning DVC's: here they meet.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from modelcompose.errors import UsageError, VariableError

if TYPE_CHECKING:
    from modelcompose.adoption.changes import Change
    from modelcompose.compose.discovery import Discovery
    from modelcompose.compose.project import ComposeOptions, Project
    from modelcompose.versioning.dvc.importing_project import Imported
    from modelcompose.versioning.dvc.importing_values import StepDraft

NEW_FILE = "compose.yaml"
_TARGET = "/app"
_HEAD = """\
# The steps and the data of a DVC project, as `modelcompose data import dvc` wrote them.

"""
_DOCKERFILE = """\
FROM {image}
WORKDIR /app
COPY {requirements} ./
RUN pip install --no-cache-dir -r {requirements}
"""


class Runs(Struct, frozen=True):
    """What the steps run in."""

    keys: Mapping[str, Any]
    """`image` or `build`, as a service has it."""
    reason: str
    dockerfile: str | None = None
    """The text of a Dockerfile to write."""


class Draft(Struct, frozen=True):
    """All that would be written."""

    options: ComposeOptions
    """What the project is read by."""
    directory: Path
    start: Path
    """The DVC project's folder: the same, or one in it."""
    imported: Imported
    runs: Runs
    changes: tuple[Change, ...]


class Wishes(Struct, frozen=True):
    """What the user said."""

    image: str | None = None
    service: str | None = None
    profile: str | None = None


def make_draft(options: ComposeOptions, folder: Path | None, wishes: Wishes) -> Draft:
    """Read a DVC project, and draft what makes a Compose project of it; nothing is written.

    Raises:
        ModelComposeError: there is no DVC project, or no Compose file can say what it says.
    """
    from modelcompose.versioning.dvc.importing_project import import_project

    options, discovery = _found(options, folder)
    if discovery.has_unseen_files:
        raise UsageError(
            "data import: a Compose file from standard input, or from elsewhere, cannot be changed",
            hint="name a file of this machine: modelcompose -f compose.yaml data import dvc",
        )
    start = discovery.directory if folder is None else folder.absolute()
    if not start.is_relative_to(discovery.directory):
        raise UsageError(
            f"{start}: lies outside of the project {discovery.directory}",
            hint=f"begin there: cd {start} && modelcompose data import dvc",
        )
    project = _project(options, discovery)
    taken = {name: service.step for name, service in project.services.items()}
    imported = import_project(discovery.directory, start, taken)
    runs = _runs(project, wishes)
    changes = _changes(project, discovery, imported, runs, wishes.profile)
    return Draft(options, discovery.directory, start, imported, runs, tuple(changes))


def _found(options: ComposeOptions, folder: Path | None) -> tuple[ComposeOptions, Discovery]:
    """Find the Compose files as if the command had been typed in the folder."""
    from modelcompose.compose.discovery import discover

    if folder is None or options.files or options.project_directory is not None:
        return options, discover(options, os.environ)
    there = replace(options, project_directory=str(folder))
    found = discover(there, os.environ)
    if not found.files:
        return there, found
    named = replace(options, files=tuple(str(file) for file in found.files))
    return named, discover(named, os.environ)


def _project(options: ComposeOptions, discovery: Discovery) -> Project:
    """Read the project, or give an empty one where there is no Compose file yet."""
    from modelcompose.compose.project import Project
    from modelcompose.compose.reader import read

    if not discovery.files:
        return Project("imported", discovery.directory, (), {}, {}, options=options)
    try:
        return read(options, all_profiles=True)
    except VariableError:
        return read(options, all_profiles=True, need_values=False)


def _runs(project: Project, wishes: Wishes) -> Runs:
    """Choose what the steps run in: what the user says, else what is there, else a new image."""
    from modelcompose.compose.complaints import unknown_service

    if wishes.image is not None:
        return Runs({"image": _image(wishes.image)}, f"image {wishes.image}, as asked")
    if wishes.service is not None:
        if wishes.service not in project.services:
            raise unknown_service(wishes.service, set(project.services))
        return Runs(_like(project, wishes.service), f"as service {wishes.service}, as asked")
    built = [name for name, service in project.services.items() if service.build is not None]
    if built:
        return Runs(_like(project, built[0]), f"as service {built[0]} (another: --service NAME)")
    return _new_image(project.directory)


def _new_image(directory: Path) -> Runs:
    image = "python:3.11-slim"
    if (directory / "Dockerfile").is_file():
        return Runs({"build": "."}, "the Dockerfile that is here")
    requirements = "requirements.txt"
    if (directory / requirements).is_file():
        text = _DOCKERFILE.format(image=image, requirements=requirements)
        return Runs({"build": "."}, f"a new Dockerfile with {requirements}", text)
    return Runs({"image": _image(image)}, f"{image} (another: --image IMAGE)")


def _image(name: str) -> Any:
    """Give an image's name as people write it: the colon in it needs no quotes."""
    from modelcompose.adoption.writing import Written, command_text

    return name if "$" in name else Written(command_text(name))


def _like(project: Project, name: str) -> dict[str, Any]:
    """Give what a service runs in, as a file in the project folder says it."""
    document = project.services[name].document
    build = document.get("build")
    if not isinstance(build, Mapping):
        return {"image": _image(str(document.get("image")))}
    kept = {
        key: build[key]
        for key in ("dockerfile", "dockerfile_inline", "target", "args")
        if build.get(key)
    }
    if kept.get("dockerfile") == "Dockerfile":
        del kept["dockerfile"]
    context = os.path.relpath(str(build.get("context")), project.directory)
    return {"build": {"context": context, **kept} if kept else context}


def _changes(
    project: Project,
    discovery: Discovery,
    imported: Imported,
    runs: Runs,
    profile: str | None,
) -> list[Change]:
    """Give the files as they would be, once these were read as they would be."""
    from modelcompose.adoption.changes import Change
    from modelcompose.adoption.trial import check_graphs, read_as_proposed

    top = _top(project, imported)
    if discovery.files:
        found = [_edited(project, imported.steps, runs, top, profile)]
    else:
        path = discovery.directory / NEW_FILE
        found = [Change(path, None, _new_text(imported.steps, runs, top, profile))]
        discovery = replace(discovery, files=(path,))
    if runs.dockerfile is not None:
        found.append(Change(discovery.directory / "Dockerfile", None, runs.dockerfile))
    changes = [change for change in found if change.after != change.before]
    texts = {change.path: change.after for change in changes}
    check_graphs(read_as_proposed(project, discovery, texts, os.environ))
    return changes


def _top(project: Project, imported: Imported) -> dict[str, Any]:
    """Give the keys for the `x-ml` at the top of the file; what is there already is left out."""
    data = {item.path: item.source for item in project.data}
    new = [each for each in imported.data if each.path not in data]
    models = {model.name for model in project.models}
    keys: dict[str, Any] = {
        "data": {each.path: {"source": each.source} if each.source else None for each in new},
        "models": {name: dict(m) for name, m in imported.models.items() if name not in models},
    }
    return {key: value for key, value in keys.items() if value}


def _edited(
    project: Project,
    steps: Iterable[StepDraft],
    runs: Runs,
    top: Mapping[str, Any],
    profile: str | None,
) -> Change:
    """Add to the first Compose file; every line that is there stays."""
    from modelcompose.adoption.changes import Change, read_exactly
    from modelcompose.adoption.drafting import NEW_PROFILE
    from modelcompose.adoption.editing import Editor

    path = project.files[0]
    text = read_exactly(path) or ""
    editor = Editor(text, path.name)
    if top:
        editor.add_at_top({"x-ml": top})
    for step in steps:
        keys = {"profiles": [profile or NEW_PROFILE], **_service(step, {**runs.keys, **_MOUNT})}
        editor.add_service(step.service, keys)
    return Change(path, text, editor.text)


_MOUNT = {"working_dir": _TARGET, "volumes": [f".:{_TARGET}"]}


def _service(step: StepDraft, shared: Mapping[str, Any]) -> dict[str, Any]:
    """Give the keys of a step's service, in the order in which people write them."""
    from modelcompose.adoption.writing import Flow, flow_list

    keys: dict[str, Any] = dict(shared)
    command = step.command
    keys["command"] = command if isinstance(command, str) else Flow(flow_list(command))
    if step.folder:
        keys["working_dir"] = f"{_TARGET}/{step.folder}"
    if step.description:
        keys["labels"] = {"description": step.description}
    if step.after:
        done = Flow("{condition: service_completed_successfully}")
        keys["depends_on"] = dict.fromkeys(step.after, done)
    return {**keys, "x-ml": {"step": step.step()}}


def _new_text(
    steps: Sequence[StepDraft], runs: Runs, top: Mapping[str, Any], profile: str | None
) -> str:
    """Give a new Compose file; what all services share is written once."""
    from modelcompose.adoption.writing import Written, block

    is_shared = len(steps) > 1
    shared = {**runs.keys, **_MOUNT}
    lines = block({"x-ml": top}, 0, 2) if top else []
    lines += [""] if lines else []
    if is_shared:
        lines += ["x-stage: &stage", *block(shared, 2, 2), ""]
    lines += ["services:"] if steps else ["services: {}"]
    own = {"profiles": [profile]} if profile else {}
    for number, step in enumerate(steps):
        given: dict[str, Any] = {"<<": Written("*stage")} if is_shared else shared
        lines += [""] if number else []
        lines += [f"  {step.service}:", *block(_service(step, {**given, **own}), 4, 2)]
    return _HEAD + "".join(f"{line}\n" for line in lines)
