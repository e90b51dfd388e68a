"""Folders of which a part alone is here: as `pull data/raw/3.csv` leaves them."""

from __future__ import annotations

from collections.abc import Sequence

from modelcompose.errors import UsageError
from modelcompose.store.states import FileStates
from modelcompose.versioning.changes import Change

_KEY = "pulled in part: "


class Partial:
    """Remembers which paths were filled in part, until all of them is there.

    It is kept with the project's cache: without it, what was never pulled counts as removed.
    """

    def __init__(self, states: FileStates) -> None:
        self._states = states

    def __contains__(self, path: str) -> bool:
        return bool(self._states.get(_KEY + path))

    def begin(self, path: str) -> None:
        """Note that a part of a path was brought where nothing of it was."""
        self._states.set(_KEY + path, b"1")

    def end(self, path: str) -> None:
        """Note that what lies at a path is all that is wanted there."""
        if path in self:
            self._states.set(_KEY + path, b"")

    def only_lacks(self, path: str, changes: Sequence[Change]) -> bool:
        """Whether what was not pulled is all that differs."""
        is_less = bool(changes) and all(change.kind == "removed" for change in changes)
        return is_less and path in self

    def check(self, path: str, changes: Sequence[Change]) -> None:
        """Refuse to version a path without what was never pulled.

        Raises:
            UsageError: files of the version are not here, and only a part of it was pulled.
        """
        lacking = sum(change.kind == "removed" for change in changes)
        if lacking and path in self:
            raise UsageError(
                f"{path}: only a part of it was pulled; a version of what is here would lack"
                f" {lacking:,} of its files",
                hint=f"bring the rest first: modelcompose pull {path}; or, to version it without"
                f" them: modelcompose data add --force {path}",
            )
