"""Where this user's hub and content store are."""

from __future__ import annotations

import os
from pathlib import Path

HOME_VARIABLE = "MODELCOMPOSE_HOME"


def home_folder() -> Path:
    """Give the home folder as an absolute path; it need not exist yet.

    `$MODELCOMPOSE_HOME` where it is set, else the platform's user data folder.
    """
    chosen = os.environ.get(HOME_VARIABLE)
    if chosen:
        return Path(chosen).expanduser().absolute()
    import platformdirs

    return Path(platformdirs.user_data_dir("modelcompose", appauthor=False))
