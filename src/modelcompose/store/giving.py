"""How content leaves a store: each file from its blob, or out of the pack that holds it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from modelcompose.errors import ContentCorrupt
from modelcompose.store.content import Entry
from modelcompose.store.copying import create, file_mode, write_all
from modelcompose.store.digests import PREFIX
from modelcompose.store.linking import Link, place_linked
from modelcompose.store.packed import Packed, Packs
from modelcompose.store.placing import place_file
from modelcompose.store.remotes.parallel import Progress

Missing = Callable[[str], Exception]
SetAside = Callable[[str], ContentCorrupt]


class Giver:
    """Places files of one listing; packs stay open meanwhile. For one thread."""

    def __init__(  # noqa: PLR0913 - a store's parts meet here
        self,
        packs: Packs,
        places: Mapping[str, Packed],
        blob_path: Callable[[str], Path],
        *,
        missing: Missing,
        set_aside: SetAside,
        link: Link | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Prepare.

        Args:
            packs: of the store.
            places: where the objects that are needed lie in packs, by hex digest.
            blob_path: where every other one lies.
            missing: gives the error for a digest that is not there.
            set_aside: takes damaged content out of the way; gives the error for it.
            link: how blobs become files; None: by shared blocks where that can be, else copied.
            progress: told of each file.
        """
        self._progress = progress
        self._link = link
        self._packs = packs
        self._places = places
        self._blob_path = blob_path
        self._missing = missing
        self._set_aside = set_aside
        self._open: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for descriptor in self._open.values():
            os.close(descriptor)

    def place(self, entry: Entry, target: str) -> None:
        """Make a new file of what an entry names.

        Raises:
            ContentMissing: it is not there.
            ContentCorrupt: it is damaged.
            OSError: as the system says it.
        """
        place = self._places.get(entry.digest[len(PREFIX) :])
        if place is None:
            self._place_blob(entry, target)
        else:
            self._place_packed(entry, place, target)
        if self._progress is not None:
            self._progress.done(1, entry.size_bytes)

    def _place_blob(self, entry: Entry, target: str) -> None:
        blob = self._blob_path(entry.digest)
        try:
            if self._link is None:
                is_whole = place_file(blob, entry, Path(target))
            else:
                is_whole = place_linked(blob, entry, Path(target), self._link)
        except FileNotFoundError as error:
            if blob.exists():
                raise
            raise self._missing(entry.digest) from error
        if not is_whole:
            raise self._set_aside(entry.digest)

    def _place_packed(self, entry: Entry, place: Packed, target: str) -> None:
        try:
            data = os.pread(self._pack(place.pack), place.size_bytes, place.offset)
        except FileNotFoundError as error:
            raise self._missing(entry.digest) from error
        if PREFIX + hashlib.sha256(data).hexdigest() != entry.digest:
            raise self._set_aside(entry.digest)
        writing = create(target, file_mode(executable=entry.executable, mode=entry.mode))
        try:
            write_all(writing, data)
            if entry.mode is not None:
                os.fchmod(writing, entry.mode)
        except BaseException:
            os.unlink(target)
            raise
        finally:
            os.close(writing)

    def _pack(self, name: str) -> int:
        if name not in self._open:
            self._open[name] = self._packs.open(name)
        return self._open[name]
