"""The files of a version, on the machine of the hub that keeps them."""

from __future__ import annotations

import shutil
from pathlib import Path, PurePosixPath
from typing import Any

from modelcompose.errors import NotFound, StoreError, UsageError
from modelcompose.registry.candidates import CONTENT
from modelcompose.registry.records import Version
from modelcompose.store.store import Store

DESCRIPTION = "MLmodel"
"""The file in which MLflow says what a model is, and what it takes and gives."""

DESCRIPTION_BYTES = 4_000_000
"""Of it that are read at most; one that is cut is none."""

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
        if version.origin is not None and _is_in_store(version):
            self._store.place(version.origin.content, target)
            return
        source = self._folder(version)
        if _is_file(version):
            source /= source.name  # a folder of its own holds it
        try:
            if source.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)
            elif source.is_dir():
                shutil.copytree(source, target, symlinks=True)
            else:
                raise NotFound(f"{version.label}: its files are gone from {source}")
        except (OSError, shutil.Error) as error:
            raise StoreError(f"{target}: {version.label} cannot be copied: {error}") from error

    def copy_into(self, version: Version, folder: Path) -> None:
        """Make a folder that holds a version's files; a version that is a file stands in it.

        Args:
            version: whose files.
            folder: nothing may be there yet.

        Raises:
            UsageError: something is there, or the files are kept elsewhere.
            NotFound: the files are gone.
            StoreError: they cannot be read or written.
        """
        origin = version.origin
        name = "" if origin is None else PurePosixPath(origin.path).name
        self.copy(version, folder / name if _is_file(version) else folder)

    def signature(self, version: Version) -> dict[str, Any]:
        """Give what a version takes and gives, as MLflow describes it; empty where nobody said."""
        text = self._description(version)
        return {} if text is None else read_signature(text)

    def _description(self, version: Version) -> bytes | None:
        try:
            if version.origin is None or not _is_in_store(version):
                with (self._folder(version) / DESCRIPTION).open("rb") as file:
                    return file.read(DESCRIPTION_BYTES)
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


def read_signature(text: bytes) -> dict[str, Any]:
    """Give the signature out of a model's description; empty where there is none."""
    import yaml

    try:
        document = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):  # whatever somebody called so
        return {}
    signature = document.get("signature") if isinstance(document, dict) else None
    return signature if isinstance(signature, dict) else {}


def _is_file(version: Version) -> bool:
    return version.origin is not None and version.origin.content.kind == "file"


def _is_in_store(version: Version) -> bool:
    """Whether the content store has a version's files; those sent by another hub are artifacts."""
    return version.storage.startswith(f"{_KEPT}{CONTENT}/")
