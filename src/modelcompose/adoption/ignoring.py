"""Lines for `.gitignore` and `.dockerignore`."""

from __future__ import annotations

import posixpath
import subprocess
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from modelcompose.adoption.folding import folders_above
from modelcompose.adoption.view import dockerfile_text
from modelcompose.compose.project import Build, Project
from modelcompose.pipeline.image_definition.dockerfile import parse
from modelcompose.pipeline.image_definition.ignore import Patterns, read_ignore
from modelcompose.pipeline.paths import outermost


def git_lines(directory: Path, written: Iterable[str]) -> list[str]:
    """Give a line for each path that steps write and git does not ignore; none without git.

    What git tracks already is somebody's decision, and stays.
    """
    paths = outermost(written)
    if not paths or _git(directory, ["rev-parse", "--git-dir"]) is None:
        return []
    tracked = _git(directory, ["ls-files", "-z", "--", *paths]) or ""
    held = [path for path in tracked.split("\0") if path]
    # A folder that is not there yet could be a file: asked with a slash, it is a folder.
    asked = [name for path in paths for name in (path, f"{path}/")]
    told = _git(directory, ["check-ignore", "-z", "--stdin"], "\0".join(asked))
    ignored = (told or "").split("\0")
    return [
        _git_line(directory, path)
        for path in paths
        if path not in ignored
        and f"{path}/" not in ignored
        and not any(each == path or each.startswith(f"{path}/") for each in held)
    ]


def _git_line(directory: Path, path: str) -> str:
    is_file = (directory / path).is_file() or "." in path.rpartition("/")[2]
    return f"/{path}" if is_file else f"/{path}/"


def docker_lines(
    project: Project, data: Sequence[str], is_needed: Callable[[str, str], bool]
) -> dict[Path, list[str]]:
    """Give the lines that keep data out of images, by the `.dockerignore` that they belong into.

    Args:
        project: whose builds are looked at.
        data: paths of the project that steps write or that are mounted.
        is_needed: tells whether a service, by name, wants a path of the build's context in its
            image, since no mount shows it there.
    """
    found: dict[Path, list[str]] = {}
    for build, services in _builds(project):
        context = Path(build.context)
        if not context.is_dir() or build.dockerfile_inline is not None:
            continue
        own = context / f"{build.dockerfile}.dockerignore"
        file = own if own.exists() else context / ".dockerignore"
        ignored = Patterns(read_ignore(_text(file)))
        sources = copied(build)
        for path in data:
            inside = _inside(project, context, path)
            if (
                inside is not None
                and _covers(sources, inside)
                and not _is_ignored(ignored, inside)
                and not any(is_needed(service, path) for service in services)
                and inside not in found.setdefault(file, [])
            ):
                found[file].append(inside)
    return {file: lines for file, lines in found.items() if lines}


def _builds(project: Project) -> list[tuple[Build, list[str]]]:
    """Give every build once, with the services that are built so."""
    found: dict[str, tuple[Build, list[str]]] = {}
    for name, service in project.services.items():
        if service.build is not None:
            build = service.build
            key = f"{build.context}\0{build.dockerfile}\0{build.target}"
            found.setdefault(key, (build, []))[1].append(name)
    return list(found.values())


def _inside(project: Project, context: Path, path: str) -> str | None:
    try:
        relative = (project.directory / path).relative_to(context)
    except ValueError:
        return None
    return relative.as_posix() if relative.parts else None


def copied(build: Build) -> list[str]:
    """Give what a Dockerfile takes from its context; the empty path is all of it."""
    found: list[str] = []
    for instruction in parse(dockerfile_text(build) or "").instructions:
        if instruction.name in ("COPY", "ADD") and instruction.flag("from") is None:
            words = instruction.json or instruction.rest.split()
            found += [posixpath.normpath(word.lstrip("/") or ".") for word in words[:-1]]
    return ["" if path in (".", "*") else path for path in found]


def _covers(sources: Iterable[str], path: str) -> bool:
    return any(
        source in ("", path) or path.startswith(f"{source}/") or source.startswith(f"{path}/")
        for source in sources
    )


def _is_ignored(patterns: Patterns, path: str) -> bool:
    is_ignored = False
    flags: tuple[bool, ...] = ()
    for part in (*folders_above(path), path):
        is_ignored, flags = patterns.match(part, flags)
    return is_ignored


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _git(directory: Path, arguments: Sequence[str], asked: str = "") -> str | None:
    """Give what git prints; None where it knows nothing of the folder, or is not there."""
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=directory,
            input=asked,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            check=False,
        )
    except OSError:
        return None
    return done.stdout if done.returncode in (0, 1) else None
