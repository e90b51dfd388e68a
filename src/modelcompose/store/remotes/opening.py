"""From an address to a remote."""

from __future__ import annotations

import re
from pathlib import Path

from modelcompose.errors import UsageError
from modelcompose.store.remotes.protocol import Remote

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://(.*)")
_SECRET = re.compile(r"^([a-z][a-z0-9+.-]*://)[^/@]*@")
_USER_ALONE = re.compile(r"(?:ssh|sftp)://[^/@:]*@")
_SIGN_IN = (
    "sign in instead, as with: docker login HOST",
    "let ssh sign in by a key: ssh-copy-id USER@HOST",
)
BUCKETS = ("s3", "gs", "az")
MACHINES = ("ssh", "sftp")
KINDS = ("oci", *BUCKETS, *MACHINES, "file")


def open_remote(address: str, project: Path, state: Path | None = None) -> Remote:
    """Give the remote of an address; nothing is reached yet.

    Args:
        address: `oci://HOST/NAME`, a bucket as `s3://BUCKET/PREFIX`, `gs://…` or `az://…`,
            `ssh://[USER@]HOST[:PORT]/PATH`, `file://` and a path, or a path.
        project: what a relative path is relative to.
        state: a folder in which interrupted uploads are remembered.

    Raises:
        UsageError: the address is none of these, or holds credentials.
    """
    if _SECRET.match(address) and not _USER_ALONE.match(address):
        raise UsageError(
            f"{without_secret(address)}: an address holds no credentials, since it is shared",
            hint=_SIGN_IN[address.startswith(MACHINES)],
        )
    match = _SCHEME.fullmatch(address)
    if match is None or match[1] == "file":
        from modelcompose.store.remotes.folder import FolderRemote

        return FolderRemote(project / Path(match[2] if match else address).expanduser())
    if match[1] == "oci":
        from modelcompose.store.remotes.oci.remote import OciRemote

        return OciRemote.at(match[2], state)
    if match[1] in BUCKETS:
        from modelcompose.store.remotes.bucket import BucketRemote

        return BucketRemote(address)
    if match[1] in MACHINES:
        from modelcompose.store.remotes.ssh.remote import SshRemote

        return SshRemote(address, state)
    raise UsageError(
        f"{address}: no remote is of the kind {match[1]}://",
        hint=f"the kinds are {', '.join(f'{kind}://' for kind in KINDS)} and a folder's path",
    )


def without_secret(address: str) -> str:
    """Give an address with a user and a password in it masked."""
    return _SECRET.sub(r"\1***@", address)
