r"""Digests, and the one form in which a folder's listing is written.

A listing is JSON in UTF-8 without blanks: `{"entries":[…],"empty_folders":[…]}`. An entry has the
keys `path`, `digest`, `size_bytes`, then `executable` and `link` where they are not the default.
Entries and empty folders are sorted by the code points of their paths; an empty folder's path ends
in a slash. Equal trees have equal bytes.

A name on disk is bytes. One that is not UTF-8 is held as Python holds it: each byte that does not
decode becomes a lone surrogate U+DC80…U+DCFF (PEP 383), written in the listing as the JSON escape
`\udc80`…`\udcff`. So every name comes back byte for byte, and the listing stays valid UTF-8.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import msgspec

from modelcompose.errors import ContentCorrupt
from modelcompose.store.content import Tree

PREFIX = "sha256:"
_BLOCK_BYTES = 1 << 18
_decoder = msgspec.json.Decoder(Tree)


def digest_bytes(data: bytes) -> str:
    """Give the digest of `data`, `sha256:<64 hex>`."""
    return PREFIX + hashlib.sha256(data).hexdigest()


def digest_file(path: Path) -> str:
    """Give the digest of a file's bytes, `sha256:<64 hex>`.

    Raises:
        OSError: the file cannot be read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return digest_descriptor(descriptor)
    finally:
        os.close(descriptor)


def digest_descriptor(descriptor: int) -> str:
    """Give the digest of what an open file holds from its position to its end."""
    hashed = hashlib.sha256()
    for block in blocks(descriptor):
        hashed.update(block)
    return PREFIX + hashed.hexdigest()


def blocks(descriptor: int) -> Iterator[memoryview]:
    """Give what an open file holds from its position on; each block is gone with the next.

    All come in one buffer: memory that is new for each block would cost more than hashing it.
    """
    buffer = bytearray(_BLOCK_BYTES)
    view = memoryview(buffer)
    while size := os.readv(descriptor, [buffer]):
        yield view[:size]


def digest_link(target: str) -> str:
    """Give the digest of a symbolic link: that of its target's text."""
    return digest_bytes(os.fsencode(target))


def encode_tree(tree: Tree) -> bytes:
    """Write a listing in its one form; see the module's docstring."""
    entries = tuple(sorted(tree.entries, key=lambda entry: entry.path))
    ordered = Tree(entries=entries, empty_folders=tuple(sorted(tree.empty_folders)))
    try:
        return msgspec.json.encode(ordered)
    except UnicodeEncodeError:  # a name that is not UTF-8: msgspec has no escape for it
        text = json.dumps(msgspec.to_builtins(ordered), ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "backslashreplace")


def decode_tree(data: bytes) -> Tree:
    """Read a listing, and refuse one that could write outside the folder it is placed in.

    Raises:
        ContentCorrupt: the bytes are no listing, or a path in it is not one of a folder's.
    """
    try:
        if b"\\udc" in data:  # lone surrogates, which msgspec refuses to read
            tree = msgspec.convert(json.loads(data), Tree)
        else:
            tree = _decoder.decode(data)
    except (ValueError, msgspec.MsgspecError) as error:
        raise ContentCorrupt(f"a folder's listing cannot be read: {error}") from error
    _check_paths(tree)
    return tree


def _check_paths(tree: Tree) -> None:
    paths = [entry.path for entry in tree.entries]
    for path in (*paths, *(folder.removesuffix("/") for folder in tree.empty_folders)):
        # Most paths hold none of these: three searches are cheaper than a split for each.
        if (
            path.startswith(("/", "."))
            or "/." in path
            or "//" in path
            or "\0" in path
            or path.endswith("/")
            or not path
        ) and not _is_plain(path):
            raise ContentCorrupt(f"a folder's listing holds {path!r}, which is no path in a folder")
    for before, after in pairwise(sorted(paths)):
        if before == after:
            raise ContentCorrupt(f"a folder's listing holds {after!r} twice")


def _is_plain(path: str) -> bool:
    return "\0" not in path and all(part not in ("", ".", "..") for part in path.split("/"))
