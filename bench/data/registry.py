"""A push and a pull through a real registry, Debian's `docker-registry`."""

from __future__ import annotations

import sys
from pathlib import Path

from data.sides import BIN, Side

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.registries import registry


def measure_registry(root: Path, side: Side, calls: int) -> None:
    """Measure ours, `calls` times each, each with a repository of its own."""
    program = str(BIN / "modelcompose")
    with registry(root / "registry") as host:
        for call in range(calls):
            remote = f"--remote=oci://{host}/bench/data{call}"
            side.cost("push, registry", [program, "push", remote, "data"], side.project)
            clone, home = side.clone()
            side.cost("pull, registry", [program, "pull", remote, "data"], clone, home)
