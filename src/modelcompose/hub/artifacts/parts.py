"""Artifacts that come to a folder in parts: kept beside each other, and joined at the end."""

from __future__ import annotations

import os
import shutil
import zlib
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from modelcompose.errors import NotFound, UsageError
from modelcompose.hub.artifacts.failures import translated
from modelcompose.hub.artifacts.paths import Parts

MOST_PARTS = 10_000

_ID_DIGITS = 32
_PATH = "path"
_JOINED = "joined"
_COPIED_BYTES = 1 << 22


class Uploads:
    """The unfinished uploads of one folder: a folder each, a file for each part.

    They survive the hub's restart.
    """

    def __init__(self, folder: Path) -> None:
        """Take where they are kept; the folder need not exist yet."""
        self._folder = folder

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

    def join(self, upload: str, path: Parts, parts: list[tuple[int, str]]) -> Path:
        """Put an upload's parts together, and give the file; each part is gone once it is in."""
        folder = self._of(upload)
        if (folder / _PATH).read_text(encoding="utf-8") != "/".join(path):
            raise UsageError(f"upload {upload} is of another path than {'/'.join(path)}")
        if not parts:
            raise UsageError(f"upload {upload} has no parts")
        files = [_part(folder, number, tag) for number, tag in parts]
        # Under another name: what grew and was left by a crash must not pass for a part again.
        joined = files[0].rename(folder / _JOINED)
        with joined.open("ab") as whole:
            for file in files[1:]:
                with file.open("rb") as part:
                    shutil.copyfileobj(part, whole, _COPIED_BYTES)
                file.unlink()
        return joined

    def drop(self, upload: str, path: Parts) -> None:
        """Delete an upload of this path; one that is not there is no error."""
        with suppress(NotFound, FileNotFoundError):
            folder = self._of(upload)
            if (folder / _PATH).read_text(encoding="utf-8") == "/".join(path):
                self.end(upload)

    def end(self, upload: str) -> None:
        """Delete what is left of an upload."""
        shutil.rmtree(self._of(upload), ignore_errors=True)

    def drop_stale(self, before: float) -> int:
        """Delete what nobody has touched since a time; tells how many uploads."""
        dropped = 0
        with suppress(FileNotFoundError), os.scandir(self._folder) as entries:
            for entry in entries:
                if entry.stat(follow_symlinks=False).st_mtime >= before:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path, ignore_errors=True)
                else:
                    Path(entry.path).unlink(missing_ok=True)
                dropped += 1
        return dropped

    def _of(self, upload: str) -> Path:
        folder = self._folder / upload
        is_id = len(upload) == _ID_DIGITS and upload.isalnum() and upload.isascii()
        if not is_id or not folder.is_dir():
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


def _part(folder: Path, number: int, tag: str) -> Path:
    names = {file.name: file for file in folder.glob(f"{int(number)}.*.part")}
    wanted = f"{int(number)}.{tag.strip(chr(34))}.part"
    if wanted not in names:
        found = "nothing" if not names else "something else"
        raise UsageError(f"part {number}: expected what was sent with tag {tag}, found {found}")
    return names[wanted]
