"""Where DVC keeps content: its cache and its remotes, read by the names that it gives objects."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import urlsplit

from modelcompose.errors import ContentMissing, UsageError
from modelcompose.store.failures import translated
from modelcompose.store.remotes.closing import Closing
from modelcompose.store.remotes.opening import without_secret
from modelcompose.versioning.dvc.formats_config import DvcConfig, is_url

CHUNK_BYTES = 1 << 20
_LOCAL = "this machine"
_OLD_NAMES = {"azure": "az"}


class Place(Protocol):
    """A cache or a remote of DVC's; a context manager. Any thread may read."""

    @property
    def where(self) -> str:
        """Give its address, without credentials."""

    def __enter__(self) -> Self:
        """Give the place itself."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close what is open."""

    def read(self, name: str) -> Iterator[bytes]:
        """Give the bytes of an object, which nobody has checked.

        Raises:
            ContentMissing: it is not there.
            RemoteError: the place cannot be reached, or refuses.
            StoreError: a file cannot be read.
        """


def object_names(oid: str, *, is_legacy: bool) -> tuple[str, str]:
    """Give the names under which an object may lie: as DVC 3 and DVC 2 have it, the likely first.

    Args:
        oid: the md5, with `.dir` at its end for a folder's listing.
        is_legacy: whether it is one of DVC 2.
    """
    old = f"{oid[:2]}/{oid[2:]}"
    new = f"files/md5/{old}"
    return (old, new) if is_legacy else (new, old)


class FolderPlace(Closing):
    """A folder that this machine sees."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def where(self) -> str:
        """Give the folder."""
        return str(self._root)

    def path(self, name: str) -> Path:
        """Give where an object lies, or would."""
        return self._root / name

    def read(self, name: str) -> Iterator[bytes]:
        """Give the bytes of an object."""
        with translated(self._root, "cannot be read"):
            try:
                descriptor = os.open(self._root / name, os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                raise ContentMissing(f"{self._root}: holds no {name}") from None
            try:
                while block := os.read(descriptor, CHUNK_BYTES):
                    yield block
            finally:
                os.close(descriptor)


def open_place(config: DvcConfig, name: str) -> Place:
    """Give a remote by its name; nothing is reached yet.

    Raises:
        UsageError: there is no such remote, or none of its kind can be read.
    """
    settings = settings_of(config, name)
    url = settings["url"]
    if not is_url(url):
        return FolderPlace(Path(url))
    try:
        _ = urlsplit(url).port
    except ValueError as error:
        raise UsageError(
            f"DVC's remote {name}: {without_secret(url)}: is no address: {error}",
            hint="see it: dvc remote list",
        ) from error
    scheme = url.partition("://")[0]
    scheme = _OLD_NAMES.get(scheme, scheme)
    if scheme in {"s3", "gs", "az"}:
        from modelcompose.versioning.dvc.remotes_bucket import BucketPlace

        return BucketPlace(scheme, settings)
    if scheme == "ssh":
        from modelcompose.versioning.dvc.remotes_ssh import SshPlace

        return SshPlace(settings)
    if scheme in {"http", "https", "webdav", "webdavs"}:
        from modelcompose.versioning.dvc.remotes_http import HttpPlace

        return HttpPlace(settings)
    if scheme == "file":
        return FolderPlace(Path(urlsplit(url).path))
    raise UsageError(
        f"DVC's remote {name}: {without_secret(url)}: remotes of the kind {scheme}:// are not read",
        hint=f"bring it into DVC's cache, which is read, too: dvc fetch --remote {name}",
    )


def settings_of(config: DvcConfig, name: str) -> Mapping[str, str]:
    """Give the settings of a remote, its `url` made whole.

    Raises:
        UsageError: there is no such remote, or it has no address.
    """
    settings = dict(config.remotes.get(name.lower(), {}))
    for _ in config.remotes:  # a remote may lie in another one, and that in a third
        url = settings.get("url", "")
        if not url.startswith("remote://"):
            break
        base, _, rest = url.removeprefix("remote://").partition("/")
        outer = config.remotes.get(base.lower(), {})
        settings = {**outer, **settings, "url": f"{outer.get('url', '').rstrip('/')}/{rest}"}
    if not settings.get("url") or settings["url"].startswith(("remote://", "/remote://")):
        known = ", ".join(sorted(config.remotes)) or "none"
        raise UsageError(
            f".dvc/config: no remote is called {name}; there are: {known}",
            hint="see them: dvc remote list",
        )
    return settings
