"""A run that is logged into: each call writes a line to the spool, and returns."""

from __future__ import annotations

import json
import math
import mimetypes
import os
import shutil
import time
import uuid
from collections.abc import Mapping
from itertools import count
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any

from modelcompose_sdk.figures import picture
from modelcompose_sdk.settings import Settings, warn
from modelcompose_sdk.spool import Writer

KEY_CHARACTERS = 250
_PARAM_CHARACTERS = 6000
_TAG_CHARACTERS = 8000
KNOWN_IDS: dict[str, str] = {}
"""Ids of runs that the server has told, by their spools."""

_write = os.write
_now = time.time


class Run:
    """A run; any number of threads may log into it at once.

    `log_metric` costs a few microseconds. Wrong arguments raise `TypeError` or `ValueError`;
    everything else that goes wrong is told on standard error, once.
    """

    def __init__(  # noqa: PLR0913 - what a run is, each by name
        self,
        settings: Settings,
        *,
        run_id: str | None = None,
        name: str | None = None,
        experiment: str | None = None,
        tags: Mapping[str, Any] | None = None,
        parent: Run | None = None,
    ) -> None:
        """Begin a run, or go on with the one of an id."""
        self._known_id = run_id
        self._keys: dict[str, tuple[str, count[int]]] = {}
        self._is_open = True
        self._has_warned = False
        self.is_own = run_id is None
        """Whether it was begun here, and so is ended here."""
        self.spool_id = uuid.uuid4().hex
        header = {
            "version": 1,
            "spool": self.spool_id,
            "run_id": run_id,
            "name": name,
            "experiment_id": None if experiment else settings.experiment_id,
            "experiment_name": experiment or settings.experiment_name,
            "tags": {key: str(value) for key, value in (tags or {}).items()},
            "parent": None if parent is None else parent.spool_id,
            "parent_id": None if parent is None else parent.known_id,
            "start_ms": int(_now() * 1000),
            "user": _user(),
        }
        self._writer = Writer(settings.spool, header, is_shared=settings.is_delivered_by_host)
        self._descriptor = self._writer.descriptor

    @property
    def known_id(self) -> str | None:
        """Give the run's id; None until the server has told it."""
        return self._known_id or KNOWN_IDS.get(self.spool_id)

    def log_metric(
        self, key: str, value: float, step: int | None = None, timestamp: float | None = None
    ) -> None:
        """Log a point of a metric.

        Args:
            key: the metric's name.
            value: anything that `float` takes, also NaN and infinities.
            step: by default one more than the last, from 0.
            timestamp: seconds since the epoch; by default now.
        """
        number = float(value)
        known = self._keys.get(key)
        if known is None:
            known = self._keys[key] = (json.dumps(_checked(key)), count())
        place = next(known[1]) if step is None else int(step)
        ms = int((_now() if timestamp is None else timestamp) * 1000)
        text = repr(number) if math.isfinite(number) else json.dumps(number)
        line = f'["m",{known[0]},{text},{place},{ms}]\n'.encode()
        try:
            if _write(self._descriptor, line) != len(line):
                self._fail("the disk of the spool is full")
        except OSError as error:
            self._fail(str(error))

    def log_metrics(
        self, metrics: Mapping[str, float], step: int | None = None, timestamp: float | None = None
    ) -> None:
        """Log a point of each of some metrics."""
        at = _now() if timestamp is None else timestamp
        for key, value in metrics.items():
            self.log_metric(key, value, step, at)

    def log_param(self, key: str, value: Any) -> None:
        """Log a parameter; it never changes its value."""
        self._record(["p", _checked(key), str(value)[:_PARAM_CHARACTERS]])

    def log_params(self, params: Mapping[str, Any]) -> None:
        """Log some parameters."""
        for key, value in params.items():
            self.log_param(key, value)

    def set_tag(self, key: str, value: Any) -> None:
        """Set a tag."""
        self._record(["t", _checked(key), str(value)[:_TAG_CHARACTERS]])

    def set_tags(self, tags: Mapping[str, Any]) -> None:
        """Set some tags."""
        for key, value in tags.items():
            self.set_tag(key, value)

    def log_artifact(self, path: str | os.PathLike[str], artifact_path: str | None = None) -> None:
        """Log a file or a folder, as it is now.

        Args:
            path: what to log.
            artifact_path: the folder among the run's artifacts that it goes to.

        Raises:
            FileNotFoundError: it is not there.
        """
        source = Path(path)
        if source.is_dir():
            into = "/".join(filter(None, (artifact_path, source.resolve().name)))
            self.log_artifacts(source, into)
            return
        if not source.exists():
            raise FileNotFoundError(f"{source}: no such file")
        self._file(source, "/".join(filter(None, (artifact_path, source.name))))

    def log_artifacts(
        self, folder: str | os.PathLike[str], artifact_path: str | None = None
    ) -> None:
        """Log what is in a folder.

        Raises:
            NotADirectoryError: it is none.
        """
        root = Path(folder)
        if not root.is_dir():
            raise NotADirectoryError(f"{root}: no folder")
        for path in sorted(root.rglob("*")):
            if path.is_file():
                relative = path.relative_to(root).as_posix()
                self._file(path, "/".join(filter(None, (artifact_path, relative))))

    def log_text(self, text: str, artifact_file: str) -> None:
        """Log a text as a file among the run's artifacts."""
        self._bytes(text.encode(), artifact_file)

    def log_figure(self, figure: Any, artifact_file: str) -> None:
        """Log a figure of Matplotlib or Plotly, or an image of Pillow, as its ending says."""
        self._bytes(picture(figure, artifact_file), artifact_file)

    def end(self, status: str = "FINISHED") -> None:
        """End the run; nothing can be logged into it afterwards.

        Args:
            status: `FINISHED`, `FAILED` or `KILLED`; of a run that was begun elsewhere its
                beginner decides.
        """
        if not self._is_open:
            return
        self._is_open = False
        if self.is_own:
            self._record(["e", status, int(_now() * 1000)])
        self._record(["x"])
        self._writer.sync()

    @property
    def is_open(self) -> bool:
        """Tell whether it can be logged into."""
        return self._is_open

    @property
    def path(self) -> Path:
        """Give the run's file in the spool."""
        return self._writer.path

    def sync(self) -> None:
        """Bring what was logged to the disk itself."""
        self._writer.sync()

    def close(self) -> None:
        """Close the spool's file."""
        self._writer.close()

    def __enter__(self) -> Run:  # noqa: PYI034 - Self is newer than Python 3.9
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        from modelcompose_sdk import active

        active.leave(self, "FINISHED" if kind is None else "FAILED")

    def _record(self, record: list[Any]) -> None:
        try:
            self._writer.write(record)
        except OSError as error:
            self._fail(str(error))

    def _file(self, source: Path, name: str) -> None:
        target = _artifact(name)
        try:
            place = self._writer.place(source.name)
            shutil.copyfile(source, place)
            self._writer.share(place)
        except OSError as error:
            self._fail(f"{source}: {error}")
        else:
            self._record(["a", place.name, target, _kind(target)])

    def _bytes(self, data: bytes, name: str) -> None:
        target = _artifact(name)
        try:
            place = self._writer.place(PurePosixPath(target).name)
            place.write_bytes(data)
            self._writer.share(place)
        except OSError as error:
            self._fail(f"{name}: {error}")
        else:
            self._record(["a", place.name, target, _kind(target)])

    def _fail(self, reason: str) -> None:
        if not self._has_warned:
            self._has_warned = True
            warn(f"{self._writer.path}: {reason}; some values are lost")


def _checked(key: object) -> str:
    if not isinstance(key, str) or not key or len(key) > KEY_CHARACTERS:
        raise ValueError(f"a name has 1 to {KEY_CHARACTERS} characters, found {key!r}")
    return key


def _artifact(name: str) -> str:
    path = PurePosixPath(name.replace(os.sep, "/"))
    if path.is_absolute() or ".." in path.parts or not path.parts or "\0" in name:
        raise ValueError(f"an artifact's path stays below the run's artifacts, found {name!r}")
    return str(path)


def _kind(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _user() -> str:
    return os.environ.get("USER") or os.environ.get("USERNAME") or ""
