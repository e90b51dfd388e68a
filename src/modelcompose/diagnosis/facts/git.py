"""The git repository that the project lies in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct

from modelcompose.diagnosis.facts.programs import ask_git

_NOT_FOUND = "not a git repository"


class Repository(Struct, frozen=True):
    """What git says of the project folder; paths are relative to it."""

    folder: Path
    environment: Mapping[str, str]
    tracked: frozenset[str] = frozenset()
    has_git: bool = True
    """Whether git is installed."""
    is_there: bool = True
    """Whether the folder lies in a repository that git is willing to read."""
    complaint: str = ""
    """Why git does not read a repository that is there."""

    def tracks(self, path: str) -> bool:
        """Tell whether a file, or anything in a folder, is tracked."""
        inside = f"{path}/"
        return path in self.tracked or any(one.startswith(inside) for one in self.tracked)

    def ignored(self, paths: Iterable[str]) -> frozenset[str]:
        """Give those of these paths that git ignores."""
        asked = "\0".join(paths)
        if not asked or not self.is_there:
            return frozenset()
        answer = ask_git(
            self.folder, self.environment, "check-ignore", "--stdin", "-z", typed=asked
        )
        return frozenset(filter(None, answer.output.split("\0")))


def find_repository(folder: Path, environment: Mapping[str, str]) -> Repository:
    """Ask git for the files that it tracks in a folder."""
    answer = ask_git(folder, environment, "ls-files", "-z")
    if answer.is_good:
        tracked = frozenset(filter(None, answer.output.split("\0")))
        return Repository(folder, environment, tracked)
    is_absent = answer.code is None or _NOT_FOUND in answer.told
    return Repository(
        folder,
        environment,
        has_git=answer.code is not None,
        is_there=False,
        complaint="" if is_absent else answer.told.splitlines()[0],
    )
