"""A service's `devices`, `secrets` and `configs`: short syntax made long."""

from __future__ import annotations

from typing import Any

from modelcompose.compose.embedded.scalars import text, whole
from modelcompose.compose.embedded.shapes import (
    OMIT,
    Place,
    Refused,
    Shape,
    expect,
    list_of,
    record,
    unique,
)

_long_device = record({"source": text, "target": text, "permissions": text}, required=("source",))
_permissions = whole(is_kept=True, is_truncated=True)


def devices(value: Any, place: Place) -> Any:
    """Take a list of devices in either syntax; of two on one target the later counts."""
    found = list_of(_device)(value, place)
    return found if found is OMIT else unique(found, lambda device: device["target"])


def _device(entry: Any, place: Place) -> dict[str, Any]:
    expect(entry, place, "string", "mapping")
    if isinstance(entry, dict):
        device: dict[str, Any] = _long_device(entry, place)
        if "target" not in device:
            raise Refused(place, "a device is missing its mount target")
        return device
    source, *rest = str(entry).split(":")
    target, *permissions = rest or [""]
    if len(permissions) > 1:
        problem = f"confusing device mapping, please use long syntax: {entry}"
        raise Refused(place, problem)
    return {
        "source": source,
        "target": target or source,
        "permissions": permissions[0] if permissions else "rwm",
    }


def file_mounts(*, folder: str | None) -> Shape:
    """Make the shape of a service's `secrets` or `configs`.

    Args:
        folder: where an entry without a target goes; None leaves its target out.
    """

    def read(value: Any, place: Place) -> Any:
        expect(value, place, "array")
        entries = [_file_mount(entry, (*place, index), folder) for index, entry in enumerate(value)]
        return unique(entries, lambda mount: mount.get("target", f"/{mount['source']}")) or OMIT

    return read


def _file_mount(entry: Any, place: Place, folder: str | None) -> dict[str, Any]:
    expect(entry, place, "string", "mapping")
    long_form = {"source": entry} if isinstance(entry, str) else entry
    mount: dict[str, Any] = _long_file_mount(long_form, place)
    if folder and "target" not in mount:
        mount["target"] = f"{folder}/{mount.get('source', '')}"
    return mount


def file_mode(value: Any, place: Place) -> Any:
    """Take permissions as a number or octal digits; gives octal digits with a leading zero."""
    try:
        mode = int(value, 8) if isinstance(value, str) else _permissions(value, place)
    except ValueError as error:
        raise Refused(place, f"expected octal digits, found {value!r}") from error
    return f"0{mode:o}"


_long_file_mount = record(
    {"source": text, "target": text, "uid": text, "gid": text, "mode": file_mode}
)
