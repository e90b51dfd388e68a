"""What an import is made of: drafts of steps, notes, and paths of DVC's as the project has them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from modelcompose.versioning.dvc.importing_commands import Command

SOURCES = {"s3": "s3", "gs": "gs", "azure": "az", "http": "http", "https": "https", "ssh": "ssh"}
"""Schemes of addresses that both know, DVC's name to ours."""
_URL = re.compile(r"([a-z0-9+.-]+)://(.*)", re.DOTALL)


class Note(Struct, frozen=True):
    """Something that is not the same afterwards, for the user to read."""

    where: str
    """Such as `train` or `data/raw.dvc`."""
    text: str


class StepDraft(Struct, frozen=True):
    """A service with a step, as a stage asks for it."""

    service: str
    stage: str
    """As DVC names it, the dvc.yaml's folder before it: `sub/dvc.yaml:train@a`."""
    command: Command
    folder: str
    """Where the command runs, relative to the project; empty for its folder."""
    inputs: tuple[str, ...] = ()
    outputs: Mapping[str, Mapping[str, bool]] = {}
    params: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    plots: tuple[str, ...] = ()
    is_cached: bool = True
    description: str | None = None
    after: tuple[str, ...] = ()
    """Services whose outputs it reads."""

    @property
    def written(self) -> tuple[str, ...]:
        """Give every path that it writes."""
        return tuple(dict.fromkeys([*self.outputs, *self.metrics, *self.plots]))

    def step(self) -> dict[str, Any]:
        """Give what stands under `x-ml.step`."""
        has_flags = any(self.outputs.values())
        outputs: Any = (
            {p: dict(f) or None for p, f in self.outputs.items()} if has_flags else [*self.outputs]
        )
        keys: dict[str, Any] = {"inputs": [*self.inputs], "outputs": outputs}
        keys |= {"params": [*self.params], "metrics": [*self.metrics], "plots": [*self.plots]}
        found = {key: value for key, value in keys.items() if value or key == "inputs"}
        return found if self.is_cached else {**found, "cache": False}


def inside(*parts: str) -> str | None:
    """Give a path of the project, joined and put straight; None where it leads out of it."""
    path = posixpath.normpath(posixpath.join(*parts))
    return None if path.startswith(("/", "../")) or path == ".." else path


def address_of(path: str) -> str | None:
    """Give an address of DVC's as we write it; None where it is one that we do not know."""
    match = _URL.fullmatch(path)
    known = SOURCES.get(match[1]) if match else None
    return f"{known}://{match[2]}" if match and known else None


def is_address(path: str) -> bool:
    """Whether a path of DVC's is a URL."""
    return _URL.fullmatch(path) is not None
