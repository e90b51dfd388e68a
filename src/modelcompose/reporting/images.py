"""Fill an image block: one artifact of each of some runs, within a size that a page can hold."""

from __future__ import annotations

import base64
from pathlib import PurePosixPath
from typing import cast
from urllib.parse import quote

from msgspec import Struct

from modelcompose.errors import UsageError
from modelcompose.reporting.asking import Hub
from modelcompose.reporting.choosing import Chooser
from modelcompose.reporting.document import ReportImage, ReportImages
from modelcompose.reporting.grammar import Image
from modelcompose.reporting.report import Placed

LIMIT_BYTES = 2 * 1024 * 1024
"""Of one image; a report that is sent to somebody is a file of a few megabytes."""
USUAL_IMAGES = 12

TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".bmp": "image/bmp",
    ".svg": "image/svg+xml",
}
"""What is shown as an image, by the ending of its name; in an `img` none of them runs scripts."""


class _Artifact(Struct, frozen=True):
    path: str
    is_dir: bool
    size_bytes: int | None
    url: str | None


class _Artifacts(Struct, frozen=True):
    artifacts: list[_Artifact]


def fill(one: Placed, chooser: Chooser, *, is_embedding: bool) -> ReportImages:
    """Give an image of each run.

    Raises:
        ModelComposeError: the runs are not there, or it is no image.
    """
    keys = cast("Image", one.keys)
    media = TYPES.get(PurePosixPath(keys.path).suffix.lower())
    if media is None:
        raise UsageError(f"path: {keys.path} is no image", hint=f"one of {', '.join(TYPES)}")
    one_run = keys.runs if keys.run is None else (chooser.one(keys.run).id,)
    chosen = chooser.choose(one_run, keys.sort, keys.limit or USUAL_IMAGES)
    return ReportImages(
        line=one.line,
        title=keys.title,
        caption=keys.caption,
        images=tuple(
            _image(chooser.hub, run, keys.path, media, is_embedding=is_embedding)
            for run in chosen.ids
        ),
        width=keys.width,
        notes=chosen.notes,
    )


def data_address(media: str, content: bytes) -> str:
    """Give an image as an address that needs no request."""
    return f"data:{media};base64,{base64.b64encode(content).decode()}"


def _image(hub: Hub, run: str, path: str, media: str, *, is_embedding: bool) -> ReportImage:
    folder = str(PurePosixPath(path).parent)
    query = {"path": "" if folder == "." else folder}
    listing = hub.get(f"/runs/{quote(run, safe='')}/artifacts", query, _Artifacts)
    found = next((a for a in listing.artifacts if a.path == path and not a.is_dir), None)
    if found is None or found.url is None:
        return ReportImage(run, path, None, None, "The run has no such artifact.")
    size = found.size_bytes or 0
    if not is_embedding:
        return ReportImage(run, path, found.url, size, "")
    if size > LIMIT_BYTES:
        limit = f"{LIMIT_BYTES / 1024**2:g} MB"
        note = f"{size / 1024**2:.1f} MB: a built report holds images of up to {limit}."
        return ReportImage(run, path, None, size, note)
    content = hub.read(found.url, LIMIT_BYTES)
    return ReportImage(run, path, data_address(media, content), size, "")
