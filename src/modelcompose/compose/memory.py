"""What Docker Compose made of a project, remembered until anything that it read changes.

`docker compose config` costs a tenth of a second, most of what a command that has nothing to do
costs. Its output depends on the Compose files, environment files, the environment and the
program itself: all of these make the key. Where some of them cannot be seen (files from a
registry or a repository, standard input), nothing is remembered; nor is a file that holds secret
values, so that none of them is ever written to disk.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from modelcompose import __version__
from modelcompose.compose.discovery import Discovery
from modelcompose.compose.project import Project
from modelcompose.compose.sources import Sources

_FORMAT = 2
"""Counts up when what is kept changes its meaning."""
_KEPT = 64
_VOLATILE = frozenset({"_", "OLDPWD", "SHLVL", "COLUMNS", "LINES", "TERM_SESSION_ID"})
_UNSEEN = ("label_file",)


class Resolved(Struct, frozen=True):
    """What Docker Compose makes of a project."""

    document: dict[str, Any]
    """The output of `docker compose config`, parsed."""
    warnings: tuple[str, ...] = ()


class Memory(Struct, frozen=True):
    """Where what Compose made of projects is remembered.

    Losing it, or any file of it, costs time and nothing else. Many processes may use one folder.
    """

    folder: Path
    is_secret: Callable[[str, Sequence[str]], bool]
    """Tells whether a variable of this name, given the project's patterns, is a secret."""

    def recall(self, key: str) -> Resolved | None:
        """Give what was remembered under a key."""
        try:
            return msgspec.msgpack.decode((self.folder / key).read_bytes(), type=Resolved)
        except (OSError, msgspec.DecodeError):
            return None

    def remember(self, key: str, packed: bytes, project: Project) -> None:
        """Keep what Compose made, as `pack` gives it, unless secrets stand in it."""
        if self._holds_secrets(project):
            return
        temporary = self.folder / f".{key}.{os.getpid()}"
        with suppress(OSError):
            # The home folder may be made here first, and nobody else is to look into it.
            for folder in (*reversed(self.folder.parents), self.folder):
                folder.mkdir(mode=0o700, exist_ok=True)
            temporary.write_bytes(packed)
            temporary.replace(self.folder / key)
            self._forget_oldest()

    def _holds_secrets(self, project: Project) -> bool:
        if project.document.get("secrets") or project.document.get("configs"):
            return True
        interpolated = {name: project.variables.get(name) for name in project.interpolated}
        webhook = project.notify.webhook if project.notify else None
        if webhook and any(value and value in webhook for value in interpolated.values()):
            return True
        sources = [interpolated]
        sources += [dict(service.environment) for service in project.services.values()]
        return any(
            value and self.is_secret(name, project.masked_variables)
            for source in sources
            for name, value in source.items()
        )

    def _forget_oldest(self) -> None:
        kept = sorted(self.folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
        for path in kept[:-_KEPT]:
            path.unlink(missing_ok=True)


def pack(resolved: Resolved) -> bytes:
    """Give what Compose made as bytes."""
    return msgspec.msgpack.encode(resolved)


def memory_key(
    command: Sequence[str],
    environment: Mapping[str, str],
    discovery: Discovery,
    sources: Sources,
) -> str | None:
    """Give a digest of all that Compose reads; None where that cannot be seen.

    Args:
        command: the whole command line; its first word is the program.
        environment: what Compose sees.
        discovery: where the project lies.
        sources: its files.
    """
    if discovery.has_unseen_files or any(word in sources.text for word in _UNSEEN):
        return None
    if sources.may_reach_elsewhere:
        return None
    total = hashlib.sha256()
    for part in _parts(command, environment, discovery, sources):
        total.update(len(part).to_bytes(8, "big"))
        total.update(part)
    return total.hexdigest()


def _parts(
    command: Sequence[str],
    environment: Mapping[str, str],
    discovery: Discovery,
    sources: Sources,
) -> Iterator[bytes]:
    yield f"{__version__} {_FORMAT}".encode()
    yield msgspec.json.encode([str(Path.cwd()), str(discovery.directory), *command])
    yield _stamp(command[0])
    for name in sorted(environment.keys() - _VOLATILE):
        yield os.fsencode(f"{name}={environment[name]}")
    for path in _files(discovery, sources):
        yield os.fsencode(path)
        yield _content(path)


def _files(discovery: Discovery, sources: Sources) -> Iterable[Path]:
    included = [s.folder / ".env" for s in sources.by_path.values() if s.role == "included"]
    named = [*sources.by_path, *discovery.env_files, *sources.env_files, *included]
    return dict.fromkeys(named)


def _content(path: Path) -> bytes:
    try:
        return b"+" + path.read_bytes()
    except OSError:
        return b"-"


def _stamp(program: str) -> bytes:
    try:
        status = os.stat(program)  # noqa: PTH116 - a name without a folder is looked up by the shell
    except OSError:
        return b""
    return f"{status.st_size} {status.st_mtime_ns}".encode()
