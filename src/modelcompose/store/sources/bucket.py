"""An object of a bucket, or all below a prefix: looked at by ETags, or one version of an object.

Keys, regions and endpoints are those of the environment, as for a remote in a bucket.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelcompose.errors import NotFound, RemoteError, UsageError
from modelcompose.store.remotes.bucket import open_bucket
from modelcompose.store.remotes.http import TRIES
from modelcompose.store.remotes.parallel import Progress
from modelcompose.store.remotes.protocol import CHUNK_BYTES
from modelcompose.store.sources.bringing import bring_listed, folders_above
from modelcompose.store.sources.marks import file_mark, folder_mark
from modelcompose.store.sources.opening import shown
from modelcompose.store.sources.protocol import Item, Listing, sorted_items

if TYPE_CHECKING:
    from obstore.store import ObjectStore

# A key is taken as it is: nothing in it is quoted, as with `aws s3`.
_ADDRESS = re.compile(r"(\w+://[^/?]+)(?:/(.*?))?(?:\?versionId=([^&]+))?", re.DOTALL)


class BucketSource:
    """A `Source` at `s3://BUCKET/KEY`, `gs://…` or `az://…`."""

    def __init__(self, address: str) -> None:
        """Name it; nothing is reached yet.

        Raises:
            UsageError: it is no such address, or what speaks to buckets is not installed.
        """
        found = _ADDRESS.fullmatch(address)
        self._where = shown(address)
        if found is None:
            raise UsageError(f"{self._where}: names no bucket", hint="such as s3://BUCKET/KEY")
        self._bucket, self._key, self._version = found[1], (found[2] or "").strip("/"), found[3]
        self._opened: ObjectStore | None = None

    @property
    def where(self) -> str:
        """Give the address."""
        return self._where

    def look(self) -> str | None:
        """Give the object's ETag or version; of a prefix, one mark of all below it."""
        return self.listing().mark

    def bring(self, target: Path, progress: Progress) -> str | None:
        """Download it, several objects at once."""
        return bring_listed(self, target, progress)

    def close(self) -> None:
        """Do nothing: no connection is kept."""

    def listing(self) -> Listing:
        """Ask for the object; where there is none, for all below the prefix."""
        with self._asked():
            found = self._head() if self._key else None
            if found is not None:
                item = _item("", found, self._version)
                return Listing(item.mark or None, (item,), is_folder=False)
            items = sorted_items(_without_marks(list(self._below())))
        if not items:
            raise NotFound(
                f"{self.where}: no such object, and none below that prefix",
                hint="see what is there, as with: aws s3 ls BUCKET/PREFIX/",
            )
        return Listing(folder_mark(items), items, is_folder=True)

    def read(self, item: Item, start: int = 0) -> Iterator[bytes]:
        """Give the bytes from `start` on."""
        import obstore
        from obstore.exceptions import BaseError

        at, tries = start, 0
        while item.size_bytes is None or at < item.size_bytes:
            try:
                with self._asked():
                    found = obstore.get(self._store, item.key, options=self._options(item, at))
                    stream = iter(found.stream(min_chunk_size=CHUNK_BYTES))
                while True:
                    piece = next(stream, None)
                    if piece is None:
                        break
                    at += len(piece)
                    tries = 0
                    yield bytes(piece)
            except (BaseError, OSError) as error:
                tries += 1
                if tries >= TRIES:
                    raise self._failed(error) from error
                continue
            return

    def _options(self, item: Item, start: int) -> Any:
        options: dict[str, Any] = {}
        if start:
            options["range"] = {"offset": start}
        if self._version is not None:
            options["version"] = self._version
        elif item.mark.startswith("etag "):
            options["if_match"] = item.mark.removeprefix("etag ")
        return options

    @property
    def _store(self) -> ObjectStore:
        if self._opened is None:
            self._opened = open_bucket(self._bucket)
        return self._opened

    def _head(self) -> Any:
        import obstore

        with suppress(FileNotFoundError):
            if self._version is None:
                return {**obstore.head(self._store, self._key), "path": self._key}
            found = obstore.get(self._store, self._key, options={"version": self._version})
            return {**found.meta, "path": self._key}
        return None

    def _below(self) -> Iterator[Item]:
        import obstore

        skipped = len(self._key) + 1 if self._key else 0
        for batch in obstore.list(self._store, prefix=self._key or None):
            for meta in batch:
                path = meta["path"][skipped:]
                if path:  # else the mark of a folder that some tools leave
                    yield _item(path, meta, None)

    @contextmanager
    def _asked(self) -> Iterator[None]:
        from obstore.exceptions import BaseError, PreconditionError

        try:
            yield
        except PreconditionError as error:
            raise RemoteError(
                f"{self.where}: was replaced while it was fetched",
                hint="run this again: it begins with the new one",
            ) from error
        except (BaseError, OSError) as error:
            raise self._failed(error) from error

    def _failed(self, error: Exception) -> RemoteError:
        # The first line alone: what follows holds the request, and may hold its signature.
        told = str(error).strip().partition("\n")[0].partition("?")[0]
        return RemoteError(
            f"{self.where}: the bucket cannot be used: {told}",
            hint="see that it is there, and that your keys are set in the environment",
        )


def _without_marks(items: Sequence[Item]) -> list[Item]:
    """Leave out the empty objects by which consoles show folders."""
    folders = {above for item in items for above in folders_above(item.path)}
    return [item for item in items if item.size_bytes or item.path not in folders]


def _item(path: str, meta: Any, version: str | None) -> Item:
    size = int(meta["size"])
    mark = file_mark(meta.get("e_tag"), str(meta["last_modified"]), size, version)
    return Item(path, size, mark or "", key=meta["path"])
