"""Images of one thing at many steps: found among a run's files by their names.

`mlflow.log_image(image, key=…, step=…)` writes `images/KEY+step+3+timestamp+…+ID.png`, before
3.8 with `%` for `+`, and a small copy `….webp`. Everybody else numbers files:
`epoch_3.png`, `samples/step=00400.png`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

_LOGGED = re.compile(
    r"(.+?)[%+]step[%+](-?\d{1,15})[%+]timestamp[%+]\d+[%+][0-9a-f-]+([%+]compressed)?\.\w+"
)
_NUMBER = re.compile(r"\d{1,15}")
_LEAST = 2


class SeriesImage(Struct, frozen=True):
    """One image of a series."""

    step: int
    path: str


class ImageSeries(Struct, frozen=True):
    """Images of one thing, by step."""

    name: str
    """What they have in common, such as `samples` or `epoch_#.png`."""
    images: list[SeriesImage]


def image_series(paths: Iterable[str]) -> list[ImageSeries]:
    """Group the images that differ in a number alone, the last in the name; two at least."""
    found: dict[str, dict[int, str]] = {}
    for path in sorted(paths):
        for name, step in _named(path):
            found.setdefault(name, {}).setdefault(step, path)
    return [
        ImageSeries(name, [SeriesImage(step, images[step]) for step in sorted(images)])
        for name, images in sorted(found.items())
        if len(images) >= _LEAST
    ]


def name_and_step(path: str) -> tuple[str, int | None] | None:
    """Give what an image has in common with those of other steps, and its step.

    An image without a step is called by its path. None for the small copy of another one.
    """
    logged = _LOGGED.fullmatch(path.rpartition("/")[2])
    if logged is not None and logged[3]:
        return None
    return next(iter(_named(path)), (path, None))


def _named(path: str) -> list[tuple[str, int]]:
    folder, slash, name = path.rpartition("/")
    logged = _LOGGED.fullmatch(name)
    if logged is not None:
        key, step, small = logged.groups()
        # What stands for the slash of a key: `~`, before MLflow 3.8 `#`.
        title = f"{folder}{slash}{re.sub('[~#]', '/', key)}"
        return [] if small else [(title, int(step))]
    stem, dot, end = name.rpartition(".")
    numbers = list(_NUMBER.finditer(stem))
    if not numbers:
        return []
    last = numbers[-1]
    title = f"{folder}{slash}{stem[: last.start()]}#{stem[last.end() :]}{dot}{end}"
    return [(title, int(last.group()))]
