"""Whether `ml.lock` can be read, and reaches the others through git."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from modelcompose.diagnosis.facts.programs import ask_git
from modelcompose.diagnosis.finding import Finding, note, warning
from modelcompose.diagnosis.subject import Subject
from modelcompose.pipeline.lock import FILE_NAME, read_lock


def look_at_lock(subject: Subject) -> Iterator[Finding]:
    """Read the lock, and ask git about it."""
    path = subject.folder / FILE_NAME
    if not path.exists():
        return
    yield from _in_git(subject)
    read_lock(path)


def _in_git(subject: Subject) -> Iterator[Finding]:
    repository = subject.repository.known()
    if not repository.is_there or repository.tracks(FILE_NAME):
        return
    if FILE_NAME in repository.ignored([FILE_NAME]):
        yield warning(
            f"git ignores {FILE_NAME}: another clone pins other images, and trusts no result",
            where=_ignoring_line(subject),
            fix=f"take the line out, then:\ngit add {FILE_NAME}",
        )
    else:
        yield note(
            f"{FILE_NAME} is not in git yet: another clone pins other images",
            fix=f"commit it with the Compose file:\ngit add {FILE_NAME}",
        )


def _ignoring_line(subject: Subject) -> str | None:
    """Give the place of the line that makes git ignore the lock, `.gitignore:3`."""
    folder, environment = subject.folder, subject.environment
    top = ask_git(folder, environment, "rev-parse", "--show-toplevel").output.strip()
    answer = ask_git(folder, environment, "check-ignore", "--verbose", FILE_NAME)
    file, _, line = answer.output.partition("\t")[0].rsplit(":", 1)[0].rpartition(":")
    return f"{subject.shown(Path(top, file))}:{line}" if file else None
