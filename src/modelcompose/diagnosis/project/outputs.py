"""Outputs of steps that git would take in, though they are large."""

from __future__ import annotations

from collections.abc import Iterator

from modelcompose.diagnosis.facts.git import Repository
from modelcompose.diagnosis.finding import Finding, warning
from modelcompose.diagnosis.repair import AddLine
from modelcompose.diagnosis.sizes import MEGABYTE, in_words, size_of
from modelcompose.diagnosis.subject import Subject

LARGE_BYTES = 10 * MEGABYTE
"""A metrics file in git is welcome; from here on it makes every clone slow for good."""


def look_at_outputs(subject: Subject) -> Iterator[Finding]:
    """Find large outputs that git does not ignore."""
    repository = subject.repository.known()
    if not repository.is_there:
        return
    project = subject.project
    writers = {path: name for name, step in project.steps.items() for path in step.written}
    sizes = {path: size_of(project.directory / path) for path in writers}
    large = {path: size for path, size in sizes.items() if size >= LARGE_BYTES}
    ignored = repository.ignored(_asked(repository, path) for path in large)
    for path, size_bytes in large.items():
        if repository.tracks(path):
            yield _tracked(subject, writers[path], path, size_bytes)
        elif _asked(repository, path) not in ignored:
            yield _not_ignored(subject, writers[path], path, size_bytes)


def _asked(repository: Repository, path: str) -> str:
    """Write a folder so that patterns for folders match it."""
    return f"{path}/" if (repository.folder / path).is_dir() else path


def _tracked(subject: Subject, step: str, path: str, size_bytes: int) -> Finding:
    return warning(
        f"git holds {in_words(size_bytes)} of {path}, which {step} writes: "
        "each run makes the repository larger",
        where=_where(subject, step),
        fix=f"take it out of git; it stays here, and in the store:\n"
        f"git rm -r --cached {path} && echo /{path} >> .gitignore",
    )


def _not_ignored(subject: Subject, step: str, path: str, size_bytes: int) -> Finding:
    ignore = subject.folder / ".gitignore"
    return warning(
        f"git does not ignore {in_words(size_bytes)} of {path}, which {step} writes",
        where=_where(subject, step),
        fix=f"add the line `/{path}` to {subject.shown(ignore)}",
        repair=AddLine(ignore, f"/{path}"),
    )


def _where(subject: Subject, step: str) -> str | None:
    return subject.where("services", step, "x-ml", "step", "outputs")
