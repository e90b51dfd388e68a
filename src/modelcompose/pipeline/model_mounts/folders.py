"""Folders that hold versions: filled, swapped entry by entry, and never shared with the user.

What a folder holds is remembered in `.ml/models`. A folder that was never filled from here and
holds anything is left alone: it may be somebody's only copy. What was changed in one that was
filled is kept in the store before it is replaced.
"""

from __future__ import annotations

import fcntl
import os
import shlex
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import msgspec
from msgspec import Struct

from modelcompose.errors import StoreError
from modelcompose.pipeline.from_remote.mending import Mending
from modelcompose.pipeline.state_folder import StateFolder
from modelcompose.registry.files import VersionFiles
from modelcompose.registry.records import Version
from modelcompose.store.content import Content
from modelcompose.store.exchange import exchange, recover
from modelcompose.store.failures import printable, translated
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store

_JOURNAL = "exchange.json"


class Held(Struct, frozen=True):
    """What a folder holds."""

    model: str
    version: int
    digests: tuple[str, ...]
    """Of its content: one, or two while it is being exchanged."""

    @property
    def label(self) -> str:
        """Give the version as users write it."""
        return f"{self.model}@{self.version}"


class ModelFolders:
    """The folders of one project that hold versions, held by this process alone."""

    def __init__(
        self,
        directory: Path,
        home: Path,
        states: FileStates,
        notes: Callable[[str], None],
        remote: str | None,
    ) -> None:
        """Take what `model_folders` gives."""
        self._directory = directory
        self._state = _state_of(directory)
        self._files = VersionFiles(home)
        self._store = Store(home / "store")
        self._mending = Mending(self._store, directory, remote, notes)
        self._states = states
        self._notes = notes
        self._held = held_in(directory)

    def fill(self, place: str, version: Version) -> Held | None:
        """Have a folder hold a version.

        Args:
            place: the folder, relative to the project folder; made where it is missing.
            version: what it is to hold.

        Returns:
            What it held before; None where it was empty.

        Raises:
            StoreError: it holds what did not come from here, or cannot be written.
            NotFound: the version's files are gone.
            UsageError: the version's files are kept elsewhere.
        """
        path = self._directory / place
        found = self._look(path, place)
        held = self._held.get(place)
        if found is None or not found.files:
            self._exchange(place, version, found)
            return None
        if held is None:
            raise _foreign(path, place)
        if held.label == version.label and held.digests == (found.digest,):
            return held
        if found.digest not in held.digests:
            self._keep_edits(place, found)
        self._exchange(place, version, found)
        return held

    def _keep_edits(self, place: str, found: Content) -> None:
        path = self._directory / place
        files = [entry for entry in self._states.tree(path).entries if entry.link is None]
        new = [entry for entry in files if not self._store.blob_path(entry.digest).exists()]
        self._store.put(path, found, self._states)
        for entry in new:
            name = f"{place}/{entry.path}"
            command = shlex.join(["cp", str(self._store.blob_path(entry.digest)), name])
            self._notes(f"{name} was changed by hand; to bring it back: {command}")

    def _look(self, path: Path, place: str) -> Content | None:
        found = self._states.look(path)
        if found is not None and found.kind != "folder":
            raise StoreError(
                f"{printable(path)}: expected a folder for a model, found a file",
                hint=f"move it away: {shlex.join(['mv', place, f'{place}.old'])}",
            )
        return found

    def _exchange(self, place: str, version: Version, found: Content | None) -> None:
        staging, journal = self._state / "new", self._state / "journal" / _JOURNAL
        shutil.rmtree(staging, ignore_errors=True)
        try:
            contents = () if version.origin is None else (version.origin.content,)
            copy = partial(self._files.copy_into, version, staging / place)
            self._mending.whole(contents, copy)
            coming = self._states.look(staging / place)
            after = (coming.digest,) if coming is not None else ()
            before = (found.digest,) if found is not None else ()
            self._note(place, Held(version.model, version.version, (*before, *after)))
            exchange(self._directory, staging, [place], journal, states=self._states)
            self._note(place, Held(version.model, version.version, after))
        finally:
            if not journal.exists():  # else the next command finishes what was begun
                shutil.rmtree(staging, ignore_errors=True)

    def _note(self, place: str, held: Held) -> None:
        self._held = {**self._held, place: held}
        path = self._state / "held.json"
        with translated(path, "cannot be written"):
            new = path.with_name(".held.json.new")
            new.write_bytes(msgspec.json.encode(self._held))
            new.replace(path)


@contextmanager
def model_folders(
    directory: Path, home: Path, notes: Callable[[str], None], remote: str | None = None
) -> Iterator[ModelFolders]:
    """Hold the folders of a project that hold versions; others wait until the block ends.

    Args:
        directory: the project folder.
        home: the home folder, where the versions are.
        notes: told of what was changed by hand, and of what the store had lost.
        remote: where what the store lost comes from again.

    Raises:
        StoreError: the project cannot be written.
    """
    folder = StateFolder(directory)
    folder.make()
    state = _state_of(directory)
    with translated(state, "cannot be written"):
        state.mkdir(exist_ok=True)
        lock = os.open(state / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        recover(directory, state / "journal")
        with FileStates(folder.states) as states:
            yield ModelFolders(directory, home, states, notes, remote)
    finally:
        os.close(lock)


def held_in(directory: Path) -> Mapping[str, Held]:
    """Give what the folders of a project hold, by their paths."""
    try:
        data = (_state_of(directory) / "held.json").read_bytes()
        return msgspec.json.decode(data, type=dict[str, Held])
    except (OSError, msgspec.MsgspecError):
        return {}


def _state_of(directory: Path) -> Path:
    return StateFolder(directory).path / "models"


def _foreign(path: Path, place: str) -> StoreError:
    return StoreError(
        f"{printable(path)}: is to hold a model, and holds files that did not come from one",
        hint=f"nothing was changed; move it away: {shlex.join(['mv', place, f'{place}.old'])}",
    )
