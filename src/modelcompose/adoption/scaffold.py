"""A small project that runs, for whoever begins in an empty folder."""

from __future__ import annotations

from pathlib import Path

from modelcompose.adoption.changes import Change
from modelcompose.errors import NotFound, ProjectError

FILES = (
    ".gitignore",
    "compose.yaml",
    "evaluate.py",
    "flowers.py",
    "iris.csv",
    "prepare.py",
    "train.py",
)
"""What the project is made of."""

_PACKAGE = Path(__file__).parents[1]
_PLACES = (_PACKAGE / "_examples" / "start", _PACKAGE.parents[1] / "examples" / "start")
"""Where an installation has the project, and where a clone of the repository has it."""
_MAY_STAND = ("readme", "license", "licence", "changelog")


def scaffold(folder: Path) -> list[Change]:
    """Give the files of the project, none of which is there yet.

    Raises:
        NotFound: this installation lacks the project.
        ProjectError: the folder holds something that the project would mix with.
    """
    found = sorted(path.name for path in folder.iterdir() if _is_in_the_way(path))
    if (folder / "dvc.yaml").is_file() or (folder / ".dvc").is_dir():
        raise ProjectError(
            f"{folder}: there is no Compose file, and the folder is a project of DVC's",
            hint="take it over: modelcompose data import dvc",
        )
    if found:
        raise ProjectError(
            f"{folder}: there is no Compose file, and the folder is not empty: "
            f"{', '.join(found[:3])}{' …' if found[3:] else ''}",
            hint="write a compose.yaml with a service for each of your commands, then run "
            "`modelcompose init` again; or begin in an empty folder",
        )
    source = next((place for place in _PLACES if place.is_dir()), None)
    if source is None:
        raise NotFound(
            "this installation holds no project to start from",
            hint="install it anew: pip install --force-reinstall docker-ml",
        )
    return [
        Change(folder / name, None, (source / name).read_text(encoding="utf-8")) for name in FILES
    ]


def _is_in_the_way(path: Path) -> bool:
    """Tell whether a file or folder is more than what a new repository holds."""
    name = path.name.lower()
    return name in FILES or not name.startswith((".", *_MAY_STAND))
