"""Which paths of a project may be versioned as data."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from modelcompose.compose.project import Project
from modelcompose.errors import NotFound, UsageError
from modelcompose.pipeline.lock_soundness import may_hold
from modelcompose.pipeline.paths import covers, overlap


def project_path(project: Path, given: str, here: Path) -> str:
    """Give a path that the user typed as one of the project.

    Args:
        project: the project folder.
        given: what was typed, relative to `here` or absolute.
        here: the folder where it was typed.

    Raises:
        UsageError: it lies outside of the project.
    """
    # Not resolved: a link that leads elsewhere is the user's way to say where the data is.
    whole = Path(os.path.normpath(here / given))
    for root in (project, project.resolve()):
        if whole.is_relative_to(root):
            return whole.relative_to(root).as_posix()
    raise UsageError(
        f"{given}: lies outside of the project {project}",
        hint="name a path in it; to bring a copy of what lies elsewhere: "
        f"modelcompose data add {given} --to PATH",
    )


def check_new(project: Project, path: str, known: Iterable[str]) -> None:
    """Make sure that a path can be versioned.

    Args:
        project: whose.
        path: relative to the project folder.
        known: the paths that are versioned already.

    Raises:
        UsageError: it is the project itself, ours, git's, or what a step writes; or it lies
            around something that is versioned.
    """
    if not may_hold(path):
        raise UsageError(
            f"{path!r}: cannot be versioned as data", hint="name a file or a folder of your data"
        )
    for name, step in project.steps.items():
        written = next((each for each in step.written if overlap(each, path)), None)
        if written is not None:
            raise UsageError(
                f"{path}: step {name!r} writes {written}, which is kept and recorded by its runs",
                hint="push and pull bring it, too: modelcompose push",
            )
    inner = next((each for each in known if each != path and covers(path, each)), None)
    if inner is not None:
        raise UsageError(
            f"{path}: {inner} in it is versioned by itself",
            hint=f"end that first: modelcompose data rm {inner}",
        )


def outermost_known(path: str, known: Iterable[str]) -> str | None:
    """Give the versioned path that a path is, or lies in."""
    return next((each for each in known if covers(each, path)), None)


def select(paths: Sequence[str], known: Iterable[str]) -> list[str]:
    """Give the versioned paths that were asked for: those named, or all.

    Raises:
        NotFound: one is not versioned.
    """
    known = sorted(known)
    if not paths:
        return known
    found: list[str] = []
    for path in paths:
        fitting = [each for each in known if covers(path, each) or covers(each, path)]
        if not fitting:
            raise not_versioned(path, known)
        found += fitting
    return list(dict.fromkeys(found))


def not_versioned(path: str, known: Iterable[str]) -> NotFound:
    """Give the error for a path that no version is known of, with the nearest one that is."""
    import difflib

    nearest = difflib.get_close_matches(path, list(known), n=1)
    hint = f"did you mean {nearest[0]}?" if nearest else f"modelcompose data add {path}"
    return NotFound(f"{path}: is not versioned", hint=hint)
