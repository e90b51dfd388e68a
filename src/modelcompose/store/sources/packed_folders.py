"""Layers of other tools: checked by their digests, and unpacked where they are folders.

Source: https://oras.land/docs/concepts/artifact (`io.deis.oras.content.unpack`)
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from modelcompose.errors import ContentCorrupt, RemoteError
from modelcompose.store.digests import digest_file
from modelcompose.store.placing import remove
from modelcompose.store.remotes.artifacts import TITLE
from modelcompose.store.sources.protocol import Item

UNPACK = "io.deis.oras.content.unpack"
_FOLDER_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip"
_ARCHIVES = (".gz", ".tgz", ".tar")


def is_packed_folder(layer: Mapping[str, Any]) -> bool:
    """Whether a layer is a folder: by its annotation, or as `oras` for Python says it, its type."""
    notes = layer.get("annotations") or {}
    if UNPACK in notes:
        return bool(notes[UNPACK] == "true")
    title = str(notes.get(TITLE) or "")
    return layer.get("mediaType") == _FOLDER_TYPE and not title.endswith(_ARCHIVES)


def unpack(where: str, path: Path, item: Item) -> None:
    """Make sure that a layer is what its digest says; put a packed folder in its own place.

    Args:
        where: the source, for messages.
        path: the layer as it came.
        item: says what it is to be; its key is the name of what is a folder, as a compressed tar.

    Raises:
        ContentCorrupt: the bytes are not those of the digest.
        RemoteError: it cannot be unpacked, or would write outside of its folder.
    """
    digest = item.mark.removeprefix("digest ")
    if digest_file(path) != digest:
        path.unlink()
        raise ContentCorrupt(
            f"{where}: what it gave for {digest} is something else, or cut off",
            hint="run this again; if it stays so, it is damaged there",
        )
    if item.key:
        _unpack(where, path, item.key)


def _unpack(where: str, path: Path, name: str) -> None:
    import tarfile
    import zlib

    beside = path.with_name(f"{path.name}.unpacked")
    remove(beside)
    beside.mkdir()
    try:
        with tarfile.open(path, "r|*") as archive:
            archive.extractall(beside, filter="data")
    except (tarfile.TarError, EOFError, zlib.error, ValueError) as error:
        remove(beside)
        raise RemoteError(f"{where}: {name} cannot be unpacked: {error}") from error
    # What was packed is one folder, by the name of the layer: that folder is what is wanted.
    inner = beside / name
    whole = inner if os.listdir(beside) == [name] and inner.is_dir() else beside
    path.unlink()
    os.rename(whole, path)
    remove(beside)
