"""The content store: its layout, and whether blobs hold what their names say."""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from modelcompose.diagnosis.finding import Finding, note, ok, problem
from modelcompose.diagnosis.repair import SetAside
from modelcompose.diagnosis.sizes import MEGABYTE, count, in_words
from modelcompose.diagnosis.subject import Subject
from modelcompose.store.digests import PREFIX, digest_file

SAMPLE_FILES = 200
SAMPLE_BYTES = 256 * MEGABYTE
SAMPLE_S = 10.0
_NAME_LENGTH = 64
_LAYOUT_FILES = ("oci-layout", "index.json")


class Blob(Struct, frozen=True):
    """A file of the store."""

    digest: str
    path: Path
    size_bytes: int


def look_at_content(subject: Subject) -> Iterator[Finding]:
    """Look at the layout, and read a sample of the blobs, or all of them."""
    root = subject.home / "store"
    if not root.exists():
        yield ok("the store is empty: nothing was kept yet")
        return
    yield from _layout(root)
    found = list(blobs(root))
    wanted = found if subject.is_deep else sample(found)
    looked_at, damaged = _verify(wanted, None if subject.is_deep else SAMPLE_S)
    yield from map(_damaged, damaged)
    yield from _set_aside(root)
    total = in_words(sum(blob.size_bytes for blob in found))
    seen = "all" if looked_at == len(found) else f"{looked_at:,}"
    if not damaged:
        yield ok(f"{count(len(found), 'blob')} in the store, {total}; {seen} read and whole")


def blobs(root: Path) -> Iterator[Blob]:
    """Give every blob of the store at `root`."""
    folder = root / "blobs" / "sha256"
    if not folder.is_dir():
        return
    with os.scandir(folder) as items:
        for item in items:
            if len(item.name) == _NAME_LENGTH and item.is_file(follow_symlinks=False):
                size = item.stat(follow_symlinks=False).st_size
                yield Blob(PREFIX + item.name, Path(item.path), size)


def sample(found: Sequence[Blob]) -> list[Blob]:
    """Choose some blobs at random, no more than can be read in a moment."""
    chosen: list[Blob] = []
    left_bytes = SAMPLE_BYTES
    for blob in random.sample(found, len(found)):
        if len(chosen) == SAMPLE_FILES:
            break
        if blob.size_bytes <= left_bytes:
            chosen.append(blob)
            left_bytes -= blob.size_bytes
    return chosen


def _verify(wanted: Sequence[Blob], limit_s: float | None) -> tuple[int, list[Blob]]:
    """Read blobs until the time is up; give how many were read, and those that are damaged."""
    until = None if limit_s is None else time.monotonic() + limit_s
    damaged: list[Blob] = []
    for number, blob in enumerate(wanted):
        if until is not None and time.monotonic() > until:
            return number, damaged
        try:
            is_whole = digest_file(blob.path) == blob.digest
        except FileNotFoundError:  # removed meanwhile
            continue
        except OSError:
            is_whole = False
        if not is_whole:
            damaged.append(blob)
    return len(wanted), damaged


def _damaged(blob: Blob) -> Finding:
    return problem(
        f"{blob.digest[:19]}… in the store is damaged: its bytes are not those of its name",
        where=str(blob.path),
        fix="set it aside, then let the steps make it anew; if there are more, look at the disk:\n"
        "modelcompose doctor --fix && modelcompose run",
        repair=SetAside(blob.digest),
    )


def _layout(root: Path) -> Iterator[Finding]:
    for name in _LAYOUT_FILES:
        path = root / name
        try:
            json.loads(path.read_bytes())
        except FileNotFoundError:
            yield problem(
                f"the store's {name} is missing: other tools do not know it for an OCI layout",
                where=str(path),
                fix="see what became of it; an empty folder `ingest` removed has it made anew:\n"
                f"rmdir {root / 'ingest'}",
            )
        except (OSError, ValueError) as error:
            yield problem(
                f"the store's {name} cannot be read: {error}",
                where=str(path),
                fix=f"move it away; it is made anew:\nmv {path} {path}.damaged; "
                f"rmdir {root / 'ingest'}",
            )


def _set_aside(root: Path) -> Iterator[Finding]:
    aside = root / "corrupt"
    kept = list(aside.iterdir()) if aside.is_dir() else []
    if kept:
        yield note(
            f"set aside earlier: {count(len(kept), 'damaged blob')}",
            where=str(aside),
            fix=f"when nobody needs them for a diagnosis:\nrm -r {aside}",
        )
