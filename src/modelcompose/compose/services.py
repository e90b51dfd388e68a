"""From a service's document, as `docker compose config` prints it, to a `Service`.

Also takes the looser forms that the document has when it was read without its values.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from modelcompose.compose.duration import parse_duration
from modelcompose.compose.project import (
    Build,
    DataMount,
    GpuClaim,
    ModelMount,
    Mount,
    Service,
    Step,
)

Held = ModelMount | DataMount
NOTHING_HELD: Mapping[int, Held] = MappingProxyType({})

_DEFAULT_GRACE_PERIOD_S = 10.0
_ALL_GPUS = -1


def build_service(  # noqa: PLR0913 - what a service is, each by name
    name: str,
    document: Mapping[str, Any],
    step: Step | None,
    *,
    is_recorded: bool = False,
    is_tracked: bool = False,
    held: Mapping[int, Held] = NOTHING_HELD,
) -> Service:
    """Give a service's values; `document` is kept as it is, with its `$$`.

    Args:
        name: the service's.
        document: as `docker compose config` prints it.
        step: what `x-ml.step` says.
        is_recorded: whether commands in it are recorded.
        is_tracked: whether what it logs becomes runs.
        held: the models and data that mounts show, by the mounts' positions in `volumes`.
    """
    return Service(
        name=name,
        document=document,
        image=_text(document.get("image")),
        build=_build(document.get("build")),
        command=_command(document.get("command")),
        entrypoint=_command(document.get("entrypoint")),
        working_dir=_text(document.get("working_dir")),
        environment=_variables(document.get("environment")),
        mounts=tuple(
            _mount(entry, held.get(index))
            for index, entry in enumerate(document.get("volumes") or ())
        ),
        depends_on=_dependencies(document.get("depends_on")),
        profiles=tuple(document.get("profiles") or ()),
        platform=_text(document.get("platform")),
        stop_grace_period_s=_grace_period_s(document.get("stop_grace_period")),
        stop_signal=_text(document.get("stop_signal")),
        gpus=_gpus(document),
        secrets=tuple(_secret(entry) for entry in document.get("secrets") or ()),
        step=step,
        is_recorded=is_recorded,
        is_tracked=is_tracked,
    )


def unescape(value: Any) -> Any:
    """Undo `$$`, which stands for a dollar sign in everything that Compose prints."""
    if isinstance(value, str):
        return value.replace("$$", "$")
    if isinstance(value, list):
        return [unescape(entry) for entry in value]
    if isinstance(value, dict):
        return {unescape(key): unescape(entry) for key, entry in value.items()}
    return value


def _text(value: Any) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else _printed(value)
    return text.replace("$$", "$") if "$" in text else text


def _printed(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _command(value: Any) -> tuple[str, ...] | None:
    if value is None:
        return None
    if isinstance(value, str):
        try:
            value = shlex.split(value)
        except ValueError:  # an uninterpolated text need not be a command yet
            value = [value]
    return tuple(_text(word) or "" for word in value)


def _variables(value: Any) -> dict[str, str | None]:
    """Read variables written as a map or as a list of `NAME=VALUE`; None: the caller's own."""
    if isinstance(value, list):
        pairs = (str(entry).partition("=") for entry in value)
        return {name: _text(text) if equals else None for name, equals, text in pairs}
    return {name: _text(text) for name, text in (value or {}).items()}


def _build(value: Any) -> Build | None:
    if value is None:
        return None
    if isinstance(value, str):
        return Build(context=_text(value) or "")
    return Build(
        context=_text(value.get("context")) or ".",
        dockerfile=_text(value.get("dockerfile")) or "Dockerfile",
        dockerfile_inline=_text(value.get("dockerfile_inline")),
        args=_variables(value.get("args")),
        target=_text(value.get("target")),
        additional_contexts={
            name: text or "" for name, text in _variables(value.get("additional_contexts")).items()
        },
        platforms=tuple(value.get("platforms") or ()),
    )


def _mount(entry: Any, held: Held | None) -> Mount:
    if isinstance(entry, str):
        source, _, rest = entry.rpartition(":")
        return Mount(type="bind" if "/" in source else "volume", target=rest, source=source or None)
    return Mount(
        type=entry.get("type", "volume"),
        target=_text(entry.get("target")) or "",
        source=_text(entry.get("source")),
        read_only=entry.get("read_only") is True,
        model=held if isinstance(held, ModelMount) else None,
        data=held if isinstance(held, DataMount) else None,
    )


def _dependencies(value: Any) -> dict[str, str]:
    if isinstance(value, list):
        return dict.fromkeys(value, "service_started")
    return {
        name: (entry or {}).get("condition", "service_started")
        for name, entry in (value or {}).items()
    }


def _grace_period_s(value: Any) -> float:
    seconds = parse_duration(value) if isinstance(value, str) else None
    return _DEFAULT_GRACE_PERIOD_S if seconds is None else seconds


def _secret(entry: Any) -> str:
    return str(entry["source"] if isinstance(entry, Mapping) else entry)


def _gpus(document: Mapping[str, Any]) -> GpuClaim | None:
    """Join what `gpus` and `deploy.resources.reservations.devices` ask for."""
    claims = document.get("gpus")
    if claims is None:
        resources = (document.get("deploy") or {}).get("resources") or {}
        devices = (resources.get("reservations") or {}).get("devices") or ()
        claims = [device for device in devices if "gpu" in (device.get("capabilities") or ())]
    if claims == "all":
        return GpuClaim()
    if not claims:
        return None
    ids = tuple(str(i) for claim in claims for i in claim.get("device_ids") or ())
    counts = [_count(claim) for claim in claims if not claim.get("device_ids")]
    if any(count is None for count in counts):
        return GpuClaim(device_ids=ids)
    return GpuClaim(count=len(ids) + sum(count or 0 for count in counts), device_ids=ids)


def _count(claim: Mapping[str, Any]) -> int | None:
    count = claim.get("count")
    if isinstance(count, str) and count.isdigit():
        return int(count)
    return count if isinstance(count, int) and count != _ALL_GPUS else None
