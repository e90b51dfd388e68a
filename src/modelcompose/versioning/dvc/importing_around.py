"""What of a DVC project is neither stages nor data, and stays DVC's: said, each in a line."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

from modelcompose.versioning.dvc.importing_values import Note
from modelcompose.versioning.dvc.reading import read_config

_IGNORE = ".dvcignore"
_EXPERIMENTS = "refs/exps"


def around(start: Path) -> Iterator[Note]:
    """Say what stays DVC's of the project in a folder."""
    remotes = sorted(read_config(start).remotes)
    if remotes:
        told = "holds DVC's objects; where `push` goes is named in x-ml.remote"
        yield from (Note(f"remote {name}", told) for name in remotes)
    if _has_patterns(start / _IGNORE):
        yield Note(_IGNORE, "what it leaves out of data counts here, as far as it lies there")
    count = _experiments(start)
    if count:
        told = "stay in git, for `dvc exp`; from now on every run is recorded"
        yield Note(f"{count:,} experiment{'' if count == 1 else 's'} of DVC's", told)


def _has_patterns(file: Path) -> bool:
    try:
        lines = file.read_text("utf-8", "replace").splitlines()
    except OSError:
        return False
    return any(line.strip() and not line.startswith("#") for line in lines)


def _experiments(start: Path) -> int:
    """Count the experiments that git keeps for DVC, those that wait to be run left out."""
    try:
        done = subprocess.run(
            ["git", "for-each-ref", "--format=%(refname)", _EXPERIMENTS],
            cwd=start,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return 0
    # refs/exps/<2 hex>/<38 hex>/<name>; others are DVC's own notes.
    return sum(len(line.split("/")) == 5 for line in done.stdout.splitlines())  # noqa: PLR2004 - of such a name
