"""The files of a version, on the machine of the hub that keeps them."""

from __future__ import annotations

import shutil
from pathlib import Path, PurePosixPath
from typing import Any

from modelcompose.errors import NotFound, StoreError, UsageError
from modelcompose.registry.records import Version
from modelcompose.store.store import Store

DESCRIPTION = "MLmodel"
"""The file in which MLflow says what a model is, and what it takes and gives."""

_KEPT = "mlflow-artifacts:/"


class VersionFiles:
    """The files of versions in one home folder."""

    def __init__(self, home: Path) -> None:
        """Take the home folder."""
        self._store = Store(home / "store")
        self._artifacts = home / "artifacts"

    def copy(self, version: Version, target: Path) -> None:
        """Put a version's files at a path where nothing is.

        Raises:
            UsageError: something is there, or the files are kept elsewhere.
            NotFound: the files are gone.
            StoreError: they cannot be read or written.
        """
        if target.exists() or target.is_symlink():
            raise UsageError(
                f"{target}: something is there already", hint="choose another place: --to PATH"
            )
        if version.origin is not None:
            self._store.place(version.origin.content, target)
            return
        source = self._folder(version)
        if not source.is_dir():
            raise NotFound(f"{version.label}: its files are gone from {source}")
        try:
            shutil.copytree(source, target, symlinks=True)
        except (OSError, shutil.Error) as error:
            raise StoreError(f"{target}: {version.label} cannot be copied: {error}") from error

    def signature(self, version: Version) -> dict[str, Any]:
        """Give what a version takes and gives, as MLflow describes it; empty where nobody said."""
        text = self._description(version)
        if text is None:
            return {}
        import yaml

        try:
            document = yaml.safe_load(text)
        except yaml.YAMLError:
            return {}
        signature = document.get("signature") if isinstance(document, dict) else None
        return signature if isinstance(signature, dict) else {}

    def _description(self, version: Version) -> bytes | None:
        try:
            if version.origin is None:
                return (self._folder(version) / DESCRIPTION).read_bytes()
            if version.origin.content.kind == "file":
                return None
            for entry in self._store.tree(version.origin.content.digest).entries:
                if entry.path == DESCRIPTION:
                    return self._store.read(entry.digest)
        except (OSError, StoreError, UsageError):
            return None
        return None

    def _folder(self, version: Version) -> Path:
        path = PurePosixPath(version.storage.removeprefix(_KEPT))
        is_kept = version.storage.startswith(_KEPT) and not path.is_absolute()
        if not is_kept or ".." in path.parts:
            raise UsageError(
                f"{version.label}: its files are at {version.storage}",
                hint=f"fetch them by MLflow's client: mlflow artifacts download -u "
                f"models:/{version.model}/{version.version}",
            )
        return self._artifacts / path
