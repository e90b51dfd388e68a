"""Folders made at random, and what a folder holds as a value that compares."""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from hypothesis import strategies as st

from modelcompose.store.file_state import is_settled

Node = tuple[str, bytes, bool] | dict[bytes, "Node"]
"""(`file` or `link`, bytes or target, executable), or a folder's nodes by name."""

_ODD_NAMES = [b"a", b"b", b"a b", b"a-b", b".hidden", "größe 😀".encode(), b'quo"te\\', b"\x01\n"]
if sys.platform == "linux":  # macOS refuses names that are not UTF-8
    _ODD_NAMES += [b"\xff\xfe", b"caf\xe9"]

names = st.sampled_from(_ODD_NAMES)
files = st.tuples(st.just("file"), st.sampled_from([b"", b"x", b"yy", b"\0" * 70]), st.booleans())
links = st.tuples(st.just("link"), st.sampled_from([b"a", b"../b", b"/etc"]), st.just(value=False))
nodes: st.SearchStrategy[Node] = st.recursive(
    files | links, lambda inner: st.dictionaries(names, inner, max_size=4), max_leaves=12
)
folders = st.dictionaries(names, nodes, max_size=5)


def build(path: Path, node: Node) -> None:
    """Make `path` hold a node; nothing may be there."""
    if isinstance(node, Mapping):
        path.mkdir()
        for name, inner in node.items():
            build(path / os.fsdecode(name), inner)
    elif node[0] == "link":
        path.symlink_to(os.fsdecode(node[1]))
    else:
        path.write_bytes(node[1])
        path.chmod(0o755 if node[2] else 0o644)


def read(path: Path) -> Node:
    """Give what `path` holds as a node."""
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        target = os.readlink(path)  # noqa: PTH115 - Path changes the text
        return ("link", os.fsencode(target), False)
    if stat.S_ISDIR(status.st_mode):
        return {os.fsencode(item.name): read(item) for item in path.iterdir()}
    return ("file", path.read_bytes(), bool(status.st_mode & stat.S_IXUSR))


def settle(path: Path) -> None:
    """Wait until a file's last change is old enough for its state to be trusted."""
    status = path.stat()
    last = max(status.st_mtime_ns, status.st_ctime_ns)
    limit = time.monotonic() + 10
    while not is_settled(last, time.time_ns()):
        assert time.monotonic() < limit, f"{path}: the clock stands still"
