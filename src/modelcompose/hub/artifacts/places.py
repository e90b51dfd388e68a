"""Where a hub keeps artifacts: a folder by default, a bucket where an address is given."""

from __future__ import annotations

from pathlib import Path

from modelcompose.hub.artifacts.content import WithContent
from modelcompose.hub.artifacts.folder import Folder
from modelcompose.hub.artifacts.protocol import Artifacts
from modelcompose.store.store import Store

STALE_AFTER_S = 7 * 86_400.0


def open_artifacts(home: Path, now: float, url: str | None = None) -> Artifacts:
    """Open where artifacts are kept; uploads that nobody went on with for a week are dropped.

    Args:
        home: the hub's home folder.
        now: seconds since the epoch.
        url: a bucket, see `opening.open_bucket`, or a folder; by default one in the home folder.

    Raises:
        UsageError: the address is of another kind.
    """
    store = Store(home / "store")
    if url is not None and "://" in url:
        from modelcompose.hub.artifacts.opening import open_bucket

        bucket = open_bucket(url, home / "artifacts.uploads")
        bucket.drop_stale(now - STALE_AFTER_S)
        return WithContent(bucket, store)
    folder = Folder(home / "artifacts" if url is None else Path(url).absolute())
    folder.drop_stale(now - STALE_AFTER_S)
    return WithContent(folder, store)
