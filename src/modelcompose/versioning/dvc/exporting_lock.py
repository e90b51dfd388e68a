"""What dvc.lock says of stages that are up to date."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from modelcompose.errors import NotFound
from modelcompose.versioning.dvc.exporting import written_paths
from modelcompose.versioning.dvc.formats import DvcOut, LockedStage
from modelcompose.versioning.dvc.importing_project import load_values
from modelcompose.versioning.dvc.importing_values import inside, is_address
from modelcompose.versioning.dvc.templating import DEFAULT_FILE


class Facts(Protocol):
    """Tells what lies at a path of the project, by DVC's digests."""

    def of(self, path: str) -> DvcOut:
        """Give it.

        Raises:
            NotFound: nothing is there.
            StoreError: it cannot be read.
        """


def locked_stage(folder: str, document: Mapping[str, Any], facts: Facts, root: Path) -> LockedStage:
    """Give what dvc.lock says of a stage, from what lies in the project.

    Args:
        folder: of its dvc.yaml, relative to the project.
        document: the stage, templates resolved.
        facts: what lies where.
        root: the project folder, for parameters.

    Raises:
        NotFound: something that it reads or writes is not there, or lies where DVC alone looks.
        StoreError: something cannot be read.
    """
    wdir = str(document.get("wdir") or ".")
    cmd = document["cmd"]

    def fact(path: str) -> DvcOut:
        from msgspec.structs import replace

        if is_address(path):
            raise NotFound(f"{path}: what lies elsewhere, DVC looks at by itself")
        place = path if path.startswith("/") else inside(folder, wdir, path)
        if place is None:
            raise NotFound(f"{path}: lies outside of the project")
        return replace(facts.of(place), path=path)

    return LockedStage(
        tuple(cmd) if isinstance(cmd, list | tuple) else cmd,
        deps=tuple(fact(str(dep)) for dep in document.get("deps") or ()),
        outs=tuple(fact(path) for path, _ in written_paths(document)),
        params=_params(document, Path(root, folder, wdir)),
    )


def _params(document: Mapping[str, Any], folder: Path) -> dict[str, dict[str, Any]]:
    wanted: dict[str, list[str]] = {}
    for each in document.get("params") or ():
        for file, keys in ({DEFAULT_FILE: [each]} if isinstance(each, str) else each).items():
            wanted.setdefault(str(file), []).extend(str(key) for key in keys or ())
    found: dict[str, dict[str, Any]] = {}
    for file, keys in wanted.items():
        values = load_values(folder / file)
        if values is None:
            raise NotFound(f"{file}: no such file of parameters")
        found[file] = {key: _at(values, key, file) for key in keys} if keys else dict(values)
    return found


def _at(values: Any, dotted: str, file: str) -> Any:
    found = values
    for part in dotted.split("."):
        if isinstance(found, Mapping) and part in found:
            found = found[part]
        elif isinstance(found, list) and part.isdecimal() and int(part) < len(found):
            found = found[int(part)]
        else:
            raise NotFound(f"{file}: there is no {dotted!r} in it")
    return found
