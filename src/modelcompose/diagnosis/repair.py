"""What `--fix` may do by itself, as values; `repairs` carries them out.

Only what cannot lose anything and what nobody would decide otherwise: a line more in an ignore
file, and what dead commands left behind.
"""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct


class AddLine(Struct, frozen=True):
    """Append a line to a file, which is made where it is not there."""

    file: Path
    line: str


class Recover(Struct, frozen=True):
    """Finish or undo what a killed command began in the project, as the next `run` would."""


class SetAside(Struct, frozen=True):
    """Move damaged content out of the store, so that it is made anew; nothing is deleted."""

    digest: str


class RemoveFile(Struct, frozen=True):
    """Remove a temporary file, or a folder of such, whose writer is dead."""

    path: Path


class ClearIngest(Struct, frozen=True):
    """Remove from the store what killed writers had on the way into it."""


Repair = AddLine | Recover | SetAside | RemoveFile | ClearIngest
