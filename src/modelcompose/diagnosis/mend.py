"""Carrying out what `--fix` may do by itself."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from msgspec import Struct

from modelcompose.compose.positions import display
from modelcompose.diagnosis.finding import Finding
from modelcompose.diagnosis.repair import (
    AddLine,
    ClearIngest,
    Recover,
    RemoveFile,
    Repair,
    SetAside,
)
from modelcompose.errors import ContentCorrupt, ContentMissing, ModelComposeError
from modelcompose.store.failures import printable, translated
from modelcompose.store.intake import clear_orphans
from modelcompose.store.store import Store

Notes = Callable[[str], None]


class Tools(Struct, frozen=True):
    """What repairs are made with."""

    home: Path
    recover: Callable[[Notes], None]
    """Recovers the project, and tells what it did; raises what keeps it from that."""


class Mended(Struct, frozen=True):
    """What came of one repair."""

    done: tuple[str, ...]
    """What was done, a sentence each."""
    error: ModelComposeError | None = None
    """Why it could not be done."""


def mend(findings: Iterable[Finding], tools: Tools) -> list[Mended]:
    """Carry out the repairs of findings, each once; one that fails keeps no other from being made.

    Carrying out a repair again does no harm.
    """
    repairs = dict.fromkeys(found.repair for found in findings if found.repair is not None)
    return [_mended(repair, tools) for repair in repairs]


def _mended(repair: Repair, tools: Tools) -> Mended:
    done: list[str] = []
    try:
        _carry_out(repair, tools, done.append)
    except ModelComposeError as error:
        return Mended(tuple(done), error)
    return Mended(tuple(done))


def _carry_out(repair: Repair, tools: Tools, notes: Notes) -> None:
    match repair:
        case AddLine(file, line):
            _add_line(file, line, notes)
        case Recover():
            tools.recover(notes)
        case SetAside(digest):
            _set_aside(tools.home / "store", digest, notes)
        case RemoveFile(path):
            _remove(path, notes)
        case ClearIngest():
            ingest = tools.home / "store" / "ingest"
            with translated(ingest, "cannot be cleared"):
                clear_orphans(ingest)
            notes(f"cleared {ingest}")


def _add_line(file: Path, line: str, notes: Notes) -> None:
    """Append a line that is not there yet, with the line ends that the file has."""
    with translated(file, "cannot be written"):
        text = file.read_bytes() if file.exists() else b""
        if line.encode() in (old.strip() for old in text.splitlines()):
            return
        end = b"\r\n" if b"\r\n" in text else b"\n"
        before = end if text and not text.endswith(b"\n") else b""
        with file.open("ab") as stream:
            stream.write(before + line.encode() + end)
    notes(f"added `{line}` to {printable(display(file))}")


def _set_aside(root: Path, digest: str, notes: Notes) -> None:
    try:
        Store(root).verify(digest)
    except ContentCorrupt:
        notes(f"set {digest[:19]}… aside in {root / 'corrupt'}")
    except ContentMissing:
        return


def _remove(path: Path, notes: Notes) -> None:
    with translated(path, "cannot be removed"):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    notes(f"removed {printable(path)}")
