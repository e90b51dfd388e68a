"""The listing of a folder, as DVC writes it: `<md5>.dir`. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable

import msgspec

from modelcompose.errors import ContentCorrupt
from modelcompose.versioning.dvc.formats import FOLDER_SUFFIX

_MD5 = re.compile(r"[0-9a-f]{32}")


class ManifestFile(msgspec.Struct, frozen=True):
    """One file of a folder."""

    md5: str
    relpath: str
    """Relative to the folder, POSIX separators."""


_decoder = msgspec.json.Decoder(list[ManifestFile])


def encode_manifest(files: Iterable[ManifestFile]) -> bytes:
    """Write a folder's listing byte for byte as DVC 3 does.

    Source: dvc_data.hashfile.tree.Tree.as_bytes: a list sorted by path, keys sorted, ASCII.
    """
    ordered = sorted(files, key=lambda file: file.relpath)
    listed = [{"md5": file.md5, "relpath": file.relpath} for file in ordered]
    return json.dumps(listed, sort_keys=True).encode("ascii")


def manifest_oid(data: bytes) -> str:
    """Give the name of a listing: its md5 and `.dir`."""
    return md5_bytes(data) + FOLDER_SUFFIX


def md5_bytes(data: bytes) -> str:
    """Give the md5 of bytes, in 32 hex digits."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def decode_manifest(data: bytes, where: str) -> list[ManifestFile]:
    """Read a folder's listing, and refuse one that could write outside of the folder.

    Raises:
        ContentCorrupt: it is no listing, or a path in it is absolute, or has `..` in it, or is
            there twice.
    """
    try:
        files = _decoder.decode(data)
    except (ValueError, msgspec.MsgspecError) as error:
        raise ContentCorrupt(f"{where}: the listing of a folder cannot be read: {error}") from error
    for file in files:
        if not _is_inside(file.relpath):
            raise ContentCorrupt(
                f"{where}: the listing names {file.relpath!r}, which is no path inside of its"
                " folder; nothing of it is used",
                hint="see who wrote it: dvc list-url, or the history of the .dvc file",
            )
        if _MD5.fullmatch(file.md5) is None:
            raise ContentCorrupt(f"{where}: {file.relpath}: expected an md5, found {file.md5!r}")
    if len({file.relpath for file in files}) != len(files):
        raise ContentCorrupt(f"{where}: the listing names a path twice")
    return files


def _is_inside(path: str) -> bool:
    if "\0" in path or "\\" in path:
        return False
    # Most paths hold none of these: a few searches are cheaper than a split for each.
    if not path or path[0] in "/." or "/." in path or "//" in path or path[-1] == "/":
        parts = path.split("/")
        return bool(path) and not any(part in {"", ".", ".."} for part in parts)
    return True
