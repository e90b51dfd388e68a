"""What `hub gc` does: the trash is emptied, and what nothing refers to is dropped.

Rows go before files. Killed in between, it leaves files that nothing refers to, which the next
one drops. Content in the content store is not touched: what a version or a run needs of it is
told by its digest, and it may be in several projects.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec import Struct

from modelcompose.hub.artifacts.paths import Parts
from modelcompose.hub.artifacts.protocol import Artifacts
from modelcompose.hub.gc.orphans import lost_artifacts, lost_logs
from modelcompose.hub.gc.trash import (
    RUNS_AT_ONCE,
    Kept,
    Trash,
    forget_others,
    forget_runs,
    look,
)
from modelcompose.hub.hub import Hub
from modelcompose.hub.importing.files import sizes_below, target_of

UPLOAD_S = 86_400.0
"""An upload that nobody has gone on with for a day is abandoned."""


class Collection(Struct):
    """What goes, or went."""

    is_done: bool
    """Whether it went; else it would."""
    runs: int = 0
    experiments: int = 0
    models: int = 0
    versions: int = 0
    logged_models: int = 0
    orphans: int = 0
    """Folders of runs and models that are no more."""
    uploads: int = 0
    """Begun and never ended."""
    files: int = 0
    size_bytes: int = 0
    """Of the files, logs and uploads."""
    kept: list[Kept] = []
    elsewhere: list[str] = []
    """Addresses of files that the hub does not keep itself: they are their owner's to delete."""


def collect(hub: Hub, before: float, *, is_sure: bool) -> Collection:
    """Empty the trash, or say what that would do.

    Args:
        hub: may be served by another process meanwhile.
        before: what was deleted before this time goes, in seconds since the epoch.
        is_sure: whether to do it.

    Raises:
        DatabaseError: the database cannot be used.
        StoreError: files cannot be read or deleted.
    """
    return _Collector(hub, is_sure=is_sure).collect(before)


class _Collector:
    def __init__(self, hub: Hub, *, is_sure: bool) -> None:
        self._hub = hub
        self._is_sure = is_sure
        self._told = Collection(is_sure)

    def collect(self, before: float) -> Collection:
        with self._hub.database.read() as connection:
            trash = look(connection, before)
        # Looked at before the trash is emptied, so that nothing of it counts twice.
        orphans = lost_artifacts(self._hub)
        logs = lost_logs(self._hub)
        self._count(trash)
        self._runs(trash)
        self._others(trash, before)
        for parts in orphans:
            self._drop(parts)
        self._told.orphans = len(orphans) + len(logs)
        self._folders(logs)
        self._uploads()
        return self._told

    def _count(self, trash: Trash) -> None:
        told = self._told
        told.runs, told.experiments = len(trash.runs), len(trash.experiments)
        told.models, told.versions = trash.models, trash.versions
        told.logged_models = len(trash.logged_models)
        told.kept = list(trash.kept)

    def _runs(self, trash: Trash) -> None:
        for start in range(0, len(trash.runs), RUNS_AT_ONCE):
            some = trash.runs[start : start + RUNS_AT_ONCE]
            if self._is_sure:
                with self._hub.database.write() as connection:
                    some = forget_runs(connection, some)
            for run in some:
                self._drop_address(run.artifacts)
            self._folders(_logs_of(self._hub.home, [run.id for run in some]))

    def _others(self, trash: Trash, before: float) -> None:
        addresses: Iterable[str] = trash.logged_models
        if self._is_sure:
            with self._hub.database.write() as connection:
                addresses = forget_others(connection, trash, before)
        for address in sorted(set(addresses), key=len, reverse=True):  # what is deepest first
            self._drop_address(address)

    def _drop_address(self, address: str) -> None:
        parts = target_of(address)
        if parts:
            self._drop(parts)
        elif not address.startswith("runs:"):
            self._told.elsewhere.append(address)

    def _drop(self, parts: Parts) -> None:
        artifacts: Artifacts = self._hub.artifacts
        sizes = sizes_below(artifacts, parts)
        self._told.files += len(sizes)
        self._told.size_bytes += sum(size or 0 for size in sizes.values())
        if self._is_sure:
            # The folder of a run holds nothing but the one of its artifacts.
            whole = parts[:-1] if parts[-1] == "artifacts" and len(parts) > 1 else parts
            artifacts.delete(whole)

    def _folders(self, folders: Sequence[Path]) -> None:
        for folder in folders:
            for file in folder.rglob("*"):
                if file.is_file():
                    self._told.files += 1
                    self._told.size_bytes += file.stat().st_size
            if self._is_sure:
                shutil.rmtree(folder, ignore_errors=True)

    def _uploads(self) -> None:
        before = self._hub.clock() - UPLOAD_S
        count, size_bytes = self._hub.artifacts.stale(before)
        self._told.uploads = count
        self._told.size_bytes += size_bytes
        if self._is_sure:
            self._hub.artifacts.drop_stale(before)


def _logs_of(home: Path, ids: Sequence[str]) -> list[Path]:
    folders = (home / "runs" / run_id[:2] / run_id for run_id in ids)
    return [folder for folder in folders if folder.is_dir()]
