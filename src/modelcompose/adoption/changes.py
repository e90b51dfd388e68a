"""Files as they are and as they would be: shown as a diff, written when the user says so."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec import Struct

from modelcompose.errors import ProjectError
from modelcompose.store.failures import translated

_NO_NEWLINE = "\\ No newline at end of file\n"


class Change(Struct, frozen=True):
    """One file."""

    path: Path
    before: str | None
    """Its text, line ends and all; None where there is no such file."""
    after: str

    def diff(self, directory: Path) -> str:
        """Give a unified diff that `git apply` and `patch -p1` take in the given folder."""
        name = Path(os.path.relpath(self.path, directory)).as_posix()
        lines = difflib.unified_diff(
            _lines(self.before or ""),
            _lines(self.after),
            "/dev/null" if self.before is None else f"a/{name}",
            f"b/{name}",
        )
        return "".join(line if line.endswith("\n") else f"{line}\n{_NO_NEWLINE}" for line in lines)


def read_exactly(path: Path) -> str | None:
    """Give a file's text with the line ends that it has; None where there is no such file.

    Raises:
        ProjectError: it is no UTF-8.
        StoreError: it cannot be read.
    """
    with translated(path, "cannot be read"):
        try:
            return path.read_bytes().decode("utf-8")
        except FileNotFoundError:
            return None
        except UnicodeDecodeError as error:
            raise ProjectError(f"{path}: is no UTF-8 text: {error}") from error


def with_lines(path: Path, lines: Sequence[str]) -> Change:
    """Give the change that appends lines to a file, which may not be there yet."""
    before = read_exactly(path)
    text = before or ""
    end = "\r\n" if "\r\n" in text else "\n"
    lead = end if text and not text.endswith("\n") else ""
    return Change(path, before, text + lead + "".join(f"{line}{end}" for line in lines))


def write(changes: Iterable[Change]) -> None:
    """Write every file, or none where one is no longer what it was.

    Raises:
        ProjectError: somebody changed a file since it was read.
        StoreError: a file cannot be written.
    """
    changes = list(changes)
    for change in changes:
        if read_exactly(change.path) != change.before:
            raise ProjectError(
                f"{change.path}: was changed meanwhile; nothing was written",
                hint="look at the proposal again: modelcompose init",
            )
    for change in changes:
        with translated(change.path, "cannot be written"):
            change.path.parent.mkdir(parents=True, exist_ok=True)
            with change.path.open("w", encoding="utf-8", newline="") as file:
                file.write(change.after)


def _lines(text: str) -> list[str]:
    """Split at line feeds alone: any other line end is part of its line."""
    return [line for line in text.replace("\n", "\n\0").split("\0") if line]
