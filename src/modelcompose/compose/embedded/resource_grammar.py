"""The grammar of the file's top level and of its networks, volumes, secrets, configs, models."""

from __future__ import annotations

from typing import Any

from modelcompose.compose.embedded.entries import labels, options, texts
from modelcompose.compose.embedded.scalars import flag, kept_flag, plain_text, text, whole
from modelcompose.compose.embedded.service_grammar import SERVICE
from modelcompose.compose.embedded.shapes import (
    OMIT,
    Place,
    Refused,
    Shape,
    expect,
    is_extension,
    list_of,
    map_of,
    record,
)


def _external(value: Any, place: Place) -> Any:
    expect(value, place, "boolean", "string", "mapping")
    if not isinstance(value, dict):
        return flag(value, place)
    record({"name": text})(value, place)
    return True


def _resource(fields: Shape) -> Shape:
    """Make the shape of a resource that may exist already: `external`, also in its old form."""

    def read(value: Any, place: Place) -> Any:
        found = fields(value, place)
        outside = value.get("external")
        named = outside.get("name") if isinstance(outside, dict) else None
        if named and value.get("name", named) != named:
            raise Refused(place, "name and external.name conflict; only use name")
        return {**found, "name": named} if named else found

    return read


def _optional(shape: Shape) -> Shape:
    """Allow null, which Compose treats as no setting at all."""

    def read(value: Any, place: Place) -> Any:
        return {} if value is None else shape(value, place)

    return read


def _version(value: Any, place: Place) -> Any:
    expect(value, place, "string")
    return OMIT  # Compose ignores it


def _volume(value: Any, place: Place) -> Any:
    found = _volume_fields(value, place)
    if found.get("external"):
        for name in value:
            if name not in {"name", "external"} and not is_extension(name):
                problem = f'conflicting parameters "external" and "{name}" specified'
                raise Refused(place, problem)
    return found


def _file_object(fields: Shape, *sources: str) -> Shape:
    """Make the shape of a secret or config, whose content comes from one of several sources."""

    def read(value: Any, place: Place) -> Any:
        found = fields(value, place)
        listed = "|".join(sources)
        given = [name for name in sources if name in value]
        if len(given) > 1:
            raise Refused(place, f"{listed} attributes are mutually exclusive")
        if not given and not {"driver", "external"} & set(value):
            raise Refused(place, f"one of {listed} must be set")
        return found

    return read


_address_pool = record(
    {"aux_addresses": options, "gateway": text, "ip_range": text, "subnet": text}
)
_network = record(
    {
        "attachable": flag,
        "driver": text,
        "driver_opts": options,
        "enable_ipv4": kept_flag,
        "enable_ipv6": kept_flag,
        "external": _external,
        "internal": flag,
        "ipam": record(
            {"config": list_of(_address_pool), "driver": text, "options": lambda *_: OMIT},
            is_kept=False,
        ),
        "labels": labels,
        "name": text,
    }
)
_volume_fields = record(
    {"driver": text, "driver_opts": options, "external": _external, "labels": labels, "name": text}
)
_secret = record(
    {
        "driver": text,
        "driver_opts": options,
        "environment": text,
        "external": _external,
        "file": text,
        "labels": labels,
        "name": text,
        "template_driver": text,
    }
)
_config = record(
    {
        "content": text,
        "environment": text,
        "external": _external,
        "file": text,
        "labels": labels,
        "name": text,
        "template_driver": text,
    }
)
_model = record(
    {"context_size": whole(), "model": text, "name": text, "runtime_flags": texts},
    required=("model",),
)

PROJECT = record(
    {
        "configs": map_of(_file_object(_resource(_config), "file", "environment", "content")),
        "models": map_of(_model),
        "name": plain_text,
        "networks": map_of(_optional(_resource(_network))),
        "secrets": map_of(_file_object(_resource(_secret), "file", "environment")),
        "services": map_of(SERVICE),
        "version": _version,
        "volumes": map_of(_optional(_resource(_volume))),
    }
)
