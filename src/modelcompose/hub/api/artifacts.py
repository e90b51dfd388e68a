"""The files of a run: its artifacts, outputs and inputs, listed, and images at many steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated
from urllib.parse import quote, urlencode

from msgspec import Meta, Struct

from modelcompose.errors import NotFound
from modelcompose.hub.api.endpoint import ROOT, Endpoint
from modelcompose.hub.api.visibility import run_number
from modelcompose.hub.artifacts.paths import Parts
from modelcompose.hub.artifacts.protocol import Entry
from modelcompose.hub.hub import Hub
from modelcompose.hub.previews.areas import Area, Files, read_files
from modelcompose.hub.previews.image_series import ImageSeries, image_series
from modelcompose.hub.previews.kinds import FileKind, kind_of

MOST_FILES = 20_000
"""So many files are looked at for series of images."""


class Folder(Struct, frozen=True):
    """A folder of a run's files."""

    run: str
    path: Annotated[str, Meta(max_length=4096)] = ""
    area: Area = "artifacts"
    """Outputs and inputs are those of a step, by their paths in the project."""


class Artifact(Struct, frozen=True):
    """A file or folder."""

    path: str
    """From the beginning of the area."""
    is_dir: bool
    size_bytes: int | None
    url: str | None
    """Where a file of the artifacts is downloaded, on this hub; ranges are understood."""
    kind: FileKind | None = None
    """How a file can be looked at, told by its name; null for a folder."""
    view_url: str | None = None
    """Where a file is looked at, on this hub, in a sandbox; ranges are understood."""
    digest: str | None = None
    """Of an output or input."""


class Artifacts(Struct, frozen=True):
    """What is in a folder, by name."""

    artifacts: list[Artifact]


class SeriesOf(Struct, frozen=True):
    """One area of a run."""

    run: str
    area: Area = "artifacts"


class ImagesBySteps(Struct, frozen=True):
    """Images that differ in a step alone."""

    series: list[ImageSeries]
    is_cut: bool
    """Whether there are more files than were looked at."""


def endpoints() -> list[Endpoint]:
    """Give the endpoints of this area."""
    return [
        Endpoint("/runs/{run}/artifacts", _list, Folder, Artifacts),
        Endpoint("/runs/{run}/artifacts/images", _images, SeriesOf, ImagesBySteps),
    ]


def files_of(hub: Hub, run: str, area: Area) -> Files:
    """Give the files of a run that the caller may see.

    Raises:
        NotFound: there is no such run.
        MlflowError: it may not be seen.
    """
    with hub.database.read() as connection:
        return read_files(connection, run_number(connection, run), run, area)


def _list(hub: Hub, asked: Folder) -> Artifacts:
    """List a folder of a run's files."""
    files = files_of(hub, asked.run, asked.area)
    if asked.area != "artifacts" and not asked.path:
        return Artifacts([_recorded(files, path) for path in sorted(files.contents)])
    place = files.place(asked.path)
    prefix = f"{asked.path.rstrip('/')}/" if asked.path else ""
    return Artifacts(
        [_artifact(files, prefix, place, entry) for entry in hub.artifacts.entries(place)]
    )


def _recorded(files: Files, path: str) -> Artifact:
    content = files.contents[path]
    if content.kind == "folder":
        return Artifact(path, True, content.size_bytes, None, digest=content.digest)  # noqa: FBT003
    return Artifact(
        path,
        is_dir=False,
        size_bytes=content.size_bytes,
        url=None,
        kind=kind_of(path),
        view_url=_view_url(files, path),
        digest=content.digest,
    )


def _artifact(files: Files, prefix: str, place: Parts, entry: Entry) -> Artifact:
    path = prefix + entry.name
    if entry.is_dir:
        return Artifact(path, is_dir=True, size_bytes=None, url=None)
    url = quote("/".join((*place, entry.name)))
    return Artifact(
        path,
        is_dir=False,
        size_bytes=entry.size_bytes,
        url=f"/api/2.0/mlflow-artifacts/artifacts/{url}" if files.area == "artifacts" else None,
        kind=kind_of(entry.name),
        view_url=_view_url(files, path),
    )


def _view_url(files: Files, path: str) -> str:
    fields = {"path": path, "area": files.area}
    return f"{ROOT}/runs/{quote(files.run, safe='')}/artifacts/file?{urlencode(fields)}"


def _images(hub: Hub, asked: SeriesOf) -> ImagesBySteps:
    """Find images that differ in a step alone, as `mlflow.log_image` writes them."""
    files = files_of(hub, asked.run, asked.area)
    found: list[str] = []
    looked_at = 0
    for path in walk(hub, files):
        looked_at += 1
        if looked_at > MOST_FILES:
            break
        if kind_of(path) == "image":
            found.append(path)
    return ImagesBySteps(image_series(found), looked_at > MOST_FILES)


def walk(hub: Hub, files: Files) -> Iterator[str]:
    """Give the paths of all files of an area, those nearest to the top first.

    Raises:
        NotFound: its artifacts are kept elsewhere.
    """
    waiting: list[str] = [""]
    if files.area != "artifacts":
        waiting = [path for path, content in files.contents.items() if content.kind == "folder"]
        yield from (path for path, content in files.contents.items() if content.kind == "file")
    elif files.root is None:
        raise NotFound(f"run {files.run}: its artifacts are not kept by this hub")
    for folder in waiting:
        prefix = f"{folder}/" if folder else ""
        for entry in hub.artifacts.entries(files.place(folder)):
            if entry.is_dir:
                waiting.append(prefix + entry.name)
            else:
                yield prefix + entry.name
