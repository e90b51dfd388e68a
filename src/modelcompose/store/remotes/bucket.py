"""A bucket as a remote: S3 and what speaks its protocol, Google's, Azure's.

    blobs/sha256/<hex>    below the address's prefix, as in a folder
    tags/<name>           the digest of a manifest

Keys, regions and endpoints are those of the environment, as each vendor names them
(`AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT_URL`, …).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from modelcompose.errors import ContentMissing, RemoteError, UsageError
from modelcompose.store.digests import PREFIX, digest_bytes
from modelcompose.store.remotes.closing import Closing
from modelcompose.store.remotes.layout import not_those
from modelcompose.store.remotes.oci.authorization import is_loopback
from modelcompose.store.remotes.protocol import CHUNK_BYTES, Source

if TYPE_CHECKING:
    from obstore.store import ObjectStore

PIECE_BYTES = 8 << 20
"""Of an upload; `PIECES_AT_ONCE` of these are in memory for each blob on its way."""
PIECES_AT_ONCE = 2
_AT_ONCE = 8


class BucketRemote(Closing):
    """A `Remote` in a bucket."""

    def __init__(self, address: str) -> None:
        """Open a bucket; nothing is reached yet.

        Raises:
            UsageError: there is no such kind of bucket, or the environment lacks something.
        """
        self._address = address
        self._store = open_bucket(address)

    @property
    def where(self) -> str:
        """Give the address."""
        return self._address

    def sizes(self, digests: Sequence[str]) -> Mapping[str, int]:
        """Give the sizes of the blobs that are there."""
        from concurrent.futures import ThreadPoolExecutor

        if not digests:
            return {}
        with ThreadPoolExecutor(min(_AT_ONCE, len(digests))) as pool:
            sizes = pool.map(self._size, digests)
            return {d: size for d, size in zip(digests, sizes, strict=True) if size is not None}

    def read(self, digest: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Give the bytes of a blob."""
        import obstore

        size = self._size(digest)
        if size is None:
            raise ContentMissing(f"{self.where}: holds no blob {digest}")
        end = size if stop is None else min(stop, size)
        if start >= end:
            return
        with self._asked():  # a stream that breaks is gone on with by the client itself
            found = obstore.get(self._store, _key(digest), options={"range": (start, end)})
            for piece in found.stream(min_chunk_size=CHUNK_BYTES):
                yield bytes(piece)

    def put(self, digest: str, source: Source) -> None:
        """Keep a blob; one that broke off leaves nothing that is seen."""
        import obstore

        if self._size(digest) == source.size_bytes:
            return
        sending = _Checked(source, digest)
        if source.size_bytes <= PIECE_BYTES:  # one request, where pieces need three
            data = b"".join(sending.chunks())
            with self._asked():
                obstore.put(self._store, _key(digest), data, use_multipart=False)
            return
        try:
            with self._asked():
                obstore.put(
                    self._store,
                    _key(digest),
                    sending.chunks(),
                    chunk_size=PIECE_BYTES,
                    max_concurrency=PIECES_AT_ONCE,
                )
        except RemoteError:
            if sending.failure is not None:
                raise sending.failure from None
            # Azure drops what several bring of one blob as soon as one of them has brought all.
            if self._size(digest) != source.size_bytes:
                raise

    def manifest(self, reference: str) -> bytes | None:
        """Give a manifest."""
        digest = reference
        if not reference.startswith(PREFIX):
            text = self._whole(f"tags/{reference}")
            if text is None:
                return None
            digest = text.decode("ascii", "replace").strip()
        return self._whole(_key(digest))

    def put_manifest(self, reference: str, data: bytes) -> None:
        """Keep a manifest."""
        import obstore

        digest = digest_bytes(data)
        self.put(digest, Source(len(data), data=data))
        if reference != digest:
            with self._asked():
                obstore.put(self._store, f"tags/{reference}", digest.encode())

    def tags(self) -> Sequence[str]:
        """Give every tag."""
        import obstore

        with self._asked():
            return sorted(
                meta["path"].rpartition("/")[2]
                for metas in obstore.list(self._store, "tags")
                for meta in metas
            )

    def _size(self, digest: str) -> int | None:
        import obstore

        with self._asked(), suppress(FileNotFoundError):
            return int(obstore.head(self._store, _key(digest))["size"])
        return None

    def _whole(self, key: str) -> bytes | None:
        import obstore

        with self._asked(), suppress(FileNotFoundError):
            return bytes(obstore.get(self._store, key).bytes())
        return None

    @contextmanager
    def _asked(self) -> Iterator[None]:
        from obstore.exceptions import BaseError

        try:
            yield
        except (BaseError, OSError) as error:
            # The first line alone: what follows holds the request, and may hold its signature.
            told = str(error).strip().partition("\n")[0].partition("?")[0]
            raise RemoteError(
                f"{self.where}: the bucket cannot be used: {told}",
                hint="see that it is there, and that your keys are set in the environment",
            ) from error


class _Checked:
    """A source whose last piece is given only once all of it is known to be right."""

    def __init__(self, source: Source, digest: str) -> None:
        self._source = source
        self._digest = digest
        self.failure: Exception | None = None

    def chunks(self) -> Iterator[bytes]:
        try:
            hashed = hashlib.sha256()
            last = b""
            for block in self._source.chunks():
                if last:
                    yield last
                hashed.update(block)
                last = block
            self._check(PREFIX + hashed.hexdigest())
            yield last
        except Exception as error:  # the client of the bucket hides what it is
            self.failure = error
            raise

    def _check(self, found: str) -> None:
        if found != self._digest:
            raise not_those(self._source, self._digest)


def open_bucket(address: str) -> ObjectStore:
    """Open a bucket, with the keys of the environment; nothing is reached yet.

    Raises:
        UsageError: there is no such kind of bucket, or the environment lacks something.
    """
    try:
        from obstore.exceptions import BaseError
        from obstore.store import from_url
    except ImportError as error:
        raise UsageError(
            f"{address}: what speaks to buckets is not installed",
            hint="install it: pip install 'docker-ml[buckets]'",
        ) from error
    endpoint = urlsplit(_endpoint(address.partition("://")[0])).netloc
    options: dict[str, Any] = {"client_options": {"allow_http": is_loopback(endpoint)}}
    try:
        return from_url(address, **options)
    except (BaseError, ValueError) as error:
        raise UsageError(
            f"{address}: the bucket cannot be used: {str(error).partition(chr(10))[0]}",
            hint="write s3://BUCKET/PREFIX, gs://BUCKET/PREFIX or az://CONTAINER/PREFIX",
        ) from error


def _endpoint(kind: str) -> str:
    """Give the server that the environment names in place of the vendor's own."""
    if kind == "s3":
        return os.environ.get("AWS_ENDPOINT_URL", "")
    if kind == "az":
        return os.environ.get("AZURE_STORAGE_ENDPOINT", "")
    with suppress(ValueError, AttributeError):  # it stands among the account's secrets
        account = json.loads(os.environ.get("GOOGLE_SERVICE_ACCOUNT_KEY", "{}"))
        return str(account.get("gcs_base_url", ""))
    return ""


def _key(digest: str) -> str:
    return f"blobs/sha256/{digest[len(PREFIX) :]}"
