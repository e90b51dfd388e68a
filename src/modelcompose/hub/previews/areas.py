"""The files of a run, wherever they are kept: artifacts, outputs, inputs.

Artifacts lie below the run's folder; outputs and inputs in the content store, by the digests
that the run recorded. Each is found as a path of `hub.artifacts`, which reads both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from modelcompose.database.database import Connection
from modelcompose.errors import NotFound
from modelcompose.hub.artifacts.paths import Parts, parts_of, parts_of_uri
from modelcompose.registry.candidates import CONTENT
from modelcompose.registry.run_places import run_artifacts
from modelcompose.store.content import Content
from modelcompose.store.digests import PREFIX
from modelcompose.tracking.rows import content_from_row

Area = Literal["artifacts", "outputs", "inputs"]

_CONTENTS = """
    SELECT path, kind, digest, size_bytes, files, executable FROM contents
    WHERE run = ? AND role = ? ORDER BY path
"""


class Files(Struct, frozen=True):
    """The files of one area of a run."""

    run: str
    area: Area
    root: Parts | None = None
    """Where artifacts begin; None where another place keeps them."""
    contents: Mapping[str, Content] = {}
    """What was recorded, by its path in the project."""

    def place(self, path: str) -> Parts:
        """Give where a file or folder is read.

        Raises:
            NotFound: the run has none of this name.
            UsageError: the path leads out of the area.
        """
        if self.area != "artifacts":
            return self._content(path)
        if self.root is None:
            raise NotFound(f"run {self.run}: its artifacts are not kept by this hub")
        return (*self.root, *parts_of(path))

    def _content(self, path: str) -> Parts:
        top = self._top(path)
        content = self.contents[top]
        digits = content.digest.removeprefix(PREFIX)
        below = parts_of(path[len(top) + 1 :])
        if content.kind == "folder":
            return (CONTENT, "folder", digits, *below)
        if below:
            raise NotFound(f"run {self.run}: {top} is a file")
        # A file stands in a folder of its own name, as a client of MLflow's reads it.
        return (CONTENT, "file", digits, file_name(top), file_name(top))

    def _top(self, path: str) -> str:
        """Give the recorded path that a path is, or lies in; the longest."""
        fitting = [top for top in self.contents if path == top or path.startswith(f"{top}/")]
        if not fitting:
            raise NotFound(
                f"run {self.run}: {path!r} is none of its {self.area}",
                hint=f"list them: GET /api/v1/runs/{self.run}/artifacts?area={self.area}",
            )
        return max(fitting, key=len)


def read_files(connection: Connection, number: int, run_id: str, area: Area) -> Files:
    """Read which files an area of a run has."""
    if area == "artifacts":
        return Files(run_id, area, parts_of_uri(run_artifacts(connection, run_id)))
    rows = connection.rows(_CONTENTS, (number, area.removesuffix("s")))
    return Files(run_id, area, contents={row[0]: content_from_row(tuple(row[1:])) for row in rows})


def file_name(path: str) -> str:
    """Give the last name of a path."""
    return path.rstrip("/").rpartition("/")[2] or "file"
