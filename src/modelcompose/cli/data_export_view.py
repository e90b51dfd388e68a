"""What `data export dvc` wrote, as people read it and as machines do."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelcompose.adoption.changes import Change
    from modelcompose.versioning.dvc.exporting_project import Exported


def print_exported(
    target: Path,
    exported: Exported,
    changes: Sequence[Change],
    objects: int,
    *,
    is_written: bool,
    is_here: bool,
) -> None:
    """Say which files are new and changed, what differs for DVC, and what it will run.

    Args:
        target: the folder of the DVC project.
        exported: what was made.
        changes: the files that differ.
        objects: how many are new in DVC's cache.
        is_written: whether the files were.
        is_here: whether the DVC project is this very one.
    """
    told = sys.stderr.write
    if is_written:
        for change in changes:
            kind = "new" if change.before is None else "changed"
            sys.stdout.write(f"{kind:8} {os.path.relpath(change.path, target)}\n")
        sys.stdout.flush()
        told("" if changes else "Every file of DVC's is as it should be.\n")
        told(f"{_objects(objects)} put into DVC's cache\n")
        if not is_here:
            told(f"To put them into place: cd {target} && dvc checkout\n")
    grouped: dict[str, list[str]] = {}
    for note in exported.notes:
        grouped.setdefault(note.text, []).append(note.where)
    for text, names in grouped.items():
        told(f"note: {', '.join(names)}: {text}\n")
    for name, why in exported.stale.items():
        told(f"note: {name}: DVC will run it: {why}\n")
    if exported.stale:
        told("\nhint: bring it up to date first: modelcompose run, then export again\n")


def _objects(count: int) -> str:
    return f"{count:,} object{'' if count == 1 else 's'}"


def print_json(
    target: Path, exported: Exported, changes: Sequence[Change], *, is_written: bool
) -> None:
    """Print `{"folder", "files": [{"path", "diff"}], "fresh", "stale", "notes", "written"}`."""
    from modelcompose.cli.runs_page import print_json

    files = [
        {"path": os.path.relpath(change.path, target), "diff": change.diff(target)}
        for change in changes
    ]
    print_json(
        {
            "folder": str(target),
            "files": files,
            "fresh": exported.fresh,
            "stale": exported.stale,
            "notes": exported.notes,
            "written": is_written,
        }
    )
