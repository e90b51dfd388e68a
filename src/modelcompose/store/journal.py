"""The journal of an exchange: what is left to do should the command die in the middle.

A JSON file in ASCII, `{"version": 1, "staged": PATH, "operations": [[KIND, PATH], …]}`. It comes
by a rename, so it is there whole or not at all.
"""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Sequence
from pathlib import Path

from modelcompose.errors import StoreError
from modelcompose.store.failures import printable
from modelcompose.store.intake import sync_files, sync_folder
from modelcompose.store.swapping import Operation

_VERSION = 1


def write_journal(
    journal: Path, project: Path, staged: Path, operations: Sequence[Operation]
) -> None:
    """Have a list of operations on the disk, whole, before the first is carried out.

    Raises:
        OSError: as the system says it; no journal is left.
    """
    document = {
        "version": _VERSION,
        # Relative where it can be: the project may be moved, or seen through another mount.
        "staged": str(staged.relative_to(project) if staged.is_relative_to(project) else staged),
        "operations": operations,
    }
    journal.parent.mkdir(parents=True, exist_ok=True)
    new = journal.with_name(f"{journal.name}.new")
    try:
        new.write_text(json.dumps(document), encoding="ascii")
        sync_files([new])
        os.replace(new, journal)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    sync_folder(journal.parent)


def read_journal(journal: Path, project: Path) -> tuple[list[Operation], Path]:
    """Give a journal's operations and the folder of staged outputs.

    Raises:
        StoreError: it is damaged, or of a newer version.
    """
    try:
        document = json.loads(journal.read_text(encoding="ascii"))
        version = document["version"]
        operations = [(kind, path) for kind, path in document["operations"]]
        staged = project / document["staged"]
    except (ValueError, KeyError, TypeError) as error:
        raise _unreadable(journal, repr(error)) from error
    if version != _VERSION:
        raise _unreadable(journal, f"expected version {_VERSION}, found {version!r}")
    outside = next((path for _, path in operations if not _is_inside(path)), None)
    if outside is not None:  # none of ours: it came with the project
        raise _unreadable(journal, f"it would change {outside!r}")
    return operations, staged


def _is_inside(path: object) -> bool:
    """Whether a path is one of the project's, and none of git's own."""
    if not isinstance(path, str):
        return False
    parts = path.split("/")
    return parts[0].casefold() != ".git" and not any(part in {"", ".", ".."} for part in parts)


def _unreadable(journal: Path, reason: str) -> StoreError:
    return StoreError(
        f"{printable(journal)}: this journal of changing outputs cannot be read: {reason}",
        hint=f"see what it holds, then remove it: rm {shlex.quote(printable(journal))}",
    )
