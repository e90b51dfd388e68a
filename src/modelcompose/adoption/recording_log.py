"""The log of a recorded command: every byte it printed, secrets masked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from modelcompose.store.copying import write_all
from modelcompose.store.failures import translate, translated
from modelcompose.tracking.masking import Masker

_CLAIM = "the log cannot be written"


class RecordingLog:
    """Takes what an engine hears from a command. One thread at a time."""

    def __init__(self, path: Path, masker: Callable[[], Masker]) -> None:
        """Begin a log file.

        Raises:
            StoreError: it cannot be made.
        """
        with translated(path, _CLAIM):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("wb", buffering=0)
        self._maskers = {"stdout": masker(), "stderr": masker()}
        self.notes: tuple[str, ...] = ()
        """Why the log is not whole, if the disk did not take it: no reason to end the command."""

    def __call__(self, stream: Literal["stdout", "stderr"], data: bytes) -> None:
        """Take the next bytes of a stream."""
        self._write(self._maskers[stream].feed(data))

    def close(self) -> None:
        """Write what was held back to recognise secrets, and close the file."""
        for masker in self._maskers.values():
            self._write(masker.flush())
        self._file.close()

    def _write(self, data: bytes) -> None:
        if not data or self.notes:
            return
        try:
            write_all(self._file.fileno(), data)
        except OSError as error:
            self.notes = (translate(error, self._file.name, _CLAIM).message,)
