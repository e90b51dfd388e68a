"""Steps for tests of what they read."""

from __future__ import annotations

from typing import Any

from tests.workbench import shell


def reading(*inputs: Any, script: str = "date +%s%N > out.txt", **step: Any) -> dict[str, Any]:
    """Give a step with these inputs; what it makes is never the same twice."""
    return shell(script, "out.txt", inputs=list(inputs), **step)
