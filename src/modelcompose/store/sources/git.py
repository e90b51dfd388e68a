"""A path of a git repository at a revision.

    git+https://HOST/REPOSITORY.git@REV#PATH     as pip writes it
    git+ssh://git@HOST/REPOSITORY.git@REV#PATH
    git+../repository@REV#PATH                   a repository that this machine sees

Without `@REV` it is the default branch. `#subdirectory=PATH` is taken, too, since pip writes it so.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple, Self
from urllib.parse import parse_qs, unquote

from modelcompose.errors import NotFound, RemoteError, StoreError, UsageError
from modelcompose.store.failures import printable, translated
from modelcompose.store.placing import remove
from modelcompose.store.remotes.parallel import Progress
from modelcompose.store.sources.bringing import held
from modelcompose.store.sources.git_repository import Repository
from modelcompose.store.sources.opening import shown

_SCP = re.compile(r"[\w.-]+@[\w.-]+:(?!/)")
_POINTER = b"version https://git-lfs.github.com/spec/"
_LARGEST_POINTER_BYTES = 200
_SUBMODULE = "160000"


class GitAddress(NamedTuple):
    """What a `git+…` address says."""

    repository: str
    """A URL, or a path of this machine."""
    revision: str
    """A branch, a tag or a commit; `HEAD` for the default branch."""
    path: str
    """Inside of the repository; empty for all of it."""


class GitSource:
    """A `Source` in a git repository."""

    def __init__(self, address: GitAddress, repository: Repository) -> None:
        self.address = address
        self.repository = repository

    @classmethod
    def at(cls, address: str, project: Path, cache: Path) -> Self:
        """Open `git+URL@REV#PATH`; nothing is reached yet.

        Raises:
            UsageError: it is no such address.
        """
        return cls.of(parse(address, project), project, cache)

    @classmethod
    def of(cls, address: GitAddress, project: Path, cache: Path) -> Self:
        """Open what an address says; nothing is reached yet.

        Raises:
            UsageError: the revision is an option of git's.
        """
        if address.revision.startswith("-"):
            raise UsageError(f"{address.revision}: is no revision", hint="such as: v1.2, HEAD")
        return cls(address, Repository.at(address.repository, project, cache))

    @property
    def where(self) -> str:
        """Give the address."""
        at = "" if self.address.revision == "HEAD" else f"@{self.address.revision}"
        path = f"#{self.address.path}" if self.address.path else ""
        return f"git+{shown(self.address.repository)}{at}{path}"

    def look(self) -> str | None:
        """Give the commit that the revision names now; nothing is fetched."""
        return self._mark(self.repository.commit_of(self.address.revision))

    def bring(self, target: Path, progress: Progress) -> str | None:
        """Fetch that commit alone, and write what lies at the path."""
        commit = self.repository.fetched(self.address.revision)
        self._check(commit)
        if os.path.lexists(target):
            raise StoreError(f"{printable(target)}: is there already", hint="name another place")
        with translated(target, "cannot be written"), held(target) as beside:
            for left in ("content", "index", "index.lock"):
                remove(beside / left)
            self.repository.write(commit, self.address.path, beside / "content")
            _refuse_pointers(beside / "content" / self.address.path, self.where)
            os.rename(beside / "content" / self.address.path, target)
            remove(beside)
        progress.done(1, 0)
        return self._mark(commit)

    def close(self) -> None:
        """Do nothing: no connection is kept."""

    def _mark(self, commit: str) -> str:
        inner = self.repository.local_object(commit, self.address.path)
        return f"commit {commit}" if inner is None else f"object {inner}"

    def _check(self, commit: str) -> None:
        entries = self.repository.entries(commit, self.address.path)
        if not entries:
            raise NotFound(
                f"{self.where}: commit {commit[:12]} holds no such path",
                hint="git may ignore it there: data that another tool versions is not in git",
            )
        module = next((path for mode, path in entries if mode == _SUBMODULE), None)
        if module is not None:
            raise RemoteError(
                f"{self.where}: {module} is another repository (a submodule)",
                hint="name that repository itself",
            )


def parse(address: str, project: Path) -> GitAddress:
    """Read a `git+…` address.

    Args:
        address: what is written.
        project: what a relative path is relative to; one that has an `@` in its name is known
            by being there.

    Raises:
        UsageError: it is none.
    """
    whole, _, fragment = address.removeprefix("git+").partition("#")
    path = unquote(parse_qs(fragment).get("subdirectory", [fragment])[0]).strip("/")
    repository, revision = _split(whole, project)
    parts = path.split("/") if path else []
    if not repository or revision.startswith("-") or any(p in {"", ".", ".."} for p in parts):
        raise UsageError(
            f"{shown(address)}: expected git+URL@REV#PATH",
            hint="such as: git+https://github.com/acme/data.git@v1.2#raw",
        )
    return GitAddress(repository, revision or "HEAD", path)


def _split(whole: str, project: Path) -> tuple[str, str]:
    """Tell a repository from the revision behind its last `@`, which is not the user's."""
    if "://" in whole:
        start = (whole.find("/", whole.index("://") + 3) + 1) or len(whole)
    elif _SCP.match(whole):
        start = whole.index(":")
    else:
        start = len(whole) if (project / os.path.expanduser(whole)).exists() else 1
    at = whole.rfind("@", start)
    return (whole, "") if at < 0 else (whole[:at], whole[at + 1 :])


def _refuse_pointers(root: Path, where: str) -> None:
    """Refuse what git-lfs left as a pointer, where that is not installed."""
    files = [root] if root.is_file() else (path for path in root.rglob("*") if path.is_file())
    for path in files:
        if path.stat().st_size < _LARGEST_POINTER_BYTES and path.read_bytes().startswith(_POINTER):
            raise RemoteError(
                f"{where}: {path.name} is kept by git-lfs, which is not set up here",
                hint="install it, then: git lfs install",
            )
