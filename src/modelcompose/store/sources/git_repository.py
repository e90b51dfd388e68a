"""A git repository that is read: one of this machine, or a clone that holds single commits."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from modelcompose.errors import NotFound, RemoteError
from modelcompose.store.placing import remove
from modelcompose.store.sources.opening import shown

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_ABBREVIATED = re.compile(r"[0-9a-f]{4,64}")
_KEPT_S = 60 * 24 * 3600.0
_PROTOCOLS = "http:https:ssh:git:file"
_CLEAN = (
    "core.hooksPath=/dev/null",
    "core.autocrlf=false",
    "core.symlinks=true",
    "advice.detachedHead=false",
    "protocol.version=2",
)
_EMBEDDED = "safe.bareRepository=explicit"
"""For what lies in the project: a bare repository there is files that somebody committed, and its
settings would run their commands here. `.git` itself cannot be committed."""


class Repository:
    """One repository. Any thread; several processes share a clone."""

    def __init__(
        self, url: str, git_folder: Path, *, is_local: bool, is_embedded: bool = False
    ) -> None:
        self.url = url
        self._folder = git_folder
        self.is_local = is_local
        self._is_embedded = is_embedded

    @classmethod
    def at(cls, address: str, project: Path, cache: Path) -> Self:
        """Open a repository by a URL or a path; nothing is reached yet.

        Args:
            address: what was written.
            project: what a relative path is relative to.
            cache: where clones are kept.
        """
        if "://" in address or re.match(r"[\w.-]+@[\w.-]+:", address):
            name = hashlib.sha256(address.encode()).hexdigest()[:24]
            return cls(address, cache / "git" / name, is_local=False)
        path = Path(os.path.normpath(project / os.path.expanduser(address)))
        is_embedded = path.resolve().is_relative_to(project.resolve())
        return cls(str(path), path, is_local=True, is_embedded=is_embedded)

    @property
    def folder(self) -> Path | None:
        """Give where a repository of this machine lies; None for any other."""
        return self._folder if self.is_local else None

    def commit_of(self, revision: str) -> str:
        """Give the commit that a revision names now; nothing is fetched.

        Raises:
            NotFound: there is no such revision, or no repository.
            RemoteError: it cannot be reached.
        """
        if self.is_local:
            found = self._local("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
            if found is None:
                raise self._unknown(revision)
            return found.decode().strip()
        if _COMMIT.fullmatch(revision):
            return revision
        asked = [revision, f"{revision}^{{}}"]
        listed = self._git("ls-remote", "--", self.url, *asked, is_inside=False)
        refs = dict(line.split("\t")[::-1] for line in listed.decode().splitlines() if line)
        names = ("HEAD",) if revision == "HEAD" else _names(revision)
        for name in names:
            if name in refs:
                return refs[name]
        if _ABBREVIATED.fullmatch(revision):
            return self._abbreviated(revision)
        raise self._unknown(revision)

    def local_object(self, commit: str, path: str) -> str | None:
        """Give the object at a path, for a repository of this machine; None where none is there."""
        if not self.is_local:
            return None
        found = self._local("rev-parse", "--verify", "--quiet", f"{commit}:{path}")
        return None if found is None else found.decode().strip()

    def fetched(self, revision: str) -> str:
        """Give the commit of a revision, which is here then; files come as they are needed.

        Raises:
            NotFound: there is no such revision, or no repository.
            RemoteError: it cannot be reached.
        """
        commit = self.commit_of(revision)
        if self.is_local:
            return commit
        with self._held():
            if self._has(commit):
                return commit
            one = ("fetch", "--quiet", "--no-tags", "--depth", "1", "--filter=blob:none", "origin")
            try:
                self._git(*one, commit)
            except RemoteError:  # a server that gives no single commits
                self._fetch_all()
            if not self._has(commit):
                raise self._unknown(revision)
        return commit

    def entries(self, commit: str, path: str) -> list[tuple[str, str]]:
        """Give mode and path of all that lies at a path of a commit."""
        return [(mode, name) for mode, _, name in self._listed(commit, path)]

    def file(self, commit: str, path: str) -> bytes | None:
        """Give the bytes of a file of a commit; None where there is none."""
        if not any(name == path for _, name in self.entries(commit, path)):
            return None
        return self._git("cat-file", "blob", f"{commit}:{path}")

    def write(self, commit: str, path: str, target: Path) -> None:
        """Write what lies at a path of a commit below a folder, which is made.

        Raises:
            RemoteError: git fails.
        """
        target = target.absolute()
        target.mkdir()
        if not self.is_local:
            self._prefetch(commit, path)
        index = target.with_name("index")
        place = [f"--work-tree={target}", "--literal-pathspecs", "checkout", "--quiet", "--force"]
        self._git(*place, commit, "--", path or ".", index=index)

    def _listed(self, commit: str, path: str) -> list[tuple[str, str, str]]:
        inside = ["--", path] if path else []
        listed = self._git("--literal-pathspecs", "ls-tree", "-r", "-z", commit, *inside)
        rows = (os.fsdecode(row).partition("\t") for row in listed.split(b"\0") if row)
        return [(head.split()[0], head.split()[2], name) for head, _, name in rows]

    def _prefetch(self, commit: str, path: str) -> None:
        """Ask for all files at once; git would ask for each by itself."""
        wanted = "".join(f"{found}\n" for _, found, _ in self._listed(commit, path))
        arguments = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--filter=blob:none")
        with suppress(RemoteError), self._held():
            self._git(*arguments, "--stdin", "origin", given=wanted.encode())

    def _fetch_all(self) -> None:
        self._git("fetch", "--quiet", "--filter=blob:none", "origin", "+refs/*:refs/fetched/*")

    def _abbreviated(self, revision: str) -> str:
        with self._held():
            for attempt in range(2):
                found = self._local("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
                if found is not None:
                    return found.decode().strip()
                if not attempt:
                    self._fetch_all()
        raise self._unknown(revision)

    def _has(self, commit: str) -> bool:
        return self._local("cat-file", "-e", f"{commit}^{{tree}}") is not None

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Hold the clone, which is made where it is not."""
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        beside = self._folder.with_name(f"{self._folder.name}.lock")
        with beside.open("wb") as stream:
            with suppress(OSError):
                fcntl.flock(stream, fcntl.LOCK_EX)
            os.utime(beside)
            if not (self._folder / "ready").exists():
                _clear_unused(self._folder.parent)
                self._git("init", "--quiet", "--bare", "--", str(self._folder), is_inside=False)
                if self._local("config", "remote.origin.url") is None:
                    self._git("remote", "add", "--", "origin", self.url)
                (self._folder / "ready").touch()
            yield

    def _local(self, *arguments: str) -> bytes | None:
        """Give what git says, asking nobody else; None where it says no."""
        done = self._run(arguments, self._folder, {"GIT_NO_LAZY_FETCH": "1"})
        return done.stdout if done.returncode == 0 else None

    def _git(
        self,
        *arguments: str,
        is_inside: bool = True,
        index: Path | None = None,
        given: bytes = b"",
    ) -> bytes:
        more = {} if index is None else {"GIT_INDEX_FILE": str(index)}
        done = self._run(arguments, self._folder if is_inside else None, more, given)
        if done.returncode != 0:
            raise self._failed(os.fsdecode(done.stderr))
        return done.stdout

    def _run(
        self,
        arguments: tuple[str, ...],
        folder: Path | None,
        more: dict[str, str],
        given: bytes = b"",
    ) -> subprocess.CompletedProcess[bytes]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_DIR")}
        for name in ("GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX"):
            kept.pop(name, None)
        known = {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": _PROTOCOLS}
        chosen = (*_CLEAN, _EMBEDDED) if self._is_embedded else _CLEAN
        settings = [word for setting in chosen for word in ("-c", setting)]
        place = [] if folder is None else [f"--git-dir={folder}"]
        if self.is_local:  # found by git itself, which asks whose it is: its settings run commands
            place = ["-C", str(self._folder)]
            known["GIT_CEILING_DIRECTORIES"] = str(self._folder.parent)
        try:
            return subprocess.run(
                ["git", *settings, *place, *arguments],
                env={**kept, **known, **more},
                input=given,
                capture_output=True,
                check=False,
            )
        except FileNotFoundError as error:
            raise RemoteError(f"{self._shown}: git is not installed") from error

    @property
    def _shown(self) -> str:
        return shown(self.url)

    def _unknown(self, revision: str) -> NotFound:
        if self.is_local and not self._folder.exists():
            return NotFound(f"{self._shown}: is no git repository")
        if self.is_local:  # what git has against the repository itself
            self._git("rev-parse", "--git-dir")
        return NotFound(
            f"{self._shown}: knows no revision {revision}",
            hint=f"see what there is: git ls-remote {self._shown}",
        )

    def _failed(self, told: str) -> RemoteError:
        lines = [line.strip() for line in told.splitlines() if line.strip()]
        fatal = next((line for line in lines if line.startswith("fatal: ")), "".join(lines[-1:]))
        return RemoteError(
            f"{self._shown}: git: {shown(fatal.removeprefix('fatal: '))}",
            hint=f"see whether git may read it: git ls-remote {self._shown}",
        )


def _clear_unused(clones: Path) -> None:
    """Remove clones that nobody read for long; one that somebody holds stays."""
    for beside in clones.glob("*.lock"):
        with suppress(OSError), beside.open("rb") as stream:
            if time.time() - os.stat(beside).st_mtime > _KEPT_S:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                remove(beside.with_suffix(""))
                os.unlink(beside)


def _names(revision: str) -> tuple[str, ...]:
    """Give the refs that a revision may mean, the first that is there counting, as git has it."""
    return (
        f"{revision}^{{}}",
        revision,
        f"refs/tags/{revision}^{{}}",
        f"refs/tags/{revision}",
        f"refs/heads/{revision}",
    )
