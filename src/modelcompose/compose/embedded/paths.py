"""Make the paths of a document absolute, by their letters alone."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

_REMOTE_CONTEXT = re.compile(r"^(?:https?://|git://|ssh://|github\.com/|git@|service:)|://")
_WINDOWS = re.compile(r"^(?:[a-zA-Z]:[\\/]|\\\\)")


def with_absolute_paths(document: Mapping[str, Any], directory: Path, home: str) -> dict[str, Any]:
    """Give a document whose paths on this machine are absolute.

    Args:
        document: as the grammar gives it.
        directory: the project folder, absolute.
        home: what `~` stands for.
    """

    def absolute(path: str) -> str:
        path = _expanded(path, home)
        if os.path.isabs(path) or _WINDOWS.match(path) or not path:  # noqa: PTH117
            return path
        return os.path.normpath(directory / path)

    found = dict(document)
    found["services"] = {
        name: _service(service, absolute) for name, service in document["services"].items()
    }
    for kind in ("secrets", "configs"):
        found[kind] = {
            name: entry | ({"file": absolute(entry["file"])} if "file" in entry else {})
            for name, entry in document[kind].items()
        }
    found["volumes"] = {n: _volume(entry, absolute) for n, entry in document["volumes"].items()}
    return found


def _expanded(path: str, home: str) -> str:
    return os.path.normpath(f"{home}/{path[1:]}") if path.startswith("~") else path


def _service(service: Mapping[str, Any], absolute: Callable[[str], str]) -> dict[str, Any]:
    found = dict(service)
    if "build" in service:
        found["build"] = _build(service["build"], absolute)
    if "volumes" in service:
        found["volumes"] = [_mount(mount, absolute) for mount in service["volumes"]]
    if "env_file" in service:
        found["env_file"] = [{**e, "path": absolute(e["path"])} for e in service["env_file"]]
    if "label_file" in service:
        found["label_file"] = [absolute(path) for path in service["label_file"]]
    if "watch" in service.get("develop", {}):
        watches = [
            {**watch, "path": os.path.realpath(absolute(watch["path"]))}
            for watch in service["develop"]["watch"]
        ]
        found["develop"] = {**service["develop"], "watch": watches}
    return found


def _build(build: Mapping[str, Any], absolute: Callable[[str], str]) -> dict[str, Any]:
    def context(path: str) -> str:
        return path if _REMOTE_CONTEXT.search(path) else absolute(path)

    found = {**build, "context": context(build["context"])}
    if "additional_contexts" in build:
        contexts = build["additional_contexts"]
        found["additional_contexts"] = {name: context(path) for name, path in contexts.items()}
    return found


def _mount(mount: Mapping[str, Any], absolute: Callable[[str], str]) -> dict[str, Any]:
    if mount["type"] != "bind":
        return dict(mount)
    return {**mount, "source": absolute(mount["source"])}


def _volume(volume: Mapping[str, Any], absolute: Callable[[str], str]) -> dict[str, Any]:
    driver_options = volume.get("driver_opts", {})
    is_bind = volume.get("driver") == "local" and driver_options.get("o") == "bind"
    if not is_bind or "device" not in driver_options:
        return dict(volume)
    device = absolute(driver_options["device"])
    return {**volume, "driver_opts": {**driver_options, "device": device}}
