"""What to do about an input that is missing, and that DVC tracks."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from modelcompose.compose.yaml_limits import check_nesting
from modelcompose.pipeline.paths import covers, is_glob


def dvc_hint(project: Path, path: str) -> str | None:
    """Give the command that brings an input from DVC's cache or remote; None where DVC has it not.

    Args:
        project: the project folder.
        path: of the input, which may be a glob.
    """
    if not (project / ".dvc").is_dir():
        return None
    outer = _whole(path)
    found = next((each for each in _above(outer) if (project / f"{each}.dvc").is_file()), None)
    if found is None:
        found = next((out for out in _outs(project, outer) if covers(out, outer)), None)
    if found is None:
        return None
    wanted = outer if outer == path and covers(found, path) else found
    return f"DVC tracks it; bring it: modelcompose pull {shlex.quote(wanted)}"


def _whole(path: str) -> str:
    """Give a path up to its first part that is a pattern."""
    parts = path.split("/")
    ends = [number for number, part in enumerate(parts) if is_glob(part)]
    return "/".join(parts[: ends[0]] if ends else parts)


def _above(path: str) -> Iterator[str]:
    """Give a path, then each folder that it lies in."""
    while path:
        yield path
        path = posixpath.dirname(path)


def _outs(project: Path, path: str) -> Iterator[str]:
    """Give the outputs that DVC's locks beside and above a path name."""
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

    for folder in (*(posixpath.dirname(each) for each in _above(path)), ""):
        try:
            text = (project / folder / "dvc.lock").read_text("utf-8", "replace")
            check_nesting(text)
            found: Any = yaml.load(text, Loader=loader)  # noqa: S506 - it makes text alone
            for stage in found["stages"].values():
                for out in stage.get("outs") or ():
                    yield posixpath.normpath(posixpath.join(folder, out["path"]))
        except (OSError, yaml.YAMLError, LookupError, ValueError, TypeError, AttributeError):
            continue
