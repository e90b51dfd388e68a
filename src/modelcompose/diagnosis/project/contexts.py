"""What builds take into images that does not belong there: data, outputs, version control.

What a Dockerfile copies is found as planning finds it, after `.dockerignore`; in place of digests
the sizes of files are taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from modelcompose.compose.project import Build, Project, Service
from modelcompose.diagnosis.finding import Finding, from_error, note, warning
from modelcompose.diagnosis.repair import AddLine
from modelcompose.diagnosis.sizes import MEGABYTE, in_words, size_of
from modelcompose.diagnosis.subject import Subject
from modelcompose.errors import PlanError
from modelcompose.pipeline.image_definition import Definition, define
from modelcompose.pipeline.inputs import STATE_FOLDER
from modelcompose.pipeline.mounts import is_shown, relative_path
from modelcompose.pipeline.paths import covers

LARGE_BYTES = 50 * MEGABYTE
"""From here on a folder that nobody declared is taken for data."""

_ENVIRONMENTS = frozenset({"venv", ".venv", "env"})
_NOT_FOR_IMAGES = frozenset({".git", STATE_FOLDER})


class Context(Struct, frozen=True):
    """One folder that images are built from."""

    folder: Path
    build: Build
    services: tuple[str, ...]
    """Those that build from it in the same way."""


def look_at_contexts(subject: Subject) -> Iterator[Finding]:
    """Look at what each build takes in."""
    project = subject.project
    for context in contexts(project):
        where = subject.where("services", context.services[0], "build")
        try:
            definition = _defined(project, context)
        except PlanError as error:
            found = from_error(error)
            yield warning(found.what, where=where, fix=found.fix)
            continue
        for path in definition.own_outputs:
            yield _unwanted(subject, context, path, where)
        for path, size_bytes in _large(definition.files):
            yield _data(subject, context, path, size_bytes, where)


def contexts(project: Project) -> list[Context]:
    """Give the local contexts of a project's builds, each once."""
    services: dict[str, list[Service]] = {}
    for service in project.services.values():
        build = service.build
        if build is not None and (project.directory / build.context).is_dir():
            services.setdefault(repr(build), []).append(service)
    return [
        Context(
            folder=project.directory / together[0].build.context,
            build=together[0].build,
            services=tuple(service.name for service in together),
        )
        for together in services.values()
        if together[0].build is not None
    ]


def _defined(project: Project, context: Context) -> Definition:
    unwanted = _Unwanted(project)
    return define(
        context.build,
        project_directory=project.directory,
        excluded=unwanted.is_unwanted,
        digest=lambda path: str(path.stat().st_size),
    )


class _Unwanted:
    """Tells what no image needs, unless its Dockerfile names it."""

    def __init__(self, project: Project) -> None:
        self._directory = project.directory
        self._data = {source.path for source in project.data}
        self._written = {path for step in project.steps.values() for path in step.written}
        self._data |= {
            item.path
            for step in project.steps.values()
            for item in step.inputs or ()
            if not item.is_external and size_of(project.directory / item.path) >= LARGE_BYTES
        }

    def is_unwanted(self, path: Path) -> bool:
        """Tell whether a path is, or lies in, an output, data of a step, or version control."""
        if path.name in _NOT_FOR_IMAGES or _is_environment(path):
            return True
        relative = relative_path(self._directory, str(path))
        if relative is None:
            return False
        return any(covers(outer, relative) for outer in (*self._written, *self._data))


def _is_environment(path: Path) -> bool:
    return path.name in _ENVIRONMENTS and (path / "pyvenv.cfg").exists()


def _large(files: Mapping[str, str]) -> list[tuple[str, int]]:
    """Give the entries at a context's top, or in a folder of it, that hold much; the most first."""
    sizes: dict[str, int] = {}
    for path, told in files.items():
        size = told.split(" ")[0]
        if size.isdecimal() and "://" not in path:
            top = "/".join(path.split("/")[:2]) if path.count("/") > 1 else path.split("/")[0]
            sizes[top] = sizes.get(top, 0) + int(size)
    large = [(path, size) for path, size in sizes.items() if size >= LARGE_BYTES]
    return sorted(large, key=lambda pair: -pair[1])


def _unwanted(subject: Subject, context: Context, path: str, where: str | None) -> Finding:
    line = path.partition("://")[2] or path
    ignore = _ignore_file(context)
    is_safe = "://" not in path and _is_safe(subject.project, context, line)
    grave = note if is_safe and line in _NOT_FOR_IMAGES else warning
    return grave(
        f"{_builders(context)} {in_words(size_of(context.folder / line))} of {path} into the "
        f"image; {_reason(subject.project, context, line)}",
        where=where,
        fix=f"add the line `{line}` to {subject.shown(ignore)}",
        repair=AddLine(ignore, line) if is_safe else None,
    )


def _data(
    subject: Subject, context: Context, path: str, size_bytes: int, where: str | None
) -> Finding:
    return warning(
        f"{_builders(context)} {in_words(size_bytes)} of {path} into the image; if it is data, "
        "each change builds the image anew",
        where=where,
        fix=f"mount it in place of copying it, and add the line `{path}` to "
        f"{subject.shown(_ignore_file(context))}",
    )


def _builders(context: Context) -> str:
    names = ", ".join(f"services.{name}" for name in context.services)
    return f"{names}: the build takes"


def _reason(project: Project, context: Context, path: str) -> str:
    relative = relative_path(project.directory, str(context.folder / path)) or path
    for name, step in project.steps.items():
        if any(covers(outer, relative) for outer in step.written):
            return f"{name} writes it, so that each run builds the image anew"
    if path.rpartition("/")[2] in _NOT_FOR_IMAGES or _is_environment(context.folder / path):
        return "no image needs it"
    return "it is data, and each change builds the image anew"


def _is_safe(project: Project, context: Context, path: str) -> bool:
    """Tell whether no service can miss a path in its image.

    True for our own folder, and where every service that builds with the same ignore file is a
    step that sees the path through a mount, or needs it for nothing.
    """
    ignore = _ignore_file(context)
    if not ignore.is_relative_to(project.directory):
        return False
    if path.rpartition("/")[2] == STATE_FOLDER:
        return True
    sharing = [
        project.services[name]
        for other in contexts(project)
        if _ignore_file(other) == ignore
        for name in other.services
    ]
    return all(service.step is not None for service in sharing) and (
        path in _NOT_FOR_IMAGES or _are_shown(project, sharing, context.folder / path)
    )


def _are_shown(project: Project, services: Sequence[Service], path: Path) -> bool:
    relative = relative_path(project.directory, str(path))
    return relative is not None and all(
        is_shown(project, service, relative) for service in services
    )


def _ignore_file(context: Context) -> Path:
    """Give the ignore file in force: one that belongs to the Dockerfile goes first."""
    if context.build.dockerfile_inline is None:
        dockerfile = context.folder / context.build.dockerfile
        own = dockerfile.with_name(f"{dockerfile.name}.dockerignore")
        if own.is_file():
            return own
    return context.folder / ".dockerignore"
