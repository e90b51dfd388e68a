"""From `x-ml` on a mount to what the folder behind it is to hold."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from posixpath import normpath
from typing import Any, Literal

from msgspec import UNSET

from modelcompose.compose.fault import Fault, Path
from modelcompose.compose.mount_grammar import MountKeys, SignalKeys
from modelcompose.compose.project import ModelMount, Service

_KEPT_BY_US = frozenset({".ml", ".git"})
_SIGNAL = "SIG"


def build_model_mount(
    keys: MountKeys, named: str, mount: Mapping[str, Any], directory: PurePosixPath, path: Path
) -> ModelMount:
    """Give what a mount's folder is to hold.

    Args:
        keys: what stands under the mount's `x-ml`.
        named: its `model`.
        mount: the mount as `docker compose config` prints it.
        directory: the project folder, absolute.
        path: where `x-ml` stands, for faults.

    Raises:
        Fault: the mount is no folder of its own in the project.
    """
    model, _, reference = named.partition("@")
    asked = "restart" if keys.on_change is UNSET else keys.on_change
    signal = asked.signal if isinstance(asked, SignalKeys) else "SIGHUP"
    on_change: Literal["restart", "signal", "none"] = (
        "signal" if isinstance(asked, SignalKeys) else asked
    )
    return ModelMount(
        model,
        _number(reference),
        _place(mount, directory, path),
        on_change,
        signal if signal.startswith(_SIGNAL) else f"{_SIGNAL}{signal}",
    )


def refuse_shared(services: Mapping[str, Service]) -> None:
    """Make sure that no folder is to hold two models, or a model and what a step writes.

    Raises:
        Fault: one is.
    """
    written = {
        path: f"services.{name} writes"
        for name, service in services.items()
        if service.step is not None
        for path in service.step.written
    }
    taken: dict[str, str] = {}
    for name, service in services.items():
        for index, mount in enumerate(service.mounts):
            if mount.model is None:
                continue
            place = mount.model.place
            for other, who in written.items():
                if _overlap(place, other):
                    raise _shared((name, index), place, f"{who} {other}")
            for other, label in taken.items():
                if _overlap(place, other) and (place != other or label != mount.model.label):
                    raise _shared((name, index), place, f"{other} holds {label}")
            taken[place] = mount.model.label


def _shared(where: tuple[str, int], place: str, why: str) -> Fault:
    return Fault(
        ("services", where[0], "volumes", where[1], "source"),
        f"{place} is to hold a model, and {why}",
        hint="give the model a folder of its own",
    )


def _overlap(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")


def _number(reference: str) -> str:
    """Give `v3` as the number that it means: no alias can be called so."""
    digits = reference[1:]
    is_number = reference[:1] in ("v", "V") and digits.isascii() and digits.isdigit()
    return digits if is_number else reference


def _place(mount: Mapping[str, Any], directory: PurePosixPath, path: Path) -> str:
    if mount.get("type") != "bind":
        raise Fault(
            path,
            f"expected a mount of type bind, found {mount.get('type', 'volume')}",
            hint="write type: bind, and as source a folder of the project for the model alone",
            at_key=True,
        )
    source = str(mount.get("source") or "").replace("$$", "$")
    absolute = PurePosixPath(normpath(directory / source))
    place = str(absolute.relative_to(directory)) if absolute.is_relative_to(directory) else ""
    if place in ("", ".") or place.split("/", 1)[0] in _KEPT_BY_US:
        raise Fault(
            (*path[:-1], "source"),
            f'expected a folder of its own in the project, found "{source}"',
            hint="name a folder that holds nothing else, such as ./models/served",
        )
    return place
