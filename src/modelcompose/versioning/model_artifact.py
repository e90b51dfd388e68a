"""A version of a registered model as it stands on a remote: CNCF's ModelPack, with our facts.

version   manifest, artifactType application/vnd.cncf.model.manifest.v1+json: a layer for each file,
          its path as annotation; tagged `model-NAME-VERSION` and `model-NAME-ALIAS`
model     index of its versions, tagged `models-NAME`: number and content of each, and the aliases

Every client of that format can pull a version. We bring the files by their content, of which the
layers are the same blobs, so that links and empty folders come, too.

Source: https://github.com/modelpack/model-spec
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct

from modelcompose.errors import RemoteError
from modelcompose.pipeline.from_remote.artifact import is_run_id, is_sound
from modelcompose.registry.records import Origin
from modelcompose.store.digests import digest_bytes
from modelcompose.store.remotes.artifacts import DIGEST, Layer
from modelcompose.store.remotes.protocol import INDEX_TYPE, MANIFEST_TYPE
from modelcompose.versioning.transfers import path_tag

MODEL_TYPE = "application/vnd.cncf.model.manifest.v1+json"
CONFIG_TYPE = "application/vnd.cncf.model.config.v1+json"
WEIGHT_TYPE = "application/vnd.cncf.model.weight.v1.raw"
FILE_PATH = "org.cncf.model.filepath"
VERSION = "io.modelcompose.version"
FACTS = "io.modelcompose.model"

LARGEST_VERSION = 1_000_000_000
"""Numbers go on from the largest: one that nobody made would use up those that are left."""


class Facts(Struct, frozen=True):
    """What others are told of a version."""

    model: str
    version: int
    origin: Origin
    created_at: float
    """Seconds since the epoch."""
    run: str | None = None
    description: str | None = None


class Pointed(Struct, frozen=True):
    """Where an alias points."""

    version: int
    moved_at: float


class Listed(Struct, frozen=True):
    """A version in a model's index."""

    digest: str
    """Of its manifest, as the size."""
    size_bytes: int
    content: str
    """The digest of the version's content."""


class Shelf(Struct, frozen=True):
    """The versions of one model on a remote."""

    model: str
    versions: Mapping[int, Listed] = {}
    aliases: Mapping[str, Pointed] = {}


def shelf_tag(model: str) -> str:
    """Give the tag of a model's index."""
    return path_tag(f"models-{model}")


def version_tag(model: str, reference: str) -> str:
    """Give the tag of a version, by its number or an alias."""
    return path_tag(f"model-{model}-{reference}")


def version_manifest(facts: Facts, files: Sequence[Layer]) -> tuple[bytes, bytes]:
    """Give the manifest of a version, and its configuration.

    Args:
        facts: what others are told.
        files: a layer for each file, its path as title.
    """
    made_at = datetime.fromtimestamp(int(facts.created_at), UTC).isoformat()
    config = _json(
        {
            "descriptor": {
                "createdAt": made_at,
                "name": facts.model,
                "version": str(facts.version),
            },
            "config": {},
            "modelfs": {"type": "layers", "diffIds": [layer.digest for layer in files]},
        }
    )
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "artifactType": MODEL_TYPE,
        "config": {
            "mediaType": CONFIG_TYPE,
            "digest": digest_bytes(config),
            "size": len(config),
        },
        "layers": [
            {
                "mediaType": WEIGHT_TYPE,
                "digest": layer.digest,
                "size": layer.size_bytes,
                "annotations": {FILE_PATH: layer.title},
            }
            for layer in files
        ],
        "annotations": {FACTS: msgspec.json.encode(facts).decode()},
    }
    return _json(manifest), config


def read_facts(data: bytes, where: str) -> Facts:
    """Read what a version's manifest tells.

    Raises:
        RemoteError: it tells nothing of ours, or what cannot be.
    """
    try:
        facts = msgspec.json.decode(json.loads(data)["annotations"][FACTS], type=Facts)
    except (ValueError, KeyError, TypeError, RecursionError, msgspec.MsgspecError) as error:
        raise RemoteError(f"{where}: a model's manifest cannot be read: {error!r}") from error
    path = facts.origin.path
    is_numbered = 1 <= facts.version <= LARGEST_VERSION
    is_of_run = facts.run is None or is_run_id(facts.run)
    is_somewhere = is_sound(facts.origin.content) and _is_inner(path)
    if not (is_somewhere and is_numbered and is_of_run):
        raise RemoteError(f"{where}: a model's manifest tells of what cannot be: {path!r}")
    return facts


def shelf_index(shelf: Shelf) -> bytes:
    """Give the index of a model, whose versions are on the remote already."""
    manifests = [
        {
            "mediaType": MANIFEST_TYPE,
            "digest": listed.digest,
            "size": listed.size_bytes,
            "artifactType": MODEL_TYPE,
            "annotations": {VERSION: str(number), DIGEST: listed.content},
        }
        for number, listed in sorted(shelf.versions.items())
    ]
    aliases = {name: shelf.aliases[name] for name in sorted(shelf.aliases)}
    return _json(
        {
            "schemaVersion": 2,
            "mediaType": INDEX_TYPE,
            "manifests": manifests,
            "annotations": {FACTS: msgspec.json.encode(aliases).decode()},
        }
    )


def read_shelf(data: bytes | None, model: str, where: str) -> Shelf:
    """Read a model's index; an empty one where there is none.

    Raises:
        RemoteError: it is no such index.
    """
    if data is None:
        return Shelf(model)
    try:
        document = json.loads(data)
        versions = {
            int(entry["annotations"][VERSION]): Listed(
                str(entry["digest"]), int(entry["size"]), str(entry["annotations"][DIGEST])
            )
            for entry in document["manifests"]
        }
        aliases = msgspec.json.decode(document["annotations"][FACTS], type=dict[str, Pointed])
    except (ValueError, KeyError, TypeError, RecursionError, msgspec.MsgspecError) as error:
        raise RemoteError(f"{where}: the index of {model} cannot be read: {error!r}") from error
    return Shelf(model, versions, aliases)


def _is_inner(path: str) -> bool:
    """Whether a path is one of a project."""
    return "\0" not in path and all(part not in ("", ".", "..") for part in path.split("/"))


def _json(document: Any) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode("ascii")
