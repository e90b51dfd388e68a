"""Opens a bucket by its address, and says at the start what is wrong with it."""

from __future__ import annotations

import logging
import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

from modelcompose.errors import UsageError
from modelcompose.hub.artifacts.bucket import Bucket, first_line

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore, RetryConfig

_CLIENT: ClientConfig = {"timeout": "120 s", "connect_timeout": "10 s"}
_CLIENT_VARIABLES = ("allow_http", "allow_invalid_certificates", "proxy_url", "timeout")
_VENDORS = {"s3": "AWS", "s3a": "AWS", "gs": "GOOGLE", "az": "AZURE", "azure": "AZURE"}
_RETRIES: RetryConfig = {"max_retries": 5, "retry_timeout": timedelta(seconds=20)}
"""Whoever called the hub tries again too: it is told before its own patience ends."""

_log = logging.getLogger(__name__)


def open_bucket(url: str, unfinished: Path) -> Bucket:
    """Open a bucket.

    Args:
        url: `s3://BUCKET/PREFIX`, `gs://…` or `az://…`; keys, regions and endpoints are those of
            the environment, as each vendor names them (`AWS_ENDPOINT_URL`, …).
        unfinished: a folder of this machine for what is on its way.

    Raises:
        UsageError: there is no such kind of bucket, or the environment lacks something.
    """
    try:
        from obstore.exceptions import BaseError
        from obstore.store import from_url
    except ImportError as error:
        raise UsageError(
            f"{url}: what speaks to buckets is not installed",
            hint="install it: pip install 'docker-ml[buckets]'",
        ) from error
    try:
        store = from_url(url, client_options=_client_options(url), retry_config=_RETRIES)
    except (BaseError, ValueError) as error:
        raise UsageError(
            f"{url}: the bucket cannot be used: {first_line(error)}",
            hint="write s3://BUCKET/PREFIX, gs://BUCKET/PREFIX or az://CONTAINER/PREFIX",
        ) from error
    _look(store, url)
    return Bucket(store, unfinished)


def _client_options(url: str) -> ClientConfig:
    """Give how to connect; options that are given keep the library from the environment's."""
    vendor = _VENDORS.get(url.partition("://")[0], "")
    named = {name: os.environ.get(f"{vendor}_{name.upper()}") for name in _CLIENT_VARIABLES}
    return cast(
        "ClientConfig", {**_CLIENT, **{name: value for name, value in named.items() if value}}
    )


def _look(store: ObjectStore, url: str) -> None:
    """Say at the start what would else be said at the first artifact.

    A bucket that does not answer is no reason to do without the rest of the hub.
    """
    from obstore.exceptions import BaseError

    try:
        next(iter(store.list(chunk_size=1)), None)
    except (BaseError, FileNotFoundError) as error:
        text = str(error)
        # The library tells an object that is missing or forbidden, and no more of a list.
        if isinstance(error, FileNotFoundError) or " 404 " in text:
            raise UsageError(
                f"{url}: there is no such bucket",
                hint="create it first; its region and endpoint are those of the environment",
            ) from error
        if " 403 " in text or " 401 " in text:
            raise UsageError(
                f"{url}: the bucket refuses these keys",
                hint="they must be allowed to list, read, write and delete; for S3 they stand in "
                "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
            ) from error
        _log.warning("%s: the bucket does not answer now: %s", url, first_line(error))
