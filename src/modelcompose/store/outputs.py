"""Where outputs may lie: inside the project, behind no symbolic link, in writable folders."""

from __future__ import annotations

import errno
import os
import shlex
import stat
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Literal

from modelcompose.errors import StoreError
from modelcompose.store.copying import copy_all
from modelcompose.store.failures import printable, translate, translated

_EFFECTIVE = os.access in os.supports_effective_ids


def check_outputs(root: Path, outputs: Iterable[str]) -> None:
    """Make sure that every output lies in `root`, behind no symbolic link.

    Raises:
        StoreError: names the output, and the link or file that is in its way.
    """
    for output in outputs:
        parts = PurePosixPath(output).parts
        if not parts or output.startswith("/") or ".." in parts:
            raise StoreError(f"{printable(output)}: an output is a path inside the project folder")
        for parent in reversed(PurePosixPath(output).parents[:-1]):
            _check_parent(root / parent, output)


def settle_links(staged: Path, outputs: Iterable[str]) -> None:
    """Put a copy of what it points to in the place of each staged output that is itself a link.

    To be called before the outputs are looked at: a look follows such a link wherever it leads.

    Raises:
        StoreError: a link leads out of `staged`, or nowhere; or an output lies behind a link.
    """
    outputs = list(outputs)
    check_outputs(staged, outputs)
    for output in outputs:
        path = staged / output
        if kind_of(path) == "link":
            _settle(path, staged)


def check_writable(root: Path, folders: Iterable[str]) -> None:
    """Make sure that entries of folders can be replaced, as far as permissions tell.

    Args:
        root: the folder that `folders` are relative to.
        folders: one that is not there is passed over.

    Raises:
        StoreError: names the folder that the user may not write.
    """
    for folder in (root / path for path in folders):
        if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK, effective_ids=_EFFECTIVE):
            raise _closed(folder)


def _closed(folder: Path) -> StoreError:
    number = errno.EROFS if os.statvfs(folder).f_flag & os.ST_RDONLY else errno.EACCES
    claim = "the outputs were left as they are"
    return translate(OSError(number, os.strerror(number)), folder, claim)


def kind_of(path: Path) -> Literal["file", "folder", "link"] | None:
    """Give what a path is, following no link; None where nothing is."""
    try:
        mode = os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    if stat.S_ISLNK(mode):
        return "link"
    return "folder" if stat.S_ISDIR(mode) else "file"


def above(path: str) -> list[str]:
    """Give the folders that a relative path lies in, the nearest first, `.` last."""
    return [str(parent) for parent in PurePosixPath(path).parents]


def _check_parent(parent: Path, output: str) -> None:
    kind = kind_of(parent)
    if kind == "link":
        raise StoreError(
            f"{printable(parent)}: the output {printable(output)} lies behind a symbolic link to"
            f" {printable(os.readlink(parent))}, and outputs are never written through one",
            hint="make it a folder, or declare the output where it really lies",
        )
    if kind == "file":
        aside = f"{printable(parent)}.old"
        raise StoreError(
            f"{printable(parent)}: expected a folder for the output {printable(output)}, found a"
            " file",
            hint=f"move the file away: {shlex.join(['mv', printable(parent), aside])}",
        )


def _settle(path: Path, staged: Path) -> None:
    target = Path(os.path.realpath(path))
    if not target.is_relative_to(os.path.realpath(staged)) or not target.exists():
        raise StoreError(
            f"{printable(path)}: the output is a symbolic link to {printable(os.readlink(path))},"
            " which is not in the step's workspace",
            hint="let the step write the file itself, or a relative link to one beside it",
        )
    with translated(path, "cannot be copied"):
        path.unlink()
        copy_all(target, path)
