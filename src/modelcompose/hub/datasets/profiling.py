"""Profiles of contents: what a folder is made of, and the columns of a table in it."""

from __future__ import annotations

import gzip
import io
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import closing
from threading import Lock

from modelcompose.errors import ModelComposeError, UsageError
from modelcompose.hub.artifacts.paths import Parts, parts_of
from modelcompose.hub.artifacts.protocol import Artifacts, Reading
from modelcompose.hub.previews.lines import Lines, Stream
from modelcompose.registry.candidates import CONTENT
from modelcompose.store.content import Content
from modelcompose.store.digests import PREFIX
from modelcompose.versioning.profiles.tables import (
    TableProfile,
    csv_profile,
    lines_profile,
    parquet_profile,
)
from modelcompose.versioning.tables import LINE_LENGTH, kind_of

_KEPT = 64
_known: OrderedDict[tuple[str, str], TableProfile] = OrderedDict()
_known_lock = Lock()


def place_in(content: Content, path: str, file: str) -> Parts:
    """Give where a file of a content is read.

    Args:
        content: a file, or a folder.
        path: what the content is called.
        file: the path inside of a folder; empty for a content that is a file.

    Raises:
        UsageError: the path leads out of it.
    """
    digits = content.digest.removeprefix(PREFIX)
    if content.kind == "file":
        return (CONTENT, "file", digits, path.rstrip("/").rpartition("/")[2] or "file")
    return (CONTENT, "folder", digits, *parts_of(file))


def profile_table(artifacts: Artifacts, place: Parts) -> TableProfile:
    """Look at a table of a content; what was looked at is known for a while.

    Raises:
        UsageError: it is no table, or cannot be read as one.
        NotFound: there is no such file.
        StoreError: it cannot be read.
    """
    key = ("/".join(place), place[-1])
    with _known_lock:
        if key in _known:
            _known.move_to_end(key)
            return _known[key]
    with closing(artifacts.open(place)) as reading:
        found = _profile(reading, place[-1])
    with _known_lock:
        _known[key] = found
        while len(_known) > _KEPT:
            _known.popitem(last=False)
    return found


def _profile(reading: Reading, name: str) -> TableProfile:
    kind = kind_of(name)
    if kind is None:
        raise UsageError(
            f"{name}: is no table", hint="tables are .csv, .tsv, .jsonl, .parquet, and .csv.gz"
        )
    try:
        if kind == "parquet":
            return parquet_profile(io.BufferedReader(Stream(reading)))
        if name.lower().endswith(".gz"):
            with gzip.GzipFile(fileobj=io.BufferedReader(Stream(reading))) as unpacked:
                return _text(kind, name, _lines(unpacked))
        return _text(kind, name, Lines(reading))
    except (OSError, EOFError) as error:  # no gzip at all, or cut off
        raise UsageError(f"{name}: cannot be read: {error}") from error
    except ModelComposeError as error:
        raise type(error)(f"{name}: {error.message}", hint=error.hint) from error


def _text(kind: str, name: str, lines: Iterable[str]) -> TableProfile:
    if kind == "lines":
        return lines_profile(lines)
    read: Callable[..., TableProfile] = csv_profile
    return read(lines, "\t" if ".tsv" in name.lower() else None)


def _lines(stream: gzip.GzipFile) -> Iterable[str]:
    while line := stream.readline(LINE_LENGTH):
        yield line.decode("utf-8-sig", "replace")
