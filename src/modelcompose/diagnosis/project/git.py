"""Whether git can tell the code of a run."""

from __future__ import annotations

from collections.abc import Iterator

from modelcompose.diagnosis.finding import Finding, note, warning
from modelcompose.diagnosis.subject import Subject


def look_at_git(subject: Subject) -> Iterator[Finding]:
    """Ask git for the repository of the project folder."""
    repository = subject.repository.get()
    if repository.is_there:
        return
    if not repository.has_git:
        yield note(
            "git is not installed: runs are recorded without a commit",
            fix="install it: https://git-scm.com/downloads",
        )
    elif repository.complaint:
        yield warning(
            f"git does not read this repository: {repository.complaint.removeprefix('fatal: ')}",
            where=str(subject.folder),
            fix="if the folder is yours to trust:\n"
            f"git config --global --add safe.directory {subject.folder}",
        )
    else:
        yield note(
            "the project is in no git repository: runs are recorded without a commit",
            fix="make it one:\ngit init",
        )
