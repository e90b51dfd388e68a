"""The grammar of a service's `deploy` and `gpus`."""

from __future__ import annotations

from typing import Any

from modelcompose.compose.embedded.entries import labels, texts
from modelcompose.compose.embedded.scalars import (
    choice,
    duration,
    kept_duration,
    number,
    text,
    whole,
    written_size,
)
from modelcompose.compose.embedded.shapes import OMIT, Place, Refused, expect, list_of, record

_ALL = -1


def _count(value: Any, place: Place) -> Any:
    expect(value, place, "string", "integer")
    if isinstance(value, str) and value.lower() == "all":
        return _ALL
    try:
        return int(value) or OMIT
    except ValueError as error:
        problem = f"invalid value {value!r}, the only value allowed is 'all' or a number"
        raise Refused(place, problem) from error


def _device(value: Any, place: Place) -> Any:
    found = _device_fields(value, place)
    return _with_count(value, found, place)


def _gpu(value: Any, place: Place) -> Any:
    found = _gpu_fields(value, place)
    return _with_count(value, found, place)


def _with_count(value: Any, found: dict[str, Any], place: Place) -> dict[str, Any]:
    if "count" in value and "device_ids" in value:
        raise Refused(place, '"count" and "device_ids" attributes are exclusive')
    return found if "count" in value or "device_ids" in value else {**found, "count": _ALL}


def gpus(value: Any, place: Place) -> Any:
    """Take `all` or a list of device requests; no count and no ids mean all, -1."""
    expect(value, place, "string", "array")
    if isinstance(value, list):
        return list_of(_gpu)(value, place)
    choice("all")(value, place)
    return [{"count": _ALL}]


def deploy(value: Any, place: Place) -> Any:
    """Take how a service is deployed; null is left out."""
    return OMIT if value is None else _deployment(value, place)


_REQUEST = {
    "capabilities": texts,
    "count": _count,
    "device_ids": texts,
    "driver": text,
    "options": labels,
}
_device_fields = record(_REQUEST, required=("capabilities",))
_gpu_fields = record(_REQUEST)

_count_from_zero = whole(is_kept=True, least=0)
_update = record(
    {
        "delay": duration,
        "failure_action": text,
        "max_failure_ratio": number,
        "monitor": duration,
        "order": choice("start-first", "stop-first"),
        "parallelism": _count_from_zero,
    }
)
_generic_resources = list_of(
    record(
        {
            "discrete_resource_spec": record(
                {"kind": text, "value": whole(is_kept=True, is_truncated=True)}
            )
        }
    )
)
_resources = record(
    {
        "limits": record({"cpus": number, "memory": written_size, "pids": whole()}),
        "reservations": record(
            {
                "cpus": number,
                "devices": list_of(_device),
                "generic_resources": _generic_resources,
                "memory": written_size,
            }
        ),
    },
    is_kept=False,
)
_placement = record(
    {
        "constraints": texts,
        "max_replicas_per_node": whole(least=0),
        "preferences": list_of(record({"spread": text})),
    },
    is_kept=False,
)
_deployment = record(
    {
        "endpoint_mode": text,
        "labels": labels,
        "mode": text,
        "placement": _placement,
        "replicas": whole(is_kept=True),
        "resources": _resources,
        "restart_policy": record(
            {
                "condition": text,
                "delay": kept_duration,
                "max_attempts": _count_from_zero,
                "window": kept_duration,
            }
        ),
        "rollback_config": _update,
        "update_config": _update,
    }
)
