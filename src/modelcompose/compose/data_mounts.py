"""From `x-ml` on a mount to the model or the data that it shows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from posixpath import normpath
from typing import Any

from msgspec import UNSET

from modelcompose.compose.fault import Fault, Path
from modelcompose.compose.model_mounts import build_model_mount
from modelcompose.compose.mount_grammar import MountKeys
from modelcompose.compose.project import DataMount, ModelMount

_VOLUME = "volume:"


def build_mount(
    keys: MountKeys, mount: Mapping[str, Any], directory: PurePosixPath, path: Path
) -> ModelMount | DataMount:
    """Give what a mount shows: a version of a model, or one of data.

    Args:
        keys: what stands under the mount's `x-ml`.
        mount: the mount as `docker compose config` prints it.
        directory: the project folder, absolute.
        path: where `x-ml` stands, for faults.

    Raises:
        Fault: it is to show both or neither, or the mount cannot show it.
    """
    if keys.model is not UNSET and keys.data is not UNSET:
        raise Fault((*path, "data"), "a mount shows a model or data, not both", at_key=True)
    if keys.model is not UNSET:
        return build_model_mount(keys, keys.model, mount, directory, path)
    if keys.data is UNSET:
        raise Fault(
            path,
            "it says neither which model nor which data the mount shows",
            hint="write data: PATH@REV, or model: NAME@ALIAS",
            at_key=True,
        )
    if keys.on_change is not UNSET:
        raise Fault(
            (*path, "on_change"),
            "data that a mount shows does not change",
            hint="remove on_change; `up` starts the service anew where REV means another version",
            at_key=True,
        )
    return _data_mount(keys.data, mount, directory, path)


def _data_mount(
    text: str, mount: Mapping[str, Any], directory: PurePosixPath, path: Path
) -> DataMount:
    if mount.get("type") != "bind":
        raise Fault(
            path,
            f"expected a mount of type bind, found {mount.get('type', 'volume')}",
            hint="write type: bind, and as source what plain Compose is to show, such as ./data",
            at_key=True,
        )
    written, _, revision = text.partition("@")
    position = f"services.{path[1]}.volumes[{path[3]}]"
    return DataMount(_versioned(written, directory, path), revision or None, position)


def _versioned(written: str, directory: PurePosixPath, path: Path) -> str:
    if written.startswith(_VOLUME):
        return written
    absolute = PurePosixPath(normpath(directory / written))
    if not absolute.is_relative_to(directory) or absolute == directory:
        raise Fault(
            (*path, "data"),
            f'expected a path of the project\'s versioned data, found "{written}"',
            hint="see which there are: modelcompose data ls",
        )
    return str(absolute.relative_to(directory))
