"""A service's `volumes`: the short syntax, and the long one that Compose prints for both.

Source: github.com/compose-spec/compose-go, format.ParseVolume.
"""

from __future__ import annotations

from posixpath import normpath
from typing import Any

from modelcompose.compose.embedded.entries import labels
from modelcompose.compose.embedded.scalars import choice, flag, plain_text, size, text, whole
from modelcompose.compose.embedded.shapes import OMIT, Place, Refused, expect, record, unique

_PROPAGATIONS = {"rprivate", "private", "rshared", "shared", "rslave", "slave"}
_SHORTEST_SPEC = 2

_from_zero = whole(is_truncated=True, least=0)


def _tmpfs_size(value: Any, place: Place) -> Any:
    expect(value, place, "string", "integer")
    if not isinstance(value, str):
        _from_zero(value, place)
    return size(value, place)


def _tmpfs_mode(value: Any, place: Place) -> Any:
    expect(value, place, "number")
    return _from_zero(value, place)


_long_volume = record(
    {
        "type": choice("bind", "volume", "tmpfs", "cluster", "npipe", "image"),
        "source": text,
        "target": plain_text,
        "read_only": flag,
        "consistency": text,
        "bind": record(
            {
                "propagation": text,
                "create_host_path": flag,
                "recursive": choice("enabled", "disabled", "writable", "readonly"),
                "selinux": choice("z", "Z"),
            }
        ),
        "volume": record({"labels": labels, "nocopy": flag, "subpath": text}),
        "tmpfs": record({"size": _tmpfs_size, "mode": _tmpfs_mode}),
        "image": record({"subpath": text}),
    },
    required=("type",),
)


def volumes(value: Any, place: Place) -> Any:
    """Take a list of mounts in either syntax; of two on one target the later counts."""
    expect(value, place, "array")
    entries = [_volume(entry, (*place, index)) for index, entry in enumerate(value)]
    return unique(entries, lambda mount: mount["target"]) or OMIT


def _volume(entry: Any, place: Place) -> dict[str, Any]:
    expect(entry, place, "string", "mapping")
    mount: dict[str, Any]
    mount = _short_volume(entry, place) if isinstance(entry, str) else _long_volume(entry, place)
    if not mount.get("target"):
        raise Refused(place, "a volume is missing its mount target")
    if mount["type"] == "bind" and "source" not in mount:
        raise Refused(place, 'invalid mount config for type "bind": field Source must not be empty')
    return {**mount, "target": cleaned(mount["target"])}


def cleaned(path: str) -> str:
    """Shorten a container's path by its letters alone: no `.`, `..` or double slash."""
    return "/" + normpath(path).lstrip("/") if path.startswith("/") else normpath(path)


def _short_volume(spec: str, place: Place) -> dict[str, Any]:
    if not spec:
        raise Refused(place, "invalid empty volume spec")
    if len(spec.encode()) <= _SHORTEST_SPEC:
        return {"type": "volume", "target": spec}
    parts = _split(spec)
    if "" in parts:
        raise Refused(place, f"invalid spec: {spec}: empty section between colons")
    source = parts.pop(0) if len(parts) > 1 else None
    target, *given = parts
    if len(given) > 1:
        raise Refused(place, f"invalid spec: {spec}: too many colons")
    return _with_options(source, target, given[0].split(",") if given else [])


def _split(spec: str) -> list[str]:
    """Split at colons, except after a single letter, which is a Windows drive."""
    parts = [""]
    for character in spec:
        is_drive = len(parts[-1]) == 1 and parts[-1].isalpha()
        if character == ":" and not is_drive:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _with_options(source: str | None, target: str, given: list[str]) -> dict[str, Any]:
    is_bind = source is not None and _is_path(source)
    bind: dict[str, Any] = {}
    volume: dict[str, Any] = {}
    mount: dict[str, Any] = {"type": "bind" if is_bind else "volume", "target": target}
    if source is not None:
        mount["source"] = source
    for option in given:
        if option in {"ro", "rw"}:
            mount["read_only"] = option == "ro"
        elif option == "nocopy":
            volume["nocopy"] = True
        elif option in _PROPAGATIONS:
            bind["propagation"] = option
        elif option in {"z", "Z"}:
            bind["selinux"] = option
    if not mount.get("read_only", True):
        del mount["read_only"]
    if is_bind:
        bind["create_host_path"] = True
    sections = {"bind": (bind, is_bind), "volume": (volume, not is_bind)}
    return mount | {name: part for name, (part, is_own) in sections.items() if part or is_own}


def _is_path(source: str) -> bool:
    return source[0] in "./~" or source.startswith("\\\\") or source[1:2] == ":"
