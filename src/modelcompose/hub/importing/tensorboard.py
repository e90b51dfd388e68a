"""TensorBoard's event files as a source: each folder that has some is a run.

The files are read here, in some two hundred lines, and not by the `tensorboard` package, the
only kept reader that needs no TensorFlow: that brings gRPC, protobuf, numpy, werkzeug and a
server, more than the whole hub, for a framing and a dozen fields that have not changed since 2015.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Sequence
from functools import partial
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from typing import Any

from modelcompose.errors import UsageError
from modelcompose.hub.importing.event_files import Damage, Value, records, time_of, values_of
from modelcompose.hub.importing.event_values import HPARAMS_TAG, hparams_of, images_of, in_words
from modelcompose.hub.importing.mlflow_words import fingerprint
from modelcompose.hub.importing.source import (
    Part,
    Place,
    SourceExperiment,
    SourceFile,
    SourceLoggedModel,
    SourceModel,
    SourceRun,
)
from modelcompose.tracking.series.points import Points

_PATTERN = "*tfevents*"
_AT_ONCE = 50_000
_NAME = re.compile(r"[^\w.\- /]+")
_EXTENSIONS = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpg", b"GIF8": "gif"}
_LONGEST_KEY = 250


class TensorBoard:
    """The runs below one folder."""

    is_cheap = False
    keeps_numbers = True

    def __init__(self, logdir: Path, experiment: str | None = None) -> None:
        """Take the folder.

        Raises:
            UsageError: it has no event files.
        """
        self._root = logdir.absolute()
        self._experiment = experiment or self._root.name or "tensorboard"
        files = sorted(self._root.rglob(_PATTERN)) if self._root.is_dir() else []
        self._runs: dict[str, list[Path]] = {}
        for file in files:
            if file.is_file():
                self._runs.setdefault(file.parent.relative_to(self._root).as_posix(), []).append(
                    file
                )
        if not self._runs:
            raise UsageError(
                f"{logdir}: no event files of TensorBoard are in this folder",
                hint="give what `tensorboard --logdir` is given",
            )
        self.name = self._root.as_uri()
        self.notes: list[str] = []
        self._files = {_id(path, files): files for path, files in self._runs.items()}

    def experiments(self) -> Sequence[SourceExperiment]:
        """Give the one experiment of all runs."""
        began = min(file.stat().st_mtime for files in self._runs.values() for file in files)
        return [SourceExperiment("", self._experiment, began, began)]

    def run_count(self) -> int:
        """Give how many runs there are."""
        return len(self._runs)

    def runs(self) -> Iterator[SourceRun]:
        """Give all runs, named by their paths."""
        for path, files in self._runs.items():
            yield self._run(path, files)

    def series(self, run: SourceRun) -> Iterator[Part]:
        """Give all points of a run that are no images; those of one name together."""
        held: dict[tuple[str, str], list[tuple[float, float | bytes, float]]] = {}
        waiting = 0
        for value in self._values(run.id):
            if (kept := in_words(value)) is None:
                continue
            kind, content = kept
            held.setdefault((kind, value.tag), []).append((value.step, content, value.time_s))
            waiting += 1
            if waiting >= _AT_ONCE:
                yield from _parts(held)
                held, waiting = {}, 0
        yield from _parts(held)

    def files(self, place: Place) -> Iterator[SourceFile]:
        """Give the images of a run."""
        for value in self._values(place.owner):
            images = images_of(value)
            for index, image in enumerate(images):
                among = f"-{index}" if len(images) > 1 else ""
                name = f"images/{_named(value.tag)}/{int(value.step):08d}{among}.{_kind(image)}"
                yield SourceFile(name, partial(BytesIO, image), len(image))

    def logged_models(self) -> Iterator[SourceLoggedModel]:
        """Give nothing: TensorBoard has none."""
        return iter(())

    def models(self) -> Iterator[SourceModel]:
        """Give nothing: TensorBoard has none."""
        return iter(())

    def _values(self, run: str) -> Iterator[Value]:
        for file in self._files[run]:
            for record in records(file):
                yield from values_of(record)

    def _run(self, path: str, files: Sequence[Path]) -> SourceRun:
        params: dict[str, str] = {}
        times: list[float] = []
        for file in files:
            damage = Damage()
            for record in records(file, damage):
                time_s = time_of(record)
                times = [*times[:1], time_s] if time_s is not None else times
                if HPARAMS_TAG in record:
                    for value in values_of(record):
                        params.update(hparams_of(value))
            if damage.at is not None:
                left = file.stat().st_size - damage.at
                self.notes.append(
                    f"{file}: ends with {left} bytes that are no whole event: either it is being "
                    "written, or its writer was killed"
                )
        return SourceRun(
            id=_id(path, files),
            experiment="",
            name=path if path != "." else self._experiment,
            status="succeeded",
            started_at=times[0] if times else files[0].stat().st_mtime,
            ended_at=times[-1] if times else files[-1].stat().st_mtime,
            params={key[:_LONGEST_KEY]: value for key, value in params.items()},
            artifacts="tensorboard:",
            fingerprint=fingerprint([(file.name, file.stat().st_size) for file in files]),
        )


def _id(path: str, files: Sequence[Path]) -> str:
    """Give a run its id: by its path and the name of its first file, which says when and where."""
    return blake2b(f"{path}\n{files[0].name}".encode(errors="replace"), digest_size=16).hexdigest()


def _parts(held: dict[tuple[str, str], list[tuple[float, float | bytes, float]]]) -> Iterator[Part]:
    for (kind, name), rows in held.items():
        steps, values, times = zip(*rows, strict=True)
        column: Any = array("d", values) if kind == "number" else list(values)
        yield Part(name, Points(array("d", steps), column, array("d", times)), kind)


def _named(tag: str) -> str:
    words = [word for word in _NAME.sub("_", tag).split("/") if word.strip(". ")]
    return "/".join(words) or "image"


def _kind(image: bytes) -> str:
    return next((name for head, name in _EXTENSIONS.items() if image.startswith(head)), "bin")
