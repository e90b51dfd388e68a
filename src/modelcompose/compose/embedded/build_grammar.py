"""The grammar of a service's `build`, and of what it shares with the service around it."""

from __future__ import annotations

from typing import Any

from modelcompose.compose.embedded.attachments import file_mounts
from modelcompose.compose.embedded.entries import assignments, labels, named_texts, texts
from modelcompose.compose.embedded.scalars import flag, size, text, whole
from modelcompose.compose.embedded.shapes import (
    OMIT,
    Place,
    Refused,
    expect,
    map_of,
    record,
    text_of,
)


def extra_hosts(value: Any, place: Place) -> Any:
    """Take names and addresses, as a mapping or as `NAME=IP`; gives sorted `NAME=IP`."""
    expect(value, place, "mapping", "array")
    found = _mapped_hosts(value, place) if isinstance(value, dict) else _listed_hosts(value, place)
    for name, _ in found:
        if not name or set(name) & set(":="):
            raise Refused(place, f"bad host name '{name}'")
    return sorted(f"{name}={_unbracketed(address)}" for name, address in found) or OMIT


def _mapped_hosts(value: dict[str, Any], place: Place) -> list[tuple[str, str]]:
    found = []
    for name, entry in value.items():
        expect(entry, (*place, name), "string", "array")
        addresses = entry if isinstance(entry, list) else [entry]
        found += [(name, text_of(address)) for address in addresses]
    return found


def _listed_hosts(value: list[Any], place: Place) -> list[tuple[str, str]]:
    found = []
    for index, entry in enumerate(value):
        expect(entry, (*place, index), "string")
        name, separator, addresses = entry.partition("=" if "=" in entry else ":")
        if not separator:
            raise Refused((*place, index), f"invalid additional host, missing IP: {entry}")
        found += [(name, address) for address in addresses.split(",")]
    return found


def _unbracketed(address: str) -> str:
    is_bracketed = len(address) > 2 and address[0] == "[" and address[-1] == "]"  # noqa: PLR2004
    return address[1:-1] if is_bracketed else address


def ulimits(value: Any, place: Place) -> Any:
    """Take limits: one number for both, or `soft` and `hard`."""
    return map_of(_ulimit, names=r".*")(value, place)


def _ulimit(value: Any, place: Place) -> Any:
    if isinstance(value, dict):
        found = _soft_and_hard(value, place)
        return {"soft": found["soft"], "hard": found["hard"]}
    return _limit(value, place) or {"soft": 0, "hard": 0}


def _ssh(value: Any, place: Place) -> Any:
    expect(value, place, "mapping", "array")
    if isinstance(value, list):
        value = dict(_ssh_key(entry, (*place, index)) for index, entry in enumerate(value))
    return [f"{name}: {path}" if path else name for name, path in value.items()] or OMIT


def _ssh_key(entry: Any, place: Place) -> tuple[str, str | None]:
    expect(entry, place, "string")
    name, separator, path = entry.partition("=")
    if not separator and name != "default":
        raise Refused(place, f"invalid ssh key {entry!r}")
    return name, path or None


def _attestation(value: Any, place: Place) -> Any:
    expect(value, place, "string", "boolean")
    return text_of(value) or OMIT


_limit = whole(is_kept=True)
_soft_and_hard = record({"soft": _limit, "hard": _limit}, required=("soft", "hard"))
_long_build = record(
    {
        "additional_contexts": labels,
        "args": assignments,
        "cache_from": texts,
        "cache_to": texts,
        "context": text,
        "dockerfile": text,
        "dockerfile_inline": text,
        "entitlements": texts,
        "extra_hosts": extra_hosts,
        "isolation": text,
        "labels": labels,
        "network": text,
        "no_cache": flag,
        "platforms": texts,
        "privileged": flag,
        "provenance": _attestation,
        "pull": flag,
        "sbom": _attestation,
        "secrets": file_mounts(folder=None),
        "shm_size": size,
        "ssh": _ssh,
        "tags": named_texts,
        "target": text,
        "ulimits": ulimits,
    }
)


def build(value: Any, place: Place) -> Any:
    """Take a build in either syntax; `context` and `dockerfile` are always given."""
    expect(value, place, "string", "mapping")
    long_form = {"context": value} if isinstance(value, str) else value
    found: dict[str, Any] = {"context": ".", **_long_build(long_form, place)}
    if "dockerfile" not in found and "dockerfile_inline" not in found:
        found["dockerfile"] = "Dockerfile"
    return found
