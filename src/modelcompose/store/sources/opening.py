"""From an address to a source.

http://…, https://…              a file that a web server gives
s3://BUCKET/KEY, gs://…, az://…  an object of a bucket, or all below a prefix
ssh://[USER@]HOST/PATH           a file or a folder of another machine
oci://HOST/NAME:TAG[#PATH]       an artifact of a registry
git+URL[@REV]#PATH               a path of a git repository; URL may be a path of this machine
file:///PATH, or a path          a file or a folder that this machine sees
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from modelcompose.errors import UsageError
from modelcompose.store.sources.protocol import Source

BUCKETS = ("s3", "gs", "az")
SCHEMES = ("http", "https", *BUCKETS, "ssh", "oci", "file")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://(.*)", re.DOTALL)
_USER = re.compile(r"((?:git\+)?[a-z][a-z0-9+.-]*://)([^/@?#\s]*)@", re.IGNORECASE)
_SECRET_NAME = re.compile(r"sig|token|secret|passw|key|auth|credential|code", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_PARAMETER = re.compile(r"([?&])([^=&#]+)=([^&#]*)")


def is_address(text: str) -> bool:
    """Whether a text names something elsewhere: a URL of any kind, or `git+` and a repository."""
    return text.startswith("git+") or _SCHEME.match(text) is not None


def open_source(address: str, project: Path, cache: Path) -> Source:
    """Give the source of an address; nothing is reached yet.

    Args:
        address: as the module's docstring has them.
        project: what a relative path is relative to.
        cache: a folder in which clones of repositories are kept for the next time.

    Raises:
        UsageError: the address is none of these, or holds credentials.
    """
    refuse_secrets(address)
    if _CONTROL.search(address):
        raise UsageError(
            f"{shown(address)!r}: an address holds no line ends and no other control characters",
            hint="see how it is written in compose.yaml",
        )
    if address.startswith("git+"):
        from modelcompose.store.sources.git import GitSource

        return GitSource.at(address, project, cache)
    match = _SCHEME.match(address)
    scheme = match[1] if match else "file"
    if scheme in {"http", "https"}:
        from modelcompose.store.sources.web import WebSource

        return WebSource(address)
    if scheme in BUCKETS:
        from modelcompose.store.sources.bucket import BucketSource

        return BucketSource(address)
    if scheme == "oci":
        from modelcompose.store.sources.registry import RegistrySource

        return RegistrySource.at(address)
    if scheme == "ssh":
        from modelcompose.store.sources.ssh import SshSource

        return SshSource(address)
    if scheme == "file":
        from modelcompose.store.sources.local import LocalSource

        path = unquote(urlsplit(address).path) if match else address
        return LocalSource(project / os.path.expanduser(path), address)
    raise UsageError(
        f"{shown(address)}: no source is of the kind {scheme}://",
        hint=f"the kinds are {', '.join(f'{kind}://' for kind in SCHEMES)}, git+URL@REV#PATH "
        "and a path",
    )


def shown(address: str) -> str:
    """Give an address with all that may be a secret masked: passwords, and keys in a query."""
    plain = _USER.sub(lambda match: f"{match[1]}{_public_user(match)}", address)
    return _PARAMETER.sub(_masked, plain)


def refuse_secrets(address: str) -> None:
    """Refuse an address with a user and a password in it.

    Raises:
        UsageError: it has them; the text shows neither.
    """
    match = _USER.match(address)
    if match is None or _public_user(match):
        return
    raise UsageError(
        f"{shown(address)}: an address holds no credentials, since it is shared",
        hint="put the user and the password into ~/.netrc, which only you can read",
    )


def _public_user(match: re.Match[str]) -> str:
    """Give the user of an address where it may be seen: over ssh, where it opens nothing."""
    is_plain = match[1].lower().endswith("ssh://") and ":" not in match[2]
    return f"{match[2]}@" if is_plain else ""


def _masked(match: re.Match[str]) -> str:
    value = "***" if _SECRET_NAME.search(match[2]) and match[3] else match[3]
    return f"{match[1]}{match[2]}={value}"
