"""What a lock may say: one that was cloned names no place outside the project's data. Pure.

`pull` and `checkout` write wherever a lock says. A file in `.git` would be a command that git runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from modelcompose.compose.project import is_volume
from modelcompose.pipeline.inputs import NEVER
from modelcompose.pipeline.lock import Lock
from modelcompose.store.content import Content

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_OURS = frozenset(name.casefold() for name in NEVER)
_GIT = ".git"


def fault_of(lock: Lock) -> str | None:
    """Say what a lock must not hold, in words; None where it is sound."""
    for path, content in _contents(lock):
        if not may_hold(path):
            return f"{path!r} is no place for data or for outputs"
        if _DIGEST.fullmatch(content.digest) is None or content.size_bytes < 0:
            return f"{path}: {content.digest!r} is no digest of the form sha256:<64 hex>"
    return None


def may_hold(path: str) -> bool:
    """Tell whether a path is one that versions and outputs can be written to."""
    if _CONTROL.search(path) is not None:
        return False  # a terminal would obey it
    if is_volume(path):
        return True
    parts = [part.casefold() for part in path.split("/")]
    is_inside = not any(part in {"", ".", "..", _GIT} for part in parts)
    return is_inside and parts[0] not in _OURS


def _contents(lock: Lock) -> Iterator[tuple[str, Content]]:
    yield from lock.data.items()
    for step in lock.steps.values():
        yield from step.outputs.items()
