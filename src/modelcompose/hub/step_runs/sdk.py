"""Where the SDK is that steps are given, and using it here."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).parents[2]
_PLACES = (_PACKAGE / "_sdk", _PACKAGE.parents[1] / "sdk" / "src")
"""In an installation; and in the repository, for an editable one."""


@cache
def sdk_folder() -> Path | None:
    """Give the folder to import `modelcompose_sdk` from; None where it was left out."""
    return next((each for each in _PLACES if (each / "modelcompose_sdk").is_dir()), None)


def make_importable() -> None:
    """Let `modelcompose_sdk` be imported in this program; the bundled one goes before others."""
    folder = sdk_folder()
    if folder is not None and str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
