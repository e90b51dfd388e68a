"""How a remote lies in a folder, here or on another machine: an OCI image layout with tags.

oci-layout, index.json
blobs/sha256/<hex>
tags/<name>              the digest of a manifest, which is a blob
ingest/                  blobs on their way
"""

from __future__ import annotations

import re

from modelcompose.errors import ContentCorrupt, ContentMissing, RemoteError
from modelcompose.store.digests import PREFIX
from modelcompose.store.remotes.protocol import Source

FILES = {
    "oci-layout": b'{"imageLayoutVersion":"1.0.0"}',
    "index.json": b'{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json",'
    b'"manifests":[]}',
}
TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
DIGEST = re.compile(rf"{PREFIX}[0-9a-f]{{64}}")


def checked_tag(tag: str) -> str:
    """Give a tag as it is.

    Raises:
        RemoteError: it is none, and might be a path.
    """
    if TAG.fullmatch(tag) is None:
        raise RemoteError(f"{tag!r} is no tag: expected letters, digits, `.`, `_` and `-`")
    return tag


def checked_hex(digest: str, where: str) -> str:
    """Give the hex digits of a digest, which name its blob.

    Raises:
        ContentMissing: it is no digest, so no blob has that name.
    """
    if DIGEST.fullmatch(digest) is None:
        raise ContentMissing(f"{where}: {digest!r} is no digest")
    return digest[len(PREFIX) :]


def named_by(tag: str, text: str, where: str) -> str:
    """Give the digest that a tag's file holds.

    Raises:
        RemoteError: it holds something else.
    """
    digest = text.strip()
    if DIGEST.fullmatch(digest) is None:
        raise RemoteError(f"{where}: the tag {tag} names no digest: {digest!r}")
    return digest


def not_those(source: Source, digest: str) -> ContentCorrupt:
    """Give the error for bytes that are not those of their digest."""
    return ContentCorrupt(
        f"{source.path or 'memory'}: the bytes are not those of {digest}",
        hint="see what is damaged: modelcompose data verify",
    )
