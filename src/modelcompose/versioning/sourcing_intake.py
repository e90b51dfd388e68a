"""What came from a source enters the store: large files are moved, not copied.

incoming/<key>/content      what came, while it does
incoming/<key>/mark         the source's mark of it, once it is whole
incoming/<key>.lock         held by the command that brings it
"""

from __future__ import annotations

import fcntl
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from modelcompose.store.content import Content, Tree
from modelcompose.store.digests import PREFIX, digest_bytes, digest_file, encode_tree
from modelcompose.store.failures import translated
from modelcompose.store.intake import Intake
from modelcompose.store.keeping import Keeper
from modelcompose.store.placing import remove
from modelcompose.store.states import FileStates
from modelcompose.store.store import Store

_FOLDER = "incoming"
_KEPT_S = 14 * 24 * 3600.0


class Incoming:
    """Where one content of one source comes in; held by one command at a time."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store = store
        self.folder = folder
        self.content = folder / "content"

    @property
    def mark(self) -> str | None:
        """Give the mark of what came whole and was not taken in; None where nothing is so."""
        try:
            return (self.folder / "mark").read_text()
        except FileNotFoundError:
            return None

    def begin(self) -> None:
        """Drop what came whole: it is not wanted; what came in part is gone on with."""
        (self.folder / "mark").unlink(missing_ok=True)
        remove(self.content)

    def came(self, mark: str) -> None:
        """Note that it is whole."""
        (self.folder / "mark").write_text(mark)

    def take(self) -> tuple[Content, Tree | None]:
        """Keep in the store what came; give what it is, with the listing of a folder.

        Raises:
            StoreError: the store cannot be written.
        """
        states = FileStates(self.folder / f"states-{os.urandom(8).hex()}")
        store = self._store
        try:
            with translated(store.root, "cannot be written"), store.intake() as intake:
                mover = _Mover(intake, lambda digest, size: _holds(store, digest, size))
                if not self.content.is_dir():
                    return _file(intake, mover, self.content), None
                tree, content = states.read_tree(self.content, read=mover.read)
                intake.add_bytes(encode_tree(tree))
                intake.commit()
                return content, tree
        finally:
            states.close()

    def end(self) -> None:
        """Remove all that came: it is in the store."""
        (self.folder / "mark").unlink(missing_ok=True)
        remove(self.folder)


@contextmanager
def incoming(
    store: Store, project: Path, name: str, waiting: Callable[[], None]
) -> Iterator[Incoming]:
    """Hold the place where something comes in; what an interrupted command left is in it.

    Args:
        store: where it comes in.
        project: for which project.
        name: what comes: the path and its address.
        waiting: told once where another command brings the same.

    Raises:
        StoreError: the store cannot be written.
    """
    root = store.root / _FOLDER
    key = digest_bytes(os.fsencode(f"{project}\0{name}"))[len(PREFIX) :][:24]
    with translated(root, "cannot be written"):
        root.mkdir(parents=True, exist_ok=True)
        _clear(root)
        folder = root / key
        with (root / f"{key}.lock").open("wb") as stream:
            _hold(stream.fileno(), waiting)
            folder.mkdir(exist_ok=True)
            for path in (folder, root / f"{key}.lock"):
                os.utime(path)
            yield Incoming(store, folder)


class _Mover(Keeper):
    """Reads files for their digests, and has large ones become blobs where they lie."""

    def __init__(self, intake: Intake, holds: Callable[[str, int], bool]) -> None:
        super().__init__(intake, holds)
        self._into = intake
        self._has = holds

    def _large(self, reading: int, path: str) -> str:
        digest = digest_file(Path(path))
        size = os.fstat(reading).st_size
        if digest in self._into or self._has(digest, size):
            return digest
        writing, target = self._into.create_file()
        os.close(writing)
        target.unlink()
        # A second name, so that what came is whole until all of it is in the store; nobody
        # writes to it any more, and its first name goes away with it.
        os.link(path, target)
        target.chmod(0o444 | (os.fstat(reading).st_mode & 0o111))
        self._into.add_created(digest, target)
        return digest


def _file(intake: Intake, mover: _Mover, path: Path) -> Content:
    digest, _ = mover.read(str(path))
    status = path.stat()
    intake.commit()
    return Content("file", digest, status.st_size, executable=bool(status.st_mode & stat.S_IXUSR))


def _holds(store: Store, digest: str, size_bytes: int) -> bool:
    return store.holds(Content("file", digest, size_bytes))


def _hold(descriptor: int, waiting: Callable[[], None]) -> None:
    with suppress(OSError):  # some file systems know no locks
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(descriptor, fcntl.LOCK_EX)


def _clear(root: Path) -> None:
    """Remove what was interrupted long ago, and never gone on with."""
    now = time.time()
    for path in root.iterdir():
        with suppress(OSError):
            if now - path.stat().st_mtime > _KEPT_S:
                remove(path)
