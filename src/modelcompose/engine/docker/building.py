"""Building a service's image with Compose, from the bases that are pinned."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from modelcompose.compose.project import Build, Project, Service
from modelcompose.engine.docker.children import Children
from modelcompose.engine.docker.compose import (
    compose,
    rendered_arguments,
    rendered_environment,
)
from modelcompose.engine.docker.escaping import escape
from modelcompose.engine.docker.images import Images, repository
from modelcompose.engine.docker.rendering import DEFINITION_LABEL, with_surroundings
from modelcompose.engine.protocol import Progress
from modelcompose.errors import BuildError

ALWAYS_IGNORED = ("**/.git", "**/.ml")
"""Never part of an image: they change with every commit and every run."""

_TOLD_LINES = 20
_SERVICE = "service:"


def build_image(  # noqa: PLR0913 - what Engine.prepare is given, and where to
    project: Project,
    service: Service,
    images: Images,
    *,
    pins: Mapping[str, str],
    definition: str | None,
    ignore: Sequence[str],
    progress: Progress | None,
    children: Children,
) -> str:
    """Build a service's image and give its id.

    Raises:
        BuildError: with the end of the builder's output.
    """
    bases = _replaced_bases(service, pins, images)
    with tempfile.TemporaryDirectory(prefix="modelcompose-build-") as scratch:
        document = render_build(
            project,
            service,
            bases=bases,
            definition=definition,
            dockerfile=write_dockerfile(service.build or Build(""), ignore, Path(scratch)),
        )
        _build(project, service, msgspec.json.encode(document), progress, children)
    found = images.find(image_name(project, service))
    if found is None:
        raise BuildError(f"services.{service.name}.build: built, and the image is not here")
    return str(found["Id"])


def image_name(project: Project, service: Service) -> str:
    """Give the name that Compose gives the image it builds for a service."""
    return service.image or f"{project.name}-{service.name}"


def render_build(
    project: Project,
    service: Service,
    *,
    bases: Mapping[str, str],
    definition: str | None,
    dockerfile: Path | None,
) -> dict[str, Any]:
    """Give the Compose file that builds a service's image.

    Args:
        project: what the service belongs to.
        service: the one that builds.
        bases: image reference to the name of the image to take in its place.
        definition: digest to label the image with.
        dockerfile: the copy to build from, in place of the service's own.
    """
    build = dict(service.document["build"])
    if dockerfile is not None:
        build.pop("dockerfile_inline", None)
        build["dockerfile"] = escape(str(dockerfile))
    if definition is not None:
        build["labels"] = {**_pairs(build.get("labels")), DEFINITION_LABEL: definition}
    if bases:
        contexts = {reference: f"docker-image://{name}" for reference, name in bases.items()}
        build["additional_contexts"] = {**contexts, **_pairs(build.get("additional_contexts"))}
    rendered: dict[str, Any] = {"build": build, "image": image_name(project, service)}
    if service.platform:
        rendered["platform"] = service.platform
    document = with_surroundings(
        project, {**_built_before(project, service), service.name: rendered}
    )
    secrets = {_secret_name(entry) for entry in build.get("secrets") or ()}
    if secrets:
        held = project.document.get("secrets") or {}
        document["secrets"] = {name: held[name] for name in secrets if name in held}
    return document


def _built_before(project: Project, service: Service) -> dict[str, Any]:
    """Give the services whose images the build starts from, as `service:NAME` contexts."""
    found: dict[str, Any] = {}
    waiting = [service]
    while waiting:
        build = waiting.pop().build
        contexts = build.additional_contexts.values() if build else ()
        for name in (where.removeprefix(_SERVICE) for where in contexts if _SERVICE in where):
            other = project.services.get(name)
            if other is not None and name not in found:
                image = image_name(project, other)
                found[name] = {"image": image, "build": other.document.get("build")}
                waiting.append(other)
    return {name: {k: v for k, v in each.items() if v} for name, each in found.items()}


def write_dockerfile(build: Build, ignore: Sequence[str], scratch: Path) -> Path | None:
    """Copy a build's Dockerfile, with an ignore file of its own that BuildKit prefers.

    The project is not written to. None for a context that is no folder here: a URL brings its
    own ignore file.
    """
    context = Path(build.context)
    if not context.is_dir():
        return None
    original = context / build.dockerfile
    text = build.dockerfile_inline
    if text is None:
        try:
            text = original.read_text()
        except OSError as error:
            raise BuildError(f"{original}: cannot be read: {error.strerror}") from error
    copy = scratch / "Dockerfile"
    copy.write_text(text)
    own = _ignore_file(context, original)
    lines = [own.read_text() if own else "", *ALWAYS_IGNORED, *ignore]
    (scratch / "Dockerfile.dockerignore").write_text("\n".join(lines) + "\n")
    return copy


def _ignore_file(context: Path, dockerfile: Path) -> Path | None:
    specific = dockerfile.with_name(f"{dockerfile.name}.dockerignore")
    return next((file for file in (specific, context / ".dockerignore") if file.is_file()), None)


def _replaced_bases(service: Service, pins: Mapping[str, str], images: Images) -> dict[str, str]:
    """Give the bases whose local image is not the pinned one, and what to build from instead."""
    bases: dict[str, str] = {}
    for reference, pin in pins.items():
        if not _may_start_from(service, reference):
            continue
        name, image_id = images.obtain(reference, pin)
        if name != reference:
            bases[reference] = images.name_of(image_id) if name == pin else name
    return bases


def _may_start_from(service: Service, reference: str) -> bool:
    """Tell whether a build may name an image: its repository, or a variable, stands there."""
    build = service.build
    if build is None:
        return False
    text = build.dockerfile_inline
    if text is None:
        try:
            text = (Path(build.context) / build.dockerfile).read_text(errors="replace")
        except OSError:
            return True  # it is not here to be read: the pins given are taken at their word
    named = [*build.additional_contexts.values(), *map(str, build.args.values()), text]
    return any(repository(reference) in words for words in named)


def _build(
    project: Project,
    service: Service,
    document: bytes,
    progress: Progress | None,
    children: Children,
) -> None:
    arguments = [*rendered_arguments(project), "build", service.name]
    arguments[arguments.index("quiet")] = "plain"
    with children.start(
        compose(arguments),
        env=rendered_environment(os.environ),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        told = _attend(process, document, progress)
    if process.returncode != 0:
        raise BuildError(
            f"services.{service.name}.build: the image does not build:\n" + "\n".join(told),
            hint=f"docker compose build {service.name} shows the whole of it",
        )


def _attend(
    process: subprocess.Popen[bytes], document: bytes, progress: Progress | None
) -> list[str]:
    """Hand the file in and the progress out; give the last lines."""
    if process.stdin is None or process.stdout is None:
        return []
    told: deque[str] = deque(maxlen=_TOLD_LINES)
    with suppress(BrokenPipeError):  # it has ended, and says why
        process.stdin.write(document)
        process.stdin.close()
    for line in process.stdout:
        text = line.decode(errors="replace").rstrip()
        if text:
            told.append(text)
        if text and progress is not None:
            progress(text)
    return list(told)


def _pairs(entries: Any) -> dict[str, Any]:
    if isinstance(entries, list):
        return {name: value for name, _, value in (str(each).partition("=") for each in entries)}
    return dict(entries or {})


def _secret_name(entry: Any) -> str:
    return str(entry if isinstance(entry, str) else entry.get("source"))
