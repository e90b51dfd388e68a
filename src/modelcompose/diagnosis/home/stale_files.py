"""Temporary files whose writers died."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from modelcompose.diagnosis.finding import Finding, note
from modelcompose.diagnosis.repair import ClearIngest, RemoveFile
from modelcompose.diagnosis.sizes import count, in_words, size_of
from modelcompose.diagnosis.subject import Subject
from modelcompose.store.intake import ORPHAN_AGE_S

OLD_S = 24 * 3600.0
"""No command keeps a temporary file that long without touching it."""

_FIX = "they are in nobody's way; remove them:\nmodelcompose doctor --fix"


def look_at_stale_files(subject: Subject) -> Iterator[Finding]:
    """Look where temporary files are written."""
    ingest = subject.home / "store" / "ingest"
    waiting = [path for path in _children(ingest) if _age_s(path) > ORPHAN_AGE_S]
    if waiting:
        yield note(
            f"{count(len(waiting), 'folder')} of content that never arrived in the store, "
            f"{in_words(sum(map(size_of, waiting)))}",
            where=str(ingest),
            fix=_FIX,
            repair=ClearIngest(),
        )
    for path in _temporary(subject.home):
        if _age_s(path) > OLD_S and _is_own(path):
            yield note(
                f"a temporary file of a dead command, {in_words(size_of(path))}",
                where=str(path),
                fix=_FIX,
                repair=RemoveFile(path),
            )


def _temporary(home: Path) -> list[Path]:
    """Give what looks like a temporary file of ours."""
    scratch = Path(tempfile.gettempdir())
    return sorted(
        [
            *home.glob("hub.db.new*"),
            *(home / "cache" / "compose").glob(".*"),
            *(home / "store").glob(".*"),
            *home.glob(".modelcompose-doctor-*"),
            *scratch.glob("modelcompose-build-*"),
        ]
    )


def _children(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _age_s(path: Path) -> float:
    try:
        return time.time() - path.lstat().st_mtime
    except OSError:
        return 0.0


def _is_own(path: Path) -> bool:
    try:
        return path.lstat().st_uid == os.geteuid()
    except OSError:
        return False
