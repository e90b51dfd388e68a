"""How a version travels: an OCI artifact, whose layers are the listing, packs and files.

manifest       artifactType application/vnd.modelcompose.content.v1, tagged `content-<hex>`
layers         a folder's listing first; then packs; then files, each with its path as title
index          of several manifests, where one would be larger than registries take
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from modelcompose.errors import RemoteError
from modelcompose.store.content import Content
from modelcompose.store.digests import PREFIX, digest_bytes
from modelcompose.store.remotes.protocol import INDEX_TYPE, MANIFEST_TYPE

ARTIFACT_TYPE = "application/vnd.modelcompose.content.v1"
TREE_TYPE = "application/vnd.modelcompose.tree.v1+json"
PACK_TYPE = "application/vnd.modelcompose.pack.v1"
FILE_TYPE = "application/octet-stream"
EMPTY = b"{}"
EMPTY_TYPE = "application/vnd.oci.empty.v1+json"
TITLE = "org.opencontainers.image.title"
DIGEST = "io.modelcompose.digest"
PATH = "io.modelcompose.path"
_MOST_LAYERS = 8000
"""A layer takes about 300 bytes, and registries take manifests of up to 4 MB."""


class Layer(Struct, frozen=True):
    """One blob of an artifact."""

    digest: str
    size_bytes: int
    media_type: str = FILE_TYPE
    title: str | None = None


def content_tag(content: Content) -> str:
    """Give the tag under which a content is found."""
    return f"content-{content.digest[len(PREFIX) :]}"


def manifests_of(content: Content, layers: Sequence[Layer]) -> tuple[list[bytes], bytes]:
    """Give the manifests of an artifact: those that come by digest, then the one that is tagged."""
    parts = [
        _manifest(content, layers[at : at + _MOST_LAYERS])
        for at in range(0, max(1, len(layers)), _MOST_LAYERS)
    ]
    if len(parts) == 1:
        return [], parts[0]
    return parts, index_of((part, {}) for part in parts)


def index_of(manifests: Iterable[tuple[bytes, Mapping[str, str]]]) -> bytes:
    """Give an index of manifests, each with annotations."""
    entries = []
    for data, notes in manifests:
        entry: dict[str, Any] = {
            "mediaType": media_type(data),
            "digest": digest_bytes(data),
            "size": len(data),
            "artifactType": ARTIFACT_TYPE,
        }
        entries.append({**entry, "annotations": dict(notes)} if notes else entry)
    return _json({"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": entries})


def media_type(manifest: bytes) -> str:
    """Give what a manifest says it is.

    Raises:
        RemoteError: it is no manifest.
    """
    return str(_parsed(manifest).get("mediaType", MANIFEST_TYPE))


def layers_of(manifest: bytes) -> list[Layer]:
    """Give the layers that one manifest names.

    Raises:
        RemoteError: it is no manifest of ours.
    """
    found = _parsed(manifest)
    try:
        return [
            Layer(
                str(layer["digest"]),
                int(layer["size"]),
                str(layer["mediaType"]),
                (layer.get("annotations") or {}).get(TITLE),
            )
            for layer in found["layers"]
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise RemoteError(f"a manifest on the remote is not one of ours: {error!r}") from error


def parts_of(manifest: bytes) -> list[str]:
    """Give the digests of the manifests that an index names; none for a manifest itself.

    Raises:
        RemoteError: it is neither.
    """
    found = _parsed(manifest)
    if found.get("mediaType") != INDEX_TYPE:
        return []
    try:
        return [str(entry["digest"]) for entry in found["manifests"]]
    except (KeyError, TypeError) as error:
        raise RemoteError(f"an index on the remote is not one of ours: {error!r}") from error


def _manifest(content: Content, layers: Sequence[Layer]) -> bytes:
    return _json(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "artifactType": ARTIFACT_TYPE,
            "config": {
                "mediaType": EMPTY_TYPE,
                "digest": digest_bytes(EMPTY),
                "size": len(EMPTY),
                "data": "e30=",
            },
            "layers": [_layer(layer) for layer in layers],
            "annotations": {
                DIGEST: content.digest,
                "io.modelcompose.kind": content.kind,
                "io.modelcompose.files": str(content.files),
                "io.modelcompose.size": str(content.size_bytes),
            },
        }
    )


def _layer(layer: Layer) -> dict[str, Any]:
    found: dict[str, Any] = {
        "mediaType": layer.media_type,
        "digest": layer.digest,
        "size": layer.size_bytes,
    }
    if layer.title is not None:
        found["annotations"] = {TITLE: layer.title}
    return found


def _json(document: Any) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode("ascii", "backslashreplace")


def _parsed(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise RemoteError(f"a manifest on the remote is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise RemoteError("a manifest on the remote is no JSON object")
    return found
