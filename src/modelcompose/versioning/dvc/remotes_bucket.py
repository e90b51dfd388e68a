"""DVC's remotes in buckets: S3 and what speaks its protocol, Google's, Azure's."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from configparser import ConfigParser, Error
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from modelcompose.errors import ContentMissing, RemoteError, UsageError
from modelcompose.store.remotes.closing import Closing
from modelcompose.versioning.dvc.remotes import CHUNK_BYTES

if TYPE_CHECKING:
    from obstore.store import ObjectStore

_S3_KEYS = {
    "access_key_id": "access_key_id",
    "secret_access_key": "secret_access_key",
    "session_token": "session_token",
    "endpointurl": "endpoint",
    "region": "region",
}
"""DVC's settings by those of the client."""
_AZ_KEYS = {
    "account_name": "account_name",
    "account_key": "account_key",
    "sas_token": "sas_key",
    "tenant_id": "tenant_id",
    "client_id": "client_id",
    "client_secret": "client_secret",
}
_AZ_PAIRS = {"AccountName": "account_name", "AccountKey": "account_key", "BlobEndpoint": "endpoint"}
_GS_KEYS = {"credentialpath": "application_credentials"}
_AWS_KEYS = {
    "aws_access_key_id": "access_key_id",
    "aws_secret_access_key": "secret_access_key",
    "aws_session_token": "session_token",
    "region": "region",
    "endpoint_url": "endpoint",
}
"""Settings of a profile in Amazon's own files by those of the client."""


class BucketPlace(Closing):
    """A bucket, with the keys of DVC's configuration, else of the environment and its files."""

    def __init__(self, scheme: str, settings: Mapping[str, str]) -> None:
        """Open a bucket; nothing is reached yet.

        Raises:
            UsageError: the configuration is no bucket's.
        """
        parts = urlsplit(settings["url"])
        self._address = f"{scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
        self._store = _opened(self._address, scheme, settings)

    @property
    def where(self) -> str:
        """Give the address."""
        return self._address

    def read(self, name: str) -> Iterator[bytes]:
        """Give the bytes of an object."""
        import obstore
        from obstore.exceptions import BaseError

        try:
            found = obstore.get(self._store, name)
            for piece in found.stream(min_chunk_size=CHUNK_BYTES):
                yield bytes(piece)
        except FileNotFoundError:
            raise ContentMissing(f"{self.where}: holds no {name}") from None
        except (BaseError, OSError) as error:
            # The first line alone: what follows holds the request, and may hold its signature.
            told = str(error).strip().partition("\n")[0].partition("?")[0]
            raise RemoteError(
                f"{self.where}: DVC's remote cannot be used: {told}",
                hint="see that its keys and its region are set in .dvc/config.local, the "
                "environment or ~/.aws",
            ) from error


def s3_options(
    settings: Mapping[str, str], environment: Mapping[str, str], home: Path
) -> dict[str, Any]:
    """Give what a client of S3 needs: DVC's settings, else the environment's, else a profile's."""
    options: dict[str, Any] = {
        _S3_KEYS[key]: value for key, value in settings.items() if key in _S3_KEYS
    }
    profile = settings.get("profile") or environment.get("AWS_PROFILE")
    has_keys = "access_key_id" in options or (
        "AWS_ACCESS_KEY_ID" in environment and not settings.get("profile")
    )
    files = (
        settings.get("credentialpath")
        or environment.get("AWS_SHARED_CREDENTIALS_FILE")
        or str(home / ".aws" / "credentials"),
        settings.get("configpath")
        or environment.get("AWS_CONFIG_FILE")
        or str(home / ".aws" / "config"),
    )
    for key, value in _profile(files, profile or "default").items():
        is_key = key in {"access_key_id", "secret_access_key", "session_token"}
        if not (has_keys if is_key else f"AWS_{key.upper()}" in environment):
            options.setdefault(key, value)
    if settings.get("allow_anonymous_login", "").lower() == "true":
        options["skip_signature"] = True
    return options


def _profile(files: tuple[str, ...], name: str) -> dict[str, str]:
    parser = ConfigParser(interpolation=None)
    try:
        parser.read(files, "utf-8")
    except (Error, OSError, UnicodeDecodeError):
        return {}
    found: dict[str, str] = {}
    for section in (name, f"profile {name}"):
        if parser.has_section(section):
            found.update({_AWS_KEYS[k]: v for k, v in parser.items(section) if k in _AWS_KEYS})
    return found


def _opened(address: str, scheme: str, settings: Mapping[str, str]) -> ObjectStore:
    try:
        from obstore.exceptions import BaseError
        from obstore.store import from_url
    except ImportError as error:
        raise UsageError(
            f"{address}: what speaks to buckets is not installed",
            hint="install it: pip install 'docker-ml[buckets]'",
        ) from error
    keys = {"az": _AZ_KEYS, "gs": _GS_KEYS}.get(scheme, {})
    options: dict[str, Any] = {keys[key]: value for key, value in settings.items() if key in keys}
    if scheme == "az" and "connection_string" in settings:
        pairs = (pair.partition("=") for pair in settings["connection_string"].split(";"))
        options |= {_AZ_PAIRS[key]: value for key, _, value in pairs if key in _AZ_PAIRS}
    if scheme == "s3":
        options = s3_options(settings, os.environ, Path.home())
    endpoint = options.get("endpoint") or os.environ.get("AWS_ENDPOINT_URL", "")
    # A secret is never sent: requests are signed with it.
    options["client_options"] = {"allow_http": endpoint.startswith("http://")}
    if settings.get("ssl_verify", "").lower() == "false":
        options["client_options"]["allow_invalid_certificates"] = True
    try:
        return from_url(address, **options)
    except (BaseError, ValueError) as error:
        raise UsageError(
            f"{address}: DVC's remote cannot be used: {str(error).partition(chr(10))[0]}",
            hint="see its settings: dvc remote list, .dvc/config and .dvc/config.local",
        ) from error
