"""Mounts that services are given beside their file: a file on top of the user's own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec.structs import replace

from modelcompose.compose.discovery import discover
from modelcompose.compose.project import Project
from modelcompose.engine.protocol import Attached
from modelcompose.errors import EngineError


@contextmanager
def attaching(project: Project, names: Sequence[str], mounts: Attached) -> Iterator[Project]:
    """Give the project as Compose is to read it, while services of it start.

    Args:
        project: what they belong to.
        names: those that start.
        mounts: what services are given in place of their own mounts of the same targets: a file on
            top of the user's own says it.

    Raises:
        EngineError: the user's files are not all on this machine, and nothing can be put on top.
    """
    given = {name: mounts[name] for name in names if mounts.get(name)}
    if not given:
        yield project
        return
    found = discover(project.options, os.environ)
    if found.has_unseen_files:
        raise EngineError(
            f"services.{', services.'.join(given)}: versions of data are mounted over files on "
            "this machine, and a Compose file of the project came from elsewhere",
            hint="name it by its path, with --file",
        )
    from tempfile import TemporaryDirectory  # most commands attach nothing

    with TemporaryDirectory() as folder:
        top = Path(folder, "data.yaml")
        services = {name: {"volumes": entries} for name, entries in given.items()}
        top.write_bytes(msgspec.json.encode({"services": services}))
        files = (*map(str, found.files), str(top))
        yield replace(project, options=replace(project.options, files=files))
