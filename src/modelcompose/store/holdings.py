"""Whether a store holds an object, and that what is about to be named does not go meanwhile.

`gc` may run at any moment. Who finds that an object is there already, and is about to name it, says
so by the object's times (`stays`): what was touched lately is young, and `gc` leaves it alone. A
touch that comes too late finds the object gone, and it is brought back or made anew.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from modelcompose.errors import ContentMissing
from modelcompose.store.content import Entry
from modelcompose.store.digests import PREFIX
from modelcompose.store.packed import Packed, Packs
from modelcompose.store.trash import Trash

TOUCH_S = 60.0
"""For how long a touch is good: much less than what `gc` calls young."""
_HEX_LENGTH = 64
_DIGEST = re.compile(rf"{PREFIX}[0-9a-f]{{{_HEX_LENGTH}}}")


class Holdings:
    """What one store holds; one object serves many threads."""

    def __init__(self, root: Path, packs: Packs, trash: Trash) -> None:
        self._root = root
        self._folder = f"{root}/blobs/sha256"
        self._packs = packs
        self._trash = trash
        self._guard = threading.Lock()
        self._touched: dict[str, float] = {}

    def blob(self, digest: str) -> str:
        """Give where a blob lies, or would: as text, for many are asked for.

        Raises:
            ContentMissing: `digest` is none of ours.
        """
        if _DIGEST.fullmatch(digest) is None:
            raise ContentMissing(
                f"{self._root}: {digest!r} is no digest of the form sha256:<64 hex>"
            )
        return f"{self._folder}/{digest[len(PREFIX) :]}"

    def has(self, digest: str, size_bytes: int) -> bool:
        """Whether an object of this size is there, or comes back from the trash."""
        if self._is_here(digest, size_bytes):
            return True
        return self.recalled(digest) and self._is_here(digest, size_bytes)

    def lacking(self, entries: Iterable[Entry], *, stays: bool = False) -> list[Entry]:
        """Give the files of a listing that are not there, each content once.

        Args:
            entries: of the listing.
            stays: whether what is there is about to be named.
        """
        files = {entry.digest: entry for entry in entries if entry.link is None}
        lacking = self._not_here(files, stays=stays)
        recalled = [entry for entry in lacking if self.recalled(entry.digest)]
        if not recalled:
            return lacking
        return self._not_here({entry.digest: entry for entry in lacking}, stays=stays)

    def places(self, entries: Iterable[Entry]) -> dict[str, Packed]:
        """Give where files of a listing lie in packs, by hex digest; none of them goes meanwhile.

        What is in the trash comes back. Those that stand alone, or are not there, are left out.
        """
        files = [entry for entry in entries if entry.link is None]
        names = {entry.digest[len(PREFIX) :] for entry in files}
        packed = self._packs.find_many(names)
        blobs = {place.pack for place in packed.values()} | (names - packed.keys())
        if all(self._touch(name) for name in blobs):
            return packed
        self._packs.forget()
        self.lacking(files, stays=True)
        return self._packs.find_many(names)

    def stays(self, digest: str, size_bytes: int) -> bool:
        """Whether an object is there, and stays for as long as it takes to name it."""
        if not self.has(digest, size_bytes):
            return False
        if self._touch_holder(digest):
            return True
        self._packs.forget()  # it went just now, or its pack is lost
        # Asked once more and no further: what is broken would be asked for for ever.
        return (
            self.recalled(digest)
            and self._is_here(digest, size_bytes)
            and self._touch_holder(digest)
        )

    def recalled(self, digest: str) -> bool:
        """Bring an object back from the trash: somebody needs it after all."""
        if not self._trash.recall(digest[len(PREFIX) :]):
            return False
        self._packs.forget()
        return True

    def _is_here(self, digest: str, size_bytes: int) -> bool:
        blob = self.blob(digest)
        packed = self._packs.find(digest.removeprefix(PREFIX))
        if packed is not None and packed.size_bytes == size_bytes:
            return True
        return _is_file_of(blob, size_bytes)

    def _not_here(self, files: Mapping[str, Entry], *, stays: bool) -> list[Entry]:
        packed = self._packs.find_many(digest[len(PREFIX) :] for digest in files)
        return [
            entry
            for digest, entry in files.items()
            if not self._is_there(entry, packed.get(digest[len(PREFIX) :]), stays=stays)
        ]

    def _touch_holder(self, digest: str) -> bool:
        name = digest.removeprefix(PREFIX)
        packed = self._packs.find(name)
        return self._touch(name if packed is None else packed.pack)

    def _is_there(self, entry: Entry, packed: Packed | None, *, stays: bool) -> bool:
        if packed is None and not _is_file_of(self.blob(entry.digest), entry.size_bytes):
            return False
        return not stays or self._touch(entry.digest[len(PREFIX) :] if not packed else packed.pack)

    def _touch(self, name: str) -> bool:
        """Make a blob young; False where it is gone."""
        now = time.monotonic()
        with self._guard:
            if now - self._touched.get(name, -TOUCH_S) < TOUCH_S:
                return True
        try:
            path = f"{self._folder}/{name}"
            status = os.stat(path)
            # One that is also a file of a project, as the user may wish, keeps its times: else that
            # file would count as changed. Should it go to the trash, it comes back from there.
            if status.st_nlink == 1:
                # The time of its last change tells whether somebody wrote to it, and stays.
                os.utime(path, ns=(time.time_ns(), status.st_mtime_ns))
        except FileNotFoundError:
            return False
        except OSError:  # another user's, or a store that nobody may write to: no gc of ours either
            return True
        with self._guard:
            self._touched[name] = now
        return True


def _is_file_of(path: str, size_bytes: int) -> bool:
    try:
        return os.stat(path).st_size == size_bytes
    except OSError:
        return False
