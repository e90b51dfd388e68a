"""Many files said in few words: a folder in the place of what lies in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator


def fold(
    paths: Iterable[str],
    present: Iterable[str],
    *,
    least: int,
    share: float,
    apart: Collection[str] = (),
) -> list[str]:
    """Replace files by their folders, where these say nearly the same.

    Args:
        paths: files, relative to one root.
        present: every file that lies there.
        least: how many files a folder must stand for.
        share: how large a part of what lies in the folder these must be, from 0 to 1.
        apart: files that no folder may take in.

    Returns:
        Folders and the files that are in none of them, sorted; never the root itself.
    """
    wanted = set(paths)
    counted = Counter(folder for path in wanted for folder in folders_above(path))
    in_all = Counter(folder for path in present for folder in folders_above(path))
    barred = {folder for path in apart for folder in folders_above(path)}
    folders = {
        folder
        for folder, count in counted.items()
        if folder not in barred and count >= least and count >= share * in_all[folder]
    }
    return sorted({_outermost(path, folders) for path in wanted})


def folders_above(path: str) -> Iterator[str]:
    """Give the folders that a relative path lies in, the outermost first; not the root."""
    parts = path.split("/")
    for count in range(1, len(parts)):
        yield "/".join(parts[:count])


def _outermost(path: str, folders: Collection[str]) -> str:
    return next((folder for folder in folders_above(path) if folder in folders), path)
