"""Images that a report's prose shows, from the project's folder, as addresses without a request."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote

from modelcompose.hub.reports.files import FOLDER
from modelcompose.reporting.images import LIMIT_BYTES, TYPES, data_address

MOST_BYTES = 20 * 1024 * 1024
"""Of all images of a report."""


def pictures(directory: Path, sources: Iterable[str]) -> dict[str, str]:
    """Read images; one that is elsewhere, too large or not there is left out.

    Args:
        directory: the project's folder, which none may lie outside of.
        sources: addresses as they stand in the Markdown, from the folder of reports.
    """
    found: dict[str, str] = {}
    left = MOST_BYTES
    for source in dict.fromkeys(sources):
        content = _read(directory, source)
        if content is not None and len(content) <= left:
            left -= len(content)
            found[source] = data_address(TYPES[Path(source).suffix.lower()], content)
    return found


def _read(directory: Path, source: str) -> bytes | None:
    if Path(source).suffix.lower() not in TYPES or ":" in source or "\0" in source:
        return None
    with suppress(OSError, ValueError, RuntimeError):
        root = directory.resolve(strict=True)
        path = (root / FOLDER / unquote(source)).resolve(strict=True)
        if not path.is_relative_to(root) or not path.is_file():
            return None
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            content = file.read(LIMIT_BYTES + 1)
        return content if len(content) <= LIMIT_BYTES else None
    return None
