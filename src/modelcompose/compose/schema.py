"""The JSON Schema of a Compose file with `x-ml`, for editors.

It is strict about `x-ml` and lets everything else pass: Compose publishes a schema of its own,
which changes with each of its releases, and an editor can use both. It needs no network.
"""

from __future__ import annotations

from typing import Any

import msgspec

from modelcompose.compose.grammar import ProjectKeys, ServiceKeys
from modelcompose.compose.input_grammar import KINDS
from modelcompose.compose.mount_grammar import MountKeys
from modelcompose.compose.volume_grammar import VolumeKeys

IDENTIFIER = "urn:modelcompose:compose-file"
"""The schema's name, which is no address."""

_INTERPOLATED = {"type": "string", "pattern": r"\$"}
_ELSEWHERE = ("networks", "configs", "secrets", "models")


def schema() -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of a Compose file with `x-ml`."""
    places, definitions = msgspec.json.schema_components(
        [ProjectKeys, ServiceKeys, MountKeys, VolumeKeys], ref_template="#/$defs/{name}"
    )
    project, service, mount, volume = places
    definitions["InputKeys"]["anyOf"] = [{"required": [kind]} for kind in KINDS]
    element_without = {"type": ["object", "null"], "properties": {"x-ml": False}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": IDENTIFIER,
        "title": "Compose file with x-ml",
        "type": "object",
        "properties": {
            "x-ml": _or_empty(project),
            "services": {
                "type": ["object", "null"],
                "additionalProperties": {
                    "type": ["object", "null"],
                    "properties": {
                        "x-ml": _or_empty(service),
                        "volumes": {"items": {"properties": {"x-ml": mount}}},
                    },
                },
            },
        }
        | {"volumes": {"type": ["object", "null"], "additionalProperties": _on_volume(volume)}}
        | {
            section: {"type": ["object", "null"], "additionalProperties": element_without}
            for section in _ELSEWHERE
        },
        "$defs": {name: _with_interpolation(each) for name, each in definitions.items()},
    }


def _on_volume(reference: dict[str, Any]) -> dict[str, Any]:
    return {"type": ["object", "null"], "properties": {"x-ml": reference}}


def _or_empty(reference: dict[str, Any]) -> dict[str, Any]:
    """Allow the key without a value."""
    return {"anyOf": [reference, {"type": "null"}]}


def _with_interpolation(node: Any) -> Any:
    """Let `${NAME}` stand wherever a number, a boolean or one of some words is expected."""
    if isinstance(node, list):
        return [_with_interpolation(each) for each in node]
    if not isinstance(node, dict):
        return node
    inner = {
        key: each if key in {"default", "examples", "enum"} else _with_interpolation(each)
        for key, each in node.items()
    }
    if inner.keys().isdisjoint({"enum", "pattern"}) and inner.get("type") not in {
        "integer",
        "boolean",
    }:
        return inner
    about = {k: inner.pop(k) for k in ("title", "description", "examples", "default") if k in inner}
    return {**about, "anyOf": [inner, _INTERPOLATED]}
