"""Where this user's hub and content store are."""

from __future__ import annotations

import os
from pathlib import Path

from modelcompose.errors import DatabaseError

HOME_VARIABLE = "MODELCOMPOSE_HOME"


def home_folder() -> Path:
    """Give the home folder as an absolute path; it need not exist yet.

    `$MODELCOMPOSE_HOME` where it is set, else the platform's user data folder.

    Raises:
        DatabaseError: the system knows no home of this user, as in a container run as any number.
    """
    chosen = os.environ.get(HOME_VARIABLE)
    try:
        if chosen:
            return Path(chosen).expanduser().absolute()
        import platformdirs

        return Path(platformdirs.user_data_dir("modelcompose", appauthor=False))
    except RuntimeError as error:
        raise DatabaseError(
            f"{chosen or 'HOME'}: user {os.geteuid()} has no home folder here, "
            "and runs are recorded in it",
            hint=f"name a folder for them: export {HOME_VARIABLE}=/path/of/your/own",
        ) from error
