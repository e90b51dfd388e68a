"""Artifacts that come to a folder in parts: kept beside each other, and joined at the end."""

from __future__ import annotations

import os
import shutil
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from threading import Lock

from modelcompose.errors import NotFound, UsageError
from modelcompose.hub.artifacts.durable import append, sync_file
from modelcompose.hub.artifacts.failures import translated
from modelcompose.hub.artifacts.paths import Parts

MOST_PARTS = 10_000

_ID_DIGITS = 32
_PATH = "path"
_JOINED = "joined"
_WHOLE = "whole"
_DONE = ".done"


class Uploads:
    """The unfinished uploads of one folder: a folder each, a file for each part.

    They survive the hub's restart.
    """

    def __init__(self, folder: Path) -> None:
        """Take where they are kept; the folder need not exist yet."""
        self._folder = folder
        self._joining: dict[str, Lock] = {}
        self._turn = Lock()

    def begin(self, path: Parts) -> str:
        """Begin an upload, and give its id."""
        upload = token_hex(_ID_DIGITS // 2)
        folder = self._folder / upload
        folder.mkdir(parents=True, mode=0o700)
        (folder / _PATH).write_text("/".join(path), encoding="utf-8")
        return upload

    def create(self, upload: str, number: int) -> FolderPart:
        """Begin one part, or replace it."""
        if not 1 <= number <= MOST_PARTS:
            raise UsageError(f"part {number}: parts are counted from 1 to {MOST_PARTS}")
        return FolderPart(self._of(upload), number)

    def finish(
        self, upload: str, path: Parts, parts: list[tuple[int, str]], place: Callable[[Path], None]
    ) -> None:
        """Put an upload's parts together, and hand the file to `place`; the upload is over then.

        May be asked for again, also meanwhile: a client asks again when it waited too long for
        an answer, or when `place` failed.
        """
        if self._is_done(upload, path):
            return
        try:
            self._of(upload)
        except NotFound:
            if self._is_done(upload, path):  # another call has ended it since
                return
            raise
        with self._turn:
            lock = self._joining.setdefault(upload, Lock())
        with lock:
            if not self._is_done(upload, path):
                place(self._joined(upload, path, parts))
                self._done(upload).write_text("/".join(path), encoding="utf-8")
                self.end(upload)
        with self._turn:
            self._joining.pop(upload, None)

    def _joined(self, upload: str, path: Parts, parts: list[tuple[int, str]]) -> Path:
        """Give the file of an upload's parts; each part is gone once it is in."""
        folder = self._of(upload)
        if (folder / _PATH).read_text(encoding="utf-8") != "/".join(path):
            raise UsageError(f"upload {upload} is of another path than {'/'.join(path)}")
        if (folder / _WHOLE).exists():  # it could not be placed the last time
            return folder / _WHOLE
        if not parts:
            raise UsageError(f"upload {upload} has no parts")
        files = [_part(folder, number, tag) for number, tag in parts]
        # Under another name: what grew and was left by a crash must not pass for a part again.
        joined = files[0].rename(folder / _JOINED)
        with joined.open("r+b", buffering=0) as whole:
            whole.seek(0, os.SEEK_END)
            for file in files[1:]:
                with file.open("rb", buffering=0) as part:
                    append(part, whole)
                file.unlink()
        return joined.rename(folder / _WHOLE)

    def _is_done(self, upload: str, path: Parts) -> bool:
        with suppress(FileNotFoundError):
            return _is_id(upload) and self._done(upload).read_text("utf-8") == "/".join(path)
        return False

    def _done(self, upload: str) -> Path:
        """Give the file that stays of an upload, until it is dropped as stale."""
        return self._folder / (upload + _DONE)

    def drop(self, upload: str, path: Parts) -> None:
        """Delete an upload of this path; one that is not there is no error."""
        with suppress(NotFound, FileNotFoundError):
            folder = self._of(upload)
            if (folder / _PATH).read_text(encoding="utf-8") == "/".join(path):
                self.end(upload)

    def end(self, upload: str) -> None:
        """Delete what is left of an upload."""
        shutil.rmtree(self._of(upload), ignore_errors=True)

    def stale(self, before: float) -> tuple[int, int]:
        """Give how many uploads nobody has touched since a time, and their size in bytes."""
        found = list(self._stale(before))
        return len(found), sum(map(_size_bytes, found))

    def drop_stale(self, before: float) -> int:
        """Delete what nobody has touched since a time; tells how many uploads."""
        dropped = 0
        for path in self._stale(before):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
            dropped += 1
        return dropped

    def _stale(self, before: float) -> Iterator[Path]:
        with suppress(FileNotFoundError), os.scandir(self._folder) as entries:
            for entry in entries:
                # A folder is touched when a part is begun or ended, and while one is written
                # its file is.
                if _touched_at(Path(entry.path)) < before:
                    yield Path(entry.path)

    def _of(self, upload: str) -> Path:
        folder = self._folder / upload
        if not _is_id(upload) or not folder.is_dir():
            raise NotFound(f"No such upload: '{upload}'")
        return folder


class FolderPart:
    """One part that is being written."""

    def __init__(self, folder: Path, number: int) -> None:
        """Begin the part."""
        self._folder = folder
        self._number = number
        self._file = folder / f"{number}.{token_hex(4)}.new"
        self._stream = self._file.open("xb")
        self._checksum = 0
        self._size_bytes = 0

    @property
    def tag(self) -> str:
        """Give the word by which `join` knows the part again."""
        return f"{self._checksum:08x}-{self._size_bytes:x}"

    def write(self, data: bytes) -> None:
        """Append bytes."""
        with translated((self._file.name,)):
            self._stream.write(data)
        self._checksum = zlib.crc32(data, self._checksum)
        self._size_bytes += len(data)

    def commit(self) -> None:
        """Keep the part; an older one of its number goes."""
        with translated((self._file.name,)):
            self._stream.close()
            sync_file(self._file)  # before it has the name by which `finish` trusts it
            self._rename()

    def abort(self) -> None:
        """Delete the part."""
        with suppress(OSError):
            self._stream.close()
        self._file.unlink(missing_ok=True)

    def _rename(self) -> None:
        for older in self._folder.glob(f"{self._number}.*.part"):
            older.unlink(missing_ok=True)
        self._file.rename(self._folder / f"{self._number}.{self.tag}.part")


def _touched_at(path: Path) -> float:
    with suppress(FileNotFoundError):
        inside = path.iterdir() if path.is_dir() else ()
        times: list[float] = [file.lstat().st_mtime for file in (path, *inside)]
        return max(times)
    return float("inf")  # it is gone


def _size_bytes(path: Path) -> int:
    with suppress(FileNotFoundError):
        files = path.iterdir() if path.is_dir() else (path,)
        return sum(file.lstat().st_size for file in files)
    return 0


def _is_id(upload: str) -> bool:
    return len(upload) == _ID_DIGITS and upload.isalnum() and upload.isascii()


def _part(folder: Path, number: int, tag: str) -> Path:
    names = {file.name: file for file in folder.glob(f"{int(number)}.*.part")}
    wanted = f"{int(number)}.{tag.strip(chr(34))}.part"
    if wanted not in names:
        found = "nothing" if not names else "something else"
        raise UsageError(f"part {number}: expected what was sent with tag {tag}, found {found}")
    return names[wanted]
